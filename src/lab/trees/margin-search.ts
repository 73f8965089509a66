import { nextFloat32 } from '../../math/float32-order.ts';
import { fixedChild, range, treeRange, type Box, type MarginTrees } from './margin-trees.ts';
import { featureCost, nearestPoint, reachableBox, spending, type Domain, type TreeNorm } from './region.ts';

export interface SearchLimit {
  /** Boxes that may still be opened; counted down. */
  boxes: number;
  /** Milliseconds, by `now`. */
  readonly deadline: number;
  readonly now: () => number;
}

export type SearchAnswer =
  /** `spent` as `spending` counts it: squared for L2. */
  | { readonly kind: 'found'; readonly point: Float32Array; readonly spent: number }
  /** There is none: every box was closed by a bound. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

/** One tree whose leaves are being tried. */
interface Frame {
  readonly tree: number;
  readonly leaves: readonly number[];
  next: number;
  readonly spent: number;
  boxTrail: number;
  rangeTrail: number;
}

/**
 * Looks for a point within a budget where the margin is above 0, and finds one or proves that there is none: depth-first over leaf boxes. A box
 * is closed when the sum of each tree's largest reachable leaf is below 0; otherwise the tree whose leaves differ most is asked,
 * best leaf first, the box cut down to that leaf, and the other trees' reachable leaves are found again. Where no tree has a choice left, the ensemble is
 * constant on the box and its point nearest to x decides, evaluated as the library does.
 */
export class MarginSearch {
  readonly #trees: MarginTrees;
  readonly #x: Float32Array;
  readonly #norm: TreeNorm;
  readonly #domain: Domain;
  readonly #wins: (point: Float32Array) => boolean;
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #paths: Paths;

  /** @param wins whether the ensemble itself, asked at a point, no longer says what it should */
  constructor(
    trees: MarginTrees,
    x: Float32Array,
    norm: TreeNorm,
    domain: Domain,
    wins: (point: Float32Array) => boolean,
  ) {
    this.#trees = trees;
    this.#x = x;
    this.#norm = norm;
    this.#domain = domain;
    this.#wins = wins;
    this.#high = new Float64Array(trees.roots.length);
    this.#low = new Float64Array(trees.roots.length);
    this.#paths = pathsOf(trees);
  }

  /** @param budget largest norm (for L2 its square) that the point may have */
  search(budget: number, limit: SearchLimit): SearchAnswer {
    const trees = this.#trees;
    const count = trees.roots.length;
    const [high, low, x] = [this.#high, this.#low, this.#x];
    const box = reachableBox(trees, x, this.#norm, budget, this.#domain);
    const linf = this.#norm === 'linf';
    let spent = 0;
    const boxTrail: { feature: number; low: number; high: number }[] = [];
    const rangeTrail: { tree: number; low: number; high: number }[] = [];

    const measure = (tree: number): boolean => {
      if (linf) treeRange(trees, tree, box);
      else this.#rangeWithin(tree, box, spent, budget);
      return range.high !== -Infinity;
    };
    for (let tree = 0; tree < count; tree++) {
      if (!measure(tree)) return { kind: 'none' };
      high[tree] = range.high;
      low[tree] = range.low;
    }
    const touched = new Uint8Array(count);
    const again = (tree: number): boolean => {
      if (high[tree] === low[tree] && linf) return true;
      if (!measure(tree)) return false;
      if (range.high !== high[tree] || range.low !== low[tree]) {
        rangeTrail.push({ tree, low: low[tree]!, high: high[tree]! });
        high[tree] = range.high;
        low[tree] = range.low;
      }
      return true;
    };
    const undo = (frame: Frame): void => {
      while (boxTrail.length > frame.boxTrail) {
        const kept = boxTrail.pop()!;
        box.low[kept.feature] = kept.low;
        box.high[kept.feature] = kept.high;
      }
      while (rangeTrail.length > frame.rangeTrail) {
        const kept = rangeTrail.pop()!;
        low[kept.tree] = kept.low;
        high[kept.tree] = kept.high;
      }
      spent = frame.spent;
    };
    const enter = (leaf: number): boolean => {
      const { start, feature, below, above } = this.#paths;
      const changed: number[] = [];
      for (let at = start[leaf]!; at < start[leaf + 1]!; at++) {
        const f = feature[at]!;
        const [before, after] = [box.low[f]!, box.high[f]!];
        if (!(before < after)) continue;
        const [from, to] = [Math.max(before, above[at]!), Math.min(after, below[at]!)];
        if (from > to) return false;
        if (from === before && to === after) continue;
        boxTrail.push({ feature: f, low: before, high: after });
        if (!linf) spent += this.#gap(f, from, to) - this.#gap(f, before, after);
        box.low[f] = from;
        box.high[f] = to;
        changed.push(f);
      }
      if (!linf && spent > budget * (1 + 1e-12)) return false;
      if (!linf) {
        for (let tree = 0; tree < count; tree++) if (!again(tree)) return false;
        return true;
      }
      touched.fill(0);
      for (const f of changed) {
        for (const tree of trees.treesOf[f]!) {
          if (touched[tree] === 1) continue;
          touched[tree] = 1;
          if (!again(tree)) return false;
        }
      }
      return true;
    };

    const frames: Frame[] = [];
    /** Opens the box as it is: a frame to go on with, a point, or null where it is closed. */
    const open = (): Frame | Float32Array | null => {
      let bound = trees.base;
      let widest = -1;
      let width = 0;
      for (let tree = 0; tree < count; tree++) {
        bound += high[tree]!;
        const own = high[tree]! - low[tree]!;
        if (own > width) [widest, width] = [tree, own];
      }
      if (bound < -trees.slack) return null;
      if (widest < 0) {
        const point = nearestPoint(x, box);
        if (spending(this.#norm, x, point, this.#domain.cost) > budget) return null;
        return this.#wins(point) ? point : null;
      }
      return {
        tree: widest,
        leaves: this.#leavesIn(widest, box),
        next: 0,
        spent,
        boxTrail: boxTrail.length,
        rangeTrail: rangeTrail.length,
      };
    };
    let opened = open();
    for (;;) {
      if (opened instanceof Float32Array) {
        return { kind: 'found', point: opened, spent: spending(this.#norm, x, opened, this.#domain.cost) };
      }
      if (opened !== null) frames.push(opened);
      opened = null;
      const frame = frames.at(-1);
      if (frame === undefined) return { kind: 'none' };
      undo(frame);
      const leaf = frame.leaves[frame.next++];
      if (leaf === undefined || this.#boundWith(frame.tree, trees.leaf[leaf]!) < -trees.slack) {
        frames.pop();
        continue;
      }
      if (limit.boxes-- <= 0 || ((limit.boxes & 255) === 0 && limit.now() > limit.deadline)) return { kind: 'unknown' };
      if (enter(leaf)) opened = open();
    }
  }

  #boundWith(tree: number, value: number): number {
    let bound = this.#trees.base + value;
    for (let other = 0; other < this.#high.length; other++) if (other !== tree) bound += this.#high[other]!;
    return bound;
  }

  /** Leaves of a tree that a box reaches, best first. */
  #leavesIn(tree: number, box: Box): number[] {
    const { feature, threshold, left, right, leaf, roots, intervalFree } = this.#trees;
    const found: number[] = [];
    const stack = [roots[tree]!];
    while (stack.length > 0) {
      const node = stack.pop()!;
      const at = feature[node]!;
      if (at < 0) found.push(node);
      else if (box.low[at]! < box.high[at]! && intervalFree[at] === 0) {
        if (box.high[at]! > threshold[node]!) stack.push(right[node]!);
        if (box.low[at]! <= threshold[node]!) stack.push(left[node]!);
      } else stack.push(fixedChild(this.#trees, node, box.low[at]!));
    }
    return found.sort((a, b) => leaf[b]! - leaf[a]!);
  }

  /** What it costs to bring a feature into an interval. */
  #gap(feature: number, low: number, high: number): number {
    const value = this.#x[feature]!;
    const away = value < low ? low - value : value > high ? value - high : 0;
    return featureCost(this.#norm, away, this.#domain.cost?.[feature] ?? 1);
  }

  /** `treeRange` counting only leaves whose box can be reached with what is left of the budget. */
  #rangeWithin(tree: number, box: Box, spent: number, budget: number): void {
    const { feature, threshold, left, right, leaf, roots, intervalFree } = this.#trees;
    range.low = Infinity;
    range.high = -Infinity;
    const most = budget * (1 + 1e-12);
    const walk = (node: number, paid: number): void => {
      const at = feature[node]!;
      if (at < 0) {
        range.low = Math.min(range.low, leaf[node]!);
        range.high = Math.max(range.high, leaf[node]!);
        return;
      }
      const [low, high] = [box.low[at]!, box.high[at]!];
      if (!(low < high) || intervalFree[at] === 1) return walk(fixedChild(this.#trees, node, low), paid);
      const cut = threshold[node]!;
      if (low <= cut) {
        if (high <= cut) return walk(left[node]!, paid);
        const now = paid + this.#gap(at, low, cut) - this.#gap(at, low, high);
        if (now <= most) {
          box.high[at] = cut;
          walk(left[node]!, now);
          box.high[at] = high;
        }
        // The right side begins at the next float32, whose cost differs from the cut's in the last bits only.
        const then = paid + this.#gap(at, cut, high) - this.#gap(at, low, high);
        if (then <= most) {
          box.low[at] = Math.min(high, nextFloat32(cut));
          walk(right[node]!, then);
          box.low[at] = low;
        }
        return;
      }
      walk(right[node]!, paid);
    };
    walk(roots[tree]!, spent);
  }
}

/** For each leaf (by node) the intervals that lead to it, as runs of parallel arrays. */
interface Paths {
  /** [nodes + 1]. */
  readonly start: Int32Array;
  readonly feature: Int32Array;
  readonly above: Float32Array;
  readonly below: Float32Array;
}

const known = new WeakMap<MarginTrees, Paths>();

function pathsOf(trees: MarginTrees): Paths {
  const cached = known.get(trees);
  if (cached !== undefined) return cached;
  const nodes = trees.feature.length;
  const parent = new Int32Array(nodes).fill(-1);
  for (let node = 0; node < nodes; node++) {
    if (trees.feature[node]! < 0) continue;
    parent[trees.left[node]!] = node;
    parent[trees.right[node]!] = node;
  }
  const start = new Int32Array(nodes + 1);
  const feature: number[] = [];
  const above: number[] = [];
  const below: number[] = [];
  for (let node = 0; node < nodes; node++) {
    start[node] = feature.length;
    if (trees.feature[node]! >= 0) continue;
    const limits = new Map<number, { above: number; below: number }>();
    for (let [child, up] = [node, parent[node]!]; up >= 0; [child, up] = [up, parent[up]!]) {
      const at = trees.feature[up]!;
      if (trees.intervalFree[at] === 1) continue;
      const limit = limits.get(at) ?? { above: -Infinity, below: Infinity };
      if (child === trees.left[up]) limit.below = Math.min(limit.below, trees.threshold[up]!);
      else limit.above = Math.max(limit.above, nextFloat32(trees.threshold[up]!));
      limits.set(at, limit);
    }
    for (const [at, limit] of limits) {
      feature.push(at);
      above.push(limit.above);
      below.push(limit.below);
    }
  }
  start[nodes] = feature.length;
  const paths = {
    start,
    feature: Int32Array.from(feature),
    above: Float32Array.from(above),
    below: Float32Array.from(below),
  };
  known.set(trees, paths);
  return paths;
}
