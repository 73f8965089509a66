/** Area under the ROC curve: the chance that a positive scores above a negative; ties count half. NaN without both. */
export function auroc(positives: readonly number[], negatives: readonly number[]): number {
  if (positives.length === 0 || negatives.length === 0) return NaN;
  const sorted = Float64Array.from(negatives).sort();
  let sum = 0;
  for (const score of positives) sum += (lowerBound(sorted, score) + upperBound(sorted, score)) / 2;
  return sum / (positives.length * negatives.length);
}

/** The lowest threshold at which at most `rate` of the negatives are at or above it. */
export function thresholdAt(negatives: readonly number[], rate: number): number {
  const sorted = Float64Array.from(negatives).sort();
  const allowed = Math.floor(negatives.length * rate);
  const highest = sorted[sorted.length - 1 - allowed]!;
  return nextUp(highest);
}

/** Share at or above a threshold. */
export function shareAbove(scores: readonly number[], threshold: number): number {
  let above = 0;
  for (const score of scores) if (score >= threshold) above++;
  return above / scores.length;
}

function nextUp(value: number): number {
  return value + Math.max(Number.MIN_VALUE, Math.abs(value) * Number.EPSILON);
}

function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function upperBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
