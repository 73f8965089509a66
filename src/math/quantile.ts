/**
 * Quantile of a sample by linear interpolation between order statistics (Hyndman and Fan 1996, type 7: the default of R and NumPy).
 * @param values need not be sorted; NaN is an error
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  const sorted = sortedCopy(values);
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below]!;
  return below + 1 < sorted.length ? low + (at - below) * (sorted[below + 1]! - low) : low;
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/**
 * Smallest threshold t, taken from `clean` itself, such that at most a share `rate` of the values lies strictly above t: what a detector
 * that alarms on `score > t` is set to. With n values it can hold rates down to 1/n; a smaller one gives the maximum.
 */
export function thresholdAtRate(clean: ArrayLike<number>, rate: number): number {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`false-positive rate ${rate}`);
  const sorted = sortedCopy(clean);
  return sorted[sorted.length - 1 - Math.min(sorted.length - 1, Math.floor(rate * sorted.length + 1e-9))]!;
}

function sortedCopy(values: ArrayLike<number>): Float64Array {
  if (values.length === 0) throw new RangeError('quantile of nothing');
  const sorted = Float64Array.from(values).sort();
  // Typed arrays sort NaN to the end.
  if (Number.isNaN(sorted[sorted.length - 1]!)) throw new RangeError('quantile of values with NaN');
  return sorted;
}
