import type { Report } from '../report/reported.ts';
import { fingerprint } from '../scan/baseline.ts';
import type { FileResult } from '../scan/file-result.ts';

/** What a scan found and did not look at, as reports of every format take it. */
export function reportedResults(results: readonly FileResult[]): Pick<Report, 'findings' | 'gaps'> {
  return {
    findings: results.flatMap((result) =>
      result.findings.map((finding) => ({
        rule: finding.rule,
        severity: finding.severity,
        message: finding.message,
        file: result.file,
        member: finding.where.member,
        offset: finding.where.offset,
        ...(finding.where.line === undefined ? {} : { line: finding.where.line }),
        ...(finding.where.column === undefined ? {} : { column: finding.where.column }),
        fingerprint: fingerprint(result.file, finding),
      })),
    ),
    gaps: results.flatMap((result) => [
      ...result.gaps.map((gap) => ({ file: result.file, member: gap.where.member, reason: gap.reason })),
      ...(result.error === undefined
        ? []
        : [{ file: result.file, member: null, reason: result.error, error: true as const }]),
    ]),
  };
}
