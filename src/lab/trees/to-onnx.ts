import { Fault } from '../../core/fault.ts';
import type { OnnxAttribute, OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { NODE_FLAGS, type TreeEnsemble } from './tree-ensemble.ts';

/**
 * A two-class ensemble as an ONNX model with one TreeEnsembleClassifier: input `input` [n, features], outputs `label` [n] and `probabilities`
 * [n, 2]. Both classes get weights (0 for class 0), since ONNX Runtime decides otherwise by the sign of all weights.
 * @throws Fault `ERR_MODEL_UNSUPPORTED`
 */
export function onnxOfTrees(ensemble: TreeEnsemble): OnnxModel {
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
      'Only ensembles for two classes with numeric splits are written as ONNX trees.',
    );
  }
  const lists = {
    nodes_treeids: [] as number[],
    nodes_nodeids: [] as number[],
    nodes_featureids: [] as number[],
    nodes_values: [] as number[],
    nodes_modes: [] as string[],
    nodes_truenodeids: [] as number[],
    nodes_falsenodeids: [] as number[],
    nodes_missing_value_tracks_true: [] as number[],
    class_treeids: [] as number[],
    class_nodeids: [] as number[],
    class_ids: [] as number[],
    class_weights: [] as number[],
  };
  const addLeaf = (tree: number, id: number, value: number): void => {
    for (const output of [0, 1]) {
      lists.class_treeids.push(tree);
      lists.class_nodeids.push(id);
      lists.class_ids.push(output);
      lists.class_weights.push(output * value);
    }
  };
  // ONNX Runtime reads two base values in a way of its own: the base is a tree of one leaf instead.
  lists.nodes_treeids.push(0);
  lists.nodes_nodeids.push(0);
  lists.nodes_featureids.push(0);
  lists.nodes_values.push(0);
  lists.nodes_modes.push('LEAF');
  lists.nodes_truenodeids.push(0);
  lists.nodes_falsenodeids.push(0);
  lists.nodes_missing_value_tracks_true.push(0);
  addLeaf(0, 0, ensemble.base[0]!);
  ensemble.roots.forEach((root, index) => {
    const tree = index + 1;
    const nodes = [root];
    for (let id = 0; id < nodes.length; id++) {
      const node = nodes[id]!;
      const isLeaf = ensemble.feature[node]! < 0;
      lists.nodes_treeids.push(tree);
      lists.nodes_nodeids.push(id);
      lists.nodes_featureids.push(isLeaf ? 0 : ensemble.feature[node]!);
      lists.nodes_values.push(isLeaf ? 0 : ensemble.threshold[node]!);
      lists.nodes_modes.push(isLeaf ? 'LEAF' : 'BRANCH_LEQ');
      lists.nodes_truenodeids.push(isLeaf ? 0 : nodes.push(ensemble.left[node]!) - 1);
      lists.nodes_falsenodeids.push(isLeaf ? 0 : nodes.push(ensemble.right[node]!) - 1);
      lists.nodes_missing_value_tracks_true.push(isLeaf ? 0 : ensemble.flags[node]! & NODE_FLAGS.missingLeft);
      if (!isLeaf) continue;
      addLeaf(tree, id, ensemble.values[ensemble.left[node]!]!);
    }
  });
  const attributes = new Map<string, OnnxAttribute>();
  for (const [name, list] of Object.entries(lists)) {
    attributes.set(
      name,
      typeof list[0] === 'string'
        ? { kind: 'strings', value: list as string[] }
        : { kind: name === 'nodes_values' || name === 'class_weights' ? 'floats' : 'ints', value: list as number[] },
    );
  }
  attributes.set('classlabels_int64s', { kind: 'ints', value: [0, 1] });
  attributes.set('post_transform', { kind: 'string', value: 'SOFTMAX' });
  return {
    irVersion: 8,
    producer: 'parapet',
    producerVersion: '',
    opsets: new Map([
      ['', 17],
      ['ai.onnx.ml', 3],
    ]),
    graph: {
      name: 'trees',
      nodes: [
        {
          name: 'trees',
          op: 'TreeEnsembleClassifier',
          domain: 'ai.onnx.ml',
          inputs: ['input'],
          outputs: ['label', 'probabilities'],
          attributes,
        },
      ],
      initializers: new Map(),
      inputs: [{ name: 'input', type: 'float32', shape: ['n', ensemble.features] }],
      outputs: [
        { name: 'label', type: 'int64', shape: ['n'] },
        { name: 'probabilities', type: 'float32', shape: ['n', 2] },
      ],
      values: [],
    },
    functions: [],
    metadata: new Map(ensemble.featureNames.length > 0 ? [['feature_names', ensemble.featureNames.join(',')]] : []),
  };
}
