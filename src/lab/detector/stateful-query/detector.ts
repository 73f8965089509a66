import { Fault } from '../../../core/fault.ts';
import { imageLayout, isPicture } from '../../image-layout.ts';
import { defineInputDetector } from '../detector.ts';
import { fittedArray, fitted } from '../fitted-state.ts';

export interface StatefulQueryOptions {
  /** Which nearest of the caller's recent queries is looked at. */
  readonly k: number;
  /**
   * Queries that are remembered for each caller, at most. A quarter of the clean samples that are fitted on where that is less: among more
   * queries some are nearer by chance, and a threshold from fewer would not hold.
   */
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
    threats: ['adversarial-input'],
    modalities: ['image', 'vector', 'tabular', 'series'],
    needs: [],
    stateful: true,
    watches: 'queries',
    taxonomy: ['AML.M0004'],
    references: ['Chen, Carlini and Wagner 2019, arXiv:1907.05587', 'Li et al. 2022, arXiv:2006.14042'],
  },
  options: (z) =>
    z
      .strictObject({
        k: z.int().min(1).max(1000).default(10),
        memory: z.int().min(1).max(100_000).default(1000),
        dimensions: z.int().min(1).max(4096).default(64),
        callers: z.int().min(1).max(1_000_000).default(1000),
      })
      .refine(({ k, memory }) => k <= memory, 'memory must hold k queries, or none is ever compared'),
  defaults: { k: 10, memory: 1000, dimensions: 64, callers: 1000 },
  fit: async (_, data, { k, memory, dimensions }) => {
    const remembered = Math.min(memory, Math.floor(data.count / 4));
    if (remembered < k)
      throw new Fault('ERR_DATA', `${data.count} clean samples are too few to compare ${k} queries.`, {
        hint: `At least ${4 * k} must be fitted on.`,
      });
    const size = data.inputs.length / data.count;
    const d = Math.min(dimensions, size);
    // Scale of each column, so that one of large numbers does not drown the others.
    const mean = new Float64Array(size);
    const square = new Float64Array(size);
    for (let at = 0; at < data.inputs.length; at++) {
      mean[at % size]! += data.inputs[at]! / data.count;
      square[at % size]! += data.inputs[at]! ** 2 / data.count;
    }
    const deviations = square.map((value, j) => Math.sqrt(Math.max(0, value - mean[j]! ** 2)));
    const whole = Math.sqrt(deviations.reduce((sum, value) => sum + value * value, 0) / size);
    if (!(whole > 0)) throw new Fault('ERR_DATA', 'The clean samples are all the same.');
    // Values of a picture have one unit: by their own, noise on a margin that never varies would make any two queries far apart.
    const scale = isPicture(imageLayout(data.inputShape))
      ? deviations.fill(whole)
      : deviations.map((value) => (value > 0 ? value : 1));
    return {
      deviation: fittedArray(scale),
      dimensions: fittedArray([d]),
      memory: fittedArray([remembered]),
    };
  },
  open: (_, state, { k, callers }) => {
    const deviation = fitted(state, 'deviation', [null]).data;
    const size = deviation.length;
    const d = fitted(state, 'dimensions', [1]).data[0]!;
    if (!(Number.isInteger(d) && d >= 1 && d <= size))
      throw new Fault('ERR_CONFIG', 'The number of dimensions is none.', { where: 'state.dimensions' });
    const memory = fitted(state, 'memory', [1]).data[0]!;
    if (!(Number.isInteger(memory) && memory >= k))
      throw new Fault('ERR_CONFIG', `The memory cannot hold ${k} queries.`, { where: 'state.memory' });
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
          scores[i] = suspicion(query, own, k);
          // What is no number is near to nothing, and would push out what can be compared.
          if (!Number.isNaN(scores[i]!)) own.push(query);
          if (own.length > memory) own.shift();
        }
        return scores;
      },
      peek: async (x, n, context) =>
        Float64Array.from({ length: n }, (__, i) =>
          suspicion(sketch(x.subarray(i * size, (i + 1) * size)), recent.get(context?.principals?.[i] ?? '') ?? [], k),
        ),
    };
  },
});

/**
 * How near the k nearest are: their mean distance in standard deviations of clean data, negative. The lowest number there is while fewer than
 * k are remembered; NaN for a query that is no number.
 */
function suspicion(query: Float32Array, others: readonly Float32Array[], k: number): number {
  if (!query.every(Number.isFinite)) return Number.NaN;
  if (others.length < k) return -Number.MAX_VALUE;
  const distances = Float64Array.from(others, (other) => {
    let sum = 0;
    for (let j = 0; j < query.length; j++) sum += (query[j]! - other[j]!) ** 2;
    return Math.sqrt(sum);
  }).sort();
  return -distances.subarray(0, k).reduce((sum, distance) => sum + distance, 0) / k;
}

/** A fixed mixing of an index (Murmur's finaliser), 31 bits. */
function mix(index: number): number {
  let h = (index + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & 0x7fffffff;
}
