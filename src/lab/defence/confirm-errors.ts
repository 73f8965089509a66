import type { Loss } from '../../engine/loss.ts';
import { argmax } from '../loss-of-scores.ts';
import { sampleSize, type Target } from '../target.ts';

/**
 * Scores for attacks that a defence estimates on the way to its gradient, from fewer draws or masks than its answer takes. An attack believes that it is done where
 * these name another class than the label, and stops; so these rows are replaced by what the defence really answers. The rest stay estimates.
 * @param estimate [n, classes]; changed in place
 */
export async function confirmErrors(
  estimate: Float32Array,
  x: Float32Array,
  loss: Loss,
  target: Pick<Target, 'inputShape' | 'classes' | 'scores'>,
): Promise<Float32Array> {
  if (!('labels' in loss)) return estimate;
  const { classes } = target;
  const size = sampleSize(target);
  const doubtful = [...loss.labels.keys()].filter(
    (i) => argmax(estimate.subarray(i * classes, (i + 1) * classes)) !== loss.labels[i],
  );
  if (doubtful.length === 0) return estimate;
  const inputs = new Float32Array(doubtful.length * size);
  doubtful.forEach((i, at) => inputs.set(x.subarray(i * size, (i + 1) * size), at * size));
  const scores = await target.scores(inputs, doubtful.length);
  doubtful.forEach((i, at) => estimate.set(scores.subarray(at * classes, (at + 1) * classes), i * classes));
  return estimate;
}
