import { Fault } from '../../../core/fault.ts';
import { seededRandom } from '../../../math/random.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { TreeEnsembleBuilder, type TreeEnsemble } from '../tree-ensemble.ts';
import { binRows, type BinnedRows, type Reach } from './binned-rows.ts';
import { growTree, worstValues, type GrownTree } from './grow-tree.ts';

export interface TreeTraining {
  readonly trees: number;
  /** Splits between the root and a leaf; 1: stumps. */
  readonly depth: number;
  readonly learningRate: number;
  readonly loss: 'logistic' | 'exponential';
  readonly lambda: number;
  readonly gamma: number;
  readonly minChildWeight: number;
  /** Candidate thresholds a feature. */
  readonly bins: number;
  /** Share of the rows and of the features that each tree sees. */
  readonly subsample: number;
  readonly columns: number;
  /** How much rows of class 1 count. */
  readonly positiveWeight: number;
  readonly seed: string | number;
  /** What an attacker can do; absent: nobody attacks (ordinary boosting). */
  readonly reach?: Reach;
  /** Who attacks: everybody, or those of one class (a fraudster wants to pass for a customer; customers do not attack). */
  readonly attackers: 'all' | 0 | 1;
  /** Features on which the output may only rise (1) or only fall (-1). */
  readonly monotone?: Int8Array;
  readonly featureNames?: readonly string[];
}

export const TREE_TRAINING: TreeTraining = {
  trees: 100,
  depth: 4,
  learningRate: 0.2,
  loss: 'logistic',
  lambda: 1,
  gamma: 0,
  minChildWeight: 1,
  bins: 256,
  subsample: 1,
  columns: 1,
  positiveWeight: 1,
  seed: 0,
  attackers: 'all',
};

/** What an eps in Linf, with a cost a feature, lets an attacker do. */
export function reachWithin(features: number, eps: number, cost?: ArrayLike<number>): Reach {
  const far = Float64Array.from({ length: features }, (_, f) => (cost?.[f] === Infinity ? 0 : eps / (cost?.[f] ?? 1)));
  return { down: far, up: Float64Array.from(far) };
}

/**
 * Boosted trees for two classes that hold under attack: each tree is fitted to the derivatives of the loss at every row's worst case so far, the
 * sum over trees of the worst leaf that an attacker can send the row to. That sum bounds the true worst case, so the loss that is
 * lowered is an upper bound of the robust loss (Andriushchenko and Hein 2019, arXiv 1906.03526, section 4). For stumps the exact worst
 * case takes the bound's place: features are independent, so it is a sum over features (section 3.1).
 *
 * @param data labels 0 and 1, no missing values
 * @param after called after each tree; returning false ends the training there
 * @throws Fault `ERR_DATA`, `ERR_USAGE`
 */
export function trainTrees(
  data: LabelledData,
  options: TreeTraining,
  after?: (trees: number) => boolean | void,
): TreeEnsemble {
  const features = data.inputShape.reduce((product, length) => product * length, 1);
  check(data, features, options);
  const rows = data.count;
  const labels = Uint8Array.from(data.labels);
  const nobody: Reach = { down: new Float64Array(features), up: new Float64Array(features) };
  const movable = labels.map((label) =>
    Number(options.reach !== undefined && (options.attackers === 'all' || options.attackers === label)),
  );
  const binned = binRows(data.inputs, rows, features, options.reach ?? nobody, movable, options.bins);
  const monotone = options.monotone ?? new Int8Array(features);
  const random = seededRandom(options.seed);
  const weights = Float64Array.from(labels, (label) => (label === 1 ? options.positiveWeight : 1));
  const base = firstGuess(labels, weights);
  const stumps = options.depth === 1 ? new StumpMargins(binned, labels) : null;

  const worst = new Float64Array(rows).fill(base);
  const first = new Float64Array(rows);
  const second = new Float64Array(rows);
  const logistic = options.loss === 'logistic';
  const loss = (row: number, step: number): number => {
    const margin = (labels[row] === 1 ? 1 : -1) * (worst[row]! + step);
    const own = logistic
      ? margin > 0
        ? Math.log1p(Math.exp(-margin))
        : Math.log1p(Math.exp(margin)) - margin
      : Math.exp(-margin);
    return weights[row]! * own;
  };
  const trees: GrownTree[] = [];
  for (let index = 0; index < options.trees; index++) {
    const own = random.fork(`tree/${index}`);
    for (let row = 0; row < rows; row++) {
      const sign = labels[row] === 1 ? 1 : -1;
      const weight = weights[row]!;
      if (logistic) {
        const p = 1 / (1 + Math.exp(sign * worst[row]!));
        first[row] = -sign * p * weight;
        second[row] = Math.max(p * (1 - p), 1e-16) * weight;
      } else {
        const e = Math.exp(-sign * worst[row]!) * weight;
        first[row] = -sign * e;
        second[row] = e;
      }
    }
    const tree = growTree(
      binned,
      share(rows, options.subsample, own.fork('rows')),
      { first, second, labels, loss },
      {
        ...options,
        columns: share(features, options.columns, own.fork('columns')),
        monotone,
      },
    );
    for (let node = 0; node < tree.value.length; node++)
      tree.value[node] = Math.fround(tree.value[node]! * options.learningRate);
    trees.push(tree);
    if (stumps === null) {
      const step = worstValues(tree, binned, labels);
      for (let row = 0; row < rows; row++) worst[row]! += step[row]!;
    } else {
      stumps.add(tree);
      for (let row = 0; row < rows; row++) worst[row] = base + stumps.worst[row]!;
    }
    if (after?.(trees.length) === false) break;
  }
  return assemble(trees, binned, features, base, options.featureNames ?? []);
}

function check(data: LabelledData, features: number, options: TreeTraining): void {
  if (data.count < 2) throw new Fault('ERR_DATA', 'Training needs two samples at least.');
  if (data.labels.some((label) => label !== 0 && label !== 1))
    throw new Fault('ERR_DATA', 'Training of trees takes two classes, 0 and 1.');
  if (data.inputs.some((value) => !Number.isFinite(value))) {
    throw new Fault('ERR_DATA', 'Training of trees takes finite values only.', {
      hint: 'Fill missing values in first.',
    });
  }
  const positive = (
    key: 'trees' | 'depth' | 'learningRate' | 'bins' | 'subsample' | 'columns' | 'positiveWeight',
  ): void => {
    if (!(options[key] > 0)) throw new Fault('ERR_USAGE', `The option ${key} of the training must be above 0.`);
  };
  for (const key of ['trees', 'depth', 'learningRate', 'bins', 'subsample', 'columns', 'positiveWeight'] as const)
    positive(key);
  if (options.bins > 65_000) throw new Fault('ERR_USAGE', 'At most 65000 candidate thresholds a feature.');
  if (options.depth > 32) throw new Fault('ERR_USAGE', 'Trees are at most 32 splits deep.');
  const lists = [options.reach?.down, options.reach?.up, options.monotone];
  if (lists.some((list) => list !== undefined && list.length !== features)) {
    throw new Fault(
      'ERR_USAGE',
      `The reach and the monotone directions need one entry for each of ${features} features.`,
    );
  }
}

/** The log-odds of class 1, as float32. */
function firstGuess(labels: Uint8Array, weights: Float64Array): number {
  let [one, all] = [0, 0];
  labels.forEach((label, row) => {
    all += weights[row]!;
    if (label === 1) one += weights[row]!;
  });
  const odds = Math.min(Math.max(one / all, 1e-6), 1 - 1e-6);
  return Math.fround(Math.log(odds / (1 - odds)));
}

function share(count: number, part: number, random: ReturnType<typeof seededRandom>): Int32Array {
  const all = Int32Array.from({ length: count }, (_, index) => index);
  if (part >= 1) return all;
  return random
    .shuffle(all)
    .subarray(0, Math.max(1, Math.round(part * count)))
    .sort();
}

/** The exact worst case of a sum of stumps, row by row: kept as one step function a feature. */
class StumpMargins {
  readonly worst: Float64Array;
  readonly #binned: BinnedRows;
  readonly #labels: Uint8Array;
  /** Value on each segment between thresholds, by feature. */
  readonly #steps = new Map<number, Float64Array>();
  readonly #own = new Map<number, Float64Array>();

  constructor(binned: BinnedRows, labels: Uint8Array) {
    this.#binned = binned;
    this.#labels = labels;
    this.worst = new Float64Array(binned.rows);
  }

  add(tree: GrownTree): void {
    const { rows, from, to, thresholds } = this.#binned;
    const feature = tree.feature[0]!;
    if (feature < 0) {
      for (let row = 0; row < rows; row++) this.worst[row]! += tree.value[0]!;
      return;
    }
    let steps = this.#steps.get(feature);
    if (steps === undefined) this.#steps.set(feature, (steps = new Float64Array(thresholds[feature]!.length + 1)));
    for (let at = 0; at < steps.length; at++)
      steps[at]! += tree.value[at <= tree.cut[0]! ? tree.left[0]! : tree.right[0]!]!;
    const before = this.#own.get(feature) ?? new Float64Array(rows);
    const now = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      let [least, most] = [Infinity, -Infinity];
      for (let at = from[feature * rows + row]!; at <= to[feature * rows + row]!; at++) {
        least = Math.min(least, steps[at]!);
        most = Math.max(most, steps[at]!);
      }
      now[row] = this.#labels[row] === 1 ? least : most;
      this.worst[row]! += now[row]! - before[row]!;
    }
    this.#own.set(feature, now);
  }
}

function assemble(
  trees: readonly GrownTree[],
  binned: BinnedRows,
  features: number,
  base: number,
  featureNames: readonly string[],
): TreeEnsemble {
  const builder = new TreeEnsembleBuilder(1);
  for (const tree of trees) {
    builder.addTree(0, 0, tree.value.length, (node: number) => {
      const feature = tree.feature[node]!;
      if (feature < 0) return { kind: 'leaf', values: [tree.value[node]!] };
      const threshold = binned.thresholds[feature]![tree.cut[node]!]!;
      return {
        kind: 'split',
        split: { kind: 'number', feature, threshold, flags: 0 },
        left: tree.left[node]!,
        right: tree.right[node]!,
      };
    });
  }
  return builder.finish({
    features,
    featureNames,
    base: Float64Array.of(base),
    divisor: 1,
    precision: 'float32',
    baseFirst: true,
    link: { kind: 'logistic', scale: 1 },
  });
}
