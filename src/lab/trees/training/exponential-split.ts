import type { BinnedRows } from './binned-rows.ts';
import type { Split, SplitSearch } from './grow-tree.ts';

export interface ExponentialOptions {
  /** Features that may be split on. */
  readonly columns: Int32Array;
  /** [features]: 1, the output may only rise with the feature; -1, only fall; 0, free. */
  readonly monotone: Int8Array;
  /** Rows that must be able to reach each side of a split. */
  readonly minRows: number;
}

/** A split and the sum of the rows' losses after it. */
export interface JudgedSplit extends Split {
  readonly loss: number;
}

/** Weights at `4 * bin`: rows of class 0 and 1 that begin to be uncertain there, and that begin to be left; and how many rows do. */
let weightsAt = new Float64Array(0);
let rowsAt = new Int32Array(0);

/**
 * Splits by the exact minimum of the exponential loss in the worst case (Andriushchenko and Hein 2019, arXiv 1906.03526, sections 3.2 and 4). With the side
 * of every row settled by the direction of the split, a leaf with weight `one` of class 1 and `zero` of class 0 costs `one e^-v + zero e^v`, least at `v =
 * log(one / zero) / 2`, held within its bounds.
 * @param weights [rows]: the loss of each row so far
 */
export function exponentialSplits(
  binned: BinnedRows,
  weights: Float64Array,
  labels: Uint8Array,
  options: ExponentialOptions,
): SplitSearch {
  return {
    refit: false,
    leaf: (rows, low, high) => {
      const [zero, one] = weightsByClass(rows, weights, labels);
      return leafValue(one, zero, low, high);
    },
    best: (rows, low, high) => bestExponentialSplit(binned, rows, weights, labels, options, low, high),
  };
}

export function weightsByClass(rows: Int32Array, weights: Float64Array, labels: Uint8Array): [number, number] {
  let [zero, one] = [0, 0];
  for (const row of rows) {
    if (labels[row] === 1) one += weights[row]!;
    else zero += weights[row]!;
  }
  return [zero, one];
}

/** The best value of a leaf. */
export function leafValue(one: number, zero: number, low: number, high: number): number {
  if (one <= 0 && zero <= 0) return Math.min(Math.max(0, low), high);
  return Math.min(Math.max(Math.log(one / zero) / 2, low), high);
}

/** What a leaf costs at its best value: `2 sqrt(one zero)` where the bounds allow that. */
function leafLoss(one: number, zero: number, bounds: Bounds): number {
  const a = Math.max(one, 0);
  const b = Math.max(zero, 0);
  if (a <= b * bounds.lowRatio) return a / bounds.expLow + b * bounds.expLow;
  if (a >= b * bounds.highRatio) return a / bounds.expHigh + b * bounds.expHigh;
  return 2 * Math.sqrt(a * b);
}

/** A stretch of cuts that are as good as each other. */
interface Found {
  readonly feature: number;
  readonly first: number;
  last: number;
  readonly rising: boolean;
  /** Weights of the left leaf. */
  readonly one: number;
  readonly zero: number;
}

interface Bounds {
  readonly expLow: number;
  readonly expHigh: number;
  readonly lowRatio: number;
  readonly highRatio: number;
}

/** Of cuts that no row of a node tells apart, the one in the middle: the furthest from all rows. */
export function middleCut(thresholds: Float32Array, first: number, last: number): number {
  const middle = (thresholds[first]! + thresholds[last]!) / 2;
  let cut = first;
  while (cut < last && middle - thresholds[cut]! > thresholds[cut + 1]! - middle) cut++;
  return cut;
}

/** The best split of these rows, or null when none lowers their loss below that of the best single leaf. Bounds are finite. */
export function bestExponentialSplit(
  binned: BinnedRows,
  rows: Int32Array,
  weights: Float64Array,
  labels: Uint8Array,
  options: ExponentialOptions,
  low: number,
  high: number,
): JudgedSplit | null {
  if (rows.length < 2 * options.minRows) return null;
  const bounds: Bounds = {
    expLow: Math.exp(low),
    expHigh: Math.exp(high),
    lowRatio: Math.exp(2 * low),
    highRatio: Math.exp(2 * high),
  };
  const [zero, one] = weightsByClass(rows, weights, labels);
  if (zero === 0 || one === 0) return null;
  let least = leafLoss(one, zero, bounds) * (1 - 1e-9);
  let found = null as Found | null;
  const { from, to } = binned;
  for (const feature of options.columns) {
    const cuts = binned.thresholds[feature]!.length;
    if (cuts === 0) continue;
    if (rowsAt.length < (cuts + 1) * 2) {
      weightsAt = new Float64Array((cuts + 1) * 8);
      rowsAt = new Int32Array((cuts + 1) * 4);
    } else {
      weightsAt.fill(0, 0, (cuts + 1) * 4);
      rowsAt.fill(0, 0, (cuts + 1) * 2);
    }
    const base = feature * binned.rows;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!;
      const weight = weights[row]!;
      const a = from[base + row]!;
      const b = to[base + row]!;
      weightsAt[a * 4 + labels[row]!]! += weight;
      weightsAt[b * 4 + labels[row]! + 2]! += weight;
      rowsAt[a * 2]!++;
      rowsAt[b * 2 + 1]!++;
    }
    const direction = options.monotone[feature]!;
    let [zeroReached, oneReached, zeroLeft, oneLeft, reached, certain] = [0, 0, 0, 0, 0, 0];
    for (let cut = 0; cut < cuts; cut++) {
      zeroReached += weightsAt[cut * 4]!;
      oneReached += weightsAt[cut * 4 + 1]!;
      zeroLeft += weightsAt[cut * 4 + 2]!;
      oneLeft += weightsAt[cut * 4 + 3]!;
      reached += rowsAt[cut * 2]!;
      certain += rowsAt[cut * 2 + 1]!;
      if (reached < options.minRows) continue;
      if (rows.length - certain < options.minRows) break;
      // Rising: rows of class 1 in between are sent left, those of class 0 right. Each row is then on one side.
      if (direction >= 0 && oneReached * (zero - zeroLeft) < zeroLeft * (one - oneReached)) {
        const loss = leafLoss(oneReached, zeroLeft, bounds) + leafLoss(one - oneReached, zero - zeroLeft, bounds);
        if (loss < least) {
          least = loss;
          found = { feature, first: cut, last: cut, rising: true, one: oneReached, zero: zeroLeft };
        } else if (loss === least && found?.feature === feature && found.rising && found.last === cut - 1) {
          found.last = cut;
        }
      }
      if (direction <= 0 && oneLeft * (zero - zeroReached) > zeroReached * (one - oneLeft)) {
        const loss = leafLoss(oneLeft, zeroReached, bounds) + leafLoss(one - oneLeft, zero - zeroReached, bounds);
        if (loss < least) {
          least = loss;
          found = { feature, first: cut, last: cut, rising: false, one: oneLeft, zero: zeroReached };
        } else if (loss === least && found?.feature === feature && !found.rising && found.last === cut - 1) {
          found.last = cut;
        }
      }
    }
  }
  if (found === null) return null;
  return {
    feature: found.feature,
    cut: middleCut(binned.thresholds[found.feature]!, found.first, found.last),
    left: leafValue(found.one, found.zero, low, high),
    right: leafValue(one - found.one, zero - found.zero, low, high),
    loss: least,
  };
}
