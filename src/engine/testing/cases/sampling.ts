import type { AttributeValue } from '../../graph/attributes.ts';
import { real, whole, type CaseInput, type OperatorCase } from '../operator-case.ts';

const small = (dims: readonly number[]): CaseInput => real(dims, -1.2, 1.3);
const image = small([1, 2, 3, 4]);
const grid = (
  says: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  low = -1.3,
  high = 1.25,
): OperatorCase => ({
  op: 'GridSample',
  says,
  attributes,
  inputs: [image, real([1, 3, 3, 2], low, high)],
});

export const SAMPLING_CASES: readonly OperatorCase[] = [
  grid('linear, zeros', {}),
  grid('linear, border', { padding_mode: 'border' }),
  grid('linear, reflection', { padding_mode: 'reflection' }),
  grid('linear, corners aligned', { align_corners: 1 }),
  grid('linear, reflection, corners aligned', { align_corners: 1, padding_mode: 'reflection' }),
  grid('nearest', { mode: 'nearest' }, -0.97, 0.93),
  grid('cubic, zeros', { mode: 'cubic' }),
  grid('cubic, border', { mode: 'cubic', padding_mode: 'border' }),
  grid('cubic, reflection', { mode: 'cubic', padding_mode: 'reflection' }),
  grid('cubic, reflection, corners aligned', { mode: 'cubic', padding_mode: 'reflection', align_corners: 1 }),
  {
    op: 'GridSample',
    says: 'three axes, linear',
    inputs: [small([1, 2, 2, 3, 2]), real([1, 2, 1, 2, 3], -1.3, 1.25)],
  },
  {
    op: 'GridSample',
    says: 'three axes, nearest',
    attributes: { mode: 'nearest' },
    inputs: [small([1, 2, 2, 3, 2]), real([1, 2, 1, 2, 3], -0.97, 0.93)],
  },
  { op: 'AffineGrid', says: 'two axes', inputs: [small([2, 2, 3]), whole([2, 3, 3, 4])] },
  {
    op: 'AffineGrid',
    says: 'three axes, corners aligned',
    attributes: { align_corners: 1 },
    inputs: [small([1, 3, 4]), whole([1, 2, 2, 3, 1])],
  },
  {
    op: 'Col2Im',
    says: 'overlapping, padded',
    attributes: { strides: [2, 1], pads: [1, 0, 1, 1] },
    inputs: [small([1, 12, 9]), whole([4, 4]), whole([2, 3])],
  },
  {
    op: 'Col2Im',
    says: 'dilated',
    attributes: { dilations: [1, 2] },
    inputs: [small([2, 4, 9]), whole([4, 5]), whole([2, 2])],
  },
  { op: 'DFT', says: 'real', inputs: [small([2, 5, 1])] },
  {
    op: 'DFT',
    says: 'one-sided, another axis',
    attributes: { onesided: 1 },
    inputs: [small([2, 3, 4, 1]), null, whole([1], [])],
  },
  { op: 'DFT', says: 'complex, inverse', attributes: { inverse: 1 }, inputs: [small([2, 6, 2])] },
  { op: 'DFT', says: 'filled with zeros', inputs: [small([2, 5, 2]), whole([8], [])] },
  { op: 'DFT', says: 'cut', attributes: { onesided: 1 }, inputs: [small([2, 6, 1]), whole([4], [])] },
  { op: 'DFT', says: 'operator set 17', opset: 17, attributes: { axis: 1 }, inputs: [small([2, 5, 1])] },
  {
    op: 'STFT',
    says: 'a window',
    inputs: [small([2, 10, 1]), whole([3], []), real([4], 0.2, 1)],
  },
  {
    op: 'STFT',
    says: 'two axes',
    inputs: [small([2, 10]), whole([3], []), real([4], 0.2, 1)],
  },
  {
    op: 'STFT',
    says: 'complex, no window',
    attributes: { onesided: 0 },
    inputs: [small([1, 9, 2]), whole([2], []), null, whole([4], [])],
  },
  {
    op: 'GridSample',
    says: 'operator set 16',
    opset: 16,
    attributes: { mode: 'bilinear' },
    inputs: [image, real([1, 2, 2, 2], -0.9, 0.93)],
  },
];
