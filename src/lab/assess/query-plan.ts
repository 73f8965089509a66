import { Fault } from '../../core/fault.ts';

/** What an assessment asks of a model behind HTTP, besides what its attacks ask. Queries are samples. */
export interface QueryPlan {
  /** Samples by which the time of a query is measured. */
  readonly probe: number;
  /** Samples of which the accuracy on clean data is measured. */
  readonly clean: number;
  /** Samples of the self-checks. */
  readonly checked: number;
  /** Queries that are left for attacks; null: no bound. */
  readonly attacks: number | null;
}

const PROBE = 32;
const CLEAN = { least: 30, most: 10_000, usual: 200, share: 0.05 };
/** One pass that finds the samples that are right, five that look for chance, one that looks at the scores. */
export const QUERIES_A_CHECK = 7;
const CHECKED = { most: 48, share: 0.05 };

/**
 * Divides a budget of queries: most of it is for attacks.
 * @param left queries that may still be asked; null: no bound
 * @param most samples of one step at most
 * @throws Fault `ERR_USAGE` where nothing would be left for attacks
 */
export function planQueries(
  left: number | null,
  {
    count,
    most,
    checks,
    ofTime,
  }: { readonly count: number; readonly most: number; readonly checks: boolean; readonly ofTime: number },
): QueryPlan {
  const all = Math.min(count, CLEAN.most, Math.max(most, CLEAN.usual));
  if (left === null) {
    return { probe: Math.min(PROBE, count), clean: all, checked: checks ? ofTime : 0, attacks: null };
  }
  const probe = Math.max(1, Math.min(PROBE, count, Math.floor(left / 100)));
  const clean = Math.min(all, Math.max(CLEAN.least, Math.floor(left * CLEAN.share)));
  const checked = checks ? Math.min(ofTime, CHECKED.most, Math.floor((left * CHECKED.share) / QUERIES_A_CHECK)) : 0;
  const attacks = left - probe - clean - checked * QUERIES_A_CHECK;
  if (attacks > 0) return { probe, clean, checked, attacks };
  throw new Fault('ERR_USAGE', `${left} queries are too few for an assessment.`, {
    where: '--queries',
    hint: `Measuring time and clean accuracy alone takes ${probe + clean}; an attack by scores or labels takes thousands a sample.`,
  });
}

/** Queries that a step may send: its part of what is left, by what the steps to come ask at most. */
export function shareOfQueries(
  plan: readonly { readonly queries: number | null }[],
  at: number,
  left: number | null,
): number {
  if (left === null) return Infinity;
  const coming = plan.slice(at).reduce((sum, { queries }) => sum + (queries ?? 0), 0);
  return coming === 0 ? left : Math.floor((left * (plan[at]!.queries ?? 0)) / coming);
}
