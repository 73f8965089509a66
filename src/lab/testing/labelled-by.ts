import { seededRandom } from '../../math/random.ts';
import type { LabelledData } from '../labelled-data.ts';
import { argmax } from '../loss-of-scores.ts';
import { sampleSize, type Target } from '../target.ts';

/**
 * Seeded uniform samples inside [0, 1] with the target's own answers as labels, so that it is right on all of them. `wrong` samples at the
 * beginning get another label instead.
 */
export async function labelledBy(target: Target, count: number, seed: string, wrong = 0): Promise<LabelledData> {
  const random = seededRandom(seed);
  const inputs = new Float32Array(count * sampleSize(target)).map(() => random.uniform());
  const scores = await target.scores(inputs, count);
  const labels = Int32Array.from({ length: count }, (_, i) => {
    const answer = argmax(scores.subarray(i * target.classes, (i + 1) * target.classes));
    return i < wrong ? (answer + 1) % target.classes : answer;
  });
  return { inputs, labels, count, inputShape: target.inputShape };
}
