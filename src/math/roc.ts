export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
  /** Alarm on scores at least this. */
  readonly threshold: number;
}

/**
 * The curve of a score that should be higher on positives: one point a distinct score, from (0, 0) to (1, 1). Equal scores move together,
 * so ties give a slanted step and not a lucky order.
 */
export function rocCurve(positives: ArrayLike<number>, negatives: ArrayLike<number>): readonly RocPoint[] {
  const scores = merged(positives, negatives);
  const points: RocPoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0, threshold: Number.POSITIVE_INFINITY }];
  let [truePositives, falsePositives] = [0, 0];
  for (let at = 0; at < scores.length;) {
    const threshold = scores[at]!.score;
    for (; at < scores.length && scores[at]!.score === threshold; at++) {
      if (scores[at]!.positive) truePositives++;
      else falsePositives++;
    }
    points.push({
      falsePositiveRate: falsePositives / negatives.length,
      truePositiveRate: truePositives / positives.length,
      threshold,
    });
  }
  return points;
}

/** Area under the curve: the probability that a positive scores above a negative, ties counting half. */
export function auc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const curve = rocCurve(positives, negatives);
  let area = 0;
  for (let i = 1; i < curve.length; i++) {
    const [before, after] = [curve[i - 1]!, curve[i]!];
    area +=
      ((after.falsePositiveRate - before.falsePositiveRate) * (after.truePositiveRate + before.truePositiveRate)) / 2;
  }
  return area;
}

/** Largest true-positive rate among the curve's points whose false-positive rate is at most `rate`. No interpolation. */
export function tprAtFpr(positives: ArrayLike<number>, negatives: ArrayLike<number>, rate: number): number {
  let best = 0;
  for (const point of rocCurve(positives, negatives))
    if (point.falsePositiveRate <= rate) best = Math.max(best, point.truePositiveRate);
  return best;
}

function merged(
  positives: ArrayLike<number>,
  negatives: ArrayLike<number>,
): readonly { readonly score: number; readonly positive: boolean }[] {
  if (positives.length === 0 || negatives.length === 0) throw new RangeError('a ROC curve needs scores on both sides');
  const all = [
    ...Array.from(positives, (score) => ({ score, positive: true })),
    ...Array.from(negatives, (score) => ({ score, positive: false })),
  ];
  if (all.some(({ score }) => Number.isNaN(score))) throw new RangeError('a score is NaN');
  return all.sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
}
