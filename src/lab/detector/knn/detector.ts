import { Fault } from '../../../core/fault.ts';
import { defineInputDetector } from '../detector.ts';
import { fitted, fittedArray } from '../fitted-state.ts';
import { requiredFeatures, withGradients } from '../required-model.ts';

export interface KnnOptions {
  /** Which neighbour's distance is the score. */
  readonly k: number;
  /** Clean samples that are kept, evenly spread over those given. */
  readonly most: number;
}

/** Distance of the normalised features to the k-th nearest of the clean ones. */
export const knn = defineInputDetector<'knn', KnnOptions>({
  meta: {
    id: 'knn',
    title: 'Nearest neighbours',
    summary: "Distance of a layer's features to the k-th nearest clean sample.",
    threats: ['adversarial-input'],
    modalities: ['image', 'vector', 'tabular', 'text', 'series'],
    needs: ['features'],
    stateful: false,
    taxonomy: ['AML.M0015'],
    references: ['Sun et al. 2022, arXiv:2204.06507'],
  },
  options: (z) =>
    z.strictObject({ k: z.int().min(1).max(1000).default(10), most: z.int().min(1).max(100_000).default(5000) }),
  defaults: { k: 10, most: 5000 },
  fit: async (models, data, { k, most }) => {
    const features = requiredFeatures(models, 'knn');
    const d = features.classes;
    const values = await features.scores(data.inputs, data.count);
    const kept = Math.min(most, data.count);
    if (kept < k) throw new Fault('ERR_DATA', `${kept} clean samples are fewer than k = ${k}.`);
    const bank = new Float64Array(kept * d);
    for (let i = 0; i < kept; i++) {
      const from = Math.floor((i * data.count) / kept);
      bank.set(normalised(values.subarray(from * d, (from + 1) * d)).unit, i * d);
    }
    return { bank: fittedArray(bank, [kept, d]) };
  },
  open: (models, state, { k }) => {
    const features = requiredFeatures(models, 'knn');
    const d = features.classes;
    const bank = fitted(state, 'bank', [null, d]);
    if (bank.dims[0]! < k)
      throw new Fault('ERR_CONFIG', `Of ${bank.dims[0]} clean samples none is the ${k}th nearest.`);
    /** Squared distance to the k-th nearest row of the bank, and which row that is. */
    const kth = (unit: Float64Array): { readonly distance: number; readonly row: number } => {
      // The k nearest so far, nearest first: k is small.
      const distances: number[] = [];
      const rows: number[] = [];
      for (let row = 0; row < bank.dims[0]!; row++) {
        let distance = 0;
        for (let j = 0; j < d; j++) distance += (unit[j]! - bank.data[row * d + j]!) ** 2;
        if (distances.length === k && distance >= distances[k - 1]!) continue;
        let at = distances.length;
        while (at > 0 && distances[at - 1]! > distance) at--;
        distances.splice(at, 0, distance);
        rows.splice(at, 0, row);
        if (distances.length > k) {
          distances.pop();
          rows.pop();
        }
      }
      return { distance: distances.at(-1)!, row: rows.at(-1)! };
    };
    const differentiable = withGradients([features])?.[0];
    return {
      score: async (x, n) => {
        const values = await features.scores(x, n);
        return Float64Array.from(
          { length: n },
          (_, i) => kth(normalised(values.subarray(i * d, (i + 1) * d)).unit).distance,
        );
      },
      ...(differentiable && {
        scoreGradient: async (x: Float32Array, n: number) => {
          const values = await features.scores(x, n);
          const weights = new Float32Array(n * d);
          const scores = new Float64Array(n);
          for (let i = 0; i < n; i++) {
            const { unit, norm } = normalised(values.subarray(i * d, (i + 1) * d));
            const { distance, row } = kth(unit);
            scores[i] = distance;
            const upstream = unit.map((value, j) => 2 * (value - bank.data[row * d + j]!));
            const along = upstream.reduce((sum, value, j) => sum + value * unit[j]!, 0);
            for (let j = 0; j < d; j++) weights[i * d + j] = (upstream[j]! - along * unit[j]!) / norm;
          }
          const { gradient } = await differentiable.lossGradient(x, n, { kind: 'weighted-scores', weights });
          return { scores, gradient };
        },
      }),
    };
  },
});

function normalised(f: ArrayLike<number>): { readonly unit: Float64Array; readonly norm: number } {
  let square = 0;
  for (let j = 0; j < f.length; j++) square += f[j]! ** 2;
  const norm = Math.sqrt(square) + 1e-12;
  return { unit: Float64Array.from(f, (value) => value / norm), norm };
}
