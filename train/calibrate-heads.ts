import type { RawScores } from '../src/classify/classifier.ts';
import type { Head } from '../src/classify/model.ts';

export interface Example {
  readonly raw: RawScores;
  readonly truth: 0 | 1;
  readonly weight: number;
  /** Groups count alike, whatever their size. */
  readonly group: string;
}

const STEPS = 60;
const PENALTY = 1e-3;

/**
 * From raw scores to a probability: logistic regression by Newton's method on the best window of each scale, the whole, and the
 * logarithm of the number of pieces. `monotone`: no window may speak against harm, whatever is gained by it. Positives and negatives count alike in sum.
 */
export function calibrate(
  examples: readonly Example[],
  monotone: boolean,
): Pick<Head, 'bias' | 'scales' | 'whole' | 'pieces'> {
  const inputs = examples.map(({ raw }) => [1, ...raw.best, raw.whole, Math.log(raw.pieces)]);
  const weights = balance(examples);
  const width = (examples[0]?.raw.best.length ?? 0) + 3;
  const used = new Set(Array.from({ length: width }, (_, k) => k));
  for (;;) {
    const beta = newton(inputs, examples, weights, used);
    // A harmless text around a harmful one must not make it more harmful: no window speaks against itself.
    const worst = [...used]
      .filter((k) => k > 0 && k < width - 1)
      .reduce((a, k) => (beta[k]! < beta[a]! ? k : a), width - 2);
    if (monotone && beta[worst]! < 0 && used.delete(worst)) continue;
    const rounded = [...beta].map((value) => Number(value.toFixed(5)));
    return {
      bias: rounded[0]!,
      scales: rounded.slice(1, width - 2),
      whole: rounded[width - 2]!,
      pieces: rounded[width - 1]!,
    };
  }
}

/** Coefficients of the inputs that are used; 0 for the others. */
function newton(
  inputs: readonly (readonly number[])[],
  examples: readonly Example[],
  weights: Float64Array,
  used: ReadonlySet<number>,
): Float64Array {
  const width = inputs[0]?.length ?? 0;
  let beta = new Float64Array(width);
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(width);
    const hessian = Array.from({ length: width }, () => new Float64Array(width));
    for (const [i, input] of inputs.entries()) {
      let sum = 0;
      for (const k of used) sum += beta[k]! * input[k]!;
      const p = 1 / (1 + Math.exp(-sum));
      const error = (p - examples[i]!.truth) * weights[i]!;
      const curve = Math.max(1e-6, p * (1 - p)) * weights[i]!;
      for (const k of used) {
        gradient[k]! += error * input[k]!;
        for (const m of used) hessian[k]![m]! += curve * input[k]! * input[m]!;
      }
    }
    for (let k = 0; k < width; k++) {
      if (!used.has(k)) hessian[k]![k] = 1;
      else if (k > 0) {
        gradient[k]! += PENALTY * beta[k]!;
        hessian[k]![k]! += PENALTY;
      }
      hessian[k]![k]! += 1e-9;
    }
    const change = solve(hessian, gradient);
    const size = Math.max(...change.map(Math.abs));
    beta = beta.map((value, k) => value - change[k]! * Math.min(1, 2 / size));
    if (size < 1e-6) break;
  }
  return beta;
}

/** Weights by which truths sum to one each, and groups within a truth count by the root of their size. */
function balance(examples: readonly Example[]): Float64Array {
  const sizes = new Map<string, number>();
  for (const { truth, group, weight } of examples)
    sizes.set(`${truth}${group}`, (sizes.get(`${truth}${group}`) ?? 0) + weight);
  const weights = Float64Array.from(
    examples,
    ({ truth, group, weight }) => weight / Math.sqrt(sizes.get(`${truth}${group}`)!),
  );
  const sums = [0, 0];
  for (const [i, { truth }] of examples.entries()) sums[truth]! += weights[i]!;
  return weights.map((weight, i) => weight / sums[examples[i]!.truth]!);
}

/** Gauss's elimination with pivots, for a handful of unknowns. */
function solve(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  const n = vector.length;
  const rows = matrix.map((row, i) => Float64Array.from([...row, vector[i]!]));
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let r = column + 1; r < n; r++) if (Math.abs(rows[r]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = r;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const lead = rows[column]!;
    for (let r = 0; r < n; r++) {
      if (r === column) continue;
      const factor = rows[r]![column]! / lead[column]!;
      for (let c = column; c <= n; c++) rows[r]![c]! -= factor * lead[c]!;
    }
  }
  return Float64Array.from(rows, (row, i) => row[n]! / row[i]!);
}
