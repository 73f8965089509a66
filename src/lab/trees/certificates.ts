import { nextFloat32 } from '../../math/float32-order.ts';
import { fixedChild, range, treeRange, treewiseBound, type Box, type MarginTrees } from './margin-trees.ts';
import { marginOf } from './minimal-perturbation.ts';
import { predictedClass } from './predicted-class.ts';
import { reachableBox, type Domain } from './region.ts';
import { classesOf, type TreeEnsemble } from './tree-ensemble.ts';

/** Upper bounds of a margin on a box, from cheap to tight. */
export type Certificate =
  /** Each tree's largest leaf, summed: Andriushchenko and Hein 2019 (arXiv 1906.03526), section 3.2. */
  | { readonly kind: 'treewise' }
  /**
   * Trees in groups, each group's largest sum over leaves that have a point in common (a weighted clique), summed: Chen et al. 2019
   * (arXiv 1906.03849). Groups of `size` trees; with all trees in one group it is exact.
   */
  | { readonly kind: 'cliques'; readonly size: number }
  /** Exact for stumps: features are independent, so each feature's largest sum over its interval, summed (Andriushchenko and Hein 2019, section 3.1). */
  | { readonly kind: 'stumps' };

/** True when every tree asks for one feature at most, once. */
export function areStumps(trees: MarginTrees): boolean {
  return trees.roots.every((root) => {
    if (trees.feature[root]! < 0) return true;
    return (
      trees.feature[trees.left[root]!]! < 0 &&
      trees.feature[trees.right[root]!]! < 0 &&
      trees.intervalFree[trees.feature[root]!] === 0
    );
  });
}

/** An upper bound of the margin over a box. */
export function marginBound(trees: MarginTrees, box: Box, certificate: Certificate): number {
  switch (certificate.kind) {
    case 'treewise':
      return treewiseBound(trees, box);
    case 'cliques':
      return cliqueBound(trees, box, certificate.size);
    case 'stumps':
      return areStumps(trees) ? stumpBound(trees, box) : treewiseBound(trees, box);
  }
}

/** True when the bound proves that no input within Linf `eps` of x has another class. Sound, not complete: false proves nothing. */
export function isCertified(
  ensemble: TreeEnsemble,
  x: Float32Array,
  label: number,
  eps: number,
  domain: Domain,
  certificate: Certificate,
): boolean {
  if (predictedClass(ensemble, x) !== label) return false;
  for (let c = 0; c < classesOf(ensemble); c++) {
    if (c === label) continue;
    const trees = marginOf(ensemble, c, label);
    if (!(marginBound(trees, reachableBox(trees, x, 'linf', eps, domain), certificate) < -trees.slack)) return false;
  }
  return true;
}

function stumpBound(trees: MarginTrees, box: Box): number {
  const { roots, feature, threshold, left, right, leaf } = trees;
  let sum = trees.base;
  for (const root of roots) if (feature[root]! < 0) sum += leaf[root]!;
  for (let at = 0; at < trees.treesOf.length; at++) {
    const [low, high] = [box.low[at]!, box.high[at]!];
    let value = 0;
    const jumps: { at: number; by: number }[] = [];
    for (const tree of trees.treesOf[at]!) {
      const root = roots[tree]!;
      treeRange(trees, tree, box);
      if (range.low === range.high) {
        value += range.high;
        continue;
      }
      value += low <= threshold[root]! ? leaf[left[root]!]! : leaf[right[root]!]!;
      if (low <= threshold[root]! && high > threshold[root]!)
        jumps.push({ at: threshold[root]!, by: leaf[right[root]!]! - leaf[left[root]!]! });
    }
    jumps.sort((a, b) => a.at - b.at);
    let most = value;
    for (let index = 0; index < jumps.length; index++) {
      value += jumps[index]!.by;
      if (jumps[index + 1]?.at !== jumps[index]!.at) most = Math.max(most, value);
    }
    sum += most;
  }
  return sum;
}

function cliqueBound(trees: MarginTrees, box: Box, size: number): number {
  // Trees that begin with the same feature constrain each other most.
  const order = Array.from(trees.roots.keys()).sort((a, b) => {
    const [first, second] = [trees.feature[trees.roots[a]!]!, trees.feature[trees.roots[b]!]!];
    return first - second || trees.threshold[trees.roots[a]!]! - trees.threshold[trees.roots[b]!]! || a - b;
  });
  const own: Box = { low: Float32Array.from(box.low), high: Float32Array.from(box.high) };
  let sum = trees.base;
  for (let from = 0; from < order.length; from += size) sum += groupMaximum(trees, order.slice(from, from + size), own);
  return sum;
}

/** Largest sum of a group's leaves that have a point of the box in common. The box is cut and restored on the way. */
function groupMaximum(trees: MarginTrees, group: readonly number[], box: Box): number {
  const { feature, threshold, left, right, leaf, roots, intervalFree } = trees;
  let best = -Infinity;
  const visit = (index: number, sum: number): void => {
    let rest = sum;
    for (let later = index; later < group.length; later++) {
      treeRange(trees, group[later]!, box);
      rest += range.high;
    }
    if (rest <= best) return;
    if (index === group.length) {
      best = sum;
      return;
    }
    const walk = (node: number): void => {
      const at = feature[node]!;
      if (at < 0) return visit(index + 1, sum + leaf[node]!);
      const [low, high] = [box.low[at]!, box.high[at]!];
      if (!(low < high) || intervalFree[at] === 1) {
        return walk(fixedChild(trees, node, low));
      }
      if (low <= threshold[node]!) {
        box.high[at] = Math.min(high, threshold[node]!);
        walk(left[node]!);
        box.high[at] = high;
      }
      if (high > threshold[node]!) {
        box.low[at] = Math.max(low, nextFloat32(threshold[node]!));
        walk(right[node]!);
        box.low[at] = low;
      }
    };
    walk(roots[group[index]!]!);
  };
  visit(0, 0);
  return best;
}
