/**
 * An ONNX model as the file holds it (onnx.proto, IR version 3 and later), decoded and without the protobuf wrapping. The same
 * structure is read, built, transformed and written.
 */
export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly producerVersion: string;
  /** Operator sets by domain; the default domain is `''`. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  readonly functions: readonly OnnxFunction[];
  readonly metadata: ReadonlyMap<string, string>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  /** Constants by name. */
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** In older files initializers are repeated here; `graphInputs` in this folder leaves them out. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly values: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** `''` for the standard operators (`ai.onnx` is the same). */
  readonly domain: string;
  /** `''` marks an optional input or output that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  /** Which of several functions of one name is meant (IR version 10); absent: the one without. */
  readonly overload?: string;
}

export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number | bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly (number | bigint)[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensors'; readonly value: readonly OnnxTensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly OnnxGraph[] }
  /** Inside a function: the value of the function's attribute `value`, whose AttributeType is `type`. */
  | { readonly kind: 'reference'; readonly value: string; readonly type: number }
  /** A kind that this project has no use for (sparse tensors, types): the encoded AttributeProto. */
  | { readonly kind: 'opaque'; readonly value: Uint8Array };

/** Names of `TensorProto.DataType`, as ONNX Runtime spells them. */
export const ONNX_ELEMENT_TYPES = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
} as const;

export type OnnxElementType = (typeof ONNX_ELEMENT_TYPES)[keyof typeof ONNX_ELEMENT_TYPES];

/** Where the bytes of a tensor lie when they are in a file beside the model. */
export interface OnnxExternalData {
  /** Relative to the model's folder; a reader must refuse one that leaves it. */
  readonly location: string;
  /** Bytes. */
  readonly offset: number;
  /** Bytes; absent: to the end of the file. */
  readonly length?: number;
}

/**
 * `data` is the typed array of the element type: Float32Array, Float64Array, Int32Array, BigInt64Array (int64), Uint8Array (uint8 and
 * bool), Uint16Array (uint16, and the raw bits of float16 and bfloat16) and so on; raw bytes for types narrower than a byte;
 * an array of strings for `string`.
 */
export interface OnnxTensor {
  readonly type: OnnxElementType;
  readonly dims: readonly number[];
  readonly data: OnnxTensorData | null;
  /** Present when the values lie in another file, and `data` is null then. Both are missing of a long tensor that was read without its values. */
  readonly external?: OnnxExternalData;
}

export type OnnxTensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | readonly string[];

/** A named value with what the file says of its type. */
export interface OnnxValue {
  readonly name: string;
  /** Null where it is no tensor (sequence, map, optional) or the file does not say. */
  readonly type: OnnxElementType | null;
  /** A number where the dimension is fixed, a name or null where it is not; null where even the rank is unknown. */
  readonly shape: readonly (number | string | null)[] | null;
  /** The encoded TypeProto where it is a sequence, map, optional or sparse tensor. */
  readonly otherType?: Uint8Array;
}

export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes that a caller must give. */
  readonly attributes: readonly string[];
  /** Attributes that a caller may leave out, with what they are then. */
  readonly defaults: ReadonlyMap<string, OnnxAttribute>;
  readonly overload?: string;
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly OnnxNode[];
}
