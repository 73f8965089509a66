import { argmax, classesByScore } from './loss-of-scores.ts';
import type { ScoreType } from './target.ts';

/**
 * What an attacker is told of the scores of n samples: one-hot rows for `label`, the k best and of the others that they are less for `top-k`
 * (`scoreOfUntold`), or all. A row that is no answer, because a score of it is NaN, stays none: all of it is NaN.
 * @param scores [n, classes]; changed in place
 */
export function restrictScores(scores: Float32Array, classes: number, told: ScoreType, k = 1): Float32Array {
  if (told !== 'label' && told !== 'top-k') return scores;
  for (let from = 0; from < scores.length; from += classes) {
    const row = scores.subarray(from, from + classes);
    if (row.some(Number.isNaN)) row.fill(Number.NaN);
    else if (told === 'label') {
      const best = argmax(row);
      row.fill(0);
      row[best] = 1;
    } else {
      const order = classesByScore(row);
      const untold = scoreOfUntold(row[order[0]!]!, row[order[Math.min(k, classes) - 1]!]!);
      for (const c of order.subarray(k)) row[c] = untold;
    }
  }
  return scores;
}

/**
 * What stands for a class that was not told: 0, or below the worst that was where 0 could pass for the best (logits, logarithms).
 * @param best the best score that was told
 * @param worst the worst that was
 */
export function scoreOfUntold(best: number, worst: number): number {
  return best > 0 && worst >= 0 ? 0 : worst - 1;
}
