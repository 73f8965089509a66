import { constant, dynamic, numbers, real, whole, type OperatorCase } from '../operator-case.ts';

const pairs = ['Add', 'Sub', 'Mul', 'Div'];
const many = ['Sum', 'Mean', 'Max', 'Min'];

export const ARITHMETIC_CASES: readonly OperatorCase[] = [
  ...pairs.flatMap((op): OperatorCase[] => [
    { op, says: 'the same shape', inputs: [real([2, 3]), real([2, 3], 0.5, 2)] },
    { op, says: 'a vector against a matrix', inputs: [real([4, 3]), real([3], 0.5, 2)], parameters: [1] },
    { op, says: 'both broadcast', inputs: [real([2, 1, 3]), real([4, 1], 0.5, 3)] },
    { op, says: 'a scalar', inputs: [real([2, 3]), real([], 0.5, 2)], parameters: [1] },
    { op, says: 'a scalar first', inputs: [real([]), real([2, 3], 0.5, 2)], parameters: [0] },
    {
      op,
      says: 'a channel vector with trailing ones',
      inputs: [real([2, 3, 2, 2]), real([3, 1, 1], 0.5, 2)],
      parameters: [1],
    },
    { op, says: 'a parameter with a leading one', inputs: [real([3, 4, 2]), real([1, 4, 2], 0.5, 2)], parameters: [1] },
    { op, says: 'a constant', inputs: [real([2, 3]), constant(real([1, 3], 0.5, 2))] },
    { op, says: 'operator set 7', opset: 7, inputs: [real([2, 3]), real([3], 0.5, 2)] },
  ]),
  ...many.flatMap((op): OperatorCase[] => [
    { op, says: 'one input', inputs: [real([2, 3])] },
    { op, says: 'two', inputs: [real([2, 3]), real([3], -1.93, 1.9)] },
    { op, says: 'three that broadcast', inputs: [real([2, 3]), real([1, 3], -1.93, 1.9), real([2, 1], -1.7, 1.3)] },
    { op, says: 'operator set 8', opset: 8, inputs: [real([2, 3]), real([3], -1.93, 1.9)] },
  ]),
  { op: 'Pow', says: 'two real', inputs: [real([2, 3], 0.3, 2), real([2, 3])] },
  { op: 'Pow', says: 'constant 2', inputs: [real([2, 3]), constant(numbers([2], []))] },
  { op: 'Pow', says: 'constant 3 of negative numbers', inputs: [real([2, 3]), constant(numbers([3], []))] },
  { op: 'Pow', says: 'constant one half', inputs: [real([2, 3], 0.2, 2), constant(numbers([0.5]))] },
  { op: 'Pow', says: 'an exponent of zero', inputs: [real([3]), constant(numbers([0, 1, -1]))] },
  { op: 'Pow', says: 'a whole exponent', inputs: [real([2, 3]), whole([2], [1])] },
  { op: 'Pow', says: 'broadcast', inputs: [real([2, 1], 0.3, 2), real([3])] },
  { op: 'Pow', says: 'zero to the second', inputs: [numbers([0, 1, 2]), constant(numbers([2, 1, 2]))] },
  { op: 'Mod', says: 'fmod', attributes: { fmod: 1 }, inputs: [real([2, 3], -5, 5), real([3], 0.7, 1.6)] },
  { op: 'Where', says: 'the same shape', inputs: [whole([1, 0, 0, 1], [2, 2], 'bool'), real([2, 2]), real([2, 2])] },
  { op: 'Where', says: 'all broadcast', inputs: [dynamic(whole([1, 0, 1], [3], 'bool')), real([2, 1]), real([])] },
  {
    op: 'Where',
    says: 'operator set 9',
    opset: 9,
    inputs: [whole([1, 0, 1], [3], 'bool'), real([2, 3]), real([1, 3])],
  },
];

const POSITIVE = ['Sqrt', 'Log', 'Reciprocal'];
const INSIDE = ['Asin', 'Acos', 'Atanh'];
const ANY = ['Neg', 'Abs', 'Exp', 'Sin', 'Cos', 'Atan', 'Sinh', 'Cosh', 'Asinh'];

export const FUNCTION_CASES: readonly OperatorCase[] = [
  ...POSITIVE.map((op): OperatorCase => ({ op, says: 'positive', inputs: [real([2, 3], 0.2, 3)] })),
  ...INSIDE.map((op): OperatorCase => ({ op, says: 'inside', inputs: [real([2, 3], -0.9, 0.9)] })),
  ...ANY.map((op): OperatorCase => ({ op, says: 'any', inputs: [real([2, 3])] })),
  { op: 'Tan', says: 'inside', inputs: [real([2, 3], -1.3, 1.3)] },
  { op: 'Acosh', says: 'above one', inputs: [real([2, 3], 1.1, 3)] },
  { op: 'Reciprocal', says: 'negative', inputs: [real([3], -3, -0.3)] },
  { op: 'Exp', says: 'operator set 7', opset: 7, inputs: [real([2, 3])] },
  { op: 'Abs', says: 'operator set 7', opset: 7, inputs: [real([2, 3])] },
];

export const MASKED_CASES: readonly OperatorCase[] = [
  ...['Sign', 'Round', 'Floor', 'Ceil', 'Hardmax'].map((op): OperatorCase => ({
    op,
    says: 'no gradient',
    inputs: [real([2, 3], -3.3, 3.3)],
  })),
  { op: 'ArgMax', says: 'places', attributes: { axis: 1 }, inputs: [real([2, 3])] },
  { op: 'ArgMin', says: 'places', attributes: { axis: -1, keepdims: 0 }, inputs: [real([2, 3])] },
];
