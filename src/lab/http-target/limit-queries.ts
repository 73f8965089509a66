import { Fault } from '../../core/fault.ts';
import type { Target } from '../target.ts';
import type { HttpTarget } from './http-target.ts';

/**
 * A target behind HTTP that refuses when `most` further samples have been sent: the share of one step. What its log answers costs nothing and counts
 * as nothing.
 * @throws Fault (on a call that could exceed it) `ERR_BUDGET_EXHAUSTED`
 */
export function limitQueries(target: HttpTarget, most: number): Target {
  const before = target.account.spending().queries;
  return {
    ...target,
    scores: (x, n) => {
      const sent = target.account.spending().queries - before;
      if (sent + n > most) {
        throw new Fault('ERR_BUDGET_EXHAUSTED', `the share of ${Math.max(0, most)} queries is spent`, {
          where: target.name,
          hint: 'Raise the budget (--queries, http.queries), or attack fewer samples (--samples).',
        });
      }
      return target.scores(x, n);
    },
    close: () => target.close(),
  };
}
