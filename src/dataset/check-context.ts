import type { Where } from '../scan/file-result.ts';
import type { RuleMeta } from '../scan/rule.ts';
import type { CheckOptions, Conclusion, DataFinding } from './check.ts';
import { MOST_FINDINGS } from './in-order.ts';

/** What is said about one file so far. */
export interface Said {
  readonly findings: DataFinding[];
  /** True where a check had more findings than are kept. */
  dropped: boolean;
}

/** A check that had nothing to do, and why. */
export interface NotRun {
  readonly check: string;
  readonly reason: string;
}

/** Where what checks say goes. */
export interface Sink {
  readonly options: CheckOptions;
  /** By the name that results show. */
  readonly files: ReadonlyMap<string, Said>;
  gap(shown: string, reason: string, where?: Where): void;
  readonly notRun: NotRun[];
  rowsOf(shown: string): number;
}

/** What one check gets to speak to. Findings are counted by check and not for all: what one says must not depend on which others run beside it. */
export function contextOf(meta: RuleMeta, { options, files, gap, notRun, rowsOf }: Sink): Conclusion {
  const counts = new Map<string, number>();
  return {
    options,
    report: (shown, { severity, message, where, count, rows }) => {
      const said = files.get(shown)!;
      const own = (counts.get(shown) ?? 0) + 1;
      counts.set(shown, own);
      if (own > MOST_FINDINGS) {
        said.dropped = true;
        return;
      }
      said.findings.push({
        rule: meta.id,
        severity: severity ?? meta.severity,
        message,
        where,
        ...(count === undefined ? {} : { count }),
        ...(rows === undefined ? {} : { rows }),
      });
    },
    gap,
    notRun: (reason) => void notRun.push({ check: meta.id, reason }),
    rowsOf,
  };
}

export function inOrderOfChecks(notRun: readonly NotRun[]): readonly NotRun[] {
  return notRun.toSorted((a, b) => (a.check < b.check ? -1 : 1));
}
