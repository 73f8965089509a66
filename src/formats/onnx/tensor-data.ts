import type { OnnxElementType, OnnxTensorData } from './onnx-model.ts';

/** How many bits an element takes, and the array that holds it; `null`: texts, which have no fixed size. */
const LAYOUT = {
  float32: [32, Float32Array],
  uint8: [8, Uint8Array],
  int8: [8, Int8Array],
  uint16: [16, Uint16Array],
  int16: [16, Int16Array],
  int32: [32, Int32Array],
  int64: [64, BigInt64Array],
  bool: [8, Uint8Array],
  float16: [16, Uint16Array],
  float64: [64, Float64Array],
  uint32: [32, Uint32Array],
  uint64: [64, BigUint64Array],
  complex64: [64, Float32Array],
  complex128: [128, Float64Array],
  bfloat16: [16, Uint16Array],
  float8e4m3fn: [8, Uint8Array],
  float8e4m3fnuz: [8, Uint8Array],
  float8e5m2: [8, Uint8Array],
  float8e5m2fnuz: [8, Uint8Array],
  uint4: [4, Uint8Array],
  int4: [4, Uint8Array],
  float4e2m1: [4, Uint8Array],
} as const satisfies Record<Exclude<OnnxElementType, 'string'>, readonly [number, unknown]>;

export type NumericElementType = keyof typeof LAYOUT;

/** Number of elements of a shape; null where a dimension is negative or the product is beyond exact arithmetic. */
export function elementCount(dims: readonly number[]): number | null {
  let count = 1;
  for (const length of dims) {
    if (!Number.isSafeInteger(length) || length < 0) return null;
    count *= length;
    if (!Number.isSafeInteger(count)) return null;
  }
  return count;
}

/** Bytes that so many elements take in `raw_data`; types narrower than a byte are packed two a byte, the low half first. */
export function byteLength(type: NumericElementType, count: number): number {
  return Math.ceil((count * LAYOUT[type][0]) / 8);
}

/** Entries that the typed array of so many elements has: complex numbers take two, two 4-bit numbers take one. */
export function entryCount(type: NumericElementType, count: number): number {
  if (type === 'complex64' || type === 'complex128') return count * 2;
  return LAYOUT[type][0] === 4 ? Math.ceil(count / 2) : count;
}

/** Little-endian bytes as the typed array of the element type: a view where they are aligned, a copy otherwise. */
export function fromBytes(type: NumericElementType, bytes: Uint8Array): Exclude<OnnxTensorData, readonly string[]> {
  const constructor = LAYOUT[type][1];
  const size = constructor.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new constructor(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / size);
}

/** The typed array that holds values of this type, filled from numbers or bigints (bits wrap, as protobuf's fields do). */
export function fromValues(
  type: NumericElementType,
  values: readonly (number | bigint)[],
): Exclude<OnnxTensorData, readonly string[]> {
  const constructor = LAYOUT[type][1];
  if (constructor === BigInt64Array) return BigInt64Array.from(values, BigInt);
  if (constructor === BigUint64Array) return BigUint64Array.from(values, (value) => BigInt.asUintN(64, BigInt(value)));
  const out = new constructor(values.length);
  for (let index = 0; index < out.length; index++) out[index] = Number(values[index]);
  return out;
}

export function toBytes(data: Exclude<OnnxTensorData, readonly string[]>): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** IEEE 754 half-precision bits to numbers. */
export function halfToFloat(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) {
    const half = bits[index]!;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    const magnitude =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 31
          ? fraction === 0
            ? Infinity
            : NaN
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    out[index] = half & 0x8000 ? -magnitude : magnitude;
  }
  return out;
}

/** bfloat16 bits to numbers: the upper half of a float32. */
export function bfloatToFloat(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) out[index] = bits[index]! << 16;
  return new Float32Array(out.buffer);
}
