import { constant, dynamic, numbers, real, whole, type OperatorCase } from '../operator-case.ts';

const scale = (...values: number[]) => constant(numbers(values, values.length === 1 ? [] : [values.length]));
const zero = (type: 'uint8' | 'int8', ...values: number[]) =>
  whole(values, values.length === 1 ? [] : [values.length], type);
const x = real([2, 3], -3.3, 3.4);

export const QUANTIZATION_CASES: readonly OperatorCase[] = [
  { op: 'QuantizeLinear', says: 'uint8', inputs: [x, scale(0.05), zero('uint8', 120)] },
  {
    op: 'QuantizeLinear',
    says: 'int8, by channel',
    attributes: { axis: 1 },
    inputs: [x, scale(0.05, 0.01, 0.1), zero('int8', 3, 0, -7)],
  },
  { op: 'QuantizeLinear', says: 'no zero point', inputs: [x, scale(0.05)] },
  { op: 'QuantizeLinear', says: 'operator set 10', opset: 10, inputs: [x, scale(0.05), zero('uint8', 120)] },
  {
    op: 'DequantizeLinear',
    says: 'int8',
    inputs: [dynamic(whole([1, -2, 3, 127], [2, 2], 'int8')), scale(0.05), zero('int8', 3)],
  },
  {
    op: 'DequantizeLinear',
    says: 'by row',
    attributes: { axis: 0 },
    inputs: [dynamic(whole([1, -2, 3, 127], [2, 2], 'int8')), scale(0.05, 0.2), zero('int8', 3, -1)],
  },
  {
    op: 'DequantizeLinear',
    says: 'by the scale, by row',
    attributes: { axis: 0 },
    inputs: [
      { ...whole([1, -2, 3, 127], [2, 2], 'int8'), role: 'variable' },
      numbers([0.05, 0.2]),
      zero('int8', 3, -1),
    ],
  },
  {
    op: 'DequantizeLinear',
    says: 'by the one scale',
    inputs: [dynamic(whole([1, -2, 3, 127], [2, 2], 'int8')), numbers([0.05], []), zero('int8', 3)],
  },
  {
    op: 'DequantizeLinear',
    says: 'by block',
    attributes: { axis: 1, block_size: 2 },
    inputs: [
      { ...whole([1, -2, 3, 127, 8, 9], [2, 3], 'int8'), role: 'variable' },
      constant(numbers([0.05, 0.2, 0.1, 0.3], [2, 2])),
      whole([1, 2, 3, 4], [2, 2], 'int8'),
    ],
  },
  {
    op: 'DynamicQuantizeLinear',
    says: 'by the scale alone, all above zero',
    outputs: 3,
    inputs: [real([2, 3], 0.5, 2)],
  },
  { op: 'DynamicQuantizeLinear', says: 'three outputs', outputs: 3, inputs: [x] },
  {
    op: 'MatMulInteger',
    says: 'zero points',
    inputs: [
      dynamic(whole([1, 200, 3, 4, 5, 6], [2, 3], 'uint8')),
      whole([1, -2, 3, 4, 5, -6], [3, 2], 'int8'),
      zero('uint8', 7),
      zero('int8', -3),
    ],
  },
  {
    op: 'ConvInteger',
    says: 'zero points, strides, groups',
    attributes: { strides: [2, 1], pads: [1, 0, 1, 0], group: 2 },
    inputs: [
      dynamic(
        whole(
          Array.from({ length: 40 }, (_, at) => (at * 37) % 256),
          [1, 2, 4, 5],
          'uint8',
        ),
      ),
      whole(
        Array.from({ length: 24 }, (_, at) => ((at * 29) % 100) - 50),
        [4, 1, 3, 2],
        'int8',
      ),
      zero('uint8', 7),
      zero('int8', -3),
    ],
  },
];
