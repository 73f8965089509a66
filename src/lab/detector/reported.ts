/**
 * Whether a detector reports an input: its score is above the threshold, or is no finite number. A check that could not be computed is never
 * a pass. Everything that compares a score with a threshold does it here.
 */
export function isReported(score: number, threshold: number): boolean {
  return !(Number.isFinite(score) && score <= threshold);
}

/** Scores for ranking: what is no finite number is as suspicious as can be. */
export function rankable(scores: ArrayLike<number>): Float64Array {
  return Float64Array.from(scores, (score) => (Number.isFinite(score) ? score : Number.POSITIVE_INFINITY));
}

export function reportedCount(scores: ArrayLike<number>, threshold: number): number {
  let count = 0;
  for (let i = 0; i < scores.length; i++) if (isReported(scores[i]!, threshold)) count++;
  return count;
}
