import { Fault } from '../../core/fault.ts';

/** Bits of `TreeEnsemble.flags`. */
export const NODE_FLAGS = {
  /** A missing value (NaN) goes left. */
  missingLeft: 1,
  /** NaN counts as 0 before anything else (LightGBM's missing type `none`). */
  nanIsZero: 2,
  /** Values within 1e-35 of zero, and NaN, are missing (LightGBM's `zero_as_missing`). */
  zeroIsMissing: 4,
  /** The split asks whether the value's whole part is in a set; members go left. */
  category: 8,
  /** Values between -1 and 0 are category 0 (LightGBM); otherwise they are in no set (XGBoost). */
  truncates: 16,
  /** Only whole numbers are in a set (ONNX's BRANCH_EQ). */
  whole: 32,
} as const;

/** How raw outputs become what the library calls a prediction. */
export type TreeLink =
  | { readonly kind: 'identity' }
  /** One output, probability of class 1 = 1 / (1 + exp(-scale * raw)). */
  | { readonly kind: 'logistic'; readonly scale: number }
  /** As many outputs as classes. */
  | { readonly kind: 'softmax' }
  /** As many outputs as classes, each with its own logistic function (one against all). */
  | { readonly kind: 'logistic-each'; readonly scale: number }
  /** Outputs are probabilities; where there is one, it is that of class 1 and the label is 1 above one half. */
  | { readonly kind: 'probability' }
  /** One output; class 1 where it is above 0. */
  | { readonly kind: 'sign' }
  /** Counts and amounts. */
  | { readonly kind: 'exponential' };

/**
 * A sum of decision trees as flat arrays. Inputs are float32. A numeric node sends x to the left exactly when `x <= threshold`, where the threshold is
 * a float32 number: what each library compares (below or not above, float32 or double thresholds) is brought to this form without changing any decision.
 *
 * raw[k] = base[k] + (sum over trees of their leaf's value for output k) / divisor
 */
export interface TreeEnsemble {
  readonly features: number;
  readonly featureNames: readonly string[];
  readonly outputs: number;
  /** Node at which each tree begins. */
  readonly roots: Int32Array;
  /** Output that a tree's leaves add to; -1: its leaves have one value for each output. */
  readonly treeOutputs: Int32Array;
  /** -1: a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  /** Child; at a leaf, where its value (or its `outputs` values) begin in `values`. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly flags: Uint8Array;
  /** Sets of categories by node, sorted. */
  readonly categories: ReadonlyMap<number, Int32Array>;
  readonly values: Float64Array;
  /** [outputs]. */
  readonly base: Float64Array;
  readonly divisor: number;
  /** What sums are held in: the order of trees and this decide the last bits. */
  readonly precision: 'float32' | 'float64';
  /** True: sums begin with the base; false: it is added at the end. */
  readonly baseFirst: boolean;
  readonly link: TreeLink;
}

export type TreeSplit =
  | { readonly kind: 'number'; readonly feature: number; readonly threshold: number; readonly flags: number }
  | { readonly kind: 'category'; readonly feature: number; readonly members: Int32Array; readonly flags: number };

export interface BuiltLeaf {
  readonly kind: 'leaf';
  readonly values: ArrayLike<number>;
}

export interface BuiltSplit<Place> {
  readonly kind: 'split';
  readonly split: TreeSplit;
  readonly left: Place;
  readonly right: Place;
}

/** Puts trees together node by node, and refuses what is no tree. */
export class TreeEnsembleBuilder {
  readonly #outputs: number;
  readonly #roots: number[] = [];
  readonly #treeOutputs: number[] = [];
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #flags: number[] = [];
  readonly #categories = new Map<number, Int32Array>();
  readonly #values: number[] = [];

  constructor(outputs: number) {
    if (!(Number.isInteger(outputs) && outputs > 0 && outputs <= 65_536)) {
      throw new Fault('ERR_MODEL_UNSUPPORTED', `A tree ensemble has between 1 and 65536 outputs, not ${outputs}.`);
    }
    this.#outputs = outputs;
  }

  /**
   * Adds a tree, walking it from its root.
   * @param output output that its leaves add to, or -1 for leaves with one value for each output
   * @param nodes more than the tree can have: a walk that finds more goes in a circle
   * @param visit what is at a node: a leaf with its values, or a split with its children
   * @throws Fault `ERR_MODEL_MALFORMED`
   */
  addTree<Place>(
    output: number,
    root: Place,
    nodes: number,
    visit: (place: Place) => BuiltLeaf | BuiltSplit<Place>,
  ): void {
    const tree = this.#roots.length;
    if (output < -1 || output >= this.#outputs) {
      throw new Fault('ERR_MODEL_MALFORMED', `Tree ${tree} adds to an output that the model does not have.`);
    }
    const reserve = (): number => {
      for (const list of [this.#feature, this.#threshold, this.#left, this.#right, this.#flags]) list.push(-1);
      return this.#feature.length - 1;
    };
    this.#roots.push(reserve());
    this.#treeOutputs.push(output);
    const open: { place: Place; node: number }[] = [{ place: root, node: this.#roots.at(-1)! }];
    let seen = 0;
    while (open.length > 0) {
      const { place, node } = open.pop()!;
      if (++seen > nodes) {
        throw new Fault('ERR_MODEL_MALFORMED', `Tree ${tree} is no tree: a node is reached on two ways.`);
      }
      const found = visit(place);
      if (found.kind === 'leaf') {
        if (found.values.length !== (output < 0 ? this.#outputs : 1)) {
          throw new Fault('ERR_MODEL_MALFORMED', `Tree ${tree} has a leaf with a wrong number of values.`);
        }
        this.#feature[node] = -1;
        this.#threshold[node] = 0;
        this.#left[node] = this.#values.length;
        this.#right[node] = this.#values.length;
        this.#flags[node] = 0;
        for (let index = 0; index < found.values.length; index++) this.#values.push(found.values[index]!);
        continue;
      }
      const { split } = found;
      this.#feature[node] = split.feature;
      this.#flags[node] = split.flags;
      if (split.kind === 'number') this.#threshold[node] = split.threshold;
      else {
        this.#threshold[node] = 0;
        this.#flags[node] = split.flags | NODE_FLAGS.category;
        this.#categories.set(node, split.members.toSorted());
      }
      const [left, right] = [reserve(), reserve()];
      this.#left[node] = left;
      this.#right[node] = right;
      open.push({ place: found.right, node: right }, { place: found.left, node: left });
    }
  }

  finish(
    rest: Omit<
      TreeEnsemble,
      | 'outputs'
      | 'roots'
      | 'treeOutputs'
      | 'feature'
      | 'threshold'
      | 'left'
      | 'right'
      | 'flags'
      | 'categories'
      | 'values'
    >,
  ): TreeEnsemble {
    for (const feature of this.#feature) {
      if (feature >= rest.features) {
        throw new Fault('ERR_MODEL_MALFORMED', `A split names feature ${feature}; the model has ${rest.features}.`);
      }
    }
    return {
      ...rest,
      outputs: this.#outputs,
      roots: Int32Array.from(this.#roots),
      treeOutputs: Int32Array.from(this.#treeOutputs),
      feature: Int32Array.from(this.#feature),
      threshold: Float32Array.from(this.#threshold),
      left: Int32Array.from(this.#left),
      right: Int32Array.from(this.#right),
      flags: Uint8Array.from(this.#flags),
      categories: this.#categories,
      values: Float64Array.from(this.#values),
    };
  }
}

/** Number of classes that a link distinguishes, 0 for regression. */
export function classesOf(ensemble: TreeEnsemble): number {
  switch (ensemble.link.kind) {
    case 'logistic':
    case 'sign':
      return 2;
    case 'softmax':
    case 'logistic-each':
      return ensemble.outputs;
    case 'probability':
      return Math.max(2, ensemble.outputs);
    case 'identity':
    case 'exponential':
      return 0;
  }
}
