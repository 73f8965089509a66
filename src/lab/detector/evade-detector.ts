import { Fault } from '../../core/fault.ts';
import type { Random } from '../../math/random.ts';
import type { LabelledData } from '../labelled-data.ts';
import { sampleSize, type GradientTarget } from '../target.ts';
import type { InputScorer } from './detector.ts';

export interface EvasionOptions {
  /** Linf, in the target's units. */
  readonly eps: number;
  readonly steps: number;
  /** Length of a step as a share of eps. */
  readonly stepShare: number;
  readonly threshold: number;
  readonly random: Random;
}

export interface EvasionResult {
  /** [count, ...inputShape]. Where nothing fooled the model, the clean input. */
  readonly adversarial: Float32Array;
  /** 1 where the model errs. */
  readonly fooled: Uint8Array;
  /** 1 where it errs and the score is at most the threshold. */
  readonly unseen: Uint8Array;
  /** [count], of `adversarial`. */
  readonly scores: Float64Array;
}

/**
 * An attack that knows the detector: each step follows the gradient of the goal that is not met yet (to be misclassified, or to score below
 * the threshold), made orthogonal to the gradient of the other, so that gaining one does not lose the other
 * (Bryniarski et al. 2022, arXiv:2106.15023).
 * @throws Fault `ERR_USAGE` when the detector's score has no gradient
 */
export async function evadeDetector(
  target: GradientTarget,
  scorer: InputScorer,
  data: LabelledData,
  { eps, steps, stepShare, threshold, random }: EvasionOptions,
): Promise<EvasionResult> {
  if (scorer.scoreGradient === undefined)
    throw new Fault('ERR_USAGE', 'The score of this detector has no gradient to follow.');
  const size = sampleSize(target);
  const { count, inputs, labels } = data;
  const bound = (which: 'low' | 'high', f: number): number => {
    const value = target.bounds[which];
    return typeof value === 'number' ? value : value[f]!;
  };
  const x = inputs.slice();
  const place = (at: number, value: number): void => {
    const f = at % size;
    const near = Math.min(Math.max(value, inputs[at]! - eps), inputs[at]! + eps);
    x[at] = Math.min(Math.max(near, bound('low', f)), bound('high', f));
  };
  for (let at = 0; at < x.length; at++) place(at, x[at]! + eps * 0.5 * (2 * random.uniform() - 1));
  const adversarial = inputs.slice();
  const fooled = new Uint8Array(count);
  const unseen = new Uint8Array(count);
  const scores = (await scorer.score(inputs, count)).slice();
  for (let step = 0; step <= steps; step++) {
    const own = await target.lossGradient(x, count, { kind: 'margin', labels });
    const suspicion = await scorer.scoreGradient(x, count);
    for (let i = 0; i < count; i++) {
      const errs = own.losses[i]! > 0;
      const hidden = suspicion.scores[i]! <= threshold;
      const better = errs && (!fooled[i] || suspicion.scores[i]! < scores[i]!);
      if (better && !unseen[i]) {
        adversarial.set(x.subarray(i * size, (i + 1) * size), i * size);
        fooled[i] = 1;
        scores[i] = suspicion.scores[i]!;
        unseen[i] = hidden ? 1 : 0;
      }
    }
    if (step === steps) break;
    for (let i = 0; i < count; i++) {
      if (unseen[i]) continue;
      const up = own.gradient.subarray(i * size, (i + 1) * size);
      const away = suspicion.gradient.subarray(i * size, (i + 1) * size);
      const direction = own.losses[i]! > 0 ? orthogonal(away, up, -1) : orthogonal(up, away, 1);
      const length = eps * stepShare * (1 - (0.8 * step) / steps);
      for (let f = 0; f < size; f++) place(i * size + f, x[i * size + f]! + length * Math.sign(direction[f]!));
    }
  }
  return { adversarial, fooled, unseen, scores };
}

/** sign · (a less its part along b). */
function orthogonal(a: Float32Array, b: Float32Array, sign: 1 | -1): Float32Array {
  let [along, square] = [0, 0];
  for (let f = 0; f < a.length; f++) {
    along += a[f]! * b[f]!;
    square += b[f]! ** 2;
  }
  const share = square > 0 ? along / square : 0;
  return a.map((value, f) => sign * (value - share * b[f]!));
}
