import { Fault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { share, type Share } from '../evasion/metrics.ts';
import type { Attack, Norm, Perturbation } from '../evasion/attack.ts';
import { boxOf } from '../evasion/norm-ball.ts';
import { checkPerturbation } from '../evasion/perturbation-check.ts';
import { row } from '../evasion/rows.ts';
import { runAttack, scoresInParts } from '../evasion/run-attack.ts';
import { sliceData, type LabelledData } from '../labelled-data.ts';
import { isWrong } from '../evasion/attack-state.ts';
import { isGradientTarget, sampleSize, type Target } from '../target.ts';
import { assertFinite, assertInBounds } from './assert-samples.ts';
import { assertRunning } from './assert-running.ts';
import { evadeDetector, EVASION_DEFAULTS } from './evade-detector.ts';
import { assertFooled, type DetectorEvaluation, evaluateDetector } from './evaluate-detector.ts';
import { measureQueryDetector } from './measure-query-detector.ts';
import { assertOtherData, type OpenedDetector } from './open-detector.ts';
import { isReported, rankable } from './reported.ts';
import { type RightSamples, rightSamples } from './right-samples.ts';
import { shrinkAttack, shrinkSeriesAttack } from './shrink-attack.ts';

export interface DetectorRun {
  readonly opened: OpenedDetector;
  /** The model that is attacked. */
  readonly target: Target;
  /** Samples that neither fitting nor calibration saw; for detectors with a memory in the order in which they came. */
  readonly data: LabelledData;
  /** The attack that does not know the detector. */
  readonly attack: Attack<string, unknown>;
  /** The attack's defaults when absent. */
  readonly attackOptions?: unknown;
  readonly perturbation: Perturbation;
  /** Samples that are attacked, from the first: all when absent. Clean scores always come from all. */
  readonly attacked?: number;
  /** Of the attack that knows the detector. */
  readonly adaptive?: { readonly steps?: number; readonly restarts?: number };
  readonly seed?: string;
  readonly signal?: AbortSignal;
  /** @param done share of the work, 0 to 1 */
  readonly progress?: (done: number) => void;
}

/** What was found about one detector, plain JSON: `DetectorEvaluation` with what was attacked and how. */
export interface DetectorMeasurement extends DetectorEvaluation {
  readonly detector: string;
  readonly title: string;
  readonly attack: string;
  readonly norm: Norm;
  readonly eps: number;
  /** Clean samples that were scored. */
  readonly clean: number;
  /** Samples that the model is right on and that were attacked. */
  readonly attacked: number;
  /** Of those, fooled by the attack that does not know the detector, and by the one that does. */
  readonly fooled: Share;
  readonly adaptiveFooled: Share;
  /** Detectors of series of queries only. */
  readonly queries?: QueryMeasurement;
}

export interface QueryMeasurement {
  /** Runs of the attack, one a sample, in which a query was reported before the model was fooled or the budget spent. */
  readonly runsReported: Share;
  /** Median number of the first query that was reported, over the runs in which there was one. */
  readonly untilReported: number | null;
  /** What an attacker did who knows the detector. */
  readonly knowing: readonly {
    readonly strategy: 'accounts' | 'own-copy';
    readonly evaded: Share;
    /** Median accounts of a run. */
    readonly accounts: number;
  }[];
}

/** A measurement with the scores that it was made from. */
export interface MeasuredDetector {
  readonly measurement: DetectorMeasurement;
  readonly scores: {
    readonly clean: Float64Array;
    readonly oblivious: Float64Array;
    readonly adaptive: Float64Array;
  };
}

/**
 * Attacks a model without and with knowledge of a detector, and says how well it sees either. Only inputs that fool the model, predicted again
 * from their bytes and inside the perturbation, count as attacked. The attacker who knows may always fall back on what the other attack
 * found, and takes for each sample what the detector finds least suspicious.
 *
 * The one call that reports use: its measurement has all fields of `DetectorResult` in `lab/assess`.
 * @throws Fault `ERR_USAGE` when eps is infinite, `ERR_DATA` when the data was calibrated on, has NaN or leaves the bounds, or the attack fools nothing; what attack and models throw
 */
export async function measureDetector(run: DetectorRun): Promise<MeasuredDetector> {
  const { opened, data } = run;
  assertOtherData(opened.calibrated, data);
  assertFinite(data);
  assertInBounds(data, run.target);
  if (!Number.isFinite(run.perturbation.eps))
    throw new Fault('ERR_USAGE', 'A detector is measured at a largest perturbation: eps must be finite.', {
      where: 'eps',
    });
  if (opened.detector.meta.watches === 'queries') return measureQueryDetector(run);
  const { target, attack, perturbation, signal } = run;
  const { meta } = opened.detector;
  const clean = (await opened.inspect(data.inputs, data.count)).scores;
  const attacked = await rightSamples(
    target,
    sliceData(data, 0, Math.min(run.attacked ?? data.count, data.count)),
    meta.stateful,
  );
  run.progress?.(0.1);
  const report = await runAttack({
    attack,
    target,
    data: attacked.data,
    perturbation,
    options: run.attackOptions ?? attack.defaults,
    seed: run.seed ?? 'parapet',
    expectation: null,
    ...(signal === undefined ? {} : { signal }),
    progress: (done) => run.progress?.(0.1 + 0.4 * done),
  });
  assertRunning(signal);
  const plain = await judged(run, attacked, report.adversarial);
  const oblivious = picked(plain.scores, plain.fooled);
  assertFooled(oblivious.length);
  const knowing = await knowingAttack(run, attacked, plain);
  assertRunning(signal);
  run.progress?.(1);
  const found = picked(knowing.scores, knowing.fooled);
  const adaptive = { scores: found, attacked: attacked.right, says: knowing.says };
  return {
    measurement: {
      detector: meta.id,
      title: meta.title,
      attack: attack.meta.id,
      norm: perturbation.norm,
      eps: perturbation.eps,
      clean: data.count,
      attacked: attacked.right,
      fooled: share(oblivious.length, attacked.right),
      adaptiveFooled: share(found.length, attacked.right),
      ...evaluateDetector(opened.calibrated, { clean, oblivious, adaptive }),
    },
    scores: { clean, oblivious, adaptive: found },
  };
}

interface Judged {
  readonly points: Float32Array;
  readonly scores: Float64Array;
  readonly fooled: Uint8Array;
}

/** Points as the model and the detector see them: predicted from their bytes, and checked against the perturbation. */
async function judged(
  { target, opened, perturbation }: DetectorRun,
  { data, counts }: RightSamples,
  points: Float32Array,
): Promise<Judged> {
  const size = sampleSize(target);
  const box = boxOf(target);
  const answers = await scoresInParts(target, points, data.count);
  const { scores } = await opened.inspect(points, data.count);
  const fooled = Uint8Array.from(counts, (one, i) => {
    const [was, is] = [row(data.inputs, size, i), row(points, size, i)];
    const { allowed, inBounds } = checkPerturbation(was, is, perturbation, box, data.inputShape);
    return one === 1 &&
      allowed &&
      inBounds &&
      isWrong(row(answers, target.classes, i), data.labels[i]!, target.answersAbove)
      ? 1
      : 0;
  });
  return { points, scores, fooled };
}

async function knowingAttack(
  run: DetectorRun,
  attacked: RightSamples,
  plain: Judged,
): Promise<Judged & { readonly says: string }> {
  const { target, opened, perturbation } = run;
  const { norm, eps } = perturbation;
  const { scorer, calibrated, detector } = opened;
  const { threshold } = calibrated;
  if (detector.meta.stateful) {
    const points = await shrinkSeriesAttack(scorer, attacked.data, plain.points, threshold);
    const says =
      'The attacker runs a copy of the detector and takes of each change, row by row, the largest share that it does not report.';
    const shrunk = await judged(run, attacked, points);
    // A series is what it is as a whole: points of two attacks cannot be mixed, but where nothing is left of the one there is the other.
    return { ...(shrunk.fooled.includes(1) ? shrunk : plain), says };
  }
  const shrunk = await judged(run, attacked, await shrinkAttack(scorer, attacked.data, plain.points, threshold));
  const least = better(plain, shrunk, threshold, sampleSize(target));
  if (!isGradientTarget(target) || scorer.scoreGradient === undefined || (norm !== 'linf' && norm !== 'l2')) {
    return {
      ...least,
      says: 'There is no gradient to follow (of the model, of the score, or in this norm): the attacker only takes smaller shares of the plain attack, which is less than what is possible.',
    };
  }
  const { steps = EVASION_DEFAULTS.steps, restarts = EVASION_DEFAULTS.restarts } = run.adaptive ?? {};
  const found = await evadeDetector(target, scorer, attacked.data, {
    norm,
    eps,
    steps,
    restarts,
    stepShare: EVASION_DEFAULTS.stepShare,
    threshold,
    random: seededRandom(run.seed ?? 'parapet').fork('evade'),
    from: plain.points,
    ...(run.signal === undefined ? {} : { signal: run.signal }),
  });
  return {
    ...better(least, await judged(run, attacked, found.adversarial), threshold, sampleSize(target)),
    says: `Gradients of the model and of the score, orthogonal and selective (arXiv:2106.15023), ${steps} steps from the plain attack and from ${restarts} random starts${scorer.repair === undefined ? '' : ', each point repaired'}; and smaller shares of the plain attack.`,
  };
}

/** For each sample the point that fools the model and looks less suspicious. */
function better(a: Judged, b: Judged, threshold: number, size: number): Judged {
  const points = a.points.slice();
  const scores = a.scores.slice();
  const fooled = a.fooled.slice();
  const [first, second] = [rankable(a.scores), rankable(b.scores)];
  for (let i = 0; i < fooled.length; i++) {
    if (b.fooled[i] === 0) continue;
    const passes = (of: Judged): boolean => !isReported(of.scores[i]!, threshold);
    const wins = a.fooled[i] === 0 || (passes(b) && !passes(a)) || second[i]! < first[i]!;
    if (!wins) continue;
    points.set(row(b.points, size, i), i * size);
    scores[i] = b.scores[i]!;
    fooled[i] = 1;
  }
  return { points, scores, fooled };
}

function picked(scores: Float64Array, flags: Uint8Array): Float64Array {
  return scores.filter((_, i) => flags[i] === 1);
}
