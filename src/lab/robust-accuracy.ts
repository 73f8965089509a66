import { seededRandom } from '../math/random.ts';
import { pgd } from './evasion/pgd/attack.ts';
import type { LabelledData } from './labelled-data.ts';
import { answerOf } from './loss-of-scores.ts';
import type { GradientTarget } from './target.ts';

export interface RobustAccuracy {
  readonly count: number;
  /** Share of samples that are right as they are. */
  readonly clean: number;
  /** Share that the model does not answer as they are, where it may abstain. */
  readonly abstained?: number;
  /** Share that is right and not brought to a wrong answer by the attack: an upper bound of what a stronger one leaves. */
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
  let [clean, abstained, robust] = [0, 0, 0];
  for (let from = 0; from < data.count; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, data.count - from);
    const inputs = data.inputs.subarray(from * size, (from + count) * size);
    const labels = data.labels.subarray(from, from + count);
    const before = answersOf(await target.scores(inputs, count), count, target);
    const { adversarial } = await pgd.run(
      target,
      { ...data, inputs, labels, count },
      { norm, eps },
      { ...pgd.defaults, steps, restarts },
      { random: seededRandom(seed).fork(from), ...(signal === undefined ? {} : { signal }) },
    );
    const after = answersOf(await target.scores(adversarial, count), count, target);
    for (let i = 0; i < count; i++) {
      const isRight = before[i] === labels[i];
      clean += isRight ? 1 : 0;
      abstained += before[i]! < 0 ? 1 : 0;
      // Who is brought to abstain is not fooled.
      robust += isRight && (after[i] === labels[i] || after[i]! < 0) ? 1 : 0;
    }
  }
  return {
    count: data.count,
    clean: clean / data.count,
    ...(target.answersAbove === undefined ? {} : { abstained: abstained / data.count }),
    robust: robust / data.count,
    attack: `PGD-${steps}${restarts > 1 ? ` x ${restarts}` : ''} ${norm} ${eps}`,
  };
}

function answersOf(scores: Float32Array, count: number, { classes, answersAbove }: GradientTarget): Int32Array {
  return Int32Array.from({ length: count }, (_, i) =>
    answerOf(scores.subarray(i * classes, (i + 1) * classes), answersAbove),
  );
}
