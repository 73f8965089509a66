import type { Loss } from '../../../engine/loss.ts';
import type { GradientTarget } from '../../target.ts';
import type { AttackContext } from '../attack.ts';
import { gradientOf, inputsOf, isWrong, succeed, type AttackState } from '../attack-state.ts';
import { projectOntoBall, randomStart } from '../norm-ball.ts';
import { gatherRows, row } from '../rows.ts';
import { isZero } from '../step-direction.ts';
import { l2MomentumStep, linfMomentumStep, type MomentumStep } from './momentum-step.ts';

export interface ApgdRun {
  readonly norm: 'linf' | 'l2' | 'l1';
  readonly eps: number;
  readonly iterations: number;
  /** Passes that are averaged for one gradient: for randomised targets. */
  readonly eotIterations: number;
  readonly rho: number;
  readonly loss: (samples: readonly number[]) => Loss;
  /** Names the random stream of this run. */
  readonly purpose: string;
  /** Starts, [samples, size], already in the ball; random on its surface when absent. */
  readonly start?: Float32Array;
  /** Counts a point outside the final ball as no success: the first stages of the L1 schedule. */
  readonly successCounts: boolean;
  readonly zeroGradients?: Uint8Array;
  readonly progress?: (done: number) => void;
}

/** Momentum of the update, Croce and Hein 2020, eq. 3. */
const MOMENTUM = 0.75;
const DIVISOR_FLOOR = 1e-10;

/**
 * One run of Auto-PGD on some samples (Croce and Hein 2020, arXiv:2003.01690, Algorithm 1; for L1 arXiv:2103.01208, Algorithm 1). A sample
 * leaves the run when it is fooled. Returns the point of the highest loss of each sample, [samples, size].
 */
export async function runApgd(
  target: GradientTarget,
  state: AttackState,
  samples: readonly number[],
  run: ApgdRun,
  context: AttackContext,
): Promise<Float32Array> {
  const { size, classes, box } = state;
  const { norm, eps, iterations } = run;
  const n = samples.length;
  const now = run.start === undefined ? inputsOf(state, samples) : Float32Array.from(run.start);
  const center = (at: number): Float32Array => row(state.inputs, size, samples[at]!);
  if (run.start === undefined) {
    for (let at = 0; at < n; at++) {
      randomStart(norm, row(now, size, at), center(at), eps, box, state.random(samples[at]!, run.purpose), true);
    }
  }
  const previous = Float32Array.from(now);
  const best = Float32Array.from(now);
  const slope = new Float32Array(n * size);
  const bestSlope = new Float32Array(n * size);
  const bestLoss = new Float64Array(n).fill(-Infinity);
  const lastLoss = new Float64Array(n);
  const rises = new Float64Array(n);
  const bestAtCheck = new Float64Array(n);
  const reduced = new Uint8Array(n).fill(1);
  const longest = norm === 'l1' ? eps : 2 * eps;
  const stepSize = new Float64Array(n).fill(longest);
  // L1: share of the features that a step moves, and how many the best point had moved at the last checkpoint.
  const share = new Float64Array(n).fill(0.2);
  const moved = new Float64Array(n).fill(size);
  if (norm === 'l1' && run.start !== undefined) {
    for (let at = 0; at < n; at++) {
      moved[at] = changed(row(now, size, at), center(at));
      share[at] = moved[at]! / size / 1.5;
    }
  }
  let active = Array.from({ length: n }, (_, at) => at);

  const look = async (first: boolean): Promise<void> => {
    const points = gatherRows(now, size, active);
    const asked = active.map((at) => samples[at]!);
    let answer = await gradientOf(target, state, points, asked, run.loss);
    let gradient = answer.gradient;
    if (run.eotIterations > 1) {
      gradient = Float32Array.from(gradient);
      for (let pass = 1; pass < run.eotIterations; pass++) {
        answer = await gradientOf(target, state, points, asked, run.loss);
        for (let f = 0; f < gradient.length; f++) gradient[f]! += answer.gradient[f]!;
      }
      for (let f = 0; f < gradient.length; f++) gradient[f]! /= run.eotIterations;
    }
    const still: number[] = [];
    active.forEach((at, i) => {
      const sample = samples[at]!;
      const point = row(now, size, at);
      if (run.successCounts && isWrong(row(answer.scores, classes, i), state.labels[sample]!, target.answersAbove)) {
        best.set(point, at * size);
        succeed(state, sample, point);
        return;
      }
      still.push(at);
      const own = row(gradient, size, i);
      slope.set(own, at * size);
      if (first && isZero(own) && run.zeroGradients !== undefined) run.zeroGradients[sample] = 1;
      const loss = answer.losses[i]!;
      if (!first && loss > lastLoss[at]!) rises[at]!++;
      lastLoss[at] = loss;
      if (first || loss > bestLoss[at]!) {
        bestLoss[at] = loss;
        best.set(point, at * size);
        bestSlope.set(own, at * size);
      }
      if (first) bestAtCheck[at] = loss;
    });
    active = still;
  };

  await look(true);
  let window = norm === 'l1' ? atLeastOne(0.04 * iterations) : atLeastOne(0.22 * iterations);
  const shrink = atLeastOne(0.03 * iterations);
  const shortest = atLeastOne(0.06 * iterations);
  let sinceCheck = 0;
  for (let step = 0; step < iterations && active.length > 0; step++) {
    if (context.signal?.aborted === true) return best;
    for (const at of active) {
      const own = {
        point: row(now, size, at),
        previous: row(previous, size, at),
        slope: row(slope, size, at),
        center: center(at),
        eps,
        box,
        length: stepSize[at]!,
        weight: step === 0 ? 1 : MOMENTUM,
      };
      if (norm === 'linf') linfMomentumStep(own);
      else if (norm === 'l2') l2MomentumStep(own);
      else sparseMove(own, share[at]!);
    }
    await look(false);
    run.progress?.((step + 1) / iterations);
    if (++sinceCheck < window) continue;
    for (const at of active) {
      if (norm === 'l1') {
        const count = changed(row(best, size, at), center(at));
        const sparser = count / moved[at]! < 0.95;
        share[at] = count / size / 1.5;
        moved[at] = count;
        stepSize[at] = sparser ? longest : Math.max(longest / 10, stepSize[at]! / 1.5);
        if (sparser) goBack(at);
      } else {
        // Condition 1: too few rises since the last check. Condition 2: nothing was gained and the step was not halved then.
        const few = rises[at]! <= run.rho * window;
        const stuck = reduced[at] === 0 && bestAtCheck[at]! >= bestLoss[at]!;
        reduced[at] = few || stuck ? 1 : 0;
        bestAtCheck[at] = bestLoss[at]!;
        if (few || stuck) {
          stepSize[at]! /= 2;
          goBack(at);
        }
      }
      rises[at] = 0;
    }
    if (norm !== 'l1') window = Math.max(window - shrink, shortest);
    sinceCheck = 0;
  }
  return best;

  function goBack(at: number): void {
    now.set(row(best, size, at), at * size);
    slope.set(row(bestSlope, size, at), at * size);
  }
}

function atLeastOne(share: number): number {
  return Math.max(Math.floor(share), 1);
}

function changed(point: Float32Array, center: Float32Array): number {
  let count = 0;
  for (let f = 0; f < point.length; f++) if (point[f] !== center[f]) count++;
  return Math.max(count, 1);
}

/** No momentum in L1: a sparse step, then the nearest point of ball and box. */
function sparseMove({ point, slope, center, eps, box, length }: MomentumStep, share: number): void {
  const next = sparseStep(slope, share);
  for (let f = 0; f < next.length; f++) next[f] = point[f]! + length * next[f]!;
  projectOntoBall('l1', next, center, eps, box);
  point.set(next);
}

/** Equal parts of a step of L1 length 1 on the `share` of features with the largest slopes. */
function sparseStep(slope: Float32Array, share: number): Float64Array {
  const sizes = Float32Array.from(slope, Math.abs).sort();
  const from = Math.min(Math.max(Math.floor((1 - share) * slope.length), 0), slope.length - 1);
  const least = sizes[from]!;
  const step = new Float64Array(slope.length);
  let count = 0;
  for (let f = 0; f < slope.length; f++) {
    if (Math.abs(slope[f]!) < least || slope[f] === 0) continue;
    step[f] = Math.sign(slope[f]!);
    count++;
  }
  for (let f = 0; f < slope.length; f++) step[f]! /= count + DIVISOR_FLOOR;
  return step;
}
