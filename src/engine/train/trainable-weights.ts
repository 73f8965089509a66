import { Fault } from '../../core/fault.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';

/** Operators and the inputs of theirs that hold weights. */
const WEIGHT_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [0, 1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  LayerNormalization: [1, 2],
  GroupNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  RMSNormalization: [1],
  SimplifiedLayerNormalization: [1],
  PRelu: [1],
  LSTM: [1, 2, 3],
  GRU: [1, 2, 3],
  RNN: [1, 2, 3],
  Gather: [0],
  Einsum: [0, 1],
};
/** Hold weights where something trained comes before: biases, scales. Constants that prepare an input come first. */
const LATER: ReadonlySet<string> = new Set(['Add', 'Mul', 'Sum']);
/** Hand a weight on as it is. */
const PASSING: ReadonlySet<string> = new Set(['Identity', 'Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/**
 * Weights as initializers: constants that exporters wrote as `Constant` nodes become initializers, so that they can be trained.
 */
export function liftConstants(model: OnnxModel): OnnxModel {
  const initializers = new Map<string, OnnxTensor>(model.graph.initializers);
  const nodes = model.graph.nodes.filter((node) => {
    const value = node.op === 'Constant' && node.domain === '' ? node.attributes.get('value') : undefined;
    if (value?.kind !== 'tensor' || value.value.type !== 'float32' || value.value.dims.length === 0) return true;
    initializers.set(node.outputs[0]!, value.value);
    return false;
  });
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}

/**
 * Names of the initializers that are weights: float32, at least one axis, used as weights by an operator that has some (running
 * statistics of BatchNormalization are none). In the order of the graph.
 * @param pick names or beginnings of names to keep; default: all
 * @throws Fault `ERR_MODEL_UNSUPPORTED` when there is none, `ERR_USAGE` when `pick` names none.
 */
export function trainableWeights(model: OnnxModel, pick?: readonly string[]): readonly string[] {
  const { initializers, nodes } = model.graph;
  /** Values that are an initializer handed on. */
  const source = new Map<string, string>();
  for (const [name, { type, dims }] of initializers) if (type === 'float32' && dims.length > 0) source.set(name, name);
  const found = new Set<string>();
  const behind = new Set<string>();
  const use = (node: OnnxNode, input: number): void => {
    const weight = source.get(node.inputs[input] ?? '');
    if (weight !== undefined) found.add(weight);
  };
  for (const node of nodes) {
    const first = node.inputs[0] ?? '';
    if (PASSING.has(node.op) && source.has(first)) source.set(node.outputs[0]!, source.get(first)!);
    for (const input of WEIGHT_INPUTS[node.op] ?? []) use(node, input);
    const trained = node.inputs.some((name) => behind.has(name) || found.has(source.get(name) ?? ''));
    if (LATER.has(node.op) && node.inputs.some((name) => behind.has(name))) {
      node.inputs.forEach((name, input) => {
        const tensor = initializers.get(source.get(name) ?? '');
        if (tensor !== undefined && tensor.dims.some((length) => length > 1)) use(node, input);
      });
    }
    if (trained && !(PASSING.has(node.op) && source.has(first))) for (const name of node.outputs) behind.add(name);
  }
  if (found.size === 0) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The model has no weights that could be trained.', {
      hint: 'Its weights must be float32 initializers of Conv, Gemm, MatMul, normalisations, Gather, LSTM, GRU or RNN.',
    });
  }
  const names = [...initializers.keys()].filter((name) => found.has(name));
  if (pick === undefined) return names;
  const picked = names.filter((name) => pick.some((start) => name.startsWith(start)));
  if (picked.length === 0) {
    throw new Fault('ERR_USAGE', 'None of the weights that may be trained has one of the given names.', {
      hint: `The model has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}.`,
    });
  }
  return picked;
}

/** A copy of the model with other values for some initializers, of the same shapes. */
export function withWeights(model: OnnxModel, values: ReadonlyMap<string, Float32Array>): OnnxModel {
  const initializers = new Map(model.graph.initializers);
  for (const [name, data] of values) {
    const tensor = initializers.get(name);
    if (tensor === undefined) throw new Fault('ERR_INTERNAL', 'A weight is not in the model.', { where: name });
    initializers.set(name, { type: 'float32', dims: tensor.dims, data: data.slice() });
  }
  return { ...model, graph: { ...model.graph, initializers } };
}
