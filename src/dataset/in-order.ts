import { SEVERITIES } from '../core/severity.ts';
import type { Where } from '../scan/file-result.ts';
import type { DataFinding } from './check.ts';

/** Of one file. */
export const MOST_FINDINGS = 500;
export const MOST_GAPS = 100;

/** Something that could not be looked at. */
export interface Gap {
  readonly reason: string;
  readonly where: Where;
}

const MORE: Gap = { reason: 'more could not be looked at', where: { member: null, offset: null } };

/**
 * What is said about one file: the most severe findings first and of these by rule, gaps by their place, each once and no more than are read. The same
 * whichever threads found what, as long as each of them gives its own first ones.
 * @param dropped true where there were more findings than are given here
 */
export function inOrder(
  findings: readonly DataFinding[],
  gaps: readonly Gap[],
  dropped = false,
): { readonly findings: readonly DataFinding[]; readonly gaps: readonly Gap[] } {
  const sorted = findings.toSorted(
    (a, b) =>
      SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
      (a.rule === b.rule ? 0 : a.rule < b.rule ? -1 : 1),
  );
  const known = new Map(gaps.map((gap) => [JSON.stringify(gap), gap]));
  if (dropped || sorted.length > MOST_FINDINGS) {
    const many: Gap = { reason: `it has more than ${MOST_FINDINGS} findings`, where: { member: null, offset: null } };
    known.set(JSON.stringify(many), many);
  }
  const more = known.delete(JSON.stringify(MORE)) || known.size > MOST_GAPS;
  const shown = [...known.values()].toSorted(byPlace).slice(0, MOST_GAPS);
  return { findings: sorted.slice(0, MOST_FINDINGS), gaps: more ? [...shown, MORE] : shown };
}

function byPlace(a: Gap, b: Gap): number {
  const [here, there] = [a.where.line ?? Infinity, b.where.line ?? Infinity];
  if (here !== there) return here - there;
  return a.reason < b.reason ? -1 : Number(a.reason > b.reason);
}
