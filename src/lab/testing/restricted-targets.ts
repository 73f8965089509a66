import type { Loss } from '../../engine/loss.ts';
import { argmax } from '../loss-of-scores.ts';
import { isGradientTarget, sampleSize, type Target } from '../target.ts';

/** What a caller sees who gets labels only: no gradients, one-hot rows. */
export function labelOnly(target: Target): Target {
  const { name, inputShape, classes, bounds } = target;
  return {
    name: `${name}, labels only`,
    inputShape,
    classes,
    bounds,
    scoreType: 'label',
    scores: async (x, n) => {
      const scores = await target.scores(x, n);
      const rows = new Float32Array(n * classes);
      for (let i = 0; i < n; i++) rows[i * classes + argmax(scores.subarray(i * classes, (i + 1) * classes))] = 1;
      return rows;
    },
    close: () => target.close(),
  };
}

/** What a caller sees who gets scores but no gradients. */
export function scoresOnly(target: Target): Target {
  const { name, inputShape, classes, bounds, scoreType } = target;
  return {
    name: `${name}, scores only`,
    inputShape,
    classes,
    bounds,
    scoreType,
    scores: (x, n) => target.scores(x, n),
    close: () => target.close(),
  };
}

export interface CountedTarget<T extends Target> {
  readonly target: T;
  /** Samples that were sent forward, and forward and backward; and the size of each call. */
  readonly seen: { forward: number; backward: number; readonly batches: number[]; outOfBounds: number };
}

/** Counts what an attack asks, and whether it ever left the bounds. */
export function counted<T extends Target>(target: T): CountedTarget<T> {
  const seen = { forward: 0, backward: 0, batches: [] as number[], outOfBounds: 0 };
  const note = (x: Float32Array, n: number): void => {
    seen.batches.push(n);
    if (x.length !== n * sampleSize(target)) throw new RangeError(`${x.length} values for ${n} samples`);
    const { low, high } = target.bounds;
    for (let at = 0; at < x.length; at++) {
      const feature = at % sampleSize(target);
      const least = typeof low === 'number' ? low : low[feature]!;
      const most = typeof high === 'number' ? high : high[feature]!;
      if (!(x[at]! >= Math.fround(least) && x[at]! <= Math.fround(most))) seen.outOfBounds++;
    }
  };
  const wrapped: T = {
    ...target,
    scores: (x: Float32Array, n: number) => {
      note(x, n);
      seen.forward += n;
      return target.scores(x, n);
    },
  };
  if (isGradientTarget(target)) {
    Object.assign(wrapped, {
      lossGradient: (x: Float32Array, n: number, loss: Loss) => {
        note(x, n);
        seen.backward += n;
        return target.lossGradient(x, n, loss);
      },
    });
  }
  return { target: wrapped, seen };
}
