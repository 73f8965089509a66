/** A tree as XGBoost stores it: parallel arrays over nodes, node 0 the root, -1 in `left` marks a leaf. */
export interface XgboostTree {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly feature: Int32Array;
  /** Split: a row goes left when its value is below this. Leaf: its value (scalar leaves). */
  readonly condition: Float32Array;
  /** 1: rows whose value is missing go left. */
  readonly defaultLeft: Uint8Array;
  /** Categories that go right, by node; a node that is not here compares numbers. */
  readonly categories: ReadonlyMap<number, Int32Array>;
  /** Values of vector leaves: [nodes, outputs]; null where leaves are scalars. */
  readonly vectors: Float32Array | null;
}

/** A boosted ensemble as XGBoost saves it (`save_model`, JSON or UBJSON, versions 1 to 3). */
export interface XgboostModel {
  readonly version: readonly number[];
  readonly booster: 'gbtree' | 'dart';
  readonly objective: string;
  readonly features: number;
  readonly featureNames: readonly string[];
  /** 0 for binary and regression. */
  readonly classes: number;
  /** As saved, before the objective's link: one, or one an output. */
  readonly baseScore: readonly number[];
  readonly trees: readonly XgboostTree[];
  /** Output that each tree adds to. */
  readonly treeOutputs: Int32Array;
  /** DART: what each tree counts; null otherwise. */
  readonly treeWeights: Float32Array | null;
}
