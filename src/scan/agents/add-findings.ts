import { type FileResult, verdictOf } from '../file-result.ts';
import type { Drift } from './agent-lock.ts';

/** Results with findings that were made when all files had been looked at. A file that is gone gets a result of its own. */
export function addFindings(results: readonly FileResult[], drifts: readonly Drift[]): readonly FileResult[] {
  const byFile = new Map<string, Drift[]>();
  for (const drift of drifts) byFile.set(drift.file, [...(byFile.get(drift.file) ?? []), drift]);
  const added = results.map((result) => {
    const more = byFile.get(result.file);
    byFile.delete(result.file);
    if (more === undefined) return result;
    const findings = [...result.findings, ...more.map(({ finding }) => finding)];
    return {
      ...result,
      findings,
      verdict: result.verdict === 'error' ? ('error' as const) : verdictOf(findings, result.gaps),
    };
  });
  for (const [file, more] of byFile) {
    const findings = more.map(({ finding }) => finding);
    added.push({ file, verdict: verdictOf(findings, []), formats: [], findings, gaps: [], size: 0 });
  }
  return added;
}
