import { isAtLeast, type Severity } from '../core/severity.ts';
import { escapeMarkup } from './escape-markup.ts';
import type { Report } from './reported.ts';

/**
 * A report as JUnit XML (the format of Ant's JUnit task that CI systems read): one test case a file. Findings at or above `failOn` fail it, gaps are
 * errors, because what was not looked at did not pass.
 */
export function toJunit(report: Report, failOn: Severity): string {
  let [failures, errors] = [0, 0];
  const cases = report.files.map(({ file, verdict }) => {
    const findings = report.findings.filter((finding) => finding.file === file && isAtLeast(finding.severity, failOn));
    const gaps = report.gaps.filter((gap) => gap.file === file);
    const body: string[] = [];
    if (findings.length > 0) {
      failures++;
      const text = findings.map(
        (one) => `${one.severity} ${one.rule}: ${one.message}${one.member === null ? '' : ` (in ${one.member})`}`,
      );
      body.push(
        `    <failure message="${escapeMarkup(text[0]!)}" type="${escapeMarkup(findings[0]!.rule)}">${escapeMarkup(text.join('\n'))}</failure>`,
      );
    } else if (gaps.length > 0 || verdict === 'error') {
      errors++;
      const text =
        gaps.length > 0 ? gaps.map((gap) => `not looked at: ${gap.reason}`).join('\n') : 'the file could not be read';
      body.push(
        `    <error message="${escapeMarkup(text.split('\n')[0]!)}" type="incomplete">${escapeMarkup(text)}</error>`,
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
