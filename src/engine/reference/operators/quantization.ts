import { convolve } from './convolutions.ts';
import type { OnnxElementType } from '../../../formats/onnx/onnx-model.ts';
import type { ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import { axisOf, broadcastTo, referenceTensor, sizeOf, type ReferenceTensor } from '../reference-tensor.ts';
import { mapped, roundHalfToEven } from './elementwise.ts';
import { matmul } from './products.ts';

/** Smallest and largest number of a type. */
export const RANGES: Partial<Record<OnnxElementType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  uint4: [0, 15],
  int4: [-8, 7],
};

export function saturated(value: number, type: OnnxElementType): number {
  const range = RANGES[type];
  if (range === undefined) throw new TypeError(`the reference does not quantise to ${type}`);
  return Math.min(Math.max(value, range[0]), range[1]);
}

/** A scale or zero point for every element: one for all, one for each place of an axis, or one for each block of an axis. */
export function spread(parameter: ReferenceTensor, x: ReferenceTensor, axis: number, block: number): ReferenceTensor {
  if (parameter.data.length === 1) return referenceTensor(parameter.type, x.dims, () => parameter.data[0]!);
  const at = axisOf(axis, x.dims.length);
  if (block > 0) {
    const inner = sizeOf(x.dims.slice(at + 1));
    const blocks = parameter.dims[at]!;
    return referenceTensor(parameter.type, x.dims, (from) => {
      const place = Math.floor(from / inner) % x.dims[at]!;
      const outer = Math.floor(from / inner / x.dims[at]!);
      return parameter.data[(outer * blocks + Math.floor(place / block)) * inner + (from % inner)]!;
    });
  }
  return broadcastTo({ ...parameter, dims: x.dims.map((size, own) => (own === at ? size : 1)) }, x.dims);
}

const quantize: ReferenceOperator = (call) => {
  const x = call.input(0);
  const [axis, block] = [call.attributes.int('axis', 1), call.attributes.int('block_size', 0)];
  const scale = spread(call.input(1), x, axis, block);
  const given = call.optional(2);
  const zero = given === null ? null : spread(given, x, axis, block);
  const type = given?.type ?? 'uint8';
  return [
    referenceTensor(type, x.dims, (at) =>
      saturated(roundHalfToEven(x.data[at]! / scale.data[at]!) + (zero?.data[at] ?? 0), type),
    ),
  ];
};

const dequantize: ReferenceOperator = (call) => {
  const x = call.input(0);
  const [axis, block] = [call.attributes.int('axis', 1), call.attributes.int('block_size', 0)];
  const scale = spread(call.input(1), x, axis, block);
  const given = call.optional(2);
  const zero = given === null ? null : spread(given, x, axis, block);
  return [referenceTensor('float32', x.dims, (at) => (x.data[at]! - (zero?.data[at] ?? 0)) * scale.data[at]!)];
};

const dynamicQuantize: ReferenceOperator = (call) => {
  const x = call.input(0);
  const low = x.data.reduce((least, one) => Math.min(least, one), 0);
  const high = x.data.reduce((most, one) => Math.max(most, one), 0);
  const scale = (high - low) / 255;
  const zero = saturated(roundHalfToEven(-low / scale), 'uint8');
  return [
    mapped(x, (one) => saturated(roundHalfToEven(one / scale) + zero, 'uint8'), 'uint8'),
    referenceTensor('float32', [], [scale]),
    referenceTensor('uint8', [], [zero]),
  ];
};

const matMulInteger: ReferenceOperator = (call) => {
  const [a, b, za, zb] = [call.input(0), call.input(1), call.optional(2), call.optional(3)];
  const minus = (x: ReferenceTensor, zero: ReferenceTensor | null, axis: number): ReferenceTensor => {
    if (zero === null) return x;
    const wide = spread(zero, x, axis, 0);
    return referenceTensor('int32', x.dims, (at) => x.data[at]! - wide.data[at]!);
  };
  return [{ ...matmul(minus(a, za, -2), minus(b, zb, -1)), type: 'int32' }];
};

const convInteger: ReferenceOperator = (call) => {
  const [x, w, zx, zw] = [call.input(0), call.input(1), call.optional(2), call.optional(3)];
  const minus = (one: ReferenceTensor, zero: ReferenceTensor | null): ReferenceTensor => {
    if (zero === null) return one;
    const wide = spread(zero, one, 0, 0);
    return referenceTensor('int32', one.dims, (at) => one.data[at]! - wide.data[at]!);
  };
  return [{ ...convolve(call, minus(x, zx), minus(w, zw), null), type: 'int32' }];
};

export const QUANTIZATION: ReferenceOperators = {
  ConvInteger: convInteger,
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  MatMulInteger: matMulInteger,
};
