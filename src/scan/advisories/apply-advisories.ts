import { type FileResult, type ScanFinding, verdictOf } from '../file-result.ts';
import type { AdvisoryBook } from './advisory-book.ts';
import { judgePackage } from './judge-package.ts';
import { KNOWN_BOOK } from './known-advisories.ts';
import { notCompared } from './not-compared.ts';

type ScanGap = FileResult['gaps'][number];

/** Results with what further advisories say of the packages that the files name. What the built-in table says is not said again. */
export function applyAdvisories(results: readonly FileResult[], book: AdvisoryBook): readonly FileResult[] {
  return results.map((result) => {
    const added: ScanFinding[] = [];
    const gaps: ScanGap[] = [];
    for (const { use, where } of result.packages ?? []) {
      const { ecosystem, name, version, by } = use;
      const said = new Set(
        (version === null ? [] : KNOWN_BOOK.of(ecosystem, name, version)).flatMap(({ id, aliases }) => [
          id,
          ...aliases,
        ]),
      );
      const unclear = notCompared(use, book);
      if (unclear !== null) gaps.push({ reason: unclear, where });
      const judged = judgePackage(use, book, said);
      if (judged === null) continue;
      const rule = by === 'server' ? 'mcp-vulnerable-version' : 'vulnerable-version';
      added.push({ rule, severity: judged.severity, message: judged.message, where });
    }
    if (added.length === 0 && gaps.length === 0) return result;
    const findings = [...result.findings, ...added];
    const allGaps = [...result.gaps, ...gaps];
    return {
      ...result,
      findings,
      gaps: allGaps,
      verdict: result.verdict === 'error' ? result.verdict : verdictOf(findings, allGaps),
    };
  });
}
