import { classScores, rawOutputs } from './evaluate.ts';
import { classesOf, type TreeEnsemble } from './tree-ensemble.ts';

/** The class of one input: the first with the largest score. */
export function predictedClass(ensemble: TreeEnsemble, x: Float32Array): number {
  return predictedClasses(ensemble, x, 1)[0]!;
}

/** The classes of n inputs, [n, features]. */
export function predictedClasses(ensemble: TreeEnsemble, x: Float32Array, n: number): Int32Array {
  const classes = classesOf(ensemble);
  const scores = classScores(ensemble, rawOutputs(ensemble, x, n), classes);
  const labels = new Int32Array(n);
  for (let row = 0; row < n; row++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[row * classes + c]! > scores[row * classes + best]!) best = c;
    labels[row] = best;
  }
  return labels;
}
