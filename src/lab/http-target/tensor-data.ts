import { halfToFloat } from '../../formats/onnx/tensor-data.ts';

/** Data types of the Open Inference Protocol that are sent and read here, with the arrays that hold them. Little-endian, as the protocol's are. */
const ARRAYS = {
  FP32: Float32Array,
  FP64: Float64Array,
  UINT8: Uint8Array,
  INT8: Int8Array,
  INT16: Int16Array,
  UINT16: Uint16Array,
  INT32: Int32Array,
  UINT32: Uint32Array,
  INT64: BigInt64Array,
  UINT64: BigUint64Array,
} as const;

/** FP16 has no array here; its numbers exist as bytes only (binary tensor data extension). */
export type NumericType = keyof typeof ARRAYS | 'FP16';

export function isNumericType(type: string): type is NumericType {
  return type === 'FP16' || Object.hasOwn(ARRAYS, type);
}

/** Numbers as a tensor's bytes; whole numbers are rounded to. */
export function tensorBytes(type: NumericType, values: Float32Array): Uint8Array {
  if (type === 'FP16') return new Uint8Array(Uint16Array.from(values, halfOf).buffer);
  if (type === 'INT64' || type === 'UINT64') {
    return new Uint8Array(BigInt64Array.from(values, (value: number) => BigInt(Math.round(value))).buffer);
  }
  if (type === 'FP32' || type === 'FP64') return new Uint8Array(ARRAYS[type].from(values).buffer);
  return new Uint8Array(ARRAYS[type].from(values.map(Math.round)).buffer);
}

/** Numbers for JSON. */
export function tensorNumbers(type: NumericType, values: Float32Array): number[] {
  return Array.from(values, type === 'FP32' || type === 'FP64' || type === 'FP16' ? (value) => value : Math.round);
}

/** The numbers of a tensor's bytes, or null where they are not `count` of them. */
export function numbersOf(type: NumericType, bytes: Uint8Array, count: number): number[] | null {
  if (type === 'FP16') {
    return bytes.length === 2 * count ? Array.from(halfToFloat(new Uint16Array(new Uint8Array(bytes).buffer))) : null;
  }
  const kind = ARRAYS[type];
  if (bytes.length !== count * kind.BYTES_PER_ELEMENT) return null;
  // A copy: the bytes may begin anywhere in a buffer (and `slice` of a Buffer is none).
  const aligned = new Uint8Array(bytes).buffer;
  return Array.from(new kind(aligned) as ArrayLike<number | bigint>, Number);
}

/** Bits of the nearest half-precision number, ties to even (IEEE 754); what is too large becomes infinite. */
export function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // The exponent of the number; below 2^-14 the steps stay those of the smallest normal ones.
  const exponent = magnitude === 0 ? -14 : Math.max(-14, Math.min(16, Math.floor(Math.log2(magnitude))));
  const steps = magnitude / 2 ** (exponent - 10);
  const low = Math.floor(steps);
  const rounded = steps - low > 0.5 || (steps - low === 0.5 && low % 2 === 1) ? low + 1 : low;
  // A carry moves into the exponent by itself.
  const bits = rounded + (exponent + 14) * 1024;
  return sign | Math.min(bits, 0x7c00);
}
