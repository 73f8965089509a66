import type { OnnxElementType } from '../../../formats/onnx/onnx-model.ts';
import { ONNX_ELEMENT_TYPES } from '../../../formats/onnx/onnx-model.ts';
import { isFloating, type ReferenceOperator, type ReferenceOperators } from '../reference-operator.ts';
import { broadcastTo, mapBroadcast, referenceTensor, type ReferenceTensor } from '../reference-tensor.ts';

export function mapped(tensor: ReferenceTensor, value: (x: number) => number, type = tensor.type): ReferenceTensor {
  return { type, dims: tensor.dims, data: tensor.data.map(value) };
}

function unary(value: (x: number) => number, type?: OnnxElementType): ReferenceOperator {
  return (call) => [mapped(call.input(0), value, type)];
}

/** @param type absent: that of the first input. */
function variadic(value: (...values: number[]) => number, type?: OnnxElementType): ReferenceOperator {
  return (call) => [mapBroadcast(type ?? call.input(0).type, call.all(), value)];
}

/** Arithmetic that whole numbers do otherwise. */
function typed(real: (a: number, b: number) => number, whole: (a: number, b: number) => number): ReferenceOperator {
  return (call) => {
    const { type } = call.input(0);
    return [mapBroadcast(type, call.all(), isFloating(type) ? real : whole)];
  };
}

export function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

/**
 * The error function: the Maclaurin series below 2.5, above it the continued fraction of erfc (Abramowitz and Stegun 7.1.5, 7.1.14),
 * to float64's precision.
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = size;
  for (let n = 80; n >= 1; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / fraction);
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

export function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

export function tanhGelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Remainder with the divisor's sign, as Python's `%`. */
function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

const clip: ReferenceOperator = (call) => {
  const x = call.input(0);
  const low = call.opset < 11 ? call.attributes.float('min', -Infinity) : (call.optional(1)?.data[0] ?? -Infinity);
  const high = call.opset < 11 ? call.attributes.float('max', Infinity) : (call.optional(2)?.data[0] ?? Infinity);
  return [mapped(x, (one) => Math.min(Math.max(one, low), high))];
};

const cast: ReferenceOperator = (call) => {
  const to = ONNX_ELEMENT_TYPES[call.attributes.int('to') as keyof typeof ONNX_ELEMENT_TYPES];
  return [castTo(call.input(0), to)];
};

/** Between floating types nothing is rounded: differences of float64 must survive. */
export function castTo(x: ReferenceTensor, to: OnnxElementType): ReferenceTensor {
  if (to === 'bool') return mapped(x, (one) => (one === 0 ? 0 : 1), to);
  return isFloating(to) ? { ...x, type: to } : mapped(x, (one) => Math.trunc(one), to);
}

const dropout: ReferenceOperator = (call) => {
  const x = call.input(0);
  if (call.opset >= 12 && (call.optional(2)?.data[0] ?? 0) !== 0) throw new TypeError('Dropout draws at random');
  return [x, referenceTensor('bool', x.dims, () => 1)];
};

const prelu: ReferenceOperator = (call) => {
  const x = call.input(0);
  const slope = broadcastTo(call.input(1), x.dims);
  return [referenceTensor(x.type, x.dims, (at) => (x.data[at]! < 0 ? slope.data[at]! : 1) * x.data[at]!)];
};

const SELU_ALPHA = Math.fround(1.6732632423543772);
const SELU_GAMMA = Math.fround(1.0507009873554805);

/** One input, one output of the same shape. */
export const ELEMENTWISE: ReferenceOperators = {
  Identity: (call) => [call.input(0)],
  Abs: unary(Math.abs),
  Neg: unary((x) => -x),
  Sign: unary(Math.sign),
  Ceil: unary(Math.ceil),
  Floor: unary(Math.floor),
  Round: unary(roundHalfToEven),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Reciprocal: unary((x) => 1 / x),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Tan: unary(Math.tan),
  Asin: unary(Math.asin),
  Acos: unary(Math.acos),
  Atan: unary(Math.atan),
  Sinh: unary(Math.sinh),
  Cosh: unary(Math.cosh),
  Tanh: unary(Math.tanh),
  Asinh: unary(Math.asinh),
  Acosh: unary(Math.acosh),
  Atanh: unary(Math.atanh),
  Erf: unary(erf),
  Sigmoid: unary(sigmoid),
  Relu: unary((x) => Math.max(x, 0)),
  Softplus: unary(softplus),
  Softsign: unary((x) => x / (1 + Math.abs(x))),
  Mish: unary((x) => x * Math.tanh(softplus(x))),
  HardSwish: unary((x) => x * Math.max(0, Math.min(1, x / 6 + 0.5))),
  Not: unary((x) => (x === 0 ? 1 : 0)),
  IsNaN: unary((x) => (Number.isNaN(x) ? 1 : 0), 'bool'),
  IsInf: (call) => {
    const up = call.attributes.int('detect_positive', 1) === 1;
    const down = call.attributes.int('detect_negative', 1) === 1;
    return [mapped(call.input(0), (x) => ((up && x === Infinity) || (down && x === -Infinity) ? 1 : 0), 'bool')];
  },
  LeakyRelu: (call) => {
    const alpha = call.attributes.float('alpha', 0.01);
    return [mapped(call.input(0), (x) => (x < 0 ? alpha * x : x))];
  },
  Elu: (call) => {
    const alpha = call.attributes.float('alpha', 1);
    return [mapped(call.input(0), (x) => (x < 0 ? alpha * Math.expm1(x) : x))];
  },
  Celu: (call) => {
    const alpha = call.attributes.float('alpha', 1);
    return [mapped(call.input(0), (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)))];
  },
  Selu: (call) => {
    const alpha = call.attributes.float('alpha', SELU_ALPHA);
    const gamma = call.attributes.float('gamma', SELU_GAMMA);
    return [mapped(call.input(0), (x) => gamma * (x <= 0 ? alpha * Math.expm1(x) : x))];
  },
  HardSigmoid: (call) => {
    const alpha = call.attributes.float('alpha', 0.2);
    const beta = call.attributes.float('beta', 0.5);
    return [mapped(call.input(0), (x) => Math.max(0, Math.min(1, alpha * x + beta)))];
  },
  ThresholdedRelu: (call) => {
    const alpha = call.attributes.float('alpha', 1);
    return [mapped(call.input(0), (x) => (x > alpha ? x : 0))];
  },
  Shrink: (call) => {
    const lambda = call.attributes.float('lambd', 0.5);
    const bias = call.attributes.float('bias', 0);
    return [mapped(call.input(0), (x) => (x < -lambda ? x + bias : x > lambda ? x - bias : 0))];
  },
  Swish: (call) => {
    const alpha = call.attributes.float('alpha', 1);
    return [mapped(call.input(0), (x) => x * sigmoid(alpha * x))];
  },
  Gelu: (call) => {
    const tanh = call.attributes.string('approximate', 'none') === 'tanh';
    return [mapped(call.input(0), tanh ? tanhGelu : gelu)];
  },
  PRelu: prelu,
  Clip: clip,
  Cast: cast,
  CastLike: (call) => [castTo(call.input(0), call.input(1).type)],
  Dropout: dropout,
};

/** Several inputs that broadcast. */
export const BROADCASTING: ReferenceOperators = {
  Add: variadic((a, b) => a! + b!),
  Sub: variadic((a, b) => a! - b!),
  Mul: variadic((a, b) => a! * b!),
  Div: typed(
    (a, b) => a / b,
    (a, b) => Math.trunc(a / b),
  ),
  Pow: typed(
    (a, b) => a ** b,
    (a, b) => Math.trunc(a ** b),
  ),
  Mod: (call) => [
    mapBroadcast(
      call.input(0).type,
      call.all(),
      call.attributes.int('fmod', 0) === 1 ? (a, b) => a! % b! : (a, b) => modulo(a!, b!),
    ),
  ],
  Min: variadic(Math.min),
  Max: variadic(Math.max),
  Sum: variadic((...values) => values.reduce((sum, one) => sum + one, 0)),
  Mean: variadic((...values) => values.reduce((sum, one) => sum + one, 0) / values.length),
  And: variadic((a, b) => (a !== 0 && b !== 0 ? 1 : 0), 'bool'),
  Or: variadic((a, b) => (a !== 0 || b !== 0 ? 1 : 0), 'bool'),
  Xor: variadic((a, b) => ((a !== 0) !== (b !== 0) ? 1 : 0), 'bool'),
  Equal: variadic((a, b) => (a === b ? 1 : 0), 'bool'),
  Greater: variadic((a, b) => (a! > b! ? 1 : 0), 'bool'),
  GreaterOrEqual: variadic((a, b) => (a! >= b! ? 1 : 0), 'bool'),
  Less: variadic((a, b) => (a! < b! ? 1 : 0), 'bool'),
  LessOrEqual: variadic((a, b) => (a! <= b! ? 1 : 0), 'bool'),
  Where: (call) => [mapBroadcast(call.input(1).type, call.all(), (condition, a, b) => (condition !== 0 ? a! : b!))],
};
