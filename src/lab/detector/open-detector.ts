import { z } from 'zod';
import { Fault } from '../../core/fault.ts';
import type { LabelledData } from '../labelled-data.ts';
import { sampleSize } from '../target.ts';
import { type CalibratedDetector, digestOfInputs } from './calibrate.ts';
import type { DetectorModels, InputDetector, InputScorer, ScoreContext, SeriesReader } from './detector.ts';
import { inputDetectorNamed, INPUT_DETECTORS } from './registry.ts';
import { isReported } from './reported.ts';
import { readThresholds } from './thresholds-file.ts';

/** What a detector says of some inputs. */
export interface Inspection {
  /** [n], higher the more suspicious. */
  readonly scores: Float64Array;
  /** [n], 1 where the score is above the threshold or no finite number. */
  readonly reported: Uint8Array;
}

export type Inspect = (x: Float32Array, n: number, context?: ScoreContext) => Promise<Inspection>;

/** A calibrated detector, ready to look at inputs. */
export interface OpenedDetector {
  readonly detector: InputDetector<string, unknown>;
  readonly calibrated: CalibratedDetector;
  readonly scorer: InputScorer;
  /** Another scorer with the same numbers and no memory of what this one saw. */
  fresh(): InputScorer;
  /**
   * Of detectors of series each call is a series of its own: rows that come one by one are for `follow`.
   * @param x [n, ...inputShape], in the order in which they came
   * @throws Fault `ERR_USAGE` when x has another size
   */
  inspect: Inspect;
  /** Begins a series that comes in pieces: each call of what it gives goes on where the one before ended. */
  follow(): Inspect;
}

/**
 * Puts the fitted numbers of a calibrated detector back to work.
 * @throws Fault `ERR_CONFIG` when detector, options or numbers are none that this version knows; `ERR_USAGE` when a model is missing or takes
 * other inputs
 */
export function openDetector(calibrated: CalibratedDetector, models: DetectorModels): OpenedDetector {
  const detector = inputDetectorNamed(calibrated.detector);
  if (detector === undefined)
    throw new Fault('ERR_CONFIG', 'The thresholds are those of a detector that is not known.', {
      where: 'detector',
      hint: `There are ${INPUT_DETECTORS.map(({ meta }) => meta.id).join(', ')}.`,
    });
  const options = detector.options(z).safeParse(calibrated.options);
  if (!options.success)
    throw new Fault('ERR_CONFIG', `An option of ${detector.meta.id} is wrong: ${options.error.issues[0]?.message}.`, {
      where: `options.${options.error.issues[0]?.path.join('.') ?? ''}`,
    });
  const { inputShape } = calibrated;
  for (const model of [models.model, models.features, ...(models.ensemble ?? [])])
    if (model !== undefined && sampleSize(model) !== sampleSize({ inputShape }))
      throw new Fault(
        'ERR_USAGE',
        `The thresholds are for samples of ${inputShape.join(' x ')}, the model takes others.`,
        {
          where: model.name,
        },
      );
  const fresh = (): InputScorer => detector.open(models, calibrated.state, options.data);
  const scorer = fresh();
  const size = sampleSize({ inputShape });
  const inspecting =
    (read: SeriesReader): Inspect =>
    async (x, n, context) => {
      if (x.length !== n * size)
        throw new Fault('ERR_USAGE', `There are ${x.length} numbers for ${n} samples of ${size}.`);
      const scores = await read(x, n, context);
      return {
        scores,
        reported: Uint8Array.from(scores, (score) => (isReported(score, calibrated.threshold) ? 1 : 0)),
      };
    };
  return {
    detector,
    calibrated,
    scorer,
    fresh,
    inspect: inspecting((x, n, context) => scorer.score(x, n, context)),
    follow: () => {
      const own = fresh();
      return inspecting(own.follow?.() ?? ((x, n, context) => own.score(x, n, context)));
    },
  };
}

/** The same from the text of a thresholds file. @throws Fault `ERR_CONFIG`, `ERR_USAGE` */
export function openThresholds(text: string, models: DetectorModels): OpenedDetector {
  return openDetector(readThresholds(text), models);
}

/** @throws Fault `ERR_DATA` when the data is what the detector was set up on: rates on it would flatter */
export function assertOtherData({ cleanData, fittedOn, calibratedOn }: CalibratedDetector, data: LabelledData): void {
  const { sha256 } = digestOfInputs(data);
  if ([cleanData, fittedOn, calibratedOn].every((digest) => digest.sha256 !== sha256)) return;
  throw new Fault('ERR_DATA', 'This is the data that the detector was calibrated on.', {
    hint: 'Rates on it would flatter: give clean samples that were not used before.',
  });
}
