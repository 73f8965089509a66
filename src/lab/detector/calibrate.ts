import { createHash } from 'node:crypto';
import { Fault } from '../../core/fault.ts';
import { conformalThreshold, leastForRate } from '../../math/conformal-threshold.ts';
import { seededRandom } from '../../math/random.ts';
import type { LabelledData } from '../labelled-data.ts';
import { pickData } from '../split-data.ts';
import { assertFinite, assertInBounds } from './assert-samples.ts';
import type { DetectorModels, InputDetector } from './detector.ts';
import type { FittedState } from './fitted-state.ts';

/** A detector as it was set up on clean data: all that is needed to run it again. */
export interface CalibratedDetector {
  readonly detector: string;
  readonly options: unknown;
  /** Shape of one sample. */
  readonly inputShape: readonly number[];
  readonly state: FittedState;
  /** An input whose score is above this, or no finite number, is reported (`isReported`). */
  readonly threshold: number;
  /** Share of clean inputs that may be above the threshold, as asked for. */
  readonly falsePositiveRate: number;
  /** What the numbers come from: samples and SHA-256 of their bytes (float32, little-endian): all that was given, and its parts for fitting and for the threshold. */
  readonly cleanData: DataDigest;
  readonly fittedOn: DataDigest;
  readonly calibratedOn: DataDigest;
  /** The model files that it was set up with, where they are known: on others its numbers mean nothing. */
  readonly models?: readonly DetectorModelFile[];
}

export interface DataDigest {
  readonly samples: number;
  readonly sha256: string;
}

export interface DetectorModelFile {
  readonly role: 'model' | 'features' | 'ensemble';
  readonly sha256: string;
  /** Role `features`: the value of the network whose numbers are the features. */
  readonly layer?: string;
}

export interface CalibrationOptions {
  readonly falsePositiveRate: number;
  /** Share of the clean data that is fitted on; the rest sets the threshold. */
  readonly fitShare: number;
  readonly seed: string;
  readonly models?: readonly DetectorModelFile[];
}

export const CALIBRATION_DEFAULTS: CalibrationOptions = { falsePositiveRate: 0.01, fitShare: 0.5, seed: 'calibrate' };

/**
 * Fits a detector on one part of clean data and sets its threshold on the other, by split conformal prediction (`conformalThreshold`): on
 * new clean inputs like these the expected rate of false alarms is at most the stated one. Samples are shuffled first, unless the detector
 * depends on their order: then rows that follow each other are alike, and the rate is only as good as that part of the series is typical.
 * @throws Fault `ERR_USAGE` when rates are no shares or a model is missing; `ERR_DATA` when the part for the threshold is too small for the rate (fewer
 * than 1 / rate - 1 samples), when data or scores are no finite numbers or leave the model's bounds, or when the detector says the same of every input
 */
export async function calibrateDetector<Options>(
  detector: InputDetector<string, Options>,
  models: DetectorModels,
  clean: LabelledData,
  options: Options,
  given: Partial<CalibrationOptions> = {},
): Promise<CalibratedDetector> {
  const { falsePositiveRate, fitShare, seed, models: files } = { ...CALIBRATION_DEFAULTS, ...given };
  if (!(falsePositiveRate > 0 && falsePositiveRate < 1 && fitShare > 0 && fitShare < 1))
    throw new Fault('ERR_USAGE', 'The false-positive rate and the share that is fitted on must be between 0 and 1.');
  const { id, stateful, quietWhenClean, needs } = detector.meta;
  const fitting = Math.floor(clean.count * fitShare);
  const rest = clean.count - fitting;
  const least = leastForRate(falsePositiveRate);
  if (fitting === 0 || rest < least)
    throw new Fault('ERR_DATA', `${rest} clean samples cannot set a false-positive rate of ${falsePositiveRate}.`, {
      hint: `Give at least ${Math.max(2, Math.ceil(least / (1 - fitShare)))} clean samples, or allow a higher rate.`,
    });
  assertFinite(clean);
  for (const one of [models.model, models.features])
    if (one !== undefined && needs.length > 0) assertInBounds(clean, one);
  const order = Int32Array.from({ length: clean.count }, (_, i) => i);
  if (!stateful) seededRandom(seed).shuffle(order);
  const fitData = pickData(clean, order.subarray(0, fitting));
  const restData = pickData(clean, order.subarray(fitting));
  const state = await detector.fit(models, fitData, options);
  for (const [name, { data }] of Object.entries(state))
    if (!data.every(Number.isFinite))
      throw new Fault('ERR_DATA', `What ${id} learnt from the clean data is no finite number.`, {
        where: name,
        hint: 'The model answers clean samples with numbers that are not finite.',
      });
  const scores = await detector.open(models, state, options).score(restData.inputs, restData.count);
  const wrong = scores.findIndex((score) => !Number.isFinite(score));
  if (wrong >= 0)
    throw new Fault('ERR_DATA', `The score of ${id} on a clean sample is ${scores[wrong]}.`, {
      where: `sample ${order[fitting + wrong]}`,
      hint: 'A threshold needs finite scores: look at this sample and at what the model answers to it.',
    });
  if (quietWhenClean !== true && restData.count > 1 && scores.every((score) => score === scores[0]))
    throw new Fault('ERR_DATA', `${id} gives every clean sample the same score: it would tell nothing.`, {
      hint: "Look at the detector's options and models (see its README).",
    });
  return {
    detector: id,
    options,
    inputShape: clean.inputShape,
    state,
    threshold: conformalThreshold(scores, falsePositiveRate)!,
    falsePositiveRate,
    cleanData: digestOfInputs(clean),
    fittedOn: digestOfInputs(fitData),
    calibratedOn: digestOfInputs(restData),
    ...(files === undefined ? {} : { models: files }),
  };
}

/** By this, data that a detector was set up on is recognised. */
export function digestOfInputs({ inputs, count }: Pick<LabelledData, 'inputs' | 'count'>): DataDigest {
  const bytes = new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength);
  return { samples: count, sha256: createHash('sha256').update(bytes).digest('hex') };
}
