import { createHash } from 'node:crypto';
import { Fault } from '../../core/fault.ts';
import { thresholdAtRate } from '../../math/quantile.ts';
import { seededRandom } from '../../math/random.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { DetectorModels, InputDetector } from './detector.ts';
import type { FittedState } from './fitted-state.ts';

/** A detector as it was set up on clean data: all that is needed to run it again. */
export interface CalibratedDetector {
  readonly detector: string;
  readonly options: unknown;
  readonly state: FittedState;
  /** An input whose score is above this is reported. */
  readonly threshold: number;
  /** Share of clean inputs that was allowed above the threshold, as asked for. */
  readonly falsePositiveRate: number;
  /** What the numbers come from: samples and SHA-256 of their bytes (float32, little-endian), for fitting and for the threshold. */
  readonly fittedOn: DataDigest;
  readonly calibratedOn: DataDigest;
}

export interface DataDigest {
  readonly samples: number;
  readonly sha256: string;
}

export interface CalibrationOptions {
  readonly falsePositiveRate: number;
  /** Share of the clean data that is fitted on; the rest sets the threshold. */
  readonly fitShare: number;
  readonly seed: string;
}

export const CALIBRATION_DEFAULTS: CalibrationOptions = { falsePositiveRate: 0.01, fitShare: 0.5, seed: 'calibrate' };

/**
 * Fits a detector on one part of clean data and sets its threshold on the other, so that the stated rate is one of inputs that were not
 * fitted on. Samples are shuffled first, unless the detector depends on their order.
 * @throws Fault `ERR_DATA` when the part for the threshold is too small for the rate (fewer than 1 / rate samples)
 */
export async function calibrateDetector<Options>(
  detector: InputDetector<string, Options>,
  models: DetectorModels,
  clean: LabelledData,
  options: Options,
  { falsePositiveRate, fitShare, seed }: CalibrationOptions = CALIBRATION_DEFAULTS,
): Promise<CalibratedDetector> {
  if (!(falsePositiveRate > 0 && falsePositiveRate < 1 && fitShare > 0 && fitShare < 1))
    throw new Fault('ERR_USAGE', 'The false-positive rate and the share that is fitted on must be between 0 and 1.');
  const fitting = Math.floor(clean.count * fitShare);
  const rest = clean.count - fitting;
  if (rest * falsePositiveRate < 1)
    throw new Fault('ERR_DATA', `${rest} clean samples cannot set a false-positive rate of ${falsePositiveRate}.`, {
      hint: `Give at least ${Math.ceil(1 / falsePositiveRate / (1 - fitShare))} clean samples.`,
    });
  const order = Int32Array.from({ length: clean.count }, (_, i) => i);
  if (!detector.meta.stateful) seededRandom(seed).shuffle(order);
  const fitData = pick(clean, order.subarray(0, fitting));
  const restData = pick(clean, order.subarray(fitting));
  const state = await detector.fit(models, fitData, options);
  const scores = await detector.open(models, state, options).score(restData.inputs, restData.count);
  return {
    detector: detector.meta.id,
    options,
    state,
    threshold: thresholdAtRate(scores, falsePositiveRate),
    falsePositiveRate,
    fittedOn: digestOf(fitData),
    calibratedOn: digestOf(restData),
  };
}

function pick(data: LabelledData, indices: Int32Array): LabelledData {
  const size = data.inputs.length / data.count;
  const inputs = new Float32Array(indices.length * size);
  indices.forEach((from, to) => inputs.set(data.inputs.subarray(from * size, (from + 1) * size), to * size));
  return { ...data, inputs, labels: Int32Array.from(indices, (from) => data.labels[from]!), count: indices.length };
}

function digestOf({ inputs, count }: LabelledData): DataDigest {
  const bytes = new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength);
  return { samples: count, sha256: createHash('sha256').update(bytes).digest('hex') };
}
