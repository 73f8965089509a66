import { argmax, classesByScore } from './loss-of-scores.ts';
import type { ScoreType } from './target.ts';

/**
 * What an attacker is told of the scores of n samples: one-hot rows for `label`, zeros below the k best for `top-k`, or all.
 * @param scores [n, classes]; changed in place
 */
export function restrictScores(scores: Float32Array, classes: number, told: ScoreType, k = 1): Float32Array {
  if (told !== 'label' && told !== 'top-k') return scores;
  for (let from = 0; from < scores.length; from += classes) {
    const row = scores.subarray(from, from + classes);
    if (told === 'label') {
      const best = argmax(row);
      row.fill(0);
      row[best] = 1;
    } else for (const c of classesByScore(row).subarray(k)) row[c] = 0;
  }
  return scores;
}
