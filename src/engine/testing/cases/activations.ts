import { float } from '../../graph/attributes.ts';
import { constant, numbers, real, type OperatorCase } from '../operator-case.ts';

const PLAIN = [
  'Relu',
  'LeakyRelu',
  'Sigmoid',
  'Tanh',
  'Elu',
  'Selu',
  'Celu',
  'Softplus',
  'Softsign',
  'HardSigmoid',
  'Erf',
  'ThresholdedRelu',
];

/** Points on both sides of every bend. */
const x = real([3, 5], -4.1, 4.3);

export const ACTIVATION_CASES: readonly OperatorCase[] = [
  ...PLAIN.map((op): OperatorCase => ({ op, says: 'default', inputs: [x] })),
  { op: 'LeakyRelu', says: 'alpha', attributes: { alpha: float(0.3) }, inputs: [x] },
  { op: 'Elu', says: 'alpha', attributes: { alpha: float(0.7) }, inputs: [x] },
  { op: 'Selu', says: 'alpha and gamma', attributes: { alpha: float(1.2), gamma: float(0.8) }, inputs: [x] },
  { op: 'Celu', says: 'alpha', attributes: { alpha: float(0.6) }, inputs: [x] },
  { op: 'HardSigmoid', says: 'alpha and beta', attributes: { alpha: float(0.3), beta: float(0.4) }, inputs: [x] },
  { op: 'ThresholdedRelu', says: 'alpha', attributes: { alpha: float(0.77) }, inputs: [x] },
  { op: 'Shrink', says: 'soft', attributes: { lambd: float(0.73), bias: float(0.73) }, inputs: [x] },
  { op: 'Shrink', says: 'hard', attributes: { lambd: float(0.73) }, inputs: [x] },
  { op: 'HardSwish', says: 'default', inputs: [x] },
  { op: 'Swish', opset: 24, says: 'alpha', attributes: { alpha: float(1.3) }, inputs: [x], notRun: 'no kernel yet' },
  { op: 'Mish', says: 'default', inputs: [x] },
  { op: 'Gelu', says: 'exact', inputs: [x] },
  { op: 'Gelu', says: 'by tanh', attributes: { approximate: 'tanh' }, inputs: [x] },
  {
    op: 'PRelu',
    says: 'channels',
    inputs: [real([2, 3, 2, 2], -4.1, 4.3), real([3, 1, 1], 0.1, 0.9)],
    parameters: [1],
  },
  { op: 'PRelu', says: 'one slope', inputs: [x, real([1], 0.1, 0.9)], parameters: [1] },
  { op: 'Clip', says: 'both ends', inputs: [x, constant(numbers([-1.23], [])), constant(numbers([2.34], []))] },
  { op: 'Clip', says: 'below', inputs: [x, constant(numbers([0.12], []))] },
  { op: 'Clip', says: 'above', inputs: [x, null, constant(numbers([0.12], []))] },
  { op: 'Clip', says: 'nothing', inputs: [x] },
  { op: 'Clip', says: 'operator set 7', opset: 7, attributes: { min: float(0), max: float(1.5) }, inputs: [x] },
];
