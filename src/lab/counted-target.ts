import { Fault } from '../core/fault.ts';
import { isGradientTarget, type GradientTarget, type Target } from './target.ts';

export interface QueryCount {
  /** Samples that went forward. */
  forward: number;
  /** Samples that went forward and backward. */
  backward: number;
  /** Calls, whatever their size. */
  calls: number;
}

/**
 * Counts what a target is asked, and refuses when `budget` samples have been answered. A gradient counts as one.
 * @throws Fault (on a call that would exceed it) `ERR_BUDGET_EXHAUSTED`
 */
export function countedTarget<T extends Target>(
  target: T,
  budget = Infinity,
): { readonly target: T; readonly count: Readonly<QueryCount> } {
  const count: QueryCount = { forward: 0, backward: 0, calls: 0 };
  const spend = (n: number): void => {
    if (count.forward + count.backward + n > budget) {
      throw new Fault('ERR_BUDGET_EXHAUSTED', `the budget of ${budget} queries is spent`, {
        where: target.name,
        hint: 'Raise the budget, or attack fewer samples.',
      });
    }
    count.calls++;
  };
  const wrapped: T = {
    ...target,
    scores: (x: Float32Array, n: number) => {
      spend(n);
      count.forward += n;
      return target.scores(x, n);
    },
    close: () => target.close(),
  };
  if (isGradientTarget(target)) {
    const gradients: Pick<GradientTarget, 'lossGradient'> = {
      lossGradient: (x, n, loss) => {
        spend(n);
        count.backward += n;
        return target.lossGradient(x, n, loss);
      },
    };
    Object.assign(wrapped, gradients);
  }
  return { target: wrapped, count };
}
