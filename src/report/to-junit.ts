import { isAtLeast, type Severity } from '../core/severity.ts';
import { escapeMarkup } from './escape-markup.ts';
import type { Report, ReportedFinding, ReportedGap } from './reported.ts';

/**
 * A report as JUnit XML (the format of Ant's JUnit task that CI systems read): one test case a file. Findings at or above `failOn` fail it, gaps are
 * errors, because what was not looked at did not pass.
 */
export function toJunit(report: Report, failOn: Severity): string {
  let [failures, errors] = [0, 0];
  const found = Map.groupBy(report.findings, ({ file }) => file);
  const unseen = Map.groupBy(report.gaps, ({ file }) => file);
  const cases = report.files.map(({ file, verdict }) => {
    const findings = (found.get(file) ?? []).filter((finding) => isAtLeast(finding.severity, failOn));
    const gaps = unseen.get(file) ?? [];
    const body: string[] = [];
    if (findings.length > 0) {
      failures++;
      const text = [
        ...findings.map((one) => `${one.severity} ${one.rule}: ${one.message}${place(one)}`),
        ...gaps.map(untold),
      ];
      body.push(
        `    <failure message="${escapeMarkup(text[0]!)}" type="${escapeMarkup(findings[0]!.rule)}">${escapeMarkup(text.join('\n'))}</failure>`,
      );
    } else if (gaps.length > 0 || verdict === 'error') {
      errors++;
      const text = gaps.length > 0 ? gaps.map(untold) : ['the file could not be read'];
      body.push(
        `    <error message="${escapeMarkup(text[0]!)}" type="${verdict === 'error' ? 'error' : 'incomplete'}">${escapeMarkup(text.join('\n'))}</error>`,
      );
    }
    const name = escapeMarkup(file);
    if (body.length === 0) return `  <testcase classname="${escapeMarkup(report.command)}" name="${name}"/>`;
    return `  <testcase classname="${escapeMarkup(report.command)}" name="${name}">\n${body.join('\n')}\n  </testcase>`;
  });
  const counts = `tests="${report.files.length}" failures="${failures}" errors="${errors}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `<testsuite name="${escapeMarkup(report.command)}" ${counts} timestamp="${new Date(report.time).toISOString().slice(0, 19)}">`,
    ...cases,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function place({ member, line }: ReportedFinding): string {
  const where = [member === null ? null : `in ${member}`, line === undefined ? null : `line ${line}`];
  const known = where.filter((one) => one !== null);
  return known.length === 0 ? '' : ` (${known.join(', ')})`;
}

function untold({ reason, member, error }: ReportedGap): string {
  return `${error === true ? 'error' : 'not looked at'}: ${reason}${member === null ? '' : ` (in ${member})`}`;
}
