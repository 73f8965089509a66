/** How a split treats zeros and missing values. */
export type LightgbmMissing = 'none' | 'zero' | 'nan';

/**
 * A tree as LightGBM stores it: parallel arrays over internal nodes, node 0 the root. A child that is negative is the leaf
 * `-child - 1`. A tree of one leaf has no nodes.
 */
export interface LightgbmTree {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly feature: Int32Array;
  /** A row goes left when its value is not above this. */
  readonly threshold: Float64Array;
  readonly defaultLeft: Uint8Array;
  readonly missing: readonly LightgbmMissing[];
  /** Categories that go left, by node; a node that is not here compares numbers. */
  readonly categories: ReadonlyMap<number, Int32Array>;
  readonly leaves: Float64Array;
}

/** An ensemble as LightGBM's text format holds it (`save_model`, versions v2 to v4). */
export interface LightgbmModel {
  readonly version: string;
  /** First word of the objective line. */
  readonly objective: string;
  /** `name:value` after the objective's name: `sigmoid`, `num_class`. Flags (`sqrt`) have the value `''`. */
  readonly objectiveParameters: ReadonlyMap<string, string>;
  readonly features: number;
  readonly featureNames: readonly string[];
  readonly classes: number;
  readonly treesPerIteration: number;
  /** True for random forests: outputs are divided by the number of iterations. */
  readonly averages: boolean;
  readonly trees: readonly LightgbmTree[];
}
