import { Fault } from '../../core/fault.ts';
import type { OnnxModel, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { floorToFloat32, previousFloat32 } from '../../math/float32-order.ts';
import { columnMaps, lastWhere, type ColumnMap } from './column-map.ts';
import { readOnnxTrees, TREE_OPERATORS, type OnnxTrees, type OnnxTreePlace } from './onnx-tree-node.ts';
import { NODE_FLAGS, TreeEnsembleBuilder, type BuiltSplit, type TreeEnsemble, type TreeLink } from './tree-ensemble.ts';

function isTreeNode(node: OnnxNode): boolean {
  return node.domain === 'ai.onnx.ml' && (TREE_OPERATORS as readonly string[]).includes(node.op);
}

/** Steps after the trees that do not change which class wins. */
const AFTER = new Set(['Cast', 'ZipMap', 'Identity', 'Reshape', 'ArrayFeatureExtractor']);

/**
 * The tree ensemble of an ONNX model: one TreeEnsembleClassifier, TreeEnsembleRegressor or TreeEnsemble, with the steps before it (scaling, filling in of missing
 * values) taken into the thresholds to the last bit, so that perturbations are measured in the units of the model's own input.
 * @throws Fault `ERR_MODEL_UNSUPPORTED`, `ERR_MODEL_MALFORMED`
 */
export function ensembleOfOnnx(model: OnnxModel): {
  readonly ensemble: TreeEnsemble;
  readonly classNames: readonly string[];
} {
  const { graph } = model;
  const found = graph.nodes.filter((node) => isTreeNode(node));
  if (found.length !== 1) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', `The model has ${found.length} tree ensembles; one is read.`, {
      hint: 'Open it as an ONNX target.',
    });
  }
  const node = found[0]!;
  const trees = readOnnxTrees(node);
  const asked = trees.places.reduce(
    (most, place) => (place.kind === 'split' ? Math.max(most, place.feature + 1) : most),
    1,
  );
  const { input, maps } = columnMaps(graph, node.inputs[0] ?? '', asked);
  const port = graph.inputs.find(({ name }) => name === input);
  if (port === undefined)
    throw new Fault('ERR_MODEL_UNSUPPORTED', "The trees are not fed by the model's input.", {
      where: `node ${node.name}`,
    });
  assertAfter(graph.nodes, node);
  const width = port.shape?.at(-1);
  const features = typeof width === 'number' ? width : asked;
  if (features < asked || features > 1 << 24)
    throw new Fault('ERR_MODEL_MALFORMED', 'The trees ask for a feature that the input does not have.');
  return { ensemble: build(trees, maps, features), classNames: trees.classNames };
}

function assertAfter(nodes: readonly OnnxNode[], trees: OnnxNode): void {
  const after = new Set(trees.outputs);
  for (const node of nodes) {
    if (node === trees || !node.inputs.some((name) => after.has(name))) continue;
    if (!AFTER.has(node.op)) {
      throw new Fault('ERR_MODEL_UNSUPPORTED', `What follows the trees changes their answer: ${node.op}.`, {
        where: `node ${node.name}`,
        hint: 'Open it as an ONNX target.',
      });
    }
    for (const output of node.outputs) after.add(output);
  }
}

function build(trees: OnnxTrees, maps: readonly ColumnMap[], features: number): TreeEnsemble {
  const leaves = trees.places.flatMap((place) => (place.kind === 'leaf' ? place.weights : []));
  // Two classes and every weight for one of them: one output (ONNX Runtime's binary case). Weights of 0 for class 0 are none.
  const weighted = new Set(leaves.filter(({ weight }) => weight !== 0).map(({ output }) => output));
  const binary = trees.classifier && trees.outputs === 2 && weighted.size <= 1;
  const plain = new Set(leaves.map(({ output }) => output)).size <= 1;
  if (trees.classifier && trees.outputs === 2 && (!binary || (!plain && weighted.has(0)))) {
    throw new Fault(
      'ERR_MODEL_UNSUPPORTED',
      'The trees of a two-class model have weights for both classes, where labels and scores of ONNX Runtime disagree.',
      {
        hint: 'Export with weights for one class (skl2onnx does), or as a regressor.',
      },
    );
  }
  const outputs = binary ? 1 : trees.outputs;
  if (![0, 1, outputs].includes(trees.base.length) || (trees.base.length === 1 && outputs > 1)) {
    throw new Fault(
      'ERR_MODEL_UNSUPPORTED',
      'The base values of the tree ensemble are neither none nor one an output.',
    );
  }
  const builder = new TreeEnsembleBuilder(outputs);
  const splits = new SplitMaker(maps);
  for (const root of trees.roots) {
    builder.addTree(outputs === 1 ? 0 : -1, root, trees.places.length, (at: number) => {
      const place = trees.places[at]!;
      if (place.kind === 'split') return splits.split(place);
      const values = new Float64Array(outputs);
      for (const { output, weight } of place.weights)
        if (!binary || weight !== 0) values[binary ? 0 : output]! += weight;
      return { kind: 'leaf', values };
    });
  }
  return builder.finish({
    features,
    featureNames: [],
    base: Float64Array.from({ length: outputs }, (_, k) => trees.base[k] ?? 0),
    divisor: trees.averages ? Math.max(1, trees.roots.length) : 1,
    precision: trees.double ? 'float64' : 'float32',
    baseFirst: false,
    link: linkOf(
      trees,
      binary,
      leaves.every(({ weight }) => weight >= 0),
    ),
  });
}

function linkOf(trees: OnnxTrees, binary: boolean, positive: boolean): TreeLink {
  if (!trees.classifier) {
    if (trees.transform === 'LOGISTIC') return { kind: trees.outputs === 1 ? 'logistic' : 'logistic-each', scale: 1 };
    return { kind: trees.transform === 'SOFTMAX' && trees.outputs > 1 ? 'softmax' : 'identity' };
  }
  // ONNX Runtime compares with one half where no weight is negative, and with zero otherwise.
  if (binary) return positive ? { kind: 'probability' } : { kind: 'logistic', scale: 1 };
  if (trees.transform === 'SOFTMAX') return { kind: 'softmax' };
  return trees.transform === 'LOGISTIC' ? { kind: 'logistic-each', scale: 1 } : { kind: 'probability' };
}

class SplitMaker {
  readonly #maps: readonly ColumnMap[];

  constructor(maps: readonly ColumnMap[]) {
    this.#maps = maps;
  }

  /** A split in the units of the model's input. */
  split(place: Extract<OnnxTreePlace, { kind: 'split' }>): BuiltSplit<number> {
    const { feature, threshold, mode } = place;
    const map = this.#maps[feature];
    if (map === undefined)
      throw new Fault('ERR_MODEL_MALFORMED', 'A split names a feature that the input does not have.');
    if (mode === 'EQ' || mode === 'NEQ') return this.#equality(place, map);
    const below = mode === 'LEQ' || mode === 'GT';
    const positive = mode === 'LEQ' || mode === 'LT';
    // True for values up to the threshold (LEQ, GT) or below it (LT, GTE).
    const holds = (value: number): boolean => (below ? value <= threshold : value < threshold);
    const [low, high] = positive ? [place.whenTrue, place.whenFalse] : [place.whenFalse, place.whenTrue];
    // A missing value: filled in by the pipeline, or told by the flag; a comparison with it is false.
    const filled = map.at(NaN);
    const missingLow = Number.isNaN(filled) ? (place.missingTrue ? positive : !positive) : holds(filled);
    if (map.identity) {
      const floor = floorToFloat32(threshold);
      return numeric(feature, below || floor < threshold ? floor : previousFloat32(floor), missingLow, low, high);
    }
    if (map.direction > 0)
      return numeric(
        feature,
        lastWhere((x) => holds(map.at(x))),
        missingLow,
        low,
        high,
      );
    if (map.direction < 0)
      return numeric(
        feature,
        lastWhere((x) => !holds(map.at(x))),
        !missingLow,
        high,
        low,
      );
    const always = holds(map.at(0));
    return numeric(feature, always ? Infinity : -Infinity, missingLow, low, high);
  }

  #equality(place: Extract<OnnxTreePlace, { kind: 'split' }>, map: ColumnMap): BuiltSplit<number> {
    const { threshold, feature } = place;
    if (!map.identity || !Number.isInteger(threshold) || threshold < 0 || threshold >= 1 << 24) {
      throw new Fault(
        'ERR_MODEL_UNSUPPORTED',
        'A split for equality is read for whole numbers from 0 on, without a step before it.',
      );
    }
    const [same, other] = place.mode === 'EQ' ? [place.whenTrue, place.whenFalse] : [place.whenFalse, place.whenTrue];
    const missingSame = place.missingTrue && place.mode === 'EQ';
    const flags = NODE_FLAGS.whole | (missingSame ? NODE_FLAGS.missingLeft : 0);
    return {
      kind: 'split',
      split: { kind: 'category', feature, members: Int32Array.of(threshold), flags },
      left: same,
      right: other,
    };
  }
}

function numeric(
  feature: number,
  threshold: number,
  missingLeft: boolean,
  left: number,
  right: number,
): BuiltSplit<number> {
  const flags = missingLeft ? NODE_FLAGS.missingLeft : 0;
  return { kind: 'split', split: { kind: 'number', feature, threshold, flags }, left, right };
}
