import {
  ceilToFloat32,
  float32OfRank,
  float32Rank,
  floorToFloat32,
  nextFloat32,
  previousFloat32,
} from '../../math/float32-order.ts';
import type { Box, MarginTrees } from './margin-trees.ts';

export type TreeNorm = 'linf' | 'l2' | 'l1' | 'l0';

/** Where an attacker may go, apart from how far. */
export interface Domain {
  /** [features]: smallest and largest allowed value; a feature whose original lies outside may stay or come nearer. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** [features]: what one unit of change costs; absent: 1 everywhere. Infinite: the feature does not move. */
  readonly cost?: Float64Array;
}

/** What it costs to move a feature by `distance` (a share of the norm: squared for L2, 1 for L0). */
export function featureCost(norm: TreeNorm, distance: number, cost: number): number {
  if (distance <= 0) return 0;
  switch (norm) {
    case 'linf':
    case 'l1':
      return distance * cost;
    case 'l2':
      return distance * cost * (distance * cost);
    case 'l0':
      return Number.isFinite(cost) ? 1 : Infinity;
  }
}

/** The norm of a sum (or, for Linf, a maximum) of feature costs. */
export function normOf(norm: TreeNorm, spent: number): number {
  return norm === 'l2' ? Math.sqrt(spent) : spent;
}

/** Distance between two points, NaN on both sides counting as equal. */
export function distance(norm: TreeNorm, a: Float32Array, b: Float32Array, cost?: Float64Array): number {
  return normOf(norm, spending(norm, a, b, cost));
}

/** Like `distance`, before the root. */
export function spending(norm: TreeNorm, a: Float32Array, b: Float32Array, cost?: Float64Array): number {
  let spent = 0;
  for (let index = 0; index < a.length; index++) {
    const gap = Math.abs(a[index]! - b[index]!);
    if (!(gap > 0)) continue;
    const one = featureCost(norm, gap, cost?.[index] ?? 1);
    spent = norm === 'linf' ? Math.max(spent, one) : spent + one;
  }
  return spent;
}

/**
 * The largest box of float32 values around x whose every feature alone costs at most `budget` (for L2 a squared distance) and lies in
 * the domain. For Linf this is all that can be reached.
 */
export function reachableBox(trees: MarginTrees, x: Float32Array, norm: TreeNorm, budget: number, domain: Domain): Box {
  const low = Float32Array.from(x);
  const high = Float32Array.from(x);
  for (let index = 0; index < x.length; index++) {
    const cost = domain.cost?.[index] ?? 1;
    const value = x[index]!;
    if (trees.intervalFree[index] === 1 || Number.isNaN(value) || cost === Infinity) continue;
    if (trees.treesOf[index]!.length === 0) continue; // nobody asks for it: moving it is in vain
    const within = (to: number): boolean => featureCost(norm, Math.abs(to - value), cost) <= budget;
    const reach = norm === 'l0' ? (budget >= 1 ? Infinity : 0) : (norm === 'l2' ? Math.sqrt(budget) : budget) / cost;
    const top = furthest(value, domain.high[index]!, value + reach, within);
    const bottom = furthest(value, domain.low[index]!, value - reach, within);
    high[index] = Math.max(value, top);
    low[index] = Math.min(value, bottom);
  }
  return { low, high };
}

/**
 * The float32 number furthest from `value` towards `end` that is still `within`, which holds up to some place and not beyond it.
 * @param guess about where that is, in double
 */
function furthest(value: number, end: number, guess: number, within: (to: number) => boolean): number {
  if (end === value || within(end)) return end;
  const up = end > value;
  const near = up ? Math.min(floorToFloat32(guess), end) : Math.max(ceilToFloat32(guess), end);
  if ((up ? near >= value : near <= value) && within(near) && !within(up ? nextFloat32(near) : previousFloat32(near)))
    return near;
  // Around zero float32 numbers are so dense that many are at one distance in double: hence by halves, not step by step.
  let [inside, outside] = [float32Rank(value), float32Rank(end)];
  while (Math.abs(outside - inside) > 1) {
    const middle = Math.trunc((inside + outside) / 2);
    if (within(float32OfRank(middle))) inside = middle;
    else outside = middle;
  }
  return float32OfRank(inside);
}

/** The point of a box nearest to x in every norm. */
export function nearestPoint(x: Float32Array, box: Box): Float32Array {
  return x.map((value, index) => {
    if (Number.isNaN(value)) return value;
    return value < box.low[index]! ? box.low[index]! : value > box.high[index]! ? box.high[index]! : value;
  });
}
