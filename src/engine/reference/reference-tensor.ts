import type { OnnxElementType, OnnxTensor } from '../../formats/onnx/onnx-model.ts';

/**
 * A tensor of the reference interpreter: every number, whatever its declared type, as a float64 in row-major order. Whole numbers are exact
 * to 2^53, truth values are 0 and 1.
 */
export interface ReferenceTensor {
  readonly type: OnnxElementType;
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

export function referenceTensor(
  type: OnnxElementType,
  dims: readonly number[],
  data: ArrayLike<number> | ((at: number) => number) = () => 0,
): ReferenceTensor {
  const size = sizeOf(dims);
  const filled = typeof data === 'function' ? numbers(size, data) : data;
  if (filled.length !== size) throw new RangeError(`${filled.length} numbers for a tensor of [${dims.join(', ')}]`);
  return { type, dims, data: filled instanceof Float64Array ? filled : Float64Array.from(filled) };
}

/** `Float64Array.from` with a function takes many times as long. */
function numbers(size: number, value: (at: number) => number): Float64Array {
  const data = new Float64Array(size);
  for (let at = 0; at < size; at++) data[at] = value(at);
  return data;
}

/** A constant of a model file as the interpreter takes it. */
export function fromOnnxTensor(tensor: OnnxTensor): ReferenceTensor {
  const { type, dims, data } = tensor;
  if (data === null) throw new TypeError('the reference reads no external data');
  if (!(ArrayBuffer.isView(data) && 'length' in data)) throw new TypeError(`the reference has no ${type}`);
  if (type === 'float16' || type === 'bfloat16') {
    return referenceTensor(type, dims, Array.from(data as Uint16Array, type === 'float16' ? fromHalf : fromBrainFloat));
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return referenceTensor(type, dims, Array.from(data, Number));
  }
  return referenceTensor(type, dims, new Float64Array(data as ArrayLike<number>));
}

/** IEEE 754 binary16. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function fromBrainFloat(bits: number): number {
  return new Float32Array(new Uint32Array([bits << 16]).buffer)[0]!;
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((size, one) => size * one, 1);
}

/** Distance in elements between neighbours along each axis. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

/** The index of every element, in row-major order. The array is one and the same, changed in place. */
export function* indices(dims: readonly number[]): Generator<readonly number[]> {
  // A length that is no whole number is never reached.
  if (!dims.every((one) => Number.isSafeInteger(one) && one >= 0)) throw new RangeError(`axes of [${dims.join(', ')}]`);
  if (sizeOf(dims) === 0) return;
  const index = new Array<number>(dims.length).fill(0);
  for (;;) {
    yield index;
    let axis = dims.length - 1;
    while (axis >= 0 && index[axis] === dims[axis]! - 1) index[axis--] = 0;
    if (axis < 0) return;
    index[axis]!++;
  }
}

export function offsetOf(index: readonly number[], strides: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < strides.length; axis++) offset += index[axis]! * strides[axis]!;
  return offset;
}

/** An axis that may count from the end. */
export function axisOf(axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(from) && from >= 0 && from < Math.max(rank, 1)))
    throw new RangeError(`axis ${axis} of ${rank}`);
  return from;
}

/** Shape of the result of a multidirectional broadcast ("Broadcasting in ONNX"). */
export function broadcastDims(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const dims of shapes) {
      const own = dims[axis - rank + dims.length] ?? 1;
      if (own === 1 || own === size) continue;
      if (size !== 1) throw new RangeError(`[${shapes.map((one) => one.join(', ')).join('] and [')}] do not broadcast`);
      size = own;
    }
    return size;
  });
}

/** The same tensor repeated to a larger shape. */
export function broadcastTo(tensor: ReferenceTensor, dims: readonly number[]): ReferenceTensor {
  const missing = dims.length - tensor.dims.length;
  if (missing === 0 && dims.every((size, axis) => size === tensor.dims[axis])) return tensor;
  const own = stridesOf(tensor.dims);
  const steps = dims.map((_, axis) => {
    const from = axis - missing;
    return from < 0 || tensor.dims[from] === 1 ? 0 : own[from]!;
  });
  return walk(tensor, dims, 0, steps);
}

/** The elements at `start` and from there at distances of `steps` along each axis of `dims`. */
function walk(
  tensor: ReferenceTensor,
  dims: readonly number[],
  start: number,
  steps: readonly number[],
): ReferenceTensor {
  const data = new Float64Array(sizeOf(dims));
  const last = dims.length - 1;
  const [length, step] = [dims[last] ?? 1, steps[last] ?? 0];
  let to = 0;
  for (const index of indices(dims.slice(0, -1))) {
    let from = start;
    for (let axis = 0; axis < index.length; axis++) from += index[axis]! * steps[axis]!;
    for (let at = 0; at < length; at++, from += step) data[to++] = tensor.data[from]!;
  }
  return { type: tensor.type, dims, data };
}

/** A tensor from a function of the index. */
export function generate(
  type: OnnxElementType,
  dims: readonly number[],
  value: (index: readonly number[]) => number,
): ReferenceTensor {
  const data = new Float64Array(sizeOf(dims));
  let at = 0;
  for (const index of indices(dims)) data[at++] = value(index);
  return { type, dims, data };
}

/** The element at an index. */
export function at(tensor: ReferenceTensor, index: readonly number[]): number {
  return tensor.data[offsetOf(index, stridesOf(tensor.dims))]!;
}

/** Elementwise on tensors that broadcast. */
export function mapBroadcast(
  type: OnnxElementType,
  inputs: readonly ReferenceTensor[],
  value: (...values: number[]) => number,
): ReferenceTensor {
  const dims = broadcastDims(...inputs.map((one) => one.dims));
  const wide = inputs.map((one) => broadcastTo(one, dims).data);
  const [a, b] = wide;
  if (a !== undefined && b !== undefined && wide.length === 2) {
    return referenceTensor(type, dims, (at) => value(a[at]!, b[at]!));
  }
  return referenceTensor(type, dims, (at) => value(...wide.map((one) => one[at]!)));
}

export function reshaped(tensor: ReferenceTensor, dims: readonly number[]): ReferenceTensor {
  return referenceTensor(tensor.type, dims, tensor.data);
}

/** Axes in another order: axis `i` of the result is axis `order[i]` of the tensor. */
export function transposed(tensor: ReferenceTensor, order: readonly number[]): ReferenceTensor {
  const strides = stridesOf(tensor.dims);
  const dims = order.map((axis) => tensor.dims[axis]!);
  return walk(
    tensor,
    dims,
    0,
    order.map((axis) => strides[axis]!),
  );
}

/** The part of a tensor from `from` (inclusive) to `to` along one axis. */
export function sliced(tensor: ReferenceTensor, axis: number, from: number, to: number): ReferenceTensor {
  const strides = stridesOf(tensor.dims);
  const dims = tensor.dims.map((size, own) => (own === axis ? to - from : size));
  return walk(tensor, dims, from * strides[axis]!, strides);
}

export function concatenated(tensors: readonly ReferenceTensor[], axis: number): ReferenceTensor {
  const first = tensors[0]!;
  const dims = first.dims.map((size, own) =>
    own === axis ? tensors.reduce((sum, one) => sum + one.dims[axis]!, 0) : size,
  );
  const data = new Float64Array(sizeOf(dims));
  const inner = sizeOf(dims.slice(axis + 1));
  const rows = sizeOf(dims.slice(0, axis));
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (const one of tensors) {
      const length = one.dims[axis]! * inner;
      data.set(one.data.subarray(row * length, (row + 1) * length), to);
      to += length;
    }
  }
  return { type: first.type, dims, data };
}
