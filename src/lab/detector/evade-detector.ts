import { Fault } from '../../core/fault.ts';
import type { Loss } from '../../engine/loss.ts';
import type { Random } from '../../math/random.ts';
import { boxOf, projectOntoBall, randomStart } from '../evasion/norm-ball.ts';
import { gatherLabels, gatherRows, row } from '../evasion/rows.ts';
import { steepestStep } from '../evasion/step-direction.ts';
import type { LabelledData } from '../labelled-data.ts';
import { sampleSize, type GradientTarget } from '../target.ts';
import type { InputScorer } from './detector.ts';
import { isReported, rankable } from './reported.ts';

export interface EvasionOptions {
  readonly norm: 'linf' | 'l2';
  /** In the target's units. */
  readonly eps: number;
  /** Gradient steps of each start. */
  readonly steps: number;
  /** Length of the first step as a share of eps; the last is a fifth of it. */
  readonly stepShare: number;
  /** Random starts, besides the given points. The first start keeps the two goals apart (orthogonal), the second does not, and so on in turn; from
   * the third on each aims at another wrong class. */
  readonly restarts: number;
  readonly threshold: number;
  readonly random: Random;
  /** Points to start from, [count, ...inputShape], inside the ball: what another attack found. */
  readonly from?: Float32Array;
  /** Samples in one call of the model. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

export const EVASION_DEFAULTS = { steps: 50, stepShare: 0.2, restarts: 4 } as const;

export interface EvasionResult {
  /** [count, ...inputShape]: of the points that fool the model the one with the lowest score. Where nothing fooled it, the clean input. */
  readonly adversarial: Float32Array;
  /** 1 where the model errs. */
  readonly fooled: Uint8Array;
  /** 1 where it errs and the detector does not report. */
  readonly unseen: Uint8Array;
  /** [count], of `adversarial`. */
  readonly scores: Float64Array;
}

/**
 * An attack that knows the detector: each step follows the gradient of the goal that is not met yet (to be misclassified, or to score below
 * the threshold). In every other start it is made orthogonal to the gradient of the other goal, so that gaining one does not lose the
 * other (Bryniarski et al. 2022, arXiv:2106.15023: selective and orthogonal projected gradient descent). A start goes on after the threshold is
 * passed, so that the scores say what the attack reaches at lower thresholds, too; what passed needs no further start. Where the detector tells outright
 * which inputs it lets pass (`repair`), each point is moved there before the model sees it.
 * @throws Fault `ERR_USAGE` when the detector's score has no gradient
 */
export async function evadeDetector(
  target: GradientTarget,
  scorer: InputScorer,
  data: LabelledData,
  options: EvasionOptions,
): Promise<EvasionResult> {
  if (scorer.scoreGradient === undefined)
    throw new Fault('ERR_USAGE', 'The score of this detector has no gradient to follow.');
  const { count } = data;
  const result: EvasionResult = {
    adversarial: data.inputs.slice(),
    fooled: new Uint8Array(count),
    unseen: new Uint8Array(count),
    scores: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
  };
  const starts = [
    ...(options.from === undefined ? [] : ['given' as const]),
    ...Array.from({ length: options.restarts }, (_, r) => r),
  ];
  const batch = options.batch ?? 64;
  for (const [turn, start] of starts.entries()) {
    const left = Array.from({ length: count }, (_, i) => i).filter((i) => result.unseen[i] === 0);
    for (let from = 0; from < left.length; from += batch) {
      if (options.signal?.aborted === true) return result;
      await descend(target, scorer, data, left.slice(from, from + batch), start, turn % 2 === 0, options, result);
    }
  }
  return result;
}

async function descend(
  target: GradientTarget,
  scorer: InputScorer,
  data: LabelledData,
  samples: readonly number[],
  start: 'given' | number,
  apart: boolean,
  { norm, eps, steps, stepShare, threshold, random, from, signal }: EvasionOptions,
  result: EvasionResult,
): Promise<void> {
  const size = sampleSize(target);
  const box = boxOf(target);
  const active = samples;
  const points = gatherRows(start === 'given' ? from! : data.inputs, size, active);
  if (start !== 'given')
    active.forEach((i, at) =>
      randomStart(
        norm,
        row(points, size, at),
        row(data.inputs, size, i),
        eps,
        box,
        random.fork(`${start}/${i}`),
        false,
      ),
    );
  const labels = gatherLabels(data.labels, active);
  let aim: Loss | undefined;
  for (let step = 0; step <= steps; step++) {
    if (signal?.aborted === true) return;
    const n = active.length;
    const asked = scorer.repair?.(points, gatherRows(data.inputs, size, active), n) ?? points;
    const own = await target.lossGradient(asked, n, aim ?? { kind: 'margin', labels });
    aim ??= aimed(own.scores, target.classes, labels, start);
    const suspicion = await scorer.scoreGradient!(asked, n);
    const scores = rankable(suspicion.scores);
    active.forEach((i, at) => {
      const errs = own.losses[at]! > 0;
      if (errs && (result.fooled[i] === 0 || scores[at]! < result.scores[i]!)) {
        result.adversarial.set(row(asked, size, at), i * size);
        result.fooled[i] = 1;
        result.scores[i] = scores[at]!;
        if (!isReported(suspicion.scores[at]!, threshold)) result.unseen[i] = 1;
      }
      const up = row(own.gradient, size, at);
      const away = row(suspicion.gradient, size, at).map((value) => -value);
      // With `repair` a score is met by construction, and only the model is left.
      const wanted = errs && scorer.repair === undefined ? [away, up] : [up, away];
      const direction = apart ? orthogonal(wanted[0]!, wanted[1]!) : wanted[0]!;
      const length = eps * stepShare * (1 - (0.8 * step) / steps);
      const move = steepestStep(norm, direction);
      const point = row(points, size, at);
      for (let f = 0; f < size; f++) point[f] = point[f]! + length * move[f]!;
      projectOntoBall(norm, point, row(data.inputs, size, i), eps, box);
    });
  }
}

/** The third random start and those after it aim at one class each: the likeliest wrong one where they begin, the next likeliest, and so on. */
function aimed(scores: Float32Array, classes: number, labels: Int32Array, start: 'given' | number): Loss {
  if (start === 'given' || start < 2 || classes < 3) return { kind: 'margin', labels };
  const first = labels.map((label, at) => {
    const z = row(scores, classes, at);
    const others = Array.from(z, (_, c) => c).filter((c) => c !== label);
    return others.toSorted((a, b) => z[b]! - z[a]!)[(start - 2) % others.length]!;
  });
  return { kind: 'difference', first, second: labels };
}

/** a less its part along b. What is left of a vector along b is nothing to go by: then a itself. */
function orthogonal(a: Float32Array, b: Float32Array): Float32Array {
  let [along, square, length] = [0, 0, 0];
  for (let f = 0; f < a.length; f++) {
    along += a[f]! * b[f]!;
    square += b[f]! ** 2;
    length += a[f]! ** 2;
  }
  if (!(square > 0) || along * along > 0.9999 * square * length) return a;
  const share = along / square;
  return a.map((value, f) => value - share * b[f]!);
}
