import { Fault } from '../../core/fault.ts';
import type { XgboostModel, XgboostTree } from '../../formats/xgboost/xgboost-model.ts';
import { nextFloat32 } from '../../math/float32-order.ts';
import { NODE_FLAGS, type TreeEnsemble } from './tree-ensemble.ts';

/**
 * A two-class ensemble as an XGBoost model. The base becomes a tree of one leaf, since a base score is kept as a probability and would not come
 * back to the bit.
 * @throws Fault `ERR_MODEL_UNSUPPORTED` for what XGBoost would evaluate otherwise
 */
export function xgboostOf(ensemble: TreeEnsemble): XgboostModel {
  const special = ensemble.flags.some((flags) => (flags & ~NODE_FLAGS.missingLeft) !== 0);
  if (
    ensemble.outputs !== 1 ||
    ensemble.link.kind !== 'logistic' ||
    ensemble.link.scale !== 1 ||
    ensemble.divisor !== 1 ||
    special
  ) {
    throw new Fault(
      'ERR_MODEL_UNSUPPORTED',
      'Only ensembles for two classes with numeric splits are written as XGBoost models.',
    );
  }
  const constant: XgboostTree = {
    left: Int32Array.of(-1),
    right: Int32Array.of(-1),
    feature: Int32Array.of(0),
    condition: Float32Array.of(ensemble.base[0]!),
    defaultLeft: Uint8Array.of(0),
    categories: new Map(),
    vectors: null,
  };
  const trees = [constant, ...Array.from(ensemble.roots, (root) => treeFrom(ensemble, root))];
  return {
    version: [3, 0, 0],
    booster: 'gbtree',
    objective: 'binary:logistic',
    features: ensemble.features,
    featureNames: ensemble.featureNames,
    classes: 0,
    baseScore: [0.5],
    trees,
    treeOutputs: new Int32Array(trees.length),
    treeWeights: null,
  };
}

function treeFrom(ensemble: TreeEnsemble, root: number): XgboostTree {
  const nodes: number[] = [root];
  const left: number[] = [];
  const right: number[] = [];
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at]!;
    if (ensemble.feature[node]! < 0) {
      left.push(-1);
      right.push(-1);
    } else {
      left.push(nodes.push(ensemble.left[node]!) - 1);
      right.push(nodes.push(ensemble.right[node]!) - 1);
    }
  }
  const isLeaf = (node: number): boolean => ensemble.feature[node]! < 0;
  return {
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    feature: Int32Array.from(nodes, (node) => Math.max(0, ensemble.feature[node]!)),
    condition: Float32Array.from(nodes, (node) =>
      isLeaf(node) ? ensemble.values[ensemble.left[node]!]! : nextFloat32(ensemble.threshold[node]!),
    ),
    defaultLeft: Uint8Array.from(nodes, (node) => (isLeaf(node) ? 0 : ensemble.flags[node]! & NODE_FLAGS.missingLeft)),
    categories: new Map(),
    vectors: null,
  };
}
