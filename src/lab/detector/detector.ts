import type { z as Zod } from 'zod';
import type { Threat } from '../../core/threat.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { Modality } from '../evasion/attack.ts';
import type { Target } from '../target.ts';
import type { FittedState } from './fitted-state.ts';

/** What a detector must be given besides clean data. */
export const DETECTOR_NEEDS = ['model', 'features', 'ensemble'] as const;
export type DetectorNeed = (typeof DETECTOR_NEEDS)[number];

export interface InputDetectorMeta<Id extends string = string> {
  /** The folder's name. */
  readonly id: Id;
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  readonly threats: readonly Threat[];
  readonly modalities: readonly Modality[];
  readonly needs: readonly DetectorNeed[];
  /** True where a score depends on the inputs before it: series, and queries of one caller. */
  readonly stateful: boolean;
  /** `queries`: sees an attack by the queries that it sends, not by what it ends in. */
  readonly watches?: 'queries';
  /** Most clean inputs get the lowest score there is: then equal scores on clean data say nothing against the detector. */
  readonly quietWhenClean?: true;
  readonly taxonomy: readonly string[];
  readonly references: readonly string[];
}

/** The models that a detector works with. */
export interface DetectorModels {
  /** The model that is watched over. */
  readonly model?: Target;
  /** A target whose scores are features: the model cut at a layer, or the model itself. */
  readonly features?: Target;
  /** Other models for the same task. */
  readonly ensemble?: readonly Target[];
}

export interface ScoreContext {
  /** Who sent each input, for detectors that keep a memory for each caller. */
  readonly principals?: readonly string[];
}

/** Scores and their gradients by the inputs, [n] and [n, ...inputShape]. */
export interface ScoreGradient {
  readonly scores: Float64Array;
  readonly gradient: Float32Array;
}

/** Scores of the next inputs of a series, in the state in which those before them leave the detector. */
export type SeriesReader = (x: Float32Array, n: number, context?: ScoreContext) => Promise<Float64Array>;

/** A fitted detector, ready to score. */
export interface InputScorer {
  /**
   * One number an input, higher the more suspicious; no finite number where it could not be computed (NaN in, or from the model), which
   * counts as reported (`isReported`). Inputs are in the order in which they came.
   */
  score(x: Float32Array, n: number, context?: ScoreContext): Promise<Float64Array>;
  /** Detectors with a memory: the scores that these inputs would get, and nothing is remembered. */
  peek?(x: Float32Array, n: number, context?: ScoreContext): Promise<Float64Array>;
  /** Detectors for which one call of `score` is one whole series: a reader of a series that comes in pieces. */
  follow?(): SeriesReader;
  /** Present where the score is differentiable (and the models give gradients): what an attack that knows the detector uses. */
  scoreGradient?(x: Float32Array, n: number): Promise<ScoreGradient>;
  /**
   * Present where inputs that are not reported can be told outright: the nearest such input to each of x, never farther from `original`
   * in any feature than x is. What an attack that knows the detector uses instead of a gradient.
   */
  repair?(x: Float32Array, original: Float32Array, n: number): Float32Array;
}

/**
 * A detector of hostile inputs: a plug-in folder `lab/detector/<id>/` with `detector.ts`, `README.md`, and one line in `registry.ts`.
 * `fit` learns from clean data and gives plain numbers that are saved; `open` makes a scorer of them.
 */
export interface InputDetector<Id extends string = string, Options = unknown> {
  readonly meta: InputDetectorMeta<Id>;
  readonly options: (z: typeof Zod) => Zod.ZodType<Options>;
  readonly defaults: Options;
  /**
   * @param data clean samples with true labels, none of which may be used again for the threshold
   * @throws Fault `ERR_USAGE` when a model that it needs is missing, `ERR_DATA` when the data cannot be fitted
   */
  fit(models: DetectorModels, data: LabelledData, options: Options): Promise<FittedState>;
  open(models: DetectorModels, state: FittedState, options: Options): InputScorer;
}

export function defineInputDetector<const Id extends string, Options>(
  detector: InputDetector<Id, Options>,
): InputDetector<Id, Options> {
  return detector;
}
