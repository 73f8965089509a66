import { Fault } from '../../core/fault.ts';
import { MarginSearch, type SearchLimit } from './margin-search.ts';
import { marginTrees, type MarginTrees } from './margin-trees.ts';
import { normOf, type Domain, type TreeNorm } from './region.ts';
import { classesOf, type TreeEnsemble } from './tree-ensemble.ts';
import { predictedClass } from './predicted-class.ts';

export interface MinimalPerturbation {
  /** The nearest input found that the ensemble classifies otherwise; null where none was found. */
  readonly point: Float32Array | null;
  /** Norm of `point - x`; infinite where none was found. */
  readonly upper: number;
  /** Nothing within this norm changes the class. Equal to `upper` when `exact`; infinite when nothing in the domain does. */
  readonly lower: number;
  /** True when it is proven that nothing is nearer. */
  readonly exact: boolean;
  /** Boxes that were opened: the work. */
  readonly boxes: number;
}

export interface MinimalOptions {
  readonly norm: TreeNorm;
  readonly domain: Domain;
  /** Boxes that may be opened for one input. */
  readonly boxes: number;
  /** Milliseconds for one input; infinite: no limit (and a result that does not depend on the machine). */
  readonly milliseconds: number;
  readonly now: () => number;
  /** What is further away is of no interest: `upper` may then be infinite although there is something further out. */
  readonly within?: number;
}

const plans = new WeakMap<TreeEnsemble, Map<number, MarginTrees>>();

/** The margin of a class over another, prepared once an ensemble. */
export function marginOf(ensemble: TreeEnsemble, winner: number, loser: number): MarginTrees {
  let own = plans.get(ensemble);
  if (own === undefined) plans.set(ensemble, (own = new Map()));
  const key = winner * 65_536 + loser;
  let trees = own.get(key);
  if (trees === undefined) own.set(key, (trees = marginTrees(ensemble, winner, loser)));
  return trees;
}

/**
 * The smallest change of x that changes its class, exactly (the problem of Kantchelian, Tygar and Joseph 2016, arXiv 1509.07892, solved without an integer program):
 * a bisection over the norm whose every step either finds a point or proves that there is none (`MarginSearch`), and a last step that
 * proves that nothing is nearer than the nearest found. Distances are those of float32 inputs, computed in double.
 *
 * Features with category splits, and with zeros that count as missing, stay as they are; so do missing values.
 *
 * @param x one input
 * @param label the class that should not be left
 * @throws Fault `ERR_USAGE` where the ensemble does not classify
 */
export function minimalPerturbation(
  ensemble: TreeEnsemble,
  x: Float32Array,
  label: number,
  options: MinimalOptions,
): MinimalPerturbation {
  const classes = classesOf(ensemble);
  if (classes < 2)
    throw new Fault('ERR_USAGE', 'The tree ensemble does not classify, so no change of class can be looked for.');
  if (predictedClass(ensemble, x) !== label) return { point: x, upper: 0, lower: 0, exact: true, boxes: 0 };
  const limit: SearchLimit = { boxes: options.boxes, now: options.now, deadline: options.now() + options.milliseconds };
  const wins = (point: Float32Array): boolean => predictedClass(ensemble, point) !== label;
  const searches = Array.from({ length: classes }, (_, c) => c)
    .filter((c) => c !== label)
    .map((c) => new MarginSearch(marginOf(ensemble, c, label), x, options.norm, options.domain, wins));

  let point: Float32Array | null = null;
  /** In the unit of `spending`. */
  let upper = Infinity;
  let lower = 0;
  const unit = (norm: number): number => (options.norm === 'l2' ? norm * norm : norm);
  /** Any class's point, or a proof for all of them. */
  const ask = (budget: number): 'found' | 'none' | 'unknown' => {
    let answer: 'none' | 'unknown' = 'none';
    for (const search of searches) {
      const found = search.search(budget, limit);
      if (found.kind === 'found') {
        point = found.point;
        upper = found.spent;
        return 'found';
      }
      if (found.kind === 'unknown') answer = 'unknown';
    }
    return answer;
  };
  const result = (exact: boolean): MinimalPerturbation => ({
    point,
    upper: normOf(options.norm, upper),
    lower: normOf(options.norm, lower),
    exact,
    boxes: options.boxes - Math.max(0, limit.boxes),
  });

  const first = ask(options.within === undefined ? Number.MAX_VALUE : unit(options.within));
  if (first === 'none') {
    lower = options.within === undefined ? Infinity : unit(options.within);
    return result(true);
  }
  // The bisection goes down to 1 % of the distance; the last steps go below the nearest point found, and end when there is nothing.
  let blocked = Infinity;
  for (;;) {
    const top = Math.min(upper, blocked);
    if (upper === 0) return result(true);
    const last = upper <= blocked && upper - lower <= 0.01 * upper;
    if (blocked < upper && blocked - lower <= 0.02 * blocked) return result(false);
    const whole = options.norm === 'l0';
    const budget =
      last || (whole && upper - lower <= 1)
        ? before(upper, whole)
        : whole
          ? Math.floor((lower + top) / 2)
          : middle(lower, top);
    if (budget <= lower) {
      lower = upper;
      return result(true);
    }
    const answer = ask(budget);
    if (answer === 'none') {
      lower = budget;
      if (budget === before(upper, whole)) {
        lower = upper;
        return result(true);
      }
    } else if (answer === 'unknown') {
      blocked = budget;
      if (limit.boxes <= 0 || limit.now() > limit.deadline) return result(false);
    }
  }
}

function middle(lower: number, top: number): number {
  if (top === Infinity) return lower === 0 ? 1 : lower * 2;
  // Distances over many powers of two (features without a scale) are halved in the logarithm.
  return lower > 0 && top / lower > 16
    ? Math.sqrt(lower) * Math.sqrt(top)
    : lower === 0 && top > 1e6
      ? Math.sqrt(top)
      : (lower + top) / 2;
}

/** The largest number below, or one less where only whole numbers count. */
function before(value: number, whole: boolean): number {
  return whole ? value - 1 : value * (1 - 2 ** -53) < value ? value * (1 - 2 ** -53) : value * (1 - 2 ** -52);
}
