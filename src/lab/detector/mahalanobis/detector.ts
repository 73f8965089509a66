import { Fault } from '../../../core/fault.ts';
import { cholesky, solveLower, solveLowerTransposed } from '../../../math/cholesky.ts';
import { matrix } from '../../../math/matrix.ts';
import { defineInputDetector } from '../detector.ts';
import { fitted, fittedArray } from '../fitted-state.ts';
import { requiredFeatures, withGradients } from '../required-model.ts';

export interface MahalanobisOptions {
  /** Added to each variance, as a share of the mean variance, so that a feature that never moves does not divide by zero. */
  readonly ridge: number;
}

/** Relative rounding of float32. */
const ROUNDING = 2 ** -23;

/** Distance of the features to the nearest class mean, under one covariance for all classes. */
export const mahalanobis = defineInputDetector<'mahalanobis', MahalanobisOptions>({
  meta: {
    id: 'mahalanobis',
    title: 'Mahalanobis distance',
    summary: "Distance of a layer's features to the nearest class, under the covariance of clean data.",
    threats: ['adversarial-input'],
    modalities: ['image', 'vector', 'tabular', 'text', 'series'],
    needs: ['features'],
    stateful: false,
    taxonomy: ['AML.M0015'],
    references: ['Lee et al. 2018, arXiv:1807.03888'],
  },
  options: (z) => z.strictObject({ ridge: z.number().positive().max(1).default(1e-3) }),
  defaults: { ridge: 1e-3 },
  fit: async (models, data, { ridge }) => {
    const features = requiredFeatures(models, 'mahalanobis');
    const d = features.classes;
    const values = await features.scores(data.inputs, data.count);
    const classes = [...new Set(data.labels)].toSorted((a, b) => a - b);
    if (data.count <= classes.length + 1)
      throw new Fault('ERR_DATA', `${data.count} samples are too few for ${classes.length} classes.`);
    const means = new Float64Array(classes.length * d);
    const counts = new Float64Array(classes.length);
    const group = Int32Array.from(data.labels, (label) => classes.indexOf(label));
    for (let i = 0; i < data.count; i++) {
      counts[group[i]!]!++;
      for (let j = 0; j < d; j++) means[group[i]! * d + j]! += values[i * d + j]!;
    }
    for (let at = 0; at < means.length; at++) means[at]! /= counts[Math.floor(at / d)]!;
    const tied = new Float64Array(d * d);
    const centred = new Float64Array(d);
    for (let i = 0; i < data.count; i++) {
      for (let j = 0; j < d; j++) centred[j] = values[i * d + j]! - means[group[i]! * d + j]!;
      for (let j = 0; j < d; j++)
        for (let k = 0; k <= j; k++) tied[j * d + k]! += (centred[j]! * centred[k]!) / data.count;
    }
    let trace = 0;
    for (let j = 0; j < d; j++) trace += tied[j * d + j]!;
    let size = 0;
    for (const value of values) size += (value * value) / data.count;
    // Features are float32: what varies by less than their rounding does not vary.
    if (!(trace > size * ROUNDING ** 2)) {
      throw new Fault('ERR_DATA', 'The features of the clean data do not vary within a class.', {
        where: features.name,
        hint: 'Take features of another layer, or clean data with more than one kind of sample a class.',
      });
    }
    for (let j = 0; j < d; j++) tied[j * d + j]! += (ridge * trace) / d;
    const factor = cholesky(matrix(d, d, tied));
    if (factor === null)
      throw new Fault('ERR_DATA', 'The covariance of the features has no inverse.', { hint: 'Give a larger ridge.' });
    return { means: fittedArray(means, [classes.length, d]), factor: fittedArray(factor.data, [d, d]) };
  },
  open: (models, state) => {
    const features = requiredFeatures(models, 'mahalanobis');
    const d = features.classes;
    const means = fitted(state, 'means', [null, d]);
    const factor = matrix(d, d, fitted(state, 'factor', [d, d]).data);
    /** Squared distance to the nearest mean, and its gradient by the features. */
    const nearest = (f: Float32Array): { readonly distance: number; readonly gradient: Float64Array } => {
      let best: { readonly distance: number; readonly whitened: Float64Array } = {
        distance: Number.POSITIVE_INFINITY,
        whitened: new Float64Array(d),
      };
      for (let k = 0; k < means.dims[0]!; k++) {
        const whitened = solveLower(
          factor,
          Float64Array.from(f, (value, j) => value - means.data[k * d + j]!),
        );
        const distance = whitened.reduce((sum, value) => sum + value * value, 0);
        if (distance < best.distance) best = { distance, whitened };
      }
      return { distance: best.distance, gradient: solveLowerTransposed(factor, best.whitened).map((v) => 2 * v) };
    };
    const differentiable = withGradients([features])?.[0];
    return {
      score: async (x, n) => {
        const values = await features.scores(x, n);
        return Float64Array.from({ length: n }, (_, i) => nearest(values.subarray(i * d, (i + 1) * d)).distance);
      },
      ...(differentiable && {
        scoreGradient: async (x: Float32Array, n: number) => {
          const values = await features.scores(x, n);
          const weights = new Float32Array(n * d);
          const scores = new Float64Array(n);
          for (let i = 0; i < n; i++) {
            const { distance, gradient } = nearest(values.subarray(i * d, (i + 1) * d));
            scores[i] = distance;
            weights.set(gradient, i * d);
          }
          const { gradient } = await differentiable.lossGradient(x, n, { kind: 'weighted-scores', weights });
          return { scores, gradient };
        },
      }),
    };
  },
});
