import type { Target } from '../target.ts';

/** Scores as probabilities: softmax of logits, everything else as it is. [n, classes]. */
export function toProbabilities(scores: Float32Array, target: Pick<Target, 'classes' | 'scoreType'>): Float32Array {
  if (target.scoreType !== 'logits') return scores;
  const { classes } = target;
  const result = new Float32Array(scores.length);
  for (let from = 0; from < scores.length; from += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) most = Math.max(most, scores[from + c]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(scores[from + c]! - most);
    for (let c = 0; c < classes; c++) result[from + c] = Math.exp(scores[from + c]! - most) / sum;
  }
  return result;
}

/** Gradient by the scores from the gradient by the probabilities that `toProbabilities` gave. */
export function throughProbabilities(
  probabilities: Float32Array,
  upstream: Float32Array,
  target: Pick<Target, 'classes' | 'scoreType'>,
): Float32Array {
  if (target.scoreType !== 'logits') return upstream;
  const { classes } = target;
  const result = new Float32Array(upstream.length);
  for (let from = 0; from < upstream.length; from += classes) {
    let inner = 0;
    for (let c = 0; c < classes; c++) inner += probabilities[from + c]! * upstream[from + c]!;
    for (let c = 0; c < classes; c++) result[from + c] = probabilities[from + c]! * (upstream[from + c]! - inner);
  }
  return result;
}
