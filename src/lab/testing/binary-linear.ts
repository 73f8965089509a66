import { seededRandom } from '../../math/random.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { GradientTarget } from '../target.ts';
import { dense, networkTarget } from './network-target.ts';

export interface BinaryLinear {
  readonly target: GradientTarget;
  readonly data: LabelledData;
  /** Exact distance of each sample to the boundary, |w x + b| over the dual norm of w. */
  readonly distances: Readonly<Record<'linf' | 'l2' | 'l1', readonly number[]>>;
}

/** Two classes with a plane between them and bounds far away: the one model whose minimal perturbations are known by formula. */
export function binaryLinear(size: number, count: number, seed: string): BinaryLinear {
  const random = seededRandom(seed);
  const w = Float64Array.from({ length: size }, () => random.normal());
  const bias = random.normal();
  const rows = new Float64Array(2 * size);
  rows.set(w, size);
  const target = networkTarget([dense(rows, Float64Array.of(0, bias))], [size], { bounds: { low: -50, high: 50 } });
  const inputs = new Float32Array(size * count).map(() => random.normal());
  const values = Array.from({ length: count }, (_, i) =>
    w.reduce((sum, weight, f) => sum + weight * inputs[i * size + f]!, bias),
  );
  const dual = {
    linf: w.reduce((sum, weight) => sum + Math.abs(weight), 0),
    l2: Math.sqrt(w.reduce((sum, weight) => sum + weight * weight, 0)),
    l1: w.reduce((top, weight) => Math.max(top, Math.abs(weight)), 0),
  };
  return {
    target,
    data: { inputs, labels: Int32Array.from(values, (value) => (value > 0 ? 1 : 0)), count, inputShape: [size] },
    distances: {
      linf: values.map((value) => Math.abs(value) / dual.linf),
      l2: values.map((value) => Math.abs(value) / dual.l2),
      l1: values.map((value) => Math.abs(value) / dual.l1),
    },
  };
}

/** The middle of the distances: half of the samples can be fooled with it. */
export function medianDistance(distances: readonly number[]): number {
  return distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)]! * 1.0001;
}
