import { Fault, isFault } from '../../../core/fault.ts';
import { intOf } from '../../../engine/graph/attributes.ts';
import { evaluateNode } from '../../../engine/reference/evaluate-graph.ts';
import { fromOnnxTensor, referenceTensor } from '../../../engine/reference/reference-tensor.ts';
import type { OnnxNode, OnnxTensor } from '../../../formats/onnx/onnx-model.ts';
import { elementCount } from '../../../formats/onnx/tensor-data.ts';
import type { Constant, NetworkDraft } from './network-draft.ts';

/** Values of a folded constant; a Range or Expand of a few bytes can ask for more than there is memory. */
const MOST_FOLDED = 30_000_000;

/** Give their inputs' values, elsewhere. */
const MOVES: ReadonlySet<string> = new Set([
  'Identity',
  'Cast',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Concat',
  'Slice',
  'Gather',
  'Expand',
  'Shape',
  'Constant',
  'ConstantOfShape',
  'Pad',
  'Neg',
  'Abs',
]);
/** One correctly rounded operation: float32 of the exact result is what a runtime has. */
const ROUNDED_ONCE: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Sqrt', 'Reciprocal']);
/** Sums of products: their rounding is in proportion to the sum of the products' magnitudes. */
const SUMS: ReadonlySet<string> = new Set(['MatMul', 'Gemm', 'ReduceSum', 'ReduceMean']);

/** Of whole numbers and truth values, which have no rounding: how exporters compute shapes and places. */
const COUNTS: ReadonlySet<string> = new Set([
  'Range',
  'Size',
  'Tile',
  'Where',
  'Equal',
  'Less',
  'LessOrEqual',
  'Greater',
  'GreaterOrEqual',
  'Not',
  'And',
  'Or',
  'Min',
  'Max',
  'Sum',
  'Mod',
  'Sign',
  'Floor',
  'Ceil',
  'Clip',
  'ReduceProd',
  'ReduceMax',
  'ReduceMin',
  'ArgMax',
  'ArgMin',
  'GatherElements',
  'NonZero',
  'Pow',
  'Round',
  'ScatterElements',
  'ScatterND',
  'Trilu',
]);

/**
 * A constant of the file in double precision.
 * @throws Fault `ERR_MODEL_UNSUPPORTED` where it is no finite number: such a value is never left out silently
 */
export function constantOf(name: string, tensor: OnnxTensor): Constant {
  const where = `constant "${name}"`;
  // Numbers of four bits lie two in a byte, and complex ones in two numbers.
  if (tensor.data === null || tensor.type === 'string' || tensor.data.length !== elementCount(tensor.dims))
    throw new Fault('ERR_MODEL_UNSUPPORTED', `Bounds are not known for a constant of type ${tensor.type}.`, { where });
  const { type, dims, data } = fromOnnxTensor(tensor);
  // An infinite limit of a Clip is none; it is the importer of the operator that says so.
  if (data.some(Number.isNaN))
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'A constant of the model is not a number.', { where });
  return { kind: 'constant', type, shape: dims, data, doubt: 0 };
}

/**
 * What a node gives whose inputs are all constant, as a runtime computes it in float32: exactly for one operation, for sums of products with
 * a bound of their rounding (see `Constant.doubt`).
 * @throws Fault `ERR_MODEL_UNSUPPORTED`, with the node, for an operator whose rounding is not known
 */
export function foldConstants(
  draft: NetworkDraft,
  node: OnnxNode,
  inputs: readonly (Constant | undefined)[],
): Constant {
  const size = inputs.reduce((sum, one) => sum + (one?.data.length ?? 0), 0);
  // Others can be asked by a constant for work without end, and nothing of theirs is folded.
  if (![MOVES, ROUNDED_ONCE, SUMS, COUNTS].some((known) => known.has(node.op)))
    throw draft.unsupported(node, 'of constants');
  if (size > MOST_FOLDED || !(workOf(node, inputs) <= MOST_FOLDED))
    throw draft.unsupported(node, 'of constants of that size');
  const before = Math.max(0, ...inputs.map((one) => one?.doubt ?? 0));
  const exact = evaluate(draft, node, inputs, (value) => value);
  const isFloat = exact.type.startsWith('float') || exact.type === 'bfloat16';
  // Rounding that is left open may decide about a whole number or a comparison, and nothing below would see it.
  if (!isFloat && before > 0) throw draft.unsupported(node, 'of constants that are sums themselves');
  if (!isFloat) return { ...exact, doubt: 0 };
  const data = exact.data.map(Math.fround);
  if (MOVES.has(node.op)) return { ...exact, data, doubt: before };
  if (ROUNDED_ONCE.has(node.op)) {
    if (before === 0) return { ...exact, data, doubt: 0 };
    if (node.op === 'Add' || node.op === 'Sub') throw draft.unsupported(node, 'of constants that are sums themselves');
    return { ...exact, data, doubt: inputs.reduce((sum, one) => sum + (one?.doubt ?? 0), 2) };
  }
  if (!SUMS.has(node.op) || before > 0) throw draft.unsupported(node, 'of constants');
  const magnitudes = evaluate(draft, node, inputs, Math.abs).data;
  const terms = size + 4;
  let doubt = 0;
  for (let i = 0; i < data.length; i++)
    if (magnitudes[i]! > 0) doubt = Math.max(doubt, (terms * magnitudes[i]!) / Math.abs(exact.data[i]!));
  if (!(doubt < 1e6)) throw draft.unsupported(node, 'of constants whose sum cancels');
  return { ...exact, data, doubt };
}

function evaluate(
  draft: NetworkDraft,
  node: OnnxNode,
  inputs: readonly (Constant | undefined)[],
  map: (value: number) => number,
): Constant {
  try {
    const tensors = inputs.map((one) => {
      if (one === undefined) return null;
      // Whole numbers are axes and shapes, which have no magnitude.
      const isFloat = one.type.startsWith('float');
      return referenceTensor(one.type, one.shape, isFloat ? one.data.map(map) : one.data);
    });
    const [result] = evaluateNode(node, tensors, new Map([['', 21]]));
    if (result === undefined || result.data.some(Number.isNaN)) throw new TypeError('no number');
    return { kind: 'constant', type: result.type, shape: result.dims, data: result.data, doubt: 0 };
  } catch (cause) {
    if (isFault(cause)) throw cause;
    throw draft.unsupported(node, 'of constants');
  }
}

/** Numbers that a node gives, or goes through for them where these are more; an upper bound. */
function workOf(node: OnnxNode, inputs: readonly (Constant | undefined)[]): number {
  const [first, second, third] = inputs;
  const product = (numbers: Iterable<number>): number => {
    let all = 1;
    for (const one of numbers) all *= Math.max(1, Math.abs(one));
    return all;
  };
  switch (node.op) {
    case 'MatMul':
    case 'Gemm':
      return ((first?.data.length ?? 1) * (second?.data.length ?? 1)) / 100;
    case 'Pad': {
      const pads = Array.from(second?.data ?? [], Math.abs);
      const rank = pads.length / 2;
      return product((first?.shape ?? []).map((length, axis) => length + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0)));
    }
    case 'Expand':
      return product(broadcastLengths([first?.shape ?? [], Array.from(second?.data ?? [])]));
    case 'ConstantOfShape':
      return product(first?.data ?? []);
    case 'Tile':
      return product(first?.shape ?? []) * product(second?.data ?? []);
    case 'Range': {
      const [start = 0, limit = 0, step = 1] = [first?.data[0], second?.data[0], third?.data[0]];
      return Math.max(0, (limit - start) / step);
    }
    case 'Gather': {
      const shape = first?.shape ?? [];
      const axis = intOf(node, 'axis', 0);
      const along = Math.max(1, shape[axis < 0 ? axis + shape.length : axis] ?? 1);
      return (product(shape) / along) * product(second?.shape ?? []);
    }
    default:
      return product(broadcastLengths(inputs.map((one) => one?.shape ?? [])));
  }
}

/** The longest of each axis, counted from the last one: as long as a result of these can be, for whatever does not broadcast as well. */
function broadcastLengths(shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(1, ...shapes.map((shape) => Math.abs(shape[axis - rank + shape.length] ?? 1))),
  );
}
