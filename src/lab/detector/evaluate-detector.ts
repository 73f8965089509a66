import { auc, rocCurve, type RocPoint, tprAtFpr } from '../../math/roc.ts';

/** How well scores tell attacked inputs from clean ones. */
export interface DetectionRates {
  readonly auc: number;
  readonly roc: readonly RocPoint[];
  /** Share of attacked inputs found at false-positive rates of 0.1, 1 and 5 %, each with its own threshold from these clean scores. */
  readonly tprAt: Readonly<Record<'0.001' | '0.01' | '0.05', number>>;
  /** Share found at the calibrated threshold. */
  readonly detected: number;
}

/**
 * A detector's result. The two attacks stand together: a rate against an attack that does not know the detector says little alone, and
 * nothing in this program reports it alone.
 */
export interface DetectorEvaluation {
  /** Share of clean inputs above the threshold, on data that neither fitting nor calibration saw. */
  readonly falseAlarms: number;
  readonly oblivious: DetectionRates;
  /** Null when there is no way to attack this detector knowingly, with the reason. */
  readonly adaptive: DetectionRates | { readonly missing: string };
}

export function evaluateDetector(
  threshold: number,
  scores: {
    readonly clean: Float64Array;
    readonly oblivious: Float64Array;
    readonly adaptive: Float64Array | { readonly missing: string };
  },
): DetectorEvaluation {
  const rates = (attacked: Float64Array): DetectionRates => ({
    auc: auc(attacked, scores.clean),
    roc: rocCurve(attacked, scores.clean),
    tprAt: {
      '0.001': tprAtFpr(attacked, scores.clean, 0.001),
      '0.01': tprAtFpr(attacked, scores.clean, 0.01),
      '0.05': tprAtFpr(attacked, scores.clean, 0.05),
    },
    detected: shareAbove(attacked, threshold),
  });
  return {
    falseAlarms: shareAbove(scores.clean, threshold),
    oblivious: rates(scores.oblivious),
    adaptive: scores.adaptive instanceof Float64Array ? rates(scores.adaptive) : scores.adaptive,
  };
}

function shareAbove(scores: Float64Array, threshold: number): number {
  return scores.reduce((count, score) => count + (score > threshold ? 1 : 0), 0) / scores.length;
}
