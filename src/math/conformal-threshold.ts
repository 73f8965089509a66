/**
 * The threshold of a detector that alarms on `score > t`, such that one more clean input, exchangeable with those given, lies above it with
 * probability at most `rate`: split conformal prediction (Vovk, Gammerman and Shafer 2005; for outliers Bates et al. 2023,
 * arXiv:2104.08279). Of n scores the k highest stay above, with k the largest number for which (k + 1) / (n + 1) <= rate. Taking the
 * plain quantile instead would give (k + 1) / (n + 1) with k = rate n, which is twice the rate where n is 1 / rate.
 * @returns null where n + 1 < 1 / rate: so few scores cannot set such a rate
 */
export function conformalThreshold(clean: ArrayLike<number>, rate: number): number | null {
  if (!(rate > 0 && rate < 1)) throw new RangeError(`false-positive rate ${rate}`);
  const above = Math.floor(rate * (clean.length + 1) + 1e-9) - 1;
  if (above < 0) return null;
  const sorted = Float64Array.from(clean).sort();
  // Typed arrays sort NaN to the end.
  if (Number.isNaN(sorted[sorted.length - 1]!)) throw new RangeError('a threshold of scores with NaN');
  return sorted[sorted.length - 1 - above]!;
}

/** Fewest scores that can set the rate. */
export function leastForRate(rate: number): number {
  return Math.max(1, Math.ceil(1 / rate - 1e-9) - 1);
}
