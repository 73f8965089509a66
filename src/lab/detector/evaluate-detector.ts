import { auc, rocCurve, type RocPoint, tprAtFpr } from '../../math/roc.ts';
import { Fault } from '../../core/fault.ts';
import { share, type Share } from '../evasion/metrics.ts';
import { rankable, reportedCount } from './reported.ts';

/** A point of a ROC curve, without its threshold, so that it is plain JSON. */
export interface RatePoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/** How well scores tell attacked inputs from clean ones. */
export interface DetectionRates {
  /** Share of attacked inputs that are reported at the calibrated threshold, with its exact 95 % interval. */
  readonly truePositiveRate: Share;
  /** Area under the curve: 0.5 tells nothing. */
  readonly auroc: number;
  /** From (0, 0) to (1, 1), points on a straight line left out. */
  readonly curve: readonly RatePoint[];
  /** Share of attacked inputs found at false-positive rates of 0.1, 1 and 5 %, each with the best threshold that these clean scores allow. */
  readonly tprAt: Readonly<Record<'0.001' | '0.01' | '0.05', number>>;
}

export interface AdaptiveRates extends DetectionRates {
  /** Share of all attacked samples for which the attack fools the model and is not reported. */
  readonly evaded: Share;
}

/**
 * A detector's result: against an attack that does not know it (the fields of `DetectionRates` themselves), and against one that does
 * (`adaptive`). They stand together because the first alone says little. What `parapet assess` and `parapet detector` report.
 */
export interface DetectorEvaluation extends DetectionRates {
  readonly threshold: number;
  /** Rate of false alarms that the threshold was set for, on other clean samples. */
  readonly statedFalsePositiveRate: number;
  /** Share of clean inputs that are reported, on data that neither fitting nor calibration saw. */
  readonly falsePositiveRate: Share;
  /** Null where there is no attack that knows this detector. */
  readonly adaptive: AdaptiveRates | null;
  /** What the knowing attack does and knows, or why there is none. */
  readonly adaptiveSays: string;
}

export interface DetectorScores {
  /** Of clean inputs that neither fitting nor calibration saw. */
  readonly clean: ArrayLike<number>;
  /** Of inputs that fool the model, made by an attack that does not know the detector. */
  readonly oblivious: ArrayLike<number>;
  /** Of inputs that fool the model, made by an attack that knows it. */
  readonly adaptive: AdaptiveScores | { readonly missing: string };
}

export interface AdaptiveScores {
  readonly scores: ArrayLike<number>;
  /** All samples that were attacked, also those that stayed right. */
  readonly attacked: number;
  /** How many of them fool the model unreported; counted from the scores when absent (they are then one a sample). */
  readonly evaded?: number;
  readonly says: string;
}

/**
 * Rates and curves from scores. A score that is no finite number counts as reported, and as more suspicious than all others.
 * @param scores each one number an input, higher the more suspicious
 * @throws Fault `ERR_DATA` where there are no clean or no attacked scores: then there is nothing to tell apart
 */
export function evaluateDetector(
  { threshold, falsePositiveRate }: { readonly threshold: number; readonly falsePositiveRate: number },
  { clean, oblivious, adaptive }: DetectorScores,
): DetectorEvaluation {
  if (clean.length === 0) throw new Fault('ERR_DATA', 'There are no clean inputs to count false alarms on.');
  assertFooled(oblivious.length);
  const negatives = rankable(clean);
  const rates = (attacked: ArrayLike<number>): DetectionRates => {
    const positives = rankable(attacked);
    return {
      truePositiveRate: share(reportedCount(attacked, threshold), attacked.length),
      auroc: auc(positives, negatives),
      curve: withoutStraights(rocCurve(positives, negatives)),
      tprAt: {
        '0.001': tprAtFpr(positives, negatives, 0.001),
        '0.01': tprAtFpr(positives, negatives, 0.01),
        '0.05': tprAtFpr(positives, negatives, 0.05),
      },
    };
  };
  const missing = 'missing' in adaptive;
  const knowing =
    missing || adaptive.scores.length === 0
      ? null
      : {
          ...rates(adaptive.scores),
          evaded: share(
            adaptive.evaded ?? adaptive.scores.length - reportedCount(adaptive.scores, threshold),
            adaptive.attacked,
          ),
        };
  return {
    threshold,
    statedFalsePositiveRate: falsePositiveRate,
    falsePositiveRate: share(reportedCount(clean, threshold), clean.length),
    ...rates(oblivious),
    adaptive: knowing,
    adaptiveSays: missing ? adaptive.missing : adaptive.says,
  };
}

/** @throws Fault `ERR_DATA` when no input fools the model: then there is nothing to detect */
export function assertFooled(count: number): void {
  if (count > 0) return;
  throw new Fault('ERR_DATA', 'The attack fooled none of the samples, so there is nothing to detect.', {
    hint: 'Allow a larger perturbation (--eps), or another attack.',
  });
}

/** Points between two others on one line say nothing. */
function withoutStraights(curve: readonly RocPoint[]): readonly RatePoint[] {
  const kept: RatePoint[] = [];
  for (const { falsePositiveRate, truePositiveRate } of curve) {
    const point = { falsePositiveRate, truePositiveRate };
    const [first, second] = [kept.at(-2), kept.at(-1)];
    if (first !== undefined && second !== undefined && isStraight(first, second, point)) kept.pop();
    kept.push(point);
  }
  return kept;
}

function isStraight(a: RatePoint, b: RatePoint, c: RatePoint): boolean {
  const across = (b.falsePositiveRate - a.falsePositiveRate) * (c.truePositiveRate - a.truePositiveRate);
  const up = (b.truePositiveRate - a.truePositiveRate) * (c.falsePositiveRate - a.falsePositiveRate);
  return Math.abs(across - up) < 1e-12;
}
