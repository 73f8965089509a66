import { Fault } from '../../core/fault.ts';
import type { Loss, LossGradient } from '../../engine/loss.ts';
import type { Random } from '../../math/random.ts';
import type { LabelledData } from '../labelled-data.ts';
import { answerOf } from '../loss-of-scores.ts';
import { isGradientTarget, sampleSize, type GradientTarget, type Target } from '../target.ts';
import type { AttackContext, AttackResult } from './attack.ts';
import { boxOf, type Box } from './norm-ball.ts';
import { gatherLabels, gatherRows, row, rowsWithout } from './rows.ts';

/** What an attack knows at its beginning and fills until its end. */
export interface AttackState {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
  readonly size: number;
  readonly classes: number;
  readonly box: Box;
  /** Scores of the clean inputs. */
  readonly cleanScores: Float32Array;
  readonly result: AttackResult;
  /** A stream for one sample and one purpose: the same whatever else is in the batch. */
  random(i: number, purpose: string): Random;
}

/**
 * Checks data against the target and predicts the clean inputs; samples that are wrong from the start are done.
 * @throws Fault `ERR_DATA` on data that does not fit, `ERR_TARGET` on scores that do not
 */
export async function beginAttack(target: Target, data: LabelledData, context: AttackContext): Promise<AttackState> {
  const size = sampleSize(target);
  const { classes } = target;
  const box = boxOf(target);
  assertData(data, size, classes, box);
  const { count } = data;
  const result = {
    adversarial: Float32Array.from(data.inputs),
    success: new Uint8Array(count),
    queries: new Float64Array(count),
    gradients: new Float64Array(count),
  };
  const cleanScores = count === 0 ? new Float32Array(0) : await target.scores(Float32Array.from(data.inputs), count);
  if (cleanScores.length !== count * classes) {
    throw new Fault(
      'ERR_TARGET',
      `the target gave ${cleanScores.length} scores for ${count} samples of ${classes} classes`,
    );
  }
  for (let i = 0; i < count; i++) {
    const scores = row(cleanScores, classes, i);
    if (!scores.every((score) => !Number.isNaN(score))) {
      throw new Fault('ERR_TARGET', 'the target gave a score that is not a number', {
        where: `sample ${i}`,
        hint: "Check the data's scale and the model's preprocessing.",
      });
    }
    result.queries[i] = 1;
    // Neither what is wrong nor what the target abstains on is left to fool.
    if (answerOf(scores, target.answersAbove) !== data.labels[i]) result.success[i] = 1;
  }
  const randoms = Array.from({ length: count }, (_, i) => context.random.fork(context.ids?.[i] ?? i));
  return {
    inputs: data.inputs,
    labels: data.labels,
    count,
    size,
    classes,
    box,
    cleanScores,
    result,
    random: (i, purpose) => randoms[i]!.fork(purpose),
  };
}

function assertData(data: LabelledData, size: number, classes: number, box: Box): void {
  if (data.inputs.length !== data.count * size || data.labels.length !== data.count) {
    throw new Fault(
      'ERR_DATA',
      `data has ${data.inputs.length} values and ${data.labels.length} labels for ${data.count} samples of ${size} values`,
      {
        hint: "The data's sample shape must be the model's input shape without the batch dimension.",
      },
    );
  }
  for (let i = 0; i < data.count; i++) {
    const label = data.labels[i]!;
    if (!(label >= 0 && label < classes)) {
      throw new Fault('ERR_DATA', `label ${label} is no class of a model with ${classes}`, { where: `sample ${i}` });
    }
    for (let feature = 0, at = i * size; feature < size; feature++, at++) {
      const value = data.inputs[at]!;
      if (!(value >= box.low[feature]! && value <= box.high[feature]!)) {
        throw new Fault(
          'ERR_DATA',
          `a value lies outside the target's bounds ${box.low[feature]} to ${box.high[feature]}`,
          {
            where: `sample ${i}, feature ${feature}`,
            hint: 'Declare the bounds that the data has, or scale the data.',
          },
        );
      }
    }
  }
}

/** Whether these scores are an error. A score that is not a number is none, nor is one with which the target abstains: nobody could act on it. */
export function isWrong(scores: Float32Array, label: number, answersAbove: number | undefined): boolean {
  const answer = answerOf(scores, answersAbove);
  return answer !== label && answer >= 0;
}

/** Samples that are still to fool. */
export function survivors(state: AttackState): number[] {
  return rowsWithout(state.result.success);
}

export function succeed(state: AttackState, i: number, adversarial: Float32Array): void {
  state.result.adversarial.set(adversarial, i * state.size);
  state.result.success[i] = 1;
}

/** @throws Fault `ERR_USAGE` */
export function assertGradients(target: Target, attack: string): GradientTarget {
  if (isGradientTarget(target)) return target;
  throw new Fault('ERR_USAGE', `${attack} needs gradients, and the target "${target.name}" has none`, {
    hint: 'Use square (scores) or hopskipjump (labels), or open the model as ONNX.',
  });
}

/** Loss and gradient of some rows of a batch, counted on the samples they belong to. */
export async function gradientOf(
  target: GradientTarget,
  state: AttackState,
  points: Float32Array,
  samples: readonly number[],
  loss: (rows: readonly number[]) => Loss,
): Promise<LossGradient> {
  for (const i of samples) {
    state.result.queries[i]!++;
    state.result.gradients[i]!++;
  }
  return target.lossGradient(points, samples.length, loss(samples));
}

/** Scores of some points, counted on the samples they belong to. */
export async function scoresOf(
  target: Target,
  state: AttackState,
  points: Float32Array,
  samples: readonly number[],
): Promise<Float32Array> {
  for (const i of samples) state.result.queries[i]!++;
  return target.scores(points, samples.length);
}

export function inputsOf(state: AttackState, samples: readonly number[]): Float32Array {
  return gatherRows(state.inputs, state.size, samples);
}

export function labelsOf(state: AttackState, samples: readonly number[]): Int32Array {
  return gatherLabels(state.labels, samples);
}
