import { Fault } from '../../core/fault.ts';
import { childOf } from './evaluate.ts';
import { NODE_FLAGS, type TreeEnsemble } from './tree-ensemble.ts';

/**
 * The margin of one class over another as a sum of trees with one value a leaf: what an attacker raises above 0. Splits that no input can
 * take are gone, so a leaf can be reached from a box exactly when at every node on its way the box has a part on the way's side
 * (in one dimension, intervals that meet in pairs have a point in common).
 */
export interface MarginTrees {
  readonly ensemble: TreeEnsemble;
  readonly roots: Int32Array;
  /** -1: a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Value of a leaf, by node. */
  readonly leaf: Float64Array;
  readonly base: number;
  /** Trees that ask for a feature, by feature. */
  readonly treesOf: readonly Int32Array[];
  /** Features with category splits or with zeros that count as missing: no interval of values describes them. */
  readonly intervalFree: Uint8Array;
  /** Node of the ensemble that a node came from: for the decisions on features that do not move. */
  readonly source: Int32Array;
  /** How far the sum may be from what the library's own arithmetic gives. */
  readonly slack: number;
}

/**
 * @param winner class whose score should become the largest
 * @param loser class that is predicted (the true one)
 */
export function marginTrees(ensemble: TreeEnsemble, winner: number, loser: number): MarginTrees {
  if (winner === loser) throw new Fault('ERR_USAGE', 'A margin needs two different classes.');
  const { outputs, treeOutputs, values, divisor } = ensemble;
  const sign = outputs === 1 ? (winner === 1 ? 1 : -1) : 0;
  const offset = ensemble.link.kind === 'probability' && outputs === 1 ? 0.5 : 0;
  const base = outputs === 1 ? sign * (ensemble.base[0]! - offset) : ensemble.base[winner]! - ensemble.base[loser]!;
  const valueAt = (at: number, output: number): number => {
    if (outputs === 1) return (sign * values[at]!) / divisor;
    if (output < 0) return (values[at + winner]! - values[at + loser]!) / divisor;
    return output === winner ? values[at]! / divisor : output === loser ? -values[at]! / divisor : 0;
  };

  const feature: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const leaf: number[] = [];
  const source: number[] = [];
  const roots: number[] = [];
  const treesOf = Array.from({ length: ensemble.features }, () => new Set<number>());
  const intervalFree = new Uint8Array(ensemble.features);
  const special = NODE_FLAGS.category | NODE_FLAGS.zeroIsMissing;
  for (let node = 0; node < ensemble.feature.length; node++) {
    if (ensemble.feature[node]! >= 0 && (ensemble.flags[node]! & special) !== 0)
      intervalFree[ensemble.feature[node]!] = 1;
  }
  const limits: { low: Map<number, number>; high: Map<number, number> } = { low: new Map(), high: new Map() };
  const copy = (node: number, output: number, tree: number, depth: number): number => {
    if (depth > MAX_DEPTH)
      throw new Fault('ERR_MODEL_UNSUPPORTED', `A tree is deeper than ${MAX_DEPTH} splits.`, { where: `tree ${tree}` });
    const at = ensemble.feature[node]!;
    const plain = at >= 0 && intervalFree[at] === 0;
    if (plain) {
      const cut = ensemble.threshold[node]!;
      // A missing value follows flags, not intervals: such a split can only be cut away when both sides agree, so it stays.
      if ((limits.low.get(at) ?? -Infinity) >= cut && missingGoesWith(ensemble, node, false))
        return copy(ensemble.right[node]!, output, tree, depth + 1);
      if ((limits.high.get(at) ?? Infinity) <= cut && missingGoesWith(ensemble, node, true))
        return copy(ensemble.left[node]!, output, tree, depth + 1);
    }
    const place = feature.length;
    feature.push(at);
    threshold.push(at < 0 ? 0 : ensemble.threshold[node]!);
    source.push(node);
    leaf.push(at < 0 ? valueAt(ensemble.left[node]!, output) : NaN);
    left.push(-1);
    right.push(-1);
    if (at < 0) return place;
    treesOf[at]!.add(roots.length);
    for (const side of ['high', 'low'] as const) {
      const before = limits[side].get(at);
      if (plain) {
        const cut = ensemble.threshold[node]!;
        limits[side].set(at, side === 'high' ? Math.min(before ?? Infinity, cut) : Math.max(before ?? -Infinity, cut));
      }
      const child = copy(side === 'high' ? ensemble.left[node]! : ensemble.right[node]!, output, tree, depth + 1);
      if (side === 'high') left[place] = child;
      else right[place] = child;
      if (plain) {
        if (before === undefined) limits[side].delete(at);
        else limits[side].set(at, before);
      }
    }
    return place;
  };

  let magnitude = Math.abs(base);
  for (let tree = 0; tree < ensemble.roots.length; tree++) {
    const output = treeOutputs[tree]!;
    if (outputs > 1 && output >= 0 && output !== winner && output !== loser) continue;
    const from = leaf.length;
    roots.push(copy(ensemble.roots[tree]!, output, tree, 0));
    let most = 0;
    for (let node = from; node < leaf.length; node++)
      if (feature[node]! < 0) most = Math.max(most, Math.abs(leaf[node]!));
    magnitude += most;
  }
  const unit = ensemble.precision === 'float32' ? 2 ** -24 : 2 ** -53;
  return {
    ensemble,
    roots: Int32Array.from(roots),
    feature: Int32Array.from(feature),
    threshold: Float32Array.from(threshold),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    leaf: Float64Array.from(leaf),
    base,
    treesOf: treesOf.map((trees) => Int32Array.from(trees)),
    intervalFree,
    source: Int32Array.from(source),
    slack: 2 * (roots.length + 2) * unit * magnitude,
  };
}

/** Deepest tree that is searched; `copy` recurses. */
const MAX_DEPTH = 512;

function missingGoesWith(ensemble: TreeEnsemble, node: number, left: boolean): boolean {
  return childOf(ensemble, node, NaN) === (left ? ensemble.left[node] : ensemble.right[node]);
}

/** A closed box of float32 values; a missing value is NaN on both sides and stays missing. */
export interface Box {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

const stack = new Int32Array(2 * MAX_DEPTH + 4);

/** Result of `treeRange`: smallest and largest value that a tree takes on a box. */
export const range = { low: 0, high: 0 };

/** Smallest and largest leaf that can be reached from a box; the answer is in `range`. */
export function treeRange(trees: MarginTrees, tree: number, box: Box): void {
  const { feature, threshold, left, right, leaf } = trees;
  let [least, most] = [Infinity, -Infinity];
  let depth = 0;
  stack[depth++] = trees.roots[tree]!;
  while (depth > 0) {
    const node = stack[--depth]!;
    const at = feature[node]!;
    if (at < 0) {
      const value = leaf[node]!;
      if (value < least) least = value;
      if (value > most) most = value;
      continue;
    }
    const low = box.low[at]!;
    const high = box.high[at]!;
    if (low < high && trees.intervalFree[at] === 0) {
      if (high > threshold[node]!) stack[depth++] = right[node]!;
      if (low <= threshold[node]!) stack[depth++] = left[node]!;
    } else stack[depth++] = fixedChild(trees, node, low);
  }
  range.low = least;
  range.high = most;
}

/** Child for a value that does not move. */
export function fixedChild(trees: MarginTrees, node: number, value: number): number {
  const { ensemble } = trees;
  const origin = trees.source[node]!;
  return childOf(ensemble, origin, value) === ensemble.left[origin] ? trees.left[node]! : trees.right[node]!;
}

/** Sum over trees of their largest value on a box: the margin is nowhere on it above this (Andriushchenko and Hein 2019, section 3.2). */
export function treewiseBound(trees: MarginTrees, box: Box): number {
  let sum = trees.base;
  for (let tree = 0; tree < trees.roots.length; tree++) {
    treeRange(trees, tree, box);
    sum += range.high;
  }
  return sum;
}
