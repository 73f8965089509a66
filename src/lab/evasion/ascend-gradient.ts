import type { Loss } from '../../engine/loss.ts';
import type { GradientTarget } from '../target.ts';
import type { AttackContext, AttackResult } from './attack.ts';
import {
  type AttackState,
  gradientOf,
  inputsOf,
  isWrong,
  labelsOf,
  scoresOf,
  succeed,
  survivors,
} from './attack-state.ts';
import { gatherRows, row } from './rows.ts';
import { isZero } from './step-direction.ts';

export interface Ascent {
  readonly steps: number;
  readonly restarts: number;
  readonly loss: 'cross-entropy' | 'margin' | 'dlr';
  /** Puts the point of a sample, which is the clean input, to where a restart begins. */
  begin(point: Float32Array, sample: number, restart: number): void;
  /** Moves the point of a sample by the gradient of the loss there, and back to where it may be. */
  move(point: Float32Array, slope: Float32Array, sample: number, step: number): void;
}

/** Gradient steps from several starts. A sample that is fooled leaves the batch at once, and is in no further start. */
export async function ascendGradient(
  target: GradientTarget,
  state: AttackState,
  { steps, restarts, loss, begin, move }: Ascent,
  context: AttackContext,
): Promise<AttackResult> {
  const { size, classes } = state;
  const zeroGradients = new Uint8Array(state.count);
  const lossOf = (rows: readonly number[]): Loss => ({ kind: loss, labels: labelsOf(state, rows) });
  for (let restart = 0; restart < restarts; restart++) {
    let samples = survivors(state);
    let points = inputsOf(state, samples);
    samples.forEach((sample, at) => begin(row(points, size, at), sample, restart));
    for (let step = 0; step <= steps && samples.length > 0; step++) {
      if (context.signal?.aborted === true) return { ...state.result, zeroGradients };
      // Behind the last step nothing is climbed any more: scores are enough.
      const asked =
        step === steps
          ? { scores: await scoresOf(target, state, points, samples), gradient: null }
          : await gradientOf(target, state, points, samples, lossOf);
      const still: number[] = [];
      samples.forEach((sample, at) => {
        const point = row(points, size, at);
        if (isWrong(row(asked.scores, classes, at), state.labels[sample]!, target.answersAbove))
          return succeed(state, sample, point);
        still.push(at);
        if (asked.gradient === null) return;
        const slope = row(asked.gradient, size, at);
        if (step === 0 && isZero(slope)) zeroGradients[sample] = 1;
        move(point, slope, sample, step);
      });
      if (still.length < samples.length) {
        points = gatherRows(points, size, still);
        samples = still.map((at) => samples[at]!);
      }
      context.progress?.((restart + step / (steps + 1)) / restarts);
    }
  }
  context.progress?.(1);
  return { ...state.result, zeroGradients };
}
