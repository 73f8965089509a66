import { Fault } from '../core/fault.ts';
import { sampleSize, type Target } from './target.ts';

export interface FunctionTargetOptions extends Omit<Target, 'scores' | 'close'> {
  /** Samples given to the function in one call at most. */
  readonly batch?: number;
}

/**
 * Any function as a target: `predict` gets n flat samples and answers [n, classes].
 * @throws Fault (on a call) `ERR_TARGET` when the function throws or answers something of another size
 */
export function functionTarget(
  predict: (x: Float32Array, n: number) => Promise<ArrayLike<number>> | ArrayLike<number>,
  options: FunctionTargetOptions,
): Target {
  const { batch = 256, ...declared } = options;
  const size = sampleSize(options);
  return {
    ...declared,
    scores: async (x, n) => {
      const scores = new Float32Array(n * options.classes);
      for (let from = 0; from < n; from += batch) {
        const to = Math.min(from + batch, n);
        let part: ArrayLike<number>;
        try {
          part = await predict(x.slice(from * size, to * size), to - from);
        } catch (cause) {
          throw new Fault('ERR_TARGET', 'the function under test threw an error', { where: options.name, cause });
        }
        if (part.length !== (to - from) * options.classes) {
          throw new Fault(
            'ERR_TARGET',
            `the function gave ${part.length} numbers for ${to - from} samples of ${options.classes} classes`,
            {
              where: options.name,
              hint: 'It must answer one score a class for each sample, in the order of the samples.',
            },
          );
        }
        scores.set(part, from * options.classes);
      }
      return scores;
    },
    close: async () => {},
  };
}
