import type { AttackReport } from '../evasion/run-attack.ts';

/** Numbers of queries that curves are told at: three a decade. */
function marks(most: number): readonly number[] {
  const found: number[] = [];
  for (let decade = 10; decade <= most; decade *= 10) {
    for (const factor of [1, 2, 5]) if (decade * factor <= most) found.push(decade * factor);
  }
  return found;
}

/** Of an attack that stops at success: how many samples that were right are fooled after how many queries. */
export function queriesCurve(
  report: AttackReport,
): readonly { readonly queries: number; readonly fooled: number }[] | null {
  const right = report.outcomes.filter(({ clean }) => clean);
  if (right.length === 0) return null;
  const most = right.reduce((largest, { queries }) => Math.max(largest, queries), 0);
  return [...marks(most), most].map((queries) => ({
    queries,
    fooled: right.filter((one) => one.fooled && one.queries <= queries).length / right.length,
  }));
}

/** Of an attack that shrinks a distance: the median over samples that were right, where nothing was found yet counting as infinitely far. */
export function shrinkingCurve(
  report: AttackReport,
): readonly { readonly queries: number; readonly distance: number }[] | null {
  const right = report.outcomes.filter(({ clean }) => clean);
  const traces = right.flatMap(({ sample }) => {
    const trace = report.traces?.get(sample);
    return trace === undefined || trace.length === 0 ? [] : [trace];
  });
  if (traces.length === 0) return null;
  const most = Math.max(...traces.map((trace) => trace.at(-1)!.queries));
  const points: { queries: number; distance: number }[] = [];
  for (const queries of marks(most)) {
    const reached = right
      .map(({ sample }) => report.traces?.get(sample)?.findLast((one) => one.queries <= queries)?.distance ?? Infinity)
      .toSorted((a, b) => a - b);
    const distance = reached[Math.floor((reached.length - 1) / 2)]!;
    if (Number.isFinite(distance)) points.push({ queries, distance });
  }
  return points.length === 0 ? null : points;
}
