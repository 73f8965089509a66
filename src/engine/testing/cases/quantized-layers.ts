import { float, type AttributeValue } from '../../graph/attributes.ts';
import {
  constant,
  dynamic,
  numbers,
  real,
  whole,
  type CaseInput,
  type CaseRole,
  type OperatorCase,
} from '../operator-case.ts';

const MICROSOFT = 'com.microsoft';
const scale = (...values: number[]) => constant(numbers(values, values.length === 1 ? [] : [values.length]));
const zero = (type: 'uint8' | 'int8', ...values: number[]) =>
  whole(values, values.length === 1 ? [] : [values.length], type);

/** Quantised numbers all over the range of their type, differentiated as if they moved freely. */
function codes(dims: readonly number[], type: 'uint8' | 'int8' = 'uint8', role: CaseRole = 'variable'): CaseInput {
  const count = dims.reduce((size, one) => size * one, 1);
  const low = type === 'uint8' ? 0 : -128;
  const values = Array.from({ length: count }, (_, at) => low + 3 + ((at * 97 + 41) % 249));
  return { ...whole(values, dims, type), role };
}

const weights = (dims: readonly number[]): CaseInput => codes(dims, 'int8', 'constant');
const x = (dims: readonly number[]): readonly CaseInput[] => [codes(dims), scale(0.02), zero('uint8', 127)];

/** The runtime multiplies with one number where the reference divides by another: a rounding may fall to the other side. */
const ONE_STEP = 0.012;

function unary(
  op: string,
  says: string,
  dims: readonly number[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  ends: readonly CaseInput[] = [scale(0.013), zero('uint8', 11)],
): OperatorCase {
  return { op, domain: MICROSOFT, says, attributes, inputs: [...x(dims), ...ends], tolerance: ONE_STEP };
}

const binary = (op: string, second: readonly number[], ends: readonly CaseInput[]): OperatorCase => ({
  op,
  domain: MICROSOFT,
  says: 'broadcast',
  inputs: [...x([2, 3]), codes(second), scale(0.011), zero('uint8', 90), ...ends],
  tolerance: ONE_STEP,
});

const convolution = (
  says: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  rest: readonly CaseInput[],
): OperatorCase => ({
  op: 'QLinearConv',
  says,
  attributes,
  inputs: [...x([1, 4, 5, 4]), ...rest],
  tolerance: ONE_STEP,
});
const bias = whole([500, -900, 40, 7], [4], 'int32');

const lstm = (says: string, directions: number, attributes: Readonly<Record<string, AttributeValue>>): OperatorCase => {
  const each = (values: readonly number[]): CaseInput =>
    constant(numbers(Array.from({ length: directions }, (_, at) => values[at]!)));
  const zeros = whole(
    Array.from({ length: directions }, (_, at) => 3 - at),
    [directions],
    'int8',
  );
  return {
    op: 'DynamicQuantizeLSTM',
    domain: MICROSOFT,
    says,
    attributes: { hidden_size: 2, ...attributes },
    outputs: 3,
    inputs: [
      real([4, 1, 3], -1, 1),
      weights([directions, 3, 8]),
      weights([directions, 2, 8]),
      constant(real([directions, 16], -0.3, 0.3)),
      null,
      null,
      null,
      null,
      each([0.006, 0.008]),
      zeros,
      each([0.007, 0.005]),
      zeros,
    ],
    tolerance: 0.03,
  };
};

export const QUANTIZED_LAYER_CASES: readonly OperatorCase[] = [
  convolution('groups, strides, a scale for each output', { group: 2, strides: [2, 1], pads: [1, 0, 1, 0] }, [
    weights([4, 2, 3, 2]),
    scale(0.01, 0.02, 0.005, 0.015),
    zero('int8', 0, 0, 0, 0),
    scale(0.4),
    zero('uint8', 100),
    bias,
  ]),
  convolution('one scale, some beyond the range', { pads: [1, 1, 1, 1] }, [
    weights([4, 4, 3, 3]),
    scale(0.01),
    zero('int8', 0),
    scale(0.1),
    zero('uint8', 100),
  ]),
  {
    op: 'QLinearConv',
    domain: MICROSOFT,
    says: 'channels last',
    attributes: { channels_last: 1, pads: [1, 0, 0, 1] },
    inputs: [
      ...x([1, 4, 5, 3]),
      weights([2, 3, 2, 2]),
      scale(0.01, 0.02),
      zero('int8', 0, 0),
      scale(0.2),
      zero('uint8', 100),
      whole([500, -900], [2], 'int32'),
    ],
    tolerance: ONE_STEP,
  },
  {
    op: 'QuantizeLinear',
    domain: MICROSOFT,
    says: 'int16',
    inputs: [real([2, 3]), scale(0.0005), whole([-20], [], 'int16')],
  },
  {
    op: 'DequantizeLinear',
    domain: MICROSOFT,
    says: 'uint16',
    inputs: [
      { ...whole([1, 700, 30000, 65535], [2, 2], 'uint16'), role: 'variable' },
      scale(0.0005),
      whole([99], [], 'uint16'),
    ],
  },
  {
    op: 'QLinearMatMul',
    says: 'one scale each',
    inputs: [...x([2, 3]), weights([3, 4]), scale(0.01), zero('int8', 2), scale(0.05), zero('uint8', 128)],
    tolerance: ONE_STEP,
  },
  {
    op: 'QLinearMatMul',
    says: 'a scale for each column',
    inputs: [...x([2, 2, 3]), weights([3, 2]), scale(0.01, 0.02), zero('int8', 0, 0), scale(0.05), zero('uint8', 128)],
    tolerance: ONE_STEP,
  },
  {
    op: 'QGemm',
    domain: MICROSOFT,
    says: 'right transposed, with a bias',
    attributes: { transB: 1, alpha: float(0.5) },
    inputs: [...x([2, 3]), weights([4, 3]), scale(0.01), zero('int8', 0), bias, scale(0.05), zero('uint8', 128)],
    tolerance: ONE_STEP,
  },
  {
    op: 'QGemm',
    domain: MICROSOFT,
    says: 'floats come out',
    inputs: [...x([2, 3]), weights([3, 4]), scale(0.01, 0.02, 0.03, 0.01), zero('int8', 0, 0, 0, 0), bias],
  },
  binary('QLinearAdd', [3], [scale(0.03), zero('uint8', 120)]),
  binary('QLinearMul', [2, 1], [scale(0.02), zero('uint8', 120)]),
  {
    op: 'QLinearConcat',
    domain: MICROSOFT,
    says: 'two',
    attributes: { axis: 1 },
    inputs: [scale(0.03), zero('uint8', 99), ...x([2, 3]), codes([2, 2]), scale(0.011), zero('uint8', 90)],
    tolerance: ONE_STEP,
  },
  {
    op: 'QLinearWhere',
    domain: MICROSOFT,
    says: 'plain',
    inputs: [
      dynamic(whole([1, 0, 1], [3], 'bool')),
      ...x([2, 3]),
      codes([2, 3]),
      scale(0.011),
      zero('uint8', 90),
      scale(0.03),
      zero('uint8', 99),
    ],
    tolerance: ONE_STEP,
  },
  unary('QLinearSigmoid', 'plain', [2, 5], {}, [scale(0.0039), zero('uint8', 0)]),
  unary('QLinearLeakyRelu', 'alpha', [2, 5], { alpha: float(0.2) }, [scale(0.012), zero('uint8', 40)]),
  unary('QLinearSoftmax', 'last axis', [2, 5], { axis: -1, opset: 13 }, [scale(0.0039), zero('uint8', 0)]),
  unary('QLinearSoftmax', 'axes that are one', [2, 2, 3], { axis: 1, opset: 11 }, [scale(0.0039), zero('uint8', 0)]),
  unary('QLinearAveragePool', 'padded', [1, 2, 4, 5], { kernel_shape: [2, 3], pads: [1, 0, 0, 1] }),
  unary('QLinearGlobalAveragePool', 'channels first', [2, 3, 2, 2], { channels_last: 0 }),
  unary('QLinearGlobalAveragePool', 'channels last', [2, 2, 2, 3], { channels_last: 1 }),
  {
    op: 'NhwcMaxPool',
    domain: MICROSOFT,
    says: 'int8',
    attributes: { kernel_shape: [2, 2], strides: [2, 1] },
    inputs: [codes([1, 4, 3, 2], 'int8')],
  },
  {
    op: 'MatMulIntegerToFloat',
    domain: MICROSOFT,
    says: 'zero points and a bias',
    inputs: [
      codes([2, 3]),
      weights([3, 4]),
      scale(0.02),
      scale(0.01, 0.02, 0.03, 0.01),
      zero('uint8', 127),
      zero('int8', 1, 2, 3, 4),
      real([4]),
    ],
  },
  {
    op: 'DynamicQuantizeMatMul',
    domain: MICROSOFT,
    says: 'with a bias',
    inputs: [real([2, 3]), weights([3, 4]), scale(0.01), zero('int8', 0), real([4])],
    tolerance: ONE_STEP,
  },
  lstm('one direction', 1, {}),
  lstm('two directions', 2, { direction: 'bidirectional' }),
  {
    op: 'QAttention',
    domain: MICROSOFT,
    says: 'with a mask',
    attributes: { num_heads: 2 },
    inputs: [
      codes([2, 3, 4]),
      weights([4, 12]),
      constant(real([12])),
      scale(0.01),
      scale(0.005),
      dynamic(whole([1, 1, 0, 1, 1, 1], [2, 3], 'int32')),
      zero('uint8', 127),
      zero('int8', 0),
    ],
  },
];
