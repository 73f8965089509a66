import { Fault } from '../../../core/fault.ts';
import { seededRandom } from '../../../math/random.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { TreeEnsembleBuilder, type TreeEnsemble } from '../tree-ensemble.ts';
import { binRows, placeRows, type BinnedRows, type Reach } from './binned-rows.ts';
import { exponentialSplits, leafValue, weightsByClass } from './exponential-split.ts';
import { growTree, worstValues, type GrownTree, type Split } from './grow-tree.ts';
import { newtonSplits } from './newton-split.ts';
import { StumpMargins } from './stump-margins.ts';

export interface TreeTraining {
  readonly trees: number;
  /** Splits between the root and a leaf; 1: stumps. */
  readonly depth: number;
  readonly learningRate: number;
  /**
   * `logistic`: splits and leaves by its quadratic approximation, as XGBoost does. `exponential`: by the exact minimum of the loss in the worst case, as
   * Andriushchenko and Hein do.
   */
  readonly loss: 'logistic' | 'exponential';
  /** Of the logistic loss: L2 regularisation of leaf values, least gain of a split, smallest sum of second derivatives in a child. */
  readonly lambda: number;
  readonly gamma: number;
  readonly minChildWeight: number;
  /** Of the exponential loss: the largest leaf value before the rate is applied, and how many rows must be able to reach each side of a split. */
  readonly maxLeaf: number;
  readonly minRows: number;
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
  /** Rows that choose how many of the trees are kept: the fewest with which the least of these rows are wrong in their worst case. */
  readonly validation?: LabelledData;
}

/** Where the training stands after a tree. */
export interface TreeProgress {
  readonly trees: number;
  /** Share of the training rows and of the validation rows that are wrong in their worst case by the bound that training lowers. */
  readonly training: number;
  readonly validation?: number;
}

export const TREE_TRAINING: TreeTraining = {
  trees: 100,
  depth: 4,
  learningRate: 0.2,
  loss: 'logistic',
  lambda: 1,
  gamma: 0,
  minChildWeight: 1,
  maxLeaf: 1,
  minRows: 5,
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
 * Boosted trees for two classes that hold under attack: each tree is fitted to the loss at every row's worst case so far, the
 * sum over trees of the worst leaf that an attacker can send the row to. That sum bounds the true worst case, so the loss that is
 * lowered is an upper bound of the robust loss (Andriushchenko and Hein 2019, arXiv 1906.03526, section 4). For stumps the exact worst
 * case takes the bound's place: features are independent, so it is a sum over features (section 3.1). Stumps with the exponential loss are
 * chosen by that exact loss, too.
 *
 * @param data labels 0 and 1, no missing values
 * @param after called after each tree; returning false ends the training there
 * @throws Fault `ERR_DATA`, `ERR_USAGE`
 */
export function trainTrees(
  data: LabelledData,
  options: TreeTraining,
  after?: (progress: TreeProgress) => boolean | void,
): TreeEnsemble {
  const features = data.inputShape.reduce((product, length) => product * length, 1);
  check(data, features, options);
  const rows = data.count;
  const labels = Uint8Array.from(data.labels);
  const reach = options.reach ?? { down: new Float64Array(features), up: new Float64Array(features) };
  const binned = binRows(data.inputs, rows, features, reach, movableRows(labels, options), options.bins);
  const random = seededRandom(options.seed);
  const weights = Float64Array.from(labels, (label) => (label === 1 ? options.positiveWeight : 1));
  const logistic = options.loss === 'logistic';
  // The exponential loss begins at nothing, as in the paper: its trees find the share of the classes themselves.
  const base = logistic ? firstGuess(labels, weights) : 0;
  const training = new WorstCases(binned, labels, base, options.depth);
  const validation = options.validation === undefined ? null : validationCases(options, binned, reach, base);
  const { worst } = training;

  const first = new Float64Array(rows);
  const second = new Float64Array(rows);
  const loss = (row: number, step: number): number => {
    const margin = (labels[row] === 1 ? 1 : -1) * (worst[row]! + step);
    const own = logistic
      ? margin > 0
        ? Math.log1p(Math.exp(-margin))
        : Math.log1p(Math.exp(margin)) - margin
      : Math.exp(-margin);
    return weights[row]! * own;
  };
  const monotone = options.monotone ?? new Int8Array(features);
  const trees: GrownTree[] = [];
  let [kept, fewest] = [0, Infinity];
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
        second[row] = Math.exp(-sign * worst[row]!) * weight;
      }
    }
    const sample = share(rows, options.subsample, own.fork('rows'));
    const columns = share(features, options.columns, own.fork('columns'));
    let tree: GrownTree;
    if (!logistic && training.stumps !== null) {
      const stump = training.stumps.bestStump(sample, second, { ...options, columns, monotone }, options.maxLeaf);
      // Nothing left to gain. With no stump at all the answer is one leaf.
      if (stump === null && trees.length > 0) break;
      tree = stump === null ? leafTree(second, labels, sample, options.maxLeaf) : stumpTree(stump);
    } else {
      const search = logistic
        ? newtonSplits(binned, { first, second, labels }, { ...options, columns, monotone })
        : exponentialSplits(binned, second, labels, { ...options, columns, monotone });
      const bound = logistic ? Infinity : options.maxLeaf;
      tree = growTree(binned, sample, { labels, loss }, search, {
        depth: options.depth,
        monotone,
        low: -bound,
        high: bound,
      });
    }
    for (let node = 0; node < tree.value.length; node++)
      tree.value[node] = Math.fround(tree.value[node]! * options.learningRate);
    trees.push(tree);
    training.add(tree);
    validation?.add(tree);
    const wrong = validation?.wrong();
    if (wrong !== undefined && wrong < fewest) [kept, fewest] = [trees.length, wrong];
    const progress = { trees: trees.length, training: training.wrong() };
    if (after?.(wrong === undefined ? progress : { ...progress, validation: wrong }) === false) break;
  }
  if (validation !== null) trees.length = kept;
  return assemble(trees, binned, features, base, options.featureNames ?? []);
}

function stumpTree({ feature, cut, left, right }: Split): GrownTree {
  return {
    feature: [feature, -1, -1],
    cut: [cut, -1, -1],
    left: [1, -1, -1],
    right: [2, -1, -1],
    value: [0, left, right],
  };
}

function leafTree(weights: Float64Array, labels: Uint8Array, rows: Int32Array, most: number): GrownTree {
  const [zero, one] = weightsByClass(rows, weights, labels);
  return { feature: [-1], cut: [-1], left: [-1], right: [-1], value: [leafValue(one, zero, -most, most)] };
}

/** By row: 1 where an attacker moves it. */
function movableRows(labels: Uint8Array, options: TreeTraining): Uint8Array {
  return labels.map((label) =>
    Number(options.reach !== undefined && (options.attackers === 'all' || options.attackers === label)),
  );
}

function validationCases(options: TreeTraining, training: BinnedRows, reach: Reach, base: number): WorstCases {
  const { inputs, count, labels } = options.validation!;
  const own = Uint8Array.from(labels);
  const placed = placeRows(inputs, count, training.thresholds, reach, movableRows(own, options));
  return new WorstCases(placed, own, base, options.depth);
}

/** The worst outputs of rows under the trees so far: exact for stumps, else the sum of each tree's worst leaf. */
class WorstCases {
  /** [rows]. */
  readonly worst: Float64Array;
  readonly stumps: StumpMargins | null;
  readonly #binned: BinnedRows;
  readonly #labels: Uint8Array;
  readonly #base: number;

  constructor(binned: BinnedRows, labels: Uint8Array, base: number, depth: number) {
    this.worst = new Float64Array(binned.rows).fill(base);
    this.stumps = depth === 1 ? new StumpMargins(binned, labels) : null;
    this.#binned = binned;
    this.#labels = labels;
    this.#base = base;
  }

  add(tree: GrownTree): void {
    if (this.stumps === null) {
      const step = worstValues(tree, this.#binned, this.#labels);
      for (let row = 0; row < step.length; row++) this.worst[row]! += step[row]!;
    } else {
      this.stumps.add(tree);
      for (let row = 0; row < this.worst.length; row++) this.worst[row] = this.#base + this.stumps.worst[row]!;
    }
  }

  /** Share of the rows whose worst output is not on their class's side. */
  wrong(): number {
    let count = 0;
    for (let row = 0; row < this.worst.length; row++)
      count += Number(this.#labels[row] === 1 ? this.worst[row]! <= 0 : this.worst[row]! >= 0);
    return count / this.worst.length;
  }
}

function check(data: LabelledData, features: number, options: TreeTraining): void {
  if (data.count < 2) throw new Fault('ERR_DATA', 'Training needs two samples at least.');
  for (const part of [data, options.validation]) {
    if (part === undefined) continue;
    if (part.count === 0 || part.inputs.length !== part.count * features) {
      throw new Fault('ERR_DATA', `Training of trees takes rows of ${features} features, at least one for validation.`);
    }
    if (part.labels.some((label) => label !== 0 && label !== 1))
      throw new Fault('ERR_DATA', 'Training of trees takes two classes, 0 and 1.');
    if (part.inputs.some((value) => !Number.isFinite(value))) {
      throw new Fault('ERR_DATA', 'Training of trees takes finite values only.', {
        hint: 'Fill missing values in first.',
      });
    }
  }
  const positive = (
    key: 'trees' | 'depth' | 'learningRate' | 'bins' | 'subsample' | 'columns' | 'positiveWeight' | 'maxLeaf',
  ): void => {
    if (!(options[key] > 0)) throw new Fault('ERR_USAGE', `The option ${key} of the training must be above 0.`);
  };
  for (const key of [
    'trees',
    'depth',
    'learningRate',
    'bins',
    'subsample',
    'columns',
    'positiveWeight',
    'maxLeaf',
  ] as const)
    positive(key);
  if (!(options.maxLeaf <= 50)) throw new Fault('ERR_USAGE', 'The option maxLeaf of the training must be at most 50.');
  if (!(options.minRows >= 0)) throw new Fault('ERR_USAGE', 'The option minRows of the training must not be negative.');
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
