import { Fault } from '../../core/fault.ts';
import type { XgboostModel, XgboostTree } from '../../formats/xgboost/xgboost-model.ts';
import { previousFloat32 } from '../../math/float32-order.ts';
import { NODE_FLAGS, TreeEnsembleBuilder, type TreeEnsemble, type TreeLink } from './tree-ensemble.ts';

/**
 * The ensemble that XGBoost evaluates: float32 sums that begin with the base score, `x < condition` to the left, categories of a set to the
 * right, and a DART tree's weight multiplied into its leaves.
 * @throws Fault `ERR_MODEL_MALFORMED`
 */
export function ensembleOfXgboost(model: XgboostModel): TreeEnsemble {
  const vector = model.trees[0]?.vectors ?? null;
  const firstLeaves = vector === null ? 0 : vector.length / model.trees[0]!.left.length;
  const outputs = Math.max(1, model.classes, firstLeaves);
  const targets = model.treeOutputs.reduce((most, output) => Math.max(most, output + 1), outputs);
  const builder = new TreeEnsembleBuilder(targets);
  model.trees.forEach((tree, index) => {
    const weight = model.treeWeights?.[index] ?? 1;
    addTree(builder, tree, tree.vectors === null ? model.treeOutputs[index]! : -1, weight);
  });
  const { link, margin } = linkOf(model.objective);
  if (model.baseScore.length !== 1 && model.baseScore.length !== targets) {
    throw new Fault(
      'ERR_MODEL_MALFORMED',
      'The XGBoost model has as many base scores as neither one nor its outputs.',
      {
        where: 'learner.learner_model_param.base_score',
      },
    );
  }
  return builder.finish({
    features: model.features,
    featureNames: model.featureNames,
    base: Float64Array.from({ length: targets }, (_, k) =>
      margin(Math.fround(model.baseScore.length === 1 ? model.baseScore[0]! : model.baseScore[k]!)),
    ),
    divisor: 1,
    precision: 'float32',
    baseFirst: true,
    link,
  });
}

function addTree(builder: TreeEnsembleBuilder, tree: XgboostTree, output: number, weight: number): void {
  const nodes = tree.left.length;
  const size = tree.vectors === null ? 1 : tree.vectors.length / nodes;
  builder.addTree(output, 0, nodes, (node: number) => {
    if (!(node >= 0 && node < nodes))
      throw new Fault('ERR_MODEL_MALFORMED', 'A tree of the XGBoost model has a child that does not exist.');
    if (tree.left[node]! < 0) {
      const values =
        tree.vectors === null
          ? tree.condition.subarray(node, node + 1)
          : tree.vectors.subarray(node * size, (node + 1) * size);
      return { kind: 'leaf', values: weight === 1 ? values : values.map((value) => value * weight) };
    }
    const members = tree.categories.get(node);
    const [left, right, defaultLeft] = [tree.left[node]!, tree.right[node]!, tree.defaultLeft[node] === 1];
    const feature = tree.feature[node]!;
    // Members of a set go right in XGBoost and left here.
    if (members !== undefined) {
      const flags = defaultLeft ? 0 : NODE_FLAGS.missingLeft;
      return { kind: 'split', split: { kind: 'category', feature, members, flags }, left: right, right: left };
    }
    const flags = defaultLeft ? NODE_FLAGS.missingLeft : 0;
    const threshold = previousFloat32(tree.condition[node]!);
    return { kind: 'split', split: { kind: 'number', feature, threshold, flags }, left, right };
  });
}

/** Objectives with the link of their predictions, and how a base score becomes a margin (each objective's ProbToMargin). */
function linkOf(objective: string): { link: TreeLink; margin: (base: number) => number } {
  const same = (base: number): number => base;
  const logit = (base: number): number => -Math.fround(Math.log(Math.fround(Math.fround(1 / base) - 1)));
  const log = (base: number): number => Math.fround(Math.log(base));
  switch (objective) {
    case 'binary:logistic':
    case 'binary:logitraw':
      return { link: { kind: 'logistic', scale: 1 }, margin: logit };
    case 'binary:hinge':
      return { link: { kind: 'sign' }, margin: same };
    case 'multi:softprob':
    case 'multi:softmax':
      return { link: { kind: 'softmax' }, margin: same };
    case 'reg:logistic':
      return { link: { kind: 'logistic', scale: 1 }, margin: logit };
    case 'count:poisson':
    case 'reg:gamma':
    case 'reg:tweedie':
    case 'survival:cox':
    case 'survival:aft':
      return { link: { kind: 'exponential' }, margin: log };
    default:
      return { link: { kind: 'identity' }, margin: same };
  }
}
