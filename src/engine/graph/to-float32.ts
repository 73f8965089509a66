import type { OnnxElementType, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import { bfloatToFloat, halfToFloat } from '../../formats/onnx/tensor-data.ts';
import { mapGraphs } from './map-graph.ts';

const FLOATS: ReadonlySet<OnnxElementType | null> = new Set(['float16', 'bfloat16', 'float64']);
/** TensorProto.DataType of float16, float64, bfloat16. */
const CODES: ReadonlySet<number> = new Set([10, 11, 16]);
const MAX = 3.4028234663852886e38;

/**
 * The same graph with float32 in place of float16, bfloat16 and float64, in its inputs and outputs, too: ONNX Runtime has no float64
 * convolution on a CPU, and float16 is emulated there. Finite numbers stay finite (a mask of -1.8e308 becomes -3.4e38).
 */
export function toFloat32(graph: OnnxGraph): OnnxGraph {
  return {
    ...graph,
    nodes: graph.nodes.map(convertNode),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, convertTensor(tensor)])),
    inputs: graph.inputs.map(convertValue),
    outputs: graph.outputs.map(convertValue),
    values: [],
  };
}

/** Whether a graph computes in another precision than float32 anywhere that its tensors and ports show. */
export function hasOtherFloats(graph: OnnxGraph): boolean {
  return (
    [...graph.initializers.values()].some(({ type }) => FLOATS.has(type)) ||
    graph.inputs.some(({ type }) => FLOATS.has(type)) ||
    graph.nodes.some((node) => node.op === 'Cast' && CODES.has(Number(node.attributes.get('to')?.value ?? 0)))
  );
}

function convertValue(value: OnnxValue): OnnxValue {
  return FLOATS.has(value.type) ? { ...value, type: 'float32' } : value;
}

function convertNode(node: OnnxNode): OnnxNode {
  const attributes = new Map(node.attributes);
  for (const [name, attribute] of attributes) {
    if (attribute.kind === 'tensor') attributes.set(name, { kind: 'tensor', value: convertTensor(attribute.value) });
    // `to` of Cast, `dtype` of RandomNormal, EyeLike and the like.
    else if ((name === 'to' || name === 'dtype') && attribute.kind === 'int' && CODES.has(Number(attribute.value))) {
      attributes.set(name, { kind: 'int', value: 1 });
    }
  }
  return mapGraphs({ ...node, attributes }, toFloat32);
}

function convertTensor(tensor: OnnxTensor): OnnxTensor {
  const { type, dims, data } = tensor;
  if (!FLOATS.has(type) || data === null) return tensor;
  if (type === 'float64') {
    return { type: 'float32', dims, data: Float32Array.from(data as Float64Array, clamp) };
  }
  const bits = data as Uint16Array;
  return { type: 'float32', dims, data: type === 'float16' ? halfToFloat(bits) : bfloatToFloat(bits) };
}

function clamp(value: number): number {
  return Number.isFinite(value) ? Math.min(MAX, Math.max(-MAX, value)) : value;
}
