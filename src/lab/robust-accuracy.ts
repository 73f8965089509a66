import { seededRandom } from '../math/random.ts';
import { pgd } from './evasion/pgd/attack.ts';
import type { LabelledData } from './labelled-data.ts';
import { argmax } from './loss-of-scores.ts';
import type { GradientTarget } from './target.ts';

export interface RobustAccuracy {
  readonly count: number;
  /** Share of samples that are right as they are. */
  readonly clean: number;
  /** Share that stays right under the attack: an upper bound of what a stronger one leaves. */
  readonly robust: number;
  readonly attack: string;
}

export interface RobustAccuracyOptions {
  readonly norm: 'linf' | 'l2';
  readonly eps: number;
  /** Default 20. */
  readonly steps?: number;
  /** Default 1. */
  readonly restarts?: number;
  readonly seed: string;
  readonly signal?: AbortSignal;
}

const AT_ONCE = 200;

/**
 * Accuracy on clean samples and under PGD (cross-entropy, random start, steps of 2.5 eps / steps). What the attack gives is predicted again;
 * its own flags count for nothing.
 */
export async function robustAccuracy(
  target: GradientTarget,
  data: LabelledData,
  options: RobustAccuracyOptions,
): Promise<RobustAccuracy> {
  const { norm, eps, steps = 20, restarts = 1, seed, signal } = options;
  const size = data.inputShape.reduce((product, length) => product * length, 1);
  let [clean, robust] = [0, 0];
  for (let from = 0; from < data.count; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, data.count - from);
    const inputs = data.inputs.subarray(from * size, (from + count) * size);
    const labels = data.labels.subarray(from, from + count);
    const right = isRight(await target.scores(inputs, count), labels, target.classes);
    const { adversarial } = await pgd.run(
      target,
      { ...data, inputs, labels, count },
      { norm, eps },
      { ...pgd.defaults, steps, restarts },
      { random: seededRandom(seed).fork(from), ...(signal === undefined ? {} : { signal }) },
    );
    const stays = isRight(await target.scores(adversarial, count), labels, target.classes);
    for (let i = 0; i < count; i++) {
      clean += right[i]! ? 1 : 0;
      robust += right[i]! && stays[i]! ? 1 : 0;
    }
  }
  return {
    count: data.count,
    clean: clean / data.count,
    robust: robust / data.count,
    attack: `PGD-${steps}${restarts > 1 ? ` x ${restarts}` : ''} ${norm} ${eps}`,
  };
}

function isRight(scores: Float32Array, labels: Int32Array, classes: number): readonly boolean[] {
  return Array.from(labels, (label, i) => argmax(scores.subarray(i * classes, (i + 1) * classes)) === label);
}
