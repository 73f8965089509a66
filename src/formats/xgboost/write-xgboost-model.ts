import type { XgboostModel, XgboostTree } from './xgboost-model.ts';

/**
 * XGBoost's JSON, as `Booster.load_model` reads it. Numbers are written so that float32 reads them back to the bit. Scalar leaves and
 * numeric splits only, which is all that Parapet trains.
 */
export function writeXgboostModel(model: XgboostModel): Uint8Array {
  const size = String(model.features);
  const trees = model.trees.map((tree, id) => writeTree(tree, id, size));
  const json = {
    learner: {
      attributes: {},
      feature_names: model.featureNames,
      feature_types: model.featureNames.map(() => 'float'),
      gradient_booster: {
        model: {
          gbtree_model_param: { num_parallel_tree: '1', num_trees: String(trees.length) },
          iteration_indptr: Array.from({ length: trees.length + 1 }, (_, index) => index),
          tree_info: Array.from(model.treeOutputs),
          trees,
        },
        name: 'gbtree',
      },
      learner_model_param: {
        base_score: String(model.baseScore[0] ?? 0.5),
        boost_from_average: '0',
        num_class: String(model.classes),
        num_feature: size,
        num_target: '1',
      },
      objective: { name: model.objective, reg_loss_param: { scale_pos_weight: '1' } },
    },
    version: model.version,
  };
  return Buffer.from(stringify(json), 'utf8');
}

/** XGBoost's mark for "no parent". */
const NO_PARENT = 2147483647;

function writeTree(tree: XgboostTree, id: number, features: string): object {
  const nodes = tree.left.length;
  const zeros = new Float32Array(nodes);
  const parents = new Array<number>(nodes).fill(NO_PARENT);
  for (let node = 0; node < nodes; node++) {
    if (tree.left[node]! < 0) continue;
    parents[tree.left[node]!] = node;
    parents[tree.right[node]!] = node;
  }
  return {
    base_weights: zeros,
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    default_left: Array.from(tree.defaultLeft),
    id,
    left_children: Array.from(tree.left),
    loss_changes: zeros,
    parents,
    right_children: Array.from(tree.right),
    split_conditions: tree.condition,
    split_indices: Array.from(tree.feature),
    split_type: new Array<number>(nodes).fill(0),
    sum_hessian: zeros,
    tree_param: { num_deleted: '0', num_feature: features, num_nodes: String(nodes), size_leaf_vector: '1' },
  };
}

/** JSON in which a Float32Array's numbers all have a point or an exponent: XGBoost tells real numbers from whole ones by it. */
function stringify(value: unknown): string {
  if (value instanceof Float32Array) return `[${Array.from(value, real).join(',')}]`;
  if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${stringify(item)}`)
    .join(',')}}`;
}

function real(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
