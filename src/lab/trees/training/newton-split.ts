import type { BinnedRows } from './binned-rows.ts';
import type { Split, SplitSearch } from './grow-tree.ts';

export interface Derivatives {
  /** [rows]: first and second derivatives of the loss by the output, at each row's worst case so far. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** [rows]: 0 or 1. */
  readonly labels: Uint8Array;
}

export interface NewtonOptions {
  /** Smallest sum of second derivatives in a child. */
  readonly minChildWeight: number;
  /** L2 regularisation of leaf values. */
  readonly lambda: number;
  /** Least gain of a split. */
  readonly gamma: number;
  /** Features that may be split on. */
  readonly columns: Int32Array;
  /** [features]: 1, the output may only rise with the feature; -1, only fall; 0, free. */
  readonly monotone: Int8Array;
}

/** First and second derivatives at `8 * bin`: rows of class 0 and 1 that begin to be uncertain there, and that begin to be left. */
let histogram = new Float64Array(0);

/** Splits by the quadratic approximation of a loss, as XGBoost weighs them (Chen and Guestrin 2016, arXiv 1603.02754, section 2.2), in the worst case. */
export function newtonSplits(binned: BinnedRows, derivatives: Derivatives, options: NewtonOptions): SplitSearch {
  return {
    refit: true,
    leaf: (rows, low, high) => {
      const [g, h] = sums(rows, derivatives);
      return clamp(-g / (h + options.lambda), low, high);
    },
    best: (rows, low, high) => bestSplit(binned, rows, derivatives, options, low, high),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function sums(rows: Int32Array, { first, second }: Derivatives): [number, number] {
  let [g, h] = [0, 0];
  for (const row of rows) {
    g += first[row]!;
    h += second[row]!;
  }
  return [g, h];
}

function bestSplit(
  binned: BinnedRows,
  rows: Int32Array,
  derivatives: Derivatives,
  options: NewtonOptions,
  low: number,
  high: number,
): Split | null {
  const { first, second, labels } = derivatives;
  const { lambda, minChildWeight } = options;
  const [gAll, hAll] = sums(rows, derivatives);
  const whole = (gAll * gAll) / (hAll + lambda);
  let best: Split | null = null;
  let bestGain = Math.max(options.gamma, 1e-9 * Math.abs(whole));
  for (const feature of options.columns) {
    const cuts = binned.thresholds[feature]!.length;
    if (cuts === 0) continue;
    const size = (cuts + 1) * 8;
    if (histogram.length < size) histogram = new Float64Array(size * 2);
    else histogram.fill(0, 0, size);
    const { from, to } = binned;
    const base = feature * binned.rows;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!;
      const at = labels[row]! * 2;
      const [g, h] = [first[row]!, second[row]!];
      const a = from[base + row]! * 8 + at;
      const b = to[base + row]! * 8 + at + 4;
      histogram[a]! += g;
      histogram[a + 1]! += h;
      histogram[b]! += g;
      histogram[b + 1]! += h;
    }
    // Reached: not certainly right. Left: certainly left.
    let [g0Reached, h0Reached, g1Reached, h1Reached] = [0, 0, 0, 0];
    let [g0Left, h0Left, g1Left, h1Left] = [0, 0, 0, 0];
    const direction = options.monotone[feature]!;
    for (let cut = 0; cut < cuts; cut++) {
      const at = cut * 8;
      g0Reached += histogram[at]!;
      h0Reached += histogram[at + 1]!;
      g1Reached += histogram[at + 2]!;
      h1Reached += histogram[at + 3]!;
      g0Left += histogram[at + 4]!;
      h0Left += histogram[at + 5]!;
      g1Left += histogram[at + 6]!;
      h1Left += histogram[at + 7]!;
      for (let rising = 0; rising < 2; rising++) {
        if (direction !== 0 && direction > 0 !== (rising === 1)) continue;
        // Rising: class 1 rows in between are sent left, class 0 rows right. Falling: the other way round.
        const gl = rising === 1 ? g1Reached + g0Left : g1Left + g0Reached;
        const hl = rising === 1 ? h1Reached + h0Left : h1Left + h0Reached;
        const gr = gAll - gl;
        const hr = hAll - hl;
        if (hl < minChildWeight || hr < minChildWeight || hl <= 0 || hr <= 0) continue;
        const gain = (gl * gl) / (hl + lambda) + (gr * gr) / (hr + lambda) - whole;
        if (gain <= bestGain) continue;
        const left = clamp(-gl / (hl + lambda), low, high);
        const right = clamp(-gr / (hr + lambda), low, high);
        if (rising === 1 ? right <= left : right >= left) continue;
        bestGain = gain;
        best = { feature, cut, left, right };
      }
    }
  }
  return best;
}
