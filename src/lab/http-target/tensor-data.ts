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

export type NumericType = keyof typeof ARRAYS;

export function isNumericType(type: string): type is NumericType {
  return Object.hasOwn(ARRAYS, type);
}

/** Numbers as a tensor's bytes; whole numbers are rounded to. */
export function tensorBytes(type: NumericType, values: Float32Array): Uint8Array {
  if (type === 'INT64' || type === 'UINT64') {
    return new Uint8Array(BigInt64Array.from(values, (value: number) => BigInt(Math.round(value))).buffer);
  }
  if (type === 'FP32' || type === 'FP64') return new Uint8Array(ARRAYS[type].from(values).buffer);
  return new Uint8Array(ARRAYS[type].from(values.map(Math.round)).buffer);
}

/** Numbers for JSON. */
export function tensorNumbers(type: NumericType, values: Float32Array): number[] {
  return Array.from(values, type === 'FP32' || type === 'FP64' ? (value) => value : Math.round);
}

/** The numbers of a tensor's bytes, or null where they are not `count` of them. */
export function numbersOf(type: NumericType, bytes: Uint8Array, count: number): number[] | null {
  const kind = ARRAYS[type];
  if (bytes.length !== count * kind.BYTES_PER_ELEMENT) return null;
  // A copy: the bytes may begin anywhere in a buffer (and `slice` of a Buffer is none).
  const aligned = new Uint8Array(bytes).buffer;
  return Array.from(new kind(aligned) as ArrayLike<number | bigint>, Number);
}
