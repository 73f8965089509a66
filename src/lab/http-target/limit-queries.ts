import type { Target } from '../target.ts';
import type { HttpTarget } from './http-target.ts';

/**
 * A target behind HTTP that refuses when so many samples have been sent in all: the share of one step. What its log answers costs nothing and counts as nothing, so
 * that a run that goes on comes as far as one that was not interrupted.
 * @throws Fault (on a call that would exceed it) `ERR_BUDGET_EXHAUSTED`
 */
export function limitQueries(target: HttpTarget, inAll: number): Target {
  return { ...target, scores: (x, n) => target.account.within(inAll, () => target.scores(x, n)) };
}
