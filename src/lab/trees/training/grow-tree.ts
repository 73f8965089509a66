import type { BinnedRows } from './binned-rows.ts';

/** A grown tree: parallel arrays, node 0 the root, feature -1 a leaf. */
export interface GrownTree {
  readonly feature: number[];
  /** Index of the threshold among the feature's candidates: rows at or below it go left. */
  readonly cut: number[];
  readonly left: number[];
  readonly right: number[];
  readonly value: number[];
}

export interface GrowOptions {
  readonly depth: number;
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

export interface Gradients {
  /** [rows]: first and second derivatives of the loss by the output, at each row's worst case so far. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** [rows]: 0 or 1. */
  readonly labels: Uint8Array;
  /** Loss of a row's output after a step. */
  readonly loss: (row: number, step: number) => number;
}

interface Split {
  readonly feature: number;
  readonly cut: number;
  readonly gain: number;
  readonly left: number;
  readonly right: number;
}

/**
 * One tree with robust splits (Andriushchenko and Hein 2019, arXiv 1906.03526, section 4): for a split whose left leaf is to be lower, a row of class 1
 * that can be on both sides counts on the left, one of class 0 on the right, since that is where an attacker sends it; and the other
 * way round. The better of the two that its own leaf values agree with is the split's worth. Rows that can be on both sides go
 * down both. With no reach this is an ordinary gradient-boosted tree with histograms.
 */
export function growTree(binned: BinnedRows, rows: Int32Array, gradients: Gradients, options: GrowOptions): GrownTree {
  const tree: GrownTree = { feature: [], cut: [], left: [], right: [], value: [] };
  const grow = (own: Int32Array, depth: number, low: number, high: number): number => {
    const node = tree.feature.length;
    tree.feature.push(-1);
    tree.cut.push(0);
    tree.left.push(-1);
    tree.right.push(-1);
    const [g, h] = sums(own, gradients);
    tree.value.push(clamp(-g / (h + options.lambda), low, high));
    if (depth === options.depth || own.length < 2) return node;
    const split = bestSplit(binned, own, gradients, options, low, high);
    if (split === null) return node;
    const base = split.feature * binned.rows;
    const left = own.filter((row) => binned.from[base + row]! <= split.cut);
    const right = own.filter((row) => binned.to[base + row]! > split.cut);
    const middle = (split.left + split.right) / 2;
    const direction = options.monotone[split.feature]!;
    tree.feature[node] = split.feature;
    tree.cut[node] = split.cut;
    tree.left[node] = grow(
      left,
      depth + 1,
      direction < 0 ? Math.max(low, middle) : low,
      direction > 0 ? Math.min(high, middle) : high,
    );
    tree.right[node] = grow(
      right,
      depth + 1,
      direction > 0 ? Math.max(low, middle) : low,
      direction < 0 ? Math.min(high, middle) : high,
    );
    return node;
  };
  grow(rows, 0, -Infinity, Infinity);
  prune(tree, binned, rows, gradients, 0);
  return tree;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function sums(rows: Int32Array, { first, second }: Gradients): [number, number] {
  let [g, h] = [0, 0];
  for (const row of rows) {
    g += first[row]!;
    h += second[row]!;
  }
  return [g, h];
}

/** First and second derivatives at `8 * bin`: rows of class 0 and 1 that begin to be uncertain there, and that begin to be left. */
let histogram = new Float64Array(0);

function bestSplit(
  binned: BinnedRows,
  rows: Int32Array,
  gradients: Gradients,
  options: GrowOptions,
  low: number,
  high: number,
): Split | null {
  const { first, second, labels } = gradients;
  const { lambda, minChildWeight } = options;
  const [gAll, hAll] = sums(rows, gradients);
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
        best = { feature, cut, gain, left, right };
      }
    }
  }
  return best;
}

/**
 * The worst value of a subtree for each of its rows (the least for class 1, the most for class 0); a subtree that is in
 * the worst case no better than one leaf becomes a leaf.
 */
function prune(
  tree: GrownTree,
  binned: BinnedRows,
  rows: Int32Array,
  gradients: Gradients,
  node: number,
): Float64Array {
  const leaf = new Float64Array(rows.length).fill(tree.value[node]!);
  const feature = tree.feature[node]!;
  if (feature < 0) return leaf;
  const base = feature * binned.rows;
  const cut = tree.cut[node]!;
  const left = rows.filter((row) => binned.from[base + row]! <= cut);
  const right = rows.filter((row) => binned.to[base + row]! > cut);
  const onLeft = prune(tree, binned, left, gradients, tree.left[node]!);
  const onRight = prune(tree, binned, right, gradients, tree.right[node]!);
  const worst = new Float64Array(rows.length);
  let [split, single, l, r] = [0, 0, 0, 0];
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    const goesLeft = binned.from[base + row]! <= cut;
    const goesRight = binned.to[base + row]! > cut;
    const a = goesLeft ? onLeft[l++]! : NaN;
    const b = goesRight ? onRight[r++]! : NaN;
    const value = !goesLeft ? b : !goesRight ? a : gradients.labels[row] === 1 ? Math.min(a, b) : Math.max(a, b);
    worst[index] = value;
    split += gradients.loss(row, value);
    single += gradients.loss(row, tree.value[node]!);
  }
  if (split < single) return worst;
  tree.feature[node] = -1;
  return leaf;
}

/** The worst value of a whole tree for every row. */
export function worstValues(tree: GrownTree, binned: BinnedRows, labels: Uint8Array): Float64Array {
  const result = new Float64Array(binned.rows);
  const stack: number[] = [];
  for (let row = 0; row < binned.rows; row++) {
    let [least, most] = [Infinity, -Infinity];
    stack.push(0);
    while (stack.length > 0) {
      const node = stack.pop()!;
      const feature = tree.feature[node]!;
      if (feature < 0) {
        least = Math.min(least, tree.value[node]!);
        most = Math.max(most, tree.value[node]!);
        continue;
      }
      const place = feature * binned.rows + row;
      if (binned.from[place]! <= tree.cut[node]!) stack.push(tree.left[node]!);
      if (binned.to[place]! > tree.cut[node]!) stack.push(tree.right[node]!);
    }
    result[row] = labels[row] === 1 ? least : most;
  }
  return result;
}
