import type { ReferenceCall, ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import {
  axisOf,
  concatenated,
  mapBroadcast,
  referenceTensor,
  reshaped,
  sizeOf,
  transposed,
  type ReferenceTensor,
} from '../reference-tensor.ts';
import { CONVOLUTIONS, convolve } from './convolutions.ts';
import { mapped, roundHalfToEven, sigmoid } from './elementwise.ts';
import { MICROSOFT } from './microsoft.ts';
import { gemm, lastTwoSwapped, matmul } from './products.ts';
import { QUANTIZATION, saturated, spread } from './quantization.ts';
import { RECURRENT } from './recurrent.ts';
import { alongAxis, softmax } from './reductions.ts';

/** What a layer gives before it is rounded to whole numbers, and where its scale and zero point stand among the inputs. */
export interface RoundedLayer {
  readonly real: (call: ReferenceCall) => ReferenceTensor;
  readonly scale: number;
  readonly zero: number;
}

/** (x - zero) scale. */
function real(call: ReferenceCall, x: number, scale: number, zero: number, axis = 1): ReferenceTensor {
  const whole = call.input(x);
  const wide = spread(call.input(scale), whole, axis, 0);
  const given = call.optional(zero);
  const shift = given === null ? null : spread(given, whole, axis, 0);
  return referenceTensor('float32', whole.dims, (at) => (whole.data[at]! - (shift?.data[at] ?? 0)) * wide.data[at]!);
}

function rounded(call: ReferenceCall, y: ReferenceTensor, scale: number, zero: number): ReferenceTensor {
  const given = call.optional(zero);
  const type = given?.type ?? 'uint8';
  const [step, shift] = [call.input(scale).data[0]!, given?.data[0] ?? 0];
  return mapped(y, (one) => saturated(roundHalfToEven(one / step) + shift, type), type);
}

/** A bias in units of the product of two scales. */
function realBias(call: ReferenceCall, bias: number, x: number, w: number): ReferenceTensor | null {
  const whole = call.optional(bias);
  if (whole === null) return null;
  const [a, b] = [call.input(x), call.input(w)];
  const unit = a.data[0]!;
  return { ...whole, type: 'float32', data: whole.data.map((one, at) => one * unit * (b.data[at] ?? b.data[0]!)) };
}

function channelsFirst(
  call: ReferenceCall,
  x: ReferenceTensor,
  layer: (x: ReferenceTensor) => ReferenceTensor,
  last = call.attributes.int('channels_last', 0) === 1,
): ReferenceTensor {
  if (!last) return layer(x);
  const inner = x.dims.slice(2).map((_, axis) => axis);
  const y = layer(transposed(x, [0, x.dims.length - 1, ...inner.map((axis) => axis + 1)]));
  return transposed(y, [0, ...inner.map((axis) => axis + 2), 1]);
}

const first = (operator: ReferenceOperator, call: ReferenceCall, x: ReferenceTensor): ReferenceTensor =>
  operator(call.with([x]))[0]!;

const unary = (layer: (x: ReferenceTensor, call: ReferenceCall) => ReferenceTensor): RoundedLayer => ({
  real: (call) => layer(real(call, 0, 1, 2), call),
  scale: 3,
  zero: 4,
});

const binary = (value: (a: number, b: number) => number): RoundedLayer => ({
  real: (call) => mapBroadcast('float32', [real(call, 0, 1, 2), real(call, 3, 4, 5)], (a, b) => value(a!, b!)),
  scale: 6,
  zero: 7,
});

const convolution: RoundedLayer = {
  real: (call) =>
    channelsFirst(call, real(call, 0, 1, 2), (x) => {
      const w = real(call, 3, 4, 5, 0);
      const bias = realBias(call, 8, 1, 4);
      return convolve(call, x, w, bias);
    }),
  scale: 6,
  zero: 7,
};

const product: RoundedLayer = {
  real: (call) => {
    const [a, b] = [call.input(0).dims.length, call.input(3).dims.length];
    return matmul(real(call, 0, 1, 2, a - 2), real(call, 3, 4, 5, b - 1));
  },
  scale: 6,
  zero: 7,
};

function realGemm(call: ReferenceCall): ReferenceTensor {
  const { attributes } = call;
  const transB = attributes.int('transB', 0);
  const alpha = attributes.float('alpha', 1);
  const bias = realBias(call, 6, 1, 4);
  return gemm(
    real(call, 0, 1, 2),
    real(call, 3, 4, 5, 1 - transB),
    bias === null ? null : mapped(bias, (one) => one * alpha),
    { alpha, beta: 1, transA: attributes.int('transA', 0), transB },
  );
}

/** Layers of whole numbers: standard, then ONNX Runtime's (docs/ContribOperators.md). */
export const STANDARD_ROUNDED: Readonly<Record<string, RoundedLayer>> = {
  QLinearConv: convolution,
  QLinearMatMul: product,
};

export const MICROSOFT_ROUNDED: Readonly<Record<string, RoundedLayer>> = {
  QLinearConv: convolution,
  QLinearAdd: binary((a, b) => a + b),
  QLinearMul: binary((a, b) => a * b),
  QLinearSigmoid: unary((x) => mapped(x, sigmoid)),
  QLinearLeakyRelu: unary((x, call) => {
    const alpha = call.attributes.float('alpha', 0.01);
    return mapped(x, (one) => (one < 0 ? alpha * one : one));
  }),
  QLinearSoftmax: unary((x, call) => {
    const axis = axisOf(call.attributes.int('axis', -1), x.dims.length);
    if (call.attributes.int('opset', 13) >= 13) return alongAxis(x, axis, softmax);
    const flat = reshaped(x, [sizeOf(x.dims.slice(0, axis)), sizeOf(x.dims.slice(axis))]);
    return reshaped(alongAxis(flat, 1, softmax), x.dims);
  }),
  QLinearAveragePool: unary((x, call) =>
    channelsFirst(call, x, (one) => first(CONVOLUTIONS['AveragePool']!, call, one)),
  ),
  QLinearGlobalAveragePool: unary((x, call) =>
    channelsFirst(call, x, (one) => first(CONVOLUTIONS['GlobalAveragePool']!, call, one)),
  ),
  QLinearConcat: {
    real: (call) => {
      const parts = Array.from({ length: (call.count - 2) / 3 }, (_, at) =>
        real(call, 3 * at + 2, 3 * at + 3, 3 * at + 4),
      );
      return concatenated(parts, axisOf(call.attributes.int('axis', 0), parts[0]!.dims.length));
    },
    scale: 0,
    zero: 1,
  },
  QLinearWhere: {
    real: (call) =>
      mapBroadcast('float32', [call.input(0), real(call, 1, 2, 3), real(call, 4, 5, 6)], (condition, a, b) =>
        condition === 0 ? b! : a!,
      ),
    scale: 7,
    zero: 8,
  },
};

const operators = (layers: Readonly<Record<string, RoundedLayer>>): ReferenceOperators =>
  Object.fromEntries(
    Object.entries(layers).map(([name, { real: layer, scale, zero }]) => [
      name,
      (call: ReferenceCall) => [rounded(call, layer(call), scale, zero)],
    ]),
  );

const plus = (y: ReferenceTensor, bias: ReferenceTensor | null): ReferenceTensor =>
  bias === null ? y : mapBroadcast('float32', [y, bias], (a, b) => a! + b!);

/** The product with A as it is given. */
export function dynamicProduct(call: ReferenceCall, a: ReferenceTensor): ReferenceTensor {
  return plus(matmul(a, real(call, 1, 2, 3, call.input(1).dims.length - 1)), call.optional(4));
}

/** A as it is after a round trip through whole numbers of its own range. */
export function requantised(call: ReferenceCall, a: ReferenceTensor): ReferenceTensor {
  const [q, scale, zero] = QUANTIZATION['DynamicQuantizeLinear']!(call.with([a])) as [
    ReferenceTensor,
    ReferenceTensor,
    ReferenceTensor,
  ];
  return mapped(q, (one) => (one - zero.data[0]!) * scale.data[0]!, 'float32');
}

/** LSTM with the weights that the whole numbers stand for. The runtime rounds the states, too, at each step; that is left out. */
export function dynamicLstm(call: ReferenceCall, input: ReferenceTensor): readonly ReferenceTensor[] {
  const weights = (at: number, scale: number): ReferenceTensor => {
    const q = call.input(at);
    const wide = (name: number): ReferenceTensor | null => {
      const one = call.optional(name);
      return one === null ? null : reshaped(one, [one.dims[0]!, 1, one.dims[1] ?? 1]);
    };
    const zero = wide(scale + 1);
    const shifted = zero === null ? q : mapBroadcast('float32', [q, zero], (x, z) => x! - z!);
    return lastTwoSwapped(mapBroadcast('float32', [shifted, wide(scale)!], (x, s) => x! * s!));
  };
  const rest = Array.from({ length: 5 }, (_, at) => call.optional(at + 3));
  return RECURRENT['LSTM']!(call.with([input, weights(1, 8), weights(2, 10), ...rest]));
}

export const QLINEAR: ReferenceOperators = operators(STANDARD_ROUNDED);

export const MICROSOFT_QUANTIZED: ReferenceOperators = {
  QuantizeLinear: QUANTIZATION['QuantizeLinear']!,
  DequantizeLinear: QUANTIZATION['DequantizeLinear']!,
  ...operators(MICROSOFT_ROUNDED),
  QGemm: (call) => {
    const y = realGemm(call);
    return [call.optional(7) === null ? y : rounded(call, y, 7, 8)];
  },
  NhwcMaxPool: (call) => [channelsFirst(call, call.input(0), (x) => first(CONVOLUTIONS['MaxPool']!, call, x), true)],
  MatMulIntegerToFloat: (call) => {
    const b = real(call, 1, 3, 5, call.input(1).dims.length - 1);
    return [plus(matmul(real(call, 0, 2, 4), b), call.optional(6))];
  },
  DynamicQuantizeMatMul: (call) => [dynamicProduct(call, requantised(call, call.input(0)))],
  DynamicQuantizeLSTM: (call) => dynamicLstm(call, requantised(call, call.input(0))),
  QAttention: (call) =>
    MICROSOFT['Attention']!(
      call.with([real(call, 0, 3, 6), real(call, 1, 4, 7), call.input(2), call.optional(5), call.optional(8)]),
    ),
};

/** `QGemm` where it is given a scale for its output. */
export const ROUNDED_GEMM: RoundedLayer = { real: realGemm, scale: 7, zero: 8 };
