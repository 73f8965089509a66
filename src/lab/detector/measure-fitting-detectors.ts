import { z } from 'zod';
import { Fault, isFault } from '../../core/fault.ts';
import { leastForRate } from '../../math/conformal-threshold.ts';
import { attackNamed } from '../evasion/registry.ts';
import { imageLayout, isPicture } from '../image-layout.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { stoppableTarget } from '../stoppable-target.ts';
import { isGradientTarget, sampleSize, type Target } from '../target.ts';
import { timeLimit } from '../time-limit.ts';
import { calibrateDetector, CALIBRATION_DEFAULTS } from './calibrate.ts';
import type { DetectorModels } from './detector.ts';
import { EVASION_DEFAULTS } from './evade-detector.ts';
import { type DetectorMeasurement, measureDetector } from './measure-detector.ts';
import { openDetector, type OpenedDetector } from './open-detector.ts';
import { type InputDetectorId, inputDetectorNamed } from './registry.ts';

export interface FittingDetectors {
  readonly target: Target;
  /** The model cut at a layer (`openFeatureTarget`); without it Mahalanobis and nearest neighbours are left out. */
  readonly features?: Target;
  readonly perturbation: { readonly norm: 'linf' | 'l2'; readonly eps: number };
  readonly seed?: string;
  /**
   * Told of each detector that fits and has no measurement, and why: its attack fooled nothing, what it learnt does not vary, time ran out.
   * A list of measurements alone would pass for a complete one.
   */
  readonly leftOut: (detector: InputDetectorId, why: Fault) => void;
}

/** Rates of false alarms, the first that the data can set. */
const RATES = [0.01, 0.05, 0.1];
/** Fewest and most samples that are attacked, and what the plain attack asks of one. */
const BY_GRADIENTS = { samples: [10, 100], plain: 60 } as const;
/** One sample a run, and one query at a time; three runs (see `measureQueryDetector`). */
const BY_QUERIES = { samples: [3, 10], queries: 500, runs: 3 } as const;
/** How far the estimate of a cost may be off. */
const MISTAKE = 1.5;

/**
 * Calibrates and measures every detector that fits a model, within a time: what a report on a model has to say of detectors. The first half of the
 * data fits and sets thresholds, the other is attacked; data must be in random order. Samples that are attacked follow from the time and
 * the measured cost of a pass.
 * @param seconds null: no limit
 * @throws Fault `ERR_DATA` when there are too few samples for a false-positive rate of 10 %; `ERR_BUDGET_EXHAUSTED` when there is no time for a single
 * detector
 */
export async function measureFittingDetectors(
  fitting: FittingDetectors,
  data: LabelledData,
  seconds: number | null,
  signal?: AbortSignal,
): Promise<readonly DetectorMeasurement[]> {
  const limit = timeLimit(seconds === null ? Infinity : performance.now() + seconds * 1000, signal);
  const { target, features } = fitting;
  try {
    const some = seconds === null ? data : await affordableData(target, data, seconds);
    const stoppable = {
      ...fitting,
      target: stoppableTarget(target, limit),
      ...(features && { features: stoppableTarget(features, limit) }),
    };
    return await measureAll(stoppable, some, seconds, limit.signal);
  } finally {
    limit.clear();
  }
}

/** The first samples, so many that scoring them as they are takes no more than a part of the time. */
async function affordableData(target: Target, data: LabelledData, seconds: number): Promise<LabelledData> {
  const n = Math.min(8, data.count);
  const ask = (): Promise<unknown> => target.scores(data.inputs.slice(0, n * sampleSize(target)), n);
  await ask(); // sessions are made at the first
  const began = performance.now();
  await ask();
  const each = (performance.now() - began) / 1000 / n;
  const most = Math.floor((seconds * CLEAN.share) / (CLEAN.passes * Math.max(each, 1e-9)));
  return sliceData(data, 0, Math.min(data.count, Math.max(most, CLEAN.least)));
}

/** Clean samples are scored by all detectors: passes of the model for one, the share of the time for that, and the samples that a false-positive rate of 1 % takes. */
const CLEAN = { passes: 12, share: 0.3, least: 4 * leastForRate(RATES[0]!) };

async function measureAll(
  { target, features, perturbation, seed = 'parapet', leftOut }: FittingDetectors,
  data: LabelledData,
  seconds: number | null,
  signal: AbortSignal | undefined,
): Promise<readonly DetectorMeasurement[]> {
  const half = Math.floor(data.count / 2);
  const sets = Math.ceil(half * (1 - CALIBRATION_DEFAULTS.fitShare));
  const falsePositiveRate = RATES.find((rate) => leastForRate(rate) <= sets && rate * (data.count - half) >= 1);
  if (falsePositiveRate === undefined)
    throw new Fault('ERR_DATA', `${data.count} samples are too few to calibrate a detector and to try it.`, {
      hint: `Give at least ${4 * leastForRate(RATES.at(-1)!)}.`,
    });
  const ids = fittingIds(target, features);
  const began = performance.now();
  const models: DetectorModels = { model: target, ...(features && { features }) };
  const found: DetectorMeasurement[] = [];
  for (const [at, id] of ids.entries()) {
    try {
      const detector = inputDetectorNamed(id)!;
      const byQueries = detector.meta.watches === 'queries';
      const options = detector.options(z).parse({});
      const clean = sliceData(data, 0, half);
      const calibrated = await calibrateDetector(detector, models, clean, options, { falsePositiveRate, seed });
      const attack = attackNamed(byQueries ? queryAttack(target, perturbation.norm) : 'pgd')!;
      const { queries } = BY_QUERIES;
      const most = attack.meta.id === 'square' ? { queries } : byQueries ? { maxQueries: queries } : {};
      const opened = openDetector(calibrated, models);
      const left = seconds === null ? null : (seconds - (performance.now() - began) / 1000) / (ids.length - at);
      const { measurement } = await measureDetector({
        opened,
        target,
        data: sliceData(data, half, data.count),
        attack,
        attackOptions: { ...(attack.defaults as object), ...most },
        perturbation,
        attacked: await affordable(opened, target, data, left),
        seed,
        ...(signal === undefined ? {} : { signal }),
      });
      found.push(measurement);
    } catch (error) {
      // Features that do not vary, an attack that fools nothing: this detector has nothing to say, others may have.
      if (!isFault(error) || (error.code !== 'ERR_DATA' && error.code !== 'ERR_BUDGET_EXHAUSTED')) throw error;
      if (id === ids.at(-1) && found.length === 0) throw error;
      leftOut(id, error);
      if (signal?.aborted !== true || found.length === 0) continue;
      for (const other of ids.slice(at + 1)) leftOut(other, error);
      return found;
    }
  }
  return found;
}

function fittingIds(target: Target, features: Target | undefined): readonly InputDetectorId[] {
  const white = isGradientTarget(target);
  return [
    ...(white && isPicture(imageLayout(target.inputShape)) && target.classes >= 2
      ? (['feature-squeezing'] as const)
      : []),
    ...(white && features !== undefined ? (['mahalanobis', 'knn'] as const) : []),
    'stateful-query',
  ];
}

/** Square in L2 moves windows of a picture. */
function queryAttack({ scoreType, inputShape }: Target, norm: 'linf' | 'l2'): 'square' | 'hopskipjump' {
  const scores = scoreType === 'logits' || scoreType === 'probabilities';
  return scores && (norm === 'linf' || isPicture(imageLayout(inputShape))) ? 'square' : 'hopskipjump';
}

/**
 * Samples that the time allows to attack, from the measured cost of what an attack asks for most often.
 * @throws Fault `ERR_BUDGET_EXHAUSTED` when these are too few to say anything
 */
async function affordable(
  { scorer, detector }: OpenedDetector,
  target: Target,
  data: LabelledData,
  seconds: number | null,
): Promise<number> {
  const byQueries = detector.meta.watches === 'queries';
  const [least, most] = byQueries ? BY_QUERIES.samples : BY_GRADIENTS.samples;
  if (seconds === null) return most;
  const n = Math.min(byQueries ? 1 : 16, data.count);
  const part = sliceData(data, 0, n);
  const once = async (): Promise<void> => {
    if (byQueries || !isGradientTarget(target)) await target.scores(part.inputs.slice(), n);
    else await target.lossGradient(part.inputs.slice(), n, { kind: 'margin', labels: part.labels });
    await (scorer.peek ?? scorer.scoreGradient ?? scorer.score)(part.inputs.slice(), n);
  };
  await once(); // sessions are made at the first
  const began = performance.now();
  await once();
  const cost = (performance.now() - began) / 1000 / n;
  const asked = byQueries
    ? BY_QUERIES.runs * BY_QUERIES.queries
    : BY_GRADIENTS.plain + (EVASION_DEFAULTS.restarts + 1) * (EVASION_DEFAULTS.steps + 1);
  const fits = Math.floor(seconds / (cost * asked * MISTAKE));
  if (fits >= least) return Math.min(fits, most);
  throw new Fault('ERR_BUDGET_EXHAUSTED', 'What remains of the budget is too little to measure a detector.', {
    hint: 'Measure detectors alone: parapet assess --threat detector, or parapet detector evaluate.',
  });
}
