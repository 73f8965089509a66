import type { OnnxGraph, OnnxNode } from '../formats/onnx/onnx-model.ts';
import { intOf, intsOf } from './graph/attributes.ts';

/** What the operators behind an input say about its shape, batch included. */
export interface ShapeClues {
  /** Number of axes; null: nothing says it. */
  readonly rank: number | null;
  /** Lengths of axes that weights fix. */
  readonly lengths: ReadonlyMap<number, number>;
  /** The axis of the channels of a convolution, where one was met. */
  readonly channels: number | null;
}

/** Operators that keep every axis in its place. */
const KEEPS: ReadonlySet<string> = new Set<string>(
  (
    'Identity Cast Dropout Relu LeakyRelu Sigmoid Tanh Clip Neg Abs Sqrt Exp Log Add Sub Mul ' +
    'Div Pow BatchNormalization InstanceNormalization LayerNormalization GroupNormalization ' +
    'QuantizeLinear DequantizeLinear PRelu Softmax Pad LRN Slice Resize'
  ).split(' '),
);
/** Of these, the lengths of axes may change; the channels' do not. */
const RESIZES: ReadonlySet<string> = new Set(['Pad', 'Slice', 'Resize']);
const RECURRENT: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN']);
/** Values that are looked at. */
const MAX_VALUES = 10_000;

/**
 * Follows an input through operators that keep its axes to the first ones that mix them: the weights of a convolution fix the channels, those
 * of a matrix product the features, Transpose says where the channels lie.
 * @param declared lengths in the file, batch included; null: not even their number is known
 */
export function shapeClues(graph: OnnxGraph, input: string, declared: readonly unknown[] | null): ShapeClues {
  const readers = readersOf(graph);
  const dimsOf = constantDims(graph);
  const rank = declared?.length ?? findRank(graph, input, readers, dimsOf);
  const lengths = new Map<number, number>();
  let channels: number | null = null;
  if (rank === null) return { rank, lengths, channels };
  const fix = (axis: number | null | undefined, length: number | undefined): void => {
    if (typeof axis === 'number' && axis > 0 && length !== undefined && length > 0 && !lengths.has(axis))
      lengths.set(axis, length);
  };

  /** Values that hold the input's axes: for each of theirs, which of the input's it is. */
  const open: { name: string; axes: readonly (number | null)[]; resized: boolean }[] = [
    { name: input, axes: Array.from({ length: rank }, (_, axis) => axis), resized: false },
  ];
  const seen = new Set<string>();
  for (let at = 0; at < open.length && at < MAX_VALUES; at++) {
    const { name, axes, resized } = open[at]!;
    if (seen.has(name)) continue;
    seen.add(name);
    for (const node of readers.get(name) ?? []) {
      const other = dimsOf(node.inputs[node.inputs[0] === name ? 1 : 0] ?? '');
      const go = (moved: readonly (number | null)[]): void => {
        const output = node.outputs[0] ?? '';
        if (output !== '') open.push({ name: output, axes: moved, resized: resized || RESIZES.has(node.op) });
      };
      const first = node.inputs[0] === name;
      if (node.op === 'Transpose') {
        const order = intsOf(node, 'perm', undefined) ?? axes.map((_, axis) => axes.length - 1 - axis);
        go(order.map((axis) => axes[axis] ?? null));
      } else if (node.op === 'Unsqueeze' || node.op === 'Squeeze') {
        const list = constantInts(graph, node.inputs[1] ?? '');
        if (list !== null) go(node.op === 'Unsqueeze' ? unsqueezed(axes, list) : squeezed(axes, list));
      } else if ((node.op === 'Conv' || node.op === 'FusedConv' || node.op === 'ConvTranspose') && first) {
        channels ??= axes[1] ?? null;
        if (other !== null) fix(axes[1], node.op === 'ConvTranspose' ? other[0] : other[1]! * intOf(node, 'group', 1));
      } else if (node.op === 'MatMul' && other !== null) {
        fix(axes[axes.length + (first ? -1 : -2)], first ? (other.at(-2) ?? other[0]) : other.at(-1));
      } else if (node.op === 'Gemm' && other !== null && first) {
        const [own, theirs] = [intOf(node, 'transA', 0) === 1 ? 0 : 1, intOf(node, 'transB', 0) === 1 ? 1 : 0];
        fix(axes[own], other[theirs]);
      } else if (RECURRENT.has(node.op) && first && other !== null) fix(axes[2], other[2]);
      else if (KEEPS.has(node.op)) {
        if (node.op === 'BatchNormalization' && other !== null && first) {
          fix(axes[1], other[0]);
          if (axes.length === 4) channels ??= axes[1] ?? null;
        } else if (['Add', 'Sub', 'Mul', 'Div', 'LayerNormalization'].includes(node.op) && other !== null && !resized) {
          other.forEach((length, axis) => {
            if (length > 1) fix(axes[axes.length - other.length + axis], length);
          });
        }
        go(axes);
      }
    }
  }
  return { rank, lengths, channels };
}

function readersOf(graph: OnnxGraph): ReadonlyMap<string, readonly OnnxNode[]> {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(node.inputs)) {
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [node]);
      else list.push(node);
    }
  }
  return readers;
}

/** Shape of a value that is made of constants: an initializer, or one that was cast, moved or dequantised. */
function constantDims(graph: OnnxGraph): (name: string) => readonly number[] | null {
  const source = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const look = (name: string, depth: number): readonly number[] | null => {
    const own = graph.initializers.get(name)?.dims;
    if (own !== undefined) return own;
    const node = source.get(name);
    if (node === undefined || depth > 8) return null;
    const value = node.op === 'Constant' ? node.attributes.get('value') : undefined;
    if (value?.kind === 'tensor') return value.value.dims;
    if (!['Identity', 'Cast', 'DequantizeLinear', 'Transpose'].includes(node.op)) return null;
    const dims = look(node.inputs[0] ?? '', depth + 1);
    if (dims === null || node.op !== 'Transpose') return dims;
    const order = intsOf(node, 'perm', undefined) ?? dims.map((_, axis) => dims.length - 1 - axis);
    return order.map((axis) => dims[axis] ?? 1);
  };
  return (name) => look(name, 0);
}

function constantInts(graph: OnnxGraph, name: string): readonly number[] | null {
  const node = graph.nodes.find(({ outputs }) => outputs.includes(name));
  const attribute = node?.op === 'Constant' ? node.attributes.get('value') : undefined;
  const data = (graph.initializers.get(name) ?? (attribute?.kind === 'tensor' ? attribute.value : undefined))?.data;
  return data === undefined || data === null ? null : Array.from(data as ArrayLike<number | bigint>, Number);
}

function unsqueezed(axes: readonly (number | null)[], added: readonly number[]): readonly (number | null)[] {
  const rank = axes.length + added.length;
  const places = new Set(added.map((axis) => (axis < 0 ? axis + rank : axis)));
  const rest = [...axes];
  return Array.from({ length: rank }, (_, axis) => (places.has(axis) ? null : (rest.shift() ?? null)));
}

function squeezed(axes: readonly (number | null)[], removed: readonly number[]): readonly (number | null)[] {
  const places = new Set(removed.map((axis) => (axis < 0 ? axis + axes.length : axis)));
  return axes.filter((_, axis) => !places.has(axis));
}

/** The number of axes, from the first operator that has an opinion. */
function findRank(
  graph: OnnxGraph,
  input: string,
  readers: ReadonlyMap<string, readonly OnnxNode[]>,
  dimsOf: (name: string) => readonly number[] | null,
): number | null {
  const open = [{ name: input, more: 0 }];
  const seen = new Set<string>();
  let likely: number | null = null;
  for (let at = 0; at < open.length && at < MAX_VALUES; at++) {
    const { name, more } = open[at]!;
    if (seen.has(name)) continue;
    seen.add(name);
    for (const node of readers.get(name) ?? []) {
      if (node.inputs[0] !== name && !KEEPS.has(node.op)) continue;
      const weights = dimsOf(node.inputs[1] ?? '');
      const order = node.op === 'Transpose' ? intsOf(node, 'perm', undefined) : undefined;
      if (order !== undefined) return order.length - more;
      if (node.op === 'Conv' || node.op === 'ConvTranspose') {
        const spatial = weights === null ? intsOf(node, 'kernel_shape', []).length : weights.length - 2;
        if (spatial > 0) return spatial + 2 - more;
      }
      if (node.op === 'MaxPool' || node.op === 'AveragePool') return intsOf(node, 'kernel_shape', []).length + 2 - more;
      if (node.op === 'GlobalAveragePool' || node.op === 'GlobalMaxPool' || node.op === 'DepthToSpace') return 4 - more;
      if (RECURRENT.has(node.op)) return 3 - more;
      if (node.op === 'Gemm') return 2 - more;
      if (node.op === 'MatMul') likely ??= 2 - more;
      if (node.op === 'Unsqueeze') {
        const added = constantInts(graph, node.inputs[1] ?? '')?.length ?? 1;
        open.push({ name: node.outputs[0] ?? '', more: more + added });
      } else if (KEEPS.has(node.op)) open.push({ name: node.outputs[0] ?? '', more });
    }
  }
  return likely !== null && likely > 0 ? likely : null;
}
