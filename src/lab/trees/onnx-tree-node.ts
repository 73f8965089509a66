import { Fault } from '../../core/fault.ts';
import type { OnnxNode } from '../../formats/onnx/onnx-model.ts';

export const TREE_OPERATORS = ['TreeEnsembleClassifier', 'TreeEnsembleRegressor', 'TreeEnsemble'] as const;
export type BranchMode = 'LEQ' | 'LT' | 'GTE' | 'GT' | 'EQ' | 'NEQ';
const MODES: readonly BranchMode[] = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ'];

/** What a node of a tree says; children are places in the list. */
export type OnnxTreePlace =
  | { readonly kind: 'leaf'; readonly weights: readonly { readonly output: number; readonly weight: number }[] }
  | {
      readonly kind: 'split';
      readonly mode: BranchMode;
      readonly feature: number;
      readonly threshold: number;
      readonly missingTrue: boolean;
      readonly whenTrue: number;
      readonly whenFalse: number;
    };

/** The three tree operators of ai.onnx.ml brought to one form. */
export interface OnnxTrees {
  readonly places: readonly OnnxTreePlace[];
  readonly roots: readonly number[];
  readonly outputs: number;
  readonly classifier: boolean;
  /** Empty, or one an output (or one alone). */
  readonly base: readonly number[];
  readonly averages: boolean;
  readonly transform: 'NONE' | 'SOFTMAX' | 'LOGISTIC';
  readonly classNames: readonly string[];
  readonly double: boolean;
}

/** @throws Fault `ERR_MODEL_MALFORMED`, `ERR_MODEL_UNSUPPORTED` */
export function readOnnxTrees(node: OnnxNode): OnnxTrees {
  const read = new Attributes(node);
  return node.op === 'TreeEnsemble' ? readNewForm(read) : readOldForm(read, node.op === 'TreeEnsembleClassifier');
}

/** TreeEnsembleClassifier and TreeEnsembleRegressor: nodes named by tree and number, leaf weights in a list of their own. */
function readOldForm(read: Attributes, classifier: boolean): OnnxTrees {
  const [treeIds, nodeIds, features] = [
    read.ints('nodes_treeids'),
    read.ints('nodes_nodeids'),
    read.ints('nodes_featureids'),
  ];
  const modes = read.texts('nodes_modes');
  const values = read.numbers('nodes_values');
  const [whenTrue, whenFalse] = [read.ints('nodes_truenodeids'), read.ints('nodes_falsenodeids')];
  const missing = read.ints('nodes_missing_value_tracks_true');
  const count = nodeIds.length;
  for (const [name, list] of Object.entries({
    nodes_treeids: treeIds,
    nodes_featureids: features,
    nodes_modes: modes,
    nodes_values: values,
    nodes_truenodeids: whenTrue,
    nodes_falsenodeids: whenFalse,
  })) {
    if (list.length !== count) throw read.broken(`${name} does not have one entry a node`);
  }
  const index = new Map<string, number>();
  for (let at = 0; at < count; at++) {
    const key = `${treeIds[at]}/${nodeIds[at]}`;
    if (index.has(key)) throw read.broken('two nodes have one number');
    index.set(key, at);
  }
  const kind = classifier ? 'class' : 'target';
  const [leafTrees, leafNodes, leafOutputs] = [
    read.ints(`${kind}_treeids`),
    read.ints(`${kind}_nodeids`),
    read.ints(`${kind}_ids`),
  ];
  const leafWeights = read.numbers(`${kind}_weights`);
  const weights = new Map<number, { output: number; weight: number }[]>();
  const names = classifier ? read.labels() : [];
  const outputs = classifier ? names.length : (read.int('n_targets') ?? 1);
  for (let at = 0; at < leafWeights.length; at++) {
    const leaf = index.get(`${leafTrees[at]}/${leafNodes[at]}`);
    const output = leafOutputs[at] ?? -1;
    if (leaf === undefined || output < 0 || output >= outputs)
      throw read.broken(`${kind}_weights names a leaf or an output that is not there`);
    const own = weights.get(leaf);
    if (own === undefined) weights.set(leaf, [{ output, weight: leafWeights[at]! }]);
    else own.push({ output, weight: leafWeights[at]! });
  }
  const child = (tree: number, id: number): number => {
    const at = index.get(`${tree}/${id}`);
    if (at === undefined) throw read.broken('a node names a child that is not there');
    return at;
  };
  const places = nodeIds.map((_, at): OnnxTreePlace => {
    if (modes[at] === 'LEAF') return { kind: 'leaf', weights: weights.get(at) ?? [] };
    const mode = MODES.find((known) => modes[at] === `BRANCH_${known}`);
    if (mode === undefined) throw read.unsupported('a node has a mode that is not known');
    return {
      kind: 'split',
      mode,
      feature: features[at]!,
      threshold: values[at]!,
      missingTrue: (missing[at] ?? 0) !== 0,
      whenTrue: child(treeIds[at]!, whenTrue[at]!),
      whenFalse: child(treeIds[at]!, whenFalse[at]!),
    };
  });
  // A tree's root is its first node that is nobody's child.
  const children = new Set(
    places.flatMap((place) => (place.kind === 'split' ? [place.whenTrue, place.whenFalse] : [])),
  );
  const roots = new Map<number, number>();
  for (let at = 0; at < count; at++) if (!children.has(at) && !roots.has(treeIds[at]!)) roots.set(treeIds[at]!, at);
  if (roots.size !== new Set(treeIds).size) throw read.broken('a tree has no root');
  return {
    places,
    roots: [...roots.values()],
    outputs,
    classifier,
    base: read.numbers('base_values'),
    averages: read.aggregate(read.text('aggregate_function') ?? 'SUM'),
    transform: read.transform(read.text('post_transform') ?? 'NONE'),
    classNames: names,
    double: read.has('nodes_values_as_tensor'),
  };
}

/** TreeEnsemble of ai.onnx.ml 5: splits and leaves in lists of their own. */
function readNewForm(read: Attributes): OnnxTrees {
  const modes = read.tensor('nodes_modes');
  const splits = read.tensor('nodes_splits');
  const features = read.ints('nodes_featureids');
  const [whenTrue, whenFalse] = [read.ints('nodes_truenodeids'), read.ints('nodes_falsenodeids')];
  const [trueLeafs, falseLeafs] = [read.ints('nodes_trueleafs'), read.ints('nodes_falseleafs')];
  const missing = read.ints('nodes_missing_value_tracks_true');
  const [leafTargets, leafWeights] = [read.ints('leaf_targetids'), read.tensor('leaf_weights')];
  const outputs = read.int('n_targets') ?? 1;
  const count = features.length;
  for (const list of [modes, splits, whenTrue, whenFalse, trueLeafs, falseLeafs]) {
    if (list.length !== count) throw read.broken('the lists of nodes have different lengths');
  }
  if (leafTargets.length !== leafWeights.length) throw read.broken('the lists of leaves have different lengths');
  const leaves = leafTargets.map((output, at): OnnxTreePlace => {
    if (output < 0 || output >= outputs) throw read.broken('a leaf names an output that is not there');
    return { kind: 'leaf', weights: [{ output, weight: leafWeights[at]! }] };
  });
  const child = (id: number, isLeaf: boolean): number => {
    if (id < 0 || id >= (isLeaf ? leaves.length : count)) throw read.broken('a node names a child that is not there');
    return isLeaf ? count + id : id;
  };
  const nodes = features.map((feature, at): OnnxTreePlace => {
    const mode = MODES[modes[at]!];
    if (mode === undefined) throw read.unsupported('a node asks for membership of a set');
    return {
      kind: 'split',
      mode,
      feature,
      threshold: splits[at]!,
      missingTrue: (missing[at] ?? 0) !== 0,
      whenTrue: child(whenTrue[at]!, trueLeafs[at] !== 0),
      whenFalse: child(whenFalse[at]!, falseLeafs[at] !== 0),
    };
  });
  return {
    places: [...nodes, ...leaves],
    roots: read.ints('tree_roots').map((root) => child(root, false)),
    outputs,
    classifier: false,
    base: [],
    averages: read.aggregate(['AVERAGE', 'SUM', 'MIN', 'MAX'][read.int('aggregate_function') ?? 1] ?? ''),
    transform: read.transform(
      ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'][read.int('post_transform') ?? 0] ?? '',
    ),
    classNames: [],
    double: false,
  };
}

/** Attributes of a node with errors that say where. */
class Attributes {
  readonly #node: OnnxNode;

  constructor(node: OnnxNode) {
    this.#node = node;
  }

  broken(what: string): Fault {
    return new Fault('ERR_MODEL_MALFORMED', `The tree ensemble is damaged: ${what}.`, {
      where: `node ${this.#node.name}`,
    });
  }

  unsupported(what: string): Fault {
    return new Fault('ERR_MODEL_UNSUPPORTED', `The tree ensemble cannot be read: ${what}.`, {
      where: `node ${this.#node.name}`,
    });
  }

  has(name: string): boolean {
    return this.#node.attributes.has(name);
  }

  int(name: string): number | undefined {
    const attribute = this.#node.attributes.get(name);
    return attribute?.kind === 'int' ? Number(attribute.value) : undefined;
  }

  text(name: string): string | undefined {
    const attribute = this.#node.attributes.get(name);
    return attribute?.kind === 'string' ? attribute.value : undefined;
  }

  ints(name: string): number[] {
    const attribute = this.#node.attributes.get(name);
    return attribute?.kind === 'ints' ? attribute.value.map(Number) : [];
  }

  texts(name: string): readonly string[] {
    const attribute = this.#node.attributes.get(name);
    return attribute?.kind === 'strings' ? attribute.value : [];
  }

  /** Floats, or doubles in a tensor whose name ends in `_as_tensor`. */
  numbers(name: string): readonly number[] {
    const attribute = this.#node.attributes.get(name);
    return attribute?.kind === 'floats' ? attribute.value : this.tensor(`${name}_as_tensor`);
  }

  tensor(name: string): number[] {
    const attribute = this.#node.attributes.get(name);
    if (attribute?.kind !== 'tensor') return [];
    const { data } = attribute.value;
    if (data === null) throw this.unsupported(`${name} lies in another file`);
    return Array.from(data as ArrayLike<unknown>, Number);
  }

  labels(): string[] {
    const texts = this.texts('classlabels_strings');
    return texts.length > 0 ? [...texts] : this.ints('classlabels_int64s').map(String);
  }

  aggregate(name: string): boolean {
    if (name !== 'SUM' && name !== 'AVERAGE') throw this.unsupported(`its aggregate function is ${name}`);
    return name === 'AVERAGE';
  }

  transform(name: string): OnnxTrees['transform'] {
    if (name !== 'NONE' && name !== 'SOFTMAX' && name !== 'LOGISTIC')
      throw this.unsupported(`its post-transform is ${name}`);
    return name;
  }
}
