import type { LightgbmModel, LightgbmTree } from '../../formats/lightgbm/lightgbm-model.ts';
import { floorToFloat32 } from '../../math/float32-order.ts';
import { NODE_FLAGS, TreeEnsembleBuilder, type TreeEnsemble, type TreeLink } from './tree-ensemble.ts';

/**
 * The ensemble that LightGBM evaluates on float32 inputs: sums in double, `x <= threshold` to the left (the largest float32 number not
 * above the threshold decides alike), missing values by each split's missing type, forests divided by their iterations.
 * @throws Fault `ERR_MODEL_MALFORMED`
 */
export function ensembleOfLightgbm(model: LightgbmModel): TreeEnsemble {
  const outputs = model.treesPerIteration;
  const builder = new TreeEnsembleBuilder(outputs);
  model.trees.forEach((tree, index) => addTree(builder, tree, index % outputs));
  return builder.finish({
    features: model.features,
    featureNames: model.featureNames,
    base: new Float64Array(outputs),
    divisor: model.averages ? Math.max(1, model.trees.length / outputs) : 1,
    precision: 'float64',
    baseFirst: true,
    link: linkOf(model),
  });
}

function addTree(builder: TreeEnsembleBuilder, tree: LightgbmTree, output: number): void {
  builder.addTree(output, tree.leaves.length === 1 ? -1 : 0, tree.leaves.length * 2, (place: number) => {
    if (place < 0) return { kind: 'leaf', values: tree.leaves.subarray(-place - 1, -place) };
    const feature = tree.feature[place]!;
    const children = { left: tree.left[place]!, right: tree.right[place]! };
    const members = tree.categories.get(place);
    // A missing category is in no set.
    if (members !== undefined) {
      return { kind: 'split', split: { kind: 'category', feature, members, flags: NODE_FLAGS.truncates }, ...children };
    }
    const missing = tree.missing[place]!;
    const flags =
      (tree.defaultLeft[place] === 1 ? NODE_FLAGS.missingLeft : 0) |
      (missing === 'none' ? NODE_FLAGS.nanIsZero : missing === 'zero' ? NODE_FLAGS.zeroIsMissing : 0);
    const threshold = floorToFloat32(tree.threshold[place]!);
    return { kind: 'split', split: { kind: 'number', feature, threshold, flags }, ...children };
  });
}

function linkOf(model: LightgbmModel): TreeLink {
  const scale = Number(model.objectiveParameters.get('sigmoid') ?? 1);
  switch (model.objective) {
    case 'binary':
      return { kind: 'logistic', scale };
    case 'multiclass':
    case 'softmax':
      return { kind: 'softmax' };
    case 'multiclassova':
    case 'multiclass_ova':
    case 'ova':
    case 'ovr':
      return { kind: 'logistic-each', scale };
    case 'cross_entropy':
    case 'xentropy':
      return { kind: 'logistic', scale: 1 };
    case 'poisson':
    case 'gamma':
    case 'tweedie':
      return { kind: 'exponential' };
    default:
      return { kind: 'identity' };
  }
}
