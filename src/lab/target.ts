import type { Loss, LossGradient } from '../engine/loss.ts';
import type { SampleKind } from './sample-kind.ts';
import type { TabularDeclaration } from './tabular/declaration.ts';

/** What a target tells about its answer: everything an attack may rely on follows from it. */
export const SCORE_TYPES = ['logits', 'probabilities', 'top-k', 'label'] as const;
export type ScoreType = (typeof SCORE_TYPES)[number];

/** Smallest and largest allowed value: one number for all features, or one a feature (length = product of `inputShape`). */
export interface Bounds {
  readonly low: number | Float32Array;
  readonly high: number | Float32Array;
}

/**
 * A model under test: a function from a batch to scores. Samples are flat and row-major: sample i of a batch `x` of n samples is
 * `x.subarray(i * size, (i + 1) * size)` where size is the product of `inputShape`. Preprocessing is inside: x is in the units of
 * `bounds`, which is what `eps` is measured in.
 */
export interface Target {
  readonly name: string;
  /** Shape of one sample, without the batch dimension. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly classNames?: readonly string[];
  readonly bounds: Bounds;
  readonly scoreType: ScoreType;
  /**
   * The target may abstain: the class with the highest score is an answer only where that score is above this. What it abstains on is handed to somebody else: it is
   * not right, and no success of an attack.
   */
  readonly answersAbove?: number;
  /** What samples are, where it was declared; `kindOfSample` tells it of all. */
  readonly kind?: SampleKind;
  /** What rows of a table may hold and an attacker may change, where it was declared. Attacks that keep constraints take it for theirs. */
  readonly constraints?: TabularDeclaration;
  /** What the model really sees of samples, [n, ...inputShape], where that is less than float32: a picture file has 256 levels. It is what is saved and reported. */
  asSent?(x: Float32Array): Float32Array;
  /**
   * Scores of n samples, [n, classes]. Where `scoreType` is `label`, a one-hot row; where it is `top-k`, zero for what was not told.
   * @throws Fault `ERR_TARGET` when the model did not answer.
   */
  scores(x: Float32Array, n: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** A target whose gradients can be had (an ONNX model). */
export interface GradientTarget extends Target {
  readonly differentiable: true;
  /** One forward and one backward pass over n samples. */
  lossGradient(x: Float32Array, n: number, loss: Loss): Promise<LossGradient>;
  /** Values inside the network, by the name of the ONNX value: each [n, ...]. */
  activations(x: Float32Array, n: number, names: readonly string[]): Promise<Readonly<Record<string, Float32Array>>>;
}

export function isGradientTarget(target: Target): target is GradientTarget {
  return 'differentiable' in target && target.differentiable === true;
}

/** Number of values in one sample. */
export function sampleSize(target: { readonly inputShape: readonly number[] }): number {
  return target.inputShape.reduce((product, length) => product * length, 1);
}
