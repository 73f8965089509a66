import { defineInputDetector } from '../detector.ts';
import { fittedArray, fitted } from '../fitted-state.ts';

export interface StatefulQueryOptions {
  /** Which nearest of the caller's recent queries is looked at. */
  readonly k: number;
  /** Queries that are remembered for each caller. */
  readonly memory: number;
  /** Numbers that an input is reduced to before it is compared. */
  readonly dimensions: number;
  /** Callers that are remembered; the one that was quiet longest is forgotten first. */
  readonly callers: number;
}

/** Queries of one caller that are nearly the same: what attacks by query are made of. */
export const statefulQuery = defineInputDetector<'stateful-query', StatefulQueryOptions>({
  meta: {
    id: 'stateful-query',
    title: 'Similar queries',
    summary: "How near a query is to the k nearest of the same caller's recent ones.",
    threats: ['adversarial-input', 'model-extraction'],
    modalities: ['image', 'vector', 'tabular', 'series'],
    needs: [],
    stateful: true,
    taxonomy: ['AML.M0004'],
    references: ['Chen, Carlini and Wagner 2019, arXiv:1907.05587', 'Li et al. 2022, arXiv:2006.14042'],
  },
  options: (z) =>
    z.strictObject({
      k: z.int().min(1).max(1000),
      memory: z.int().min(1).max(100_000),
      dimensions: z.int().min(1).max(4096),
      callers: z.int().min(1).max(1_000_000),
    }),
  defaults: { k: 10, memory: 1000, dimensions: 64, callers: 1000 },
  fit: async (_, data, { dimensions }) => {
    const size = data.inputs.length / data.count;
    const d = Math.min(dimensions, size);
    // Scale of each value, so that a column of large numbers does not drown the others.
    const mean = new Float64Array(size);
    const square = new Float64Array(size);
    for (let at = 0; at < data.inputs.length; at++) {
      mean[at % size]! += data.inputs[at]! / data.count;
      square[at % size]! += data.inputs[at]! ** 2 / data.count;
    }
    const deviations = square.map((value, j) => Math.sqrt(Math.max(0, value - mean[j]! ** 2)));
    const floor = 0.05 * Math.max(...deviations, Number.MIN_VALUE);
    return { deviation: fittedArray(deviations.map((value) => Math.max(value, floor))), dimensions: fittedArray([d]) };
  },
  open: (_, state, { k, memory, callers }) => {
    const deviation = fitted(state, 'deviation').data;
    const d = fitted(state, 'dimensions').data[0]!;
    const size = deviation.length;
    const recent = new Map<string, Float32Array[]>();
    /** Values folded into d sums with fixed signs: a random projection that needs no matrix (count sketch, Charikar et al. 2002). */
    const sketch = (x: Float32Array): Float32Array => {
      const sums = new Float32Array(d);
      for (let j = 0; j < size; j++) {
        const hash = mix(j);
        sums[hash % d]! += ((hash & 0x40000000 ? 1 : -1) * x[j]!) / deviation[j]!;
      }
      return sums;
    };
    return {
      score: async (x, n, context) => {
        const scores = new Float64Array(n);
        for (let i = 0; i < n; i++) {
          const caller = context?.principals?.[i] ?? '';
          const own = recent.get(caller) ?? [];
          // Put last: the caller that was quiet longest stands first.
          recent.delete(caller);
          recent.set(caller, own);
          if (recent.size > callers) recent.delete(recent.keys().next().value!);
          const query = sketch(x.subarray(i * size, (i + 1) * size));
          scores[i] = -meanOfNearest(query, own, k);
          own.push(query);
          if (own.length > memory) own.shift();
        }
        return scores;
      },
    };
  },
});

/** Mean distance to the k nearest, in standard deviations of clean data; infinite while fewer are remembered. */
function meanOfNearest(query: Float32Array, others: readonly Float32Array[], k: number): number {
  if (others.length < k) return Number.MAX_VALUE;
  const distances = Float64Array.from(others, (other) => {
    let sum = 0;
    for (let j = 0; j < query.length; j++) sum += (query[j]! - other[j]!) ** 2;
    return Math.sqrt(sum);
  }).sort();
  return distances.subarray(0, k).reduce((sum, distance) => sum + distance, 0) / k;
}

/** A fixed mixing of an index (Murmur's finaliser), 31 bits. */
function mix(index: number): number {
  let h = (index + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & 0x7fffffff;
}
