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

export interface Split {
  readonly feature: number;
  readonly cut: number;
  /** Values of the two leaves. */
  readonly left: number;
  readonly right: number;
}

/** How a loss judges leaves and splits. Values stay within `low` and `high`. */
export interface SplitSearch {
  /** A leaf has the value that is best for all rows that can reach it, where this is set; else the value that its split was judged with. */
  readonly refit: boolean;
  /** Value of one leaf for all these rows. */
  leaf(rows: Int32Array, low: number, high: number): number;
  /** The split with the least loss in the worst case, or null when none is better than one leaf. */
  best(rows: Int32Array, low: number, high: number): Split | null;
}

export interface RowLoss {
  /** [rows]: 0 or 1. */
  readonly labels: Uint8Array;
  /** Loss of a row's output after a step. */
  readonly loss: (row: number, step: number) => number;
}

export interface GrowOptions {
  readonly depth: number;
  /** [features]: 1, the output may only rise with the feature; -1, only fall; 0, free. */
  readonly monotone: Int8Array;
  /** Bounds of leaf values. */
  readonly low: number;
  readonly high: number;
}

/**
 * One tree with robust splits (Andriushchenko and Hein 2019, arXiv 1906.03526, section 4): for a split whose left leaf is to be lower, a row of class 1
 * that can be on both sides counts on the left, one of class 0 on the right, since that is where an attacker sends it; and the other
 * way round. The better of the two that its own leaf values agree with is the split's worth. Rows that can be on both sides go down both. With no reach this is an ordinary boosted tree with histograms.
 */
export function growTree(
  binned: BinnedRows,
  rows: Int32Array,
  rowLoss: RowLoss,
  search: SplitSearch,
  options: GrowOptions,
): GrownTree {
  const tree: GrownTree = { feature: [], cut: [], left: [], right: [], value: [] };
  const grow = (own: Int32Array, depth: number, value: number, low: number, high: number): number => {
    const node = tree.feature.length;
    tree.feature.push(-1);
    tree.cut.push(0);
    tree.left.push(-1);
    tree.right.push(-1);
    tree.value.push(search.refit ? search.leaf(own, low, high) : value);
    if (depth === options.depth || own.length < 2) return node;
    const split = search.best(own, low, high);
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
      split.left,
      direction < 0 ? Math.max(low, middle) : low,
      direction > 0 ? Math.min(high, middle) : high,
    );
    tree.right[node] = grow(
      right,
      depth + 1,
      split.right,
      direction > 0 ? Math.max(low, middle) : low,
      direction < 0 ? Math.min(high, middle) : high,
    );
    return node;
  };
  grow(rows, 0, search.leaf(rows, options.low, options.high), options.low, options.high);
  prune(tree, binned, rows, rowLoss, 0);
  return tree;
}

/**
 * The worst value of a subtree for each of its rows (the least for class 1, the most for class 0); a subtree that is in
 * the worst case no better than one leaf becomes a leaf.
 */
function prune(tree: GrownTree, binned: BinnedRows, rows: Int32Array, rowLoss: RowLoss, node: number): Float64Array {
  const leaf = new Float64Array(rows.length).fill(tree.value[node]!);
  const feature = tree.feature[node]!;
  if (feature < 0) return leaf;
  const base = feature * binned.rows;
  const cut = tree.cut[node]!;
  const left = rows.filter((row) => binned.from[base + row]! <= cut);
  const right = rows.filter((row) => binned.to[base + row]! > cut);
  const onLeft = prune(tree, binned, left, rowLoss, tree.left[node]!);
  const onRight = prune(tree, binned, right, rowLoss, tree.right[node]!);
  const worst = new Float64Array(rows.length);
  let [split, single, l, r] = [0, 0, 0, 0];
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    const goesLeft = binned.from[base + row]! <= cut;
    const goesRight = binned.to[base + row]! > cut;
    const a = goesLeft ? onLeft[l++]! : NaN;
    const b = goesRight ? onRight[r++]! : NaN;
    const value = !goesLeft ? b : !goesRight ? a : rowLoss.labels[row] === 1 ? Math.min(a, b) : Math.max(a, b);
    worst[index] = value;
    split += rowLoss.loss(row, value);
    single += rowLoss.loss(row, tree.value[node]!);
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
