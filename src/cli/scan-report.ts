import type { Severity } from '../core/severity.ts';
import type { Report } from '../report/reported.ts';
import type { FileResult, Where } from '../scan/file-result.ts';
import { count } from './count.ts';
import { digestFile } from './digest-file.ts';
import { formatTable } from './format-table.ts';
import { packageVersion } from './version.ts';

export const SCAN_FORMATS = ['table', 'json', 'jsonl', 'sarif', 'cyclonedx', 'junit', 'html', 'ocsf'] as const;

/**
 * What `parapet scan` prints, ending with a line feed; nothing at all where there are no lines to print.
 * @param places where the files lie of which the digest is told
 */
export async function renderScan(
  results: readonly FileResult[],
  format: (typeof SCAN_FORMATS)[number],
  failOn: Severity,
  places: ReadonlyMap<string, string>,
): Promise<string> {
  // Members that are not there are left out.
  const rows = results.map(({ file, verdict, findings, gaps, formats, size, error, sha256, accepted }) =>
    JSON.stringify({ file, verdict, findings, gaps, formats, size, error, sha256, accepted }),
  );
  if (format === 'jsonl') return rows.map((row) => `${row}\n`).join('');
  if (format === 'json') return rows.length === 0 ? '[]\n' : `[\n${rows.join(',\n')}\n]\n`;
  if (format === 'table') return toTable(results);
  const report = await toReport(results, format === 'cyclonedx' ? places : new Map());
  switch (format) {
    case 'sarif':
      return (await import('../report/to-sarif.ts')).toSarif(report);
    case 'junit':
      return (await import('../report/to-junit.ts')).toJunit(report, failOn);
    case 'html':
      return (await import('../report/to-html.ts')).toHtml(report);
    case 'ocsf':
      return (await import('../report/to-ocsf.ts')).toOcsf(report);
    default:
      return (await import('../report/to-cyclonedx.ts')).toCyclonedx(report);
  }
}

/** @param places where the files lie of which the digest is told. */
async function toReport(results: readonly FileResult[], places: ReadonlyMap<string, string>): Promise<Report> {
  const { RULES } = await import('../scan/registry.ts');
  const { reportedResults } = await import('./reported-results.ts');
  const files = [];
  for (const { file, verdict, formats, size } of results) {
    const path = verdict === 'error' ? undefined : places.get(file);
    const sha256 = path === undefined ? undefined : await digestFile(path);
    files.push({ file, verdict, formats, size, ...(sha256 === undefined ? {} : { sha256 }) });
  }
  return {
    version: packageVersion(),
    command: 'parapet scan',
    time: Date.now(),
    rules: RULES.map(({ meta }) => meta),
    ...reportedResults(results),
    files,
  };
}

function toTable(results: readonly FileResult[]): string {
  const rows = results.flatMap((result) => [
    ...result.findings
      .filter((finding) => finding.severity !== 'info')
      .map((finding) => [finding.severity, finding.rule, inside(result.file, finding.where), finding.message]),
    ...result.gaps.map((gap) => [
      '?',
      'not-looked-at',
      inside(result.file, gap.where),
      `Not looked at: ${gap.reason}.`,
    ]),
    ...(result.error === undefined ? [] : [['!', 'error', result.file, `Error: ${result.error}.`]]),
  ]);
  const having = (verdict: FileResult['verdict']): number =>
    results.filter((result) => result.verdict === verdict).length;
  const summary = `${count(results.length, 'file')}: ${having('clean')} clean, ${having('findings')} with findings, ${having('incomplete')} not wholly looked at, ${count(having('error'), 'error')}`;
  if (rows.length === 0) return `${summary}\n`;
  return `${formatTable(['severity', 'rule', 'where', 'what'], rows)}\n\n${summary}\nparapet explain RULE says what a rule means and what to do.\n`;
}

function inside(file: string, { member, line, column }: Where): string {
  const name = member === null ? file : `${file} > ${member}`;
  return line === undefined ? name : `${name}:${line}${column === undefined ? '' : `:${column}`}`;
}
