import { float, floats } from '../../graph/attributes.ts';
import { constant, numbers, real, whole, type OperatorCase } from '../operator-case.ts';

const scales = (...values: number[]) => constant(numbers(values));
const image = real([1, 2, 4, 5]);

function resized(
  says: string,
  attributes: Record<string, string | number>,
  by: readonly number[] | { sizes: readonly number[] },
): OperatorCase {
  const inputs = 'sizes' in by ? [image, null, null, whole(by.sizes)] : [image, null, scales(...by)];
  return { op: 'Resize', says, attributes, inputs };
}

const COORDINATES = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric', 'half_pixel_symmetric'];

export const RESIZE_CASES: readonly OperatorCase[] = [
  ...COORDINATES.flatMap((mode): OperatorCase[] => [
    resized(`linear, ${mode}, up`, { mode: 'linear', coordinate_transformation_mode: mode }, [1, 1, 2, 1.6]),
    resized(`linear, ${mode}, down`, { mode: 'linear', coordinate_transformation_mode: mode }, [1, 1, 0.6, 0.5]),
    resized(
      `linear, ${mode}, sizes`,
      { mode: 'linear', coordinate_transformation_mode: mode },
      { sizes: [1, 2, 3, 7] },
    ),
    resized(`cubic, ${mode}`, { mode: 'cubic', coordinate_transformation_mode: mode }, { sizes: [1, 2, 7, 4] }),
  ]),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].flatMap((nearest): OperatorCase[] => [
    resized(`nearest, ${nearest}`, { nearest_mode: nearest }, [1, 1, 2, 1.6]),
    resized(
      `nearest, asymmetric, ${nearest}`,
      { nearest_mode: nearest, coordinate_transformation_mode: 'asymmetric' },
      [1, 1, 2, 3],
    ),
    resized(`nearest, down, ${nearest}`, { nearest_mode: nearest }, { sizes: [1, 2, 3, 2] }),
  ]),
  resized('cubic, outside excluded', { mode: 'cubic', exclude_outside: 1 }, [1, 1, 2, 0.8]),
  resized('linear, antialiased', { mode: 'linear', antialias: 1 }, [1, 1, 0.5, 0.6]),
  resized('cubic, antialiased', { mode: 'cubic', antialias: 1 }, [1, 1, 0.5, 0.6]),
  {
    op: 'Resize',
    says: 'of given axes',
    attributes: { mode: 'linear', axes: [2, 3] },
    inputs: [image, null, null, whole([6, 3])],
  },
  {
    op: 'Resize',
    says: 'the aspect ratio kept',
    attributes: { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
    inputs: [image, null, null, whole([7, 7])],
  },
  {
    op: 'Resize',
    says: 'cropped',
    attributes: {
      mode: 'linear',
      coordinate_transformation_mode: 'tf_crop_and_resize',
      extrapolation_value: float(0.7),
    },
    inputs: [image, scales(0, 0, 0.2, -0.3, 1, 1, 0.9, 1.1), null, whole([1, 2, 6, 7])],
  },
  {
    op: 'Resize',
    says: 'of a sequence',
    attributes: { mode: 'linear' },
    inputs: [real([2, 3, 5]), null, scales(1, 1, 2)],
  },
  {
    op: 'Resize',
    says: 'of a volume',
    attributes: { mode: 'nearest' },
    inputs: [real([1, 1, 2, 3, 2]), null, scales(1, 1, 2, 2, 2)],
  },
  {
    op: 'Resize',
    says: 'operator set 11, empty inputs',
    opset: 11,
    attributes: { mode: 'linear' },
    inputs: [image, scales(), scales(), whole([1, 2, 8, 9])],
  },
  {
    op: 'Resize',
    says: 'operator set 10',
    opset: 10,
    attributes: { mode: 'nearest' },
    inputs: [image, scales(1, 1, 2, 2)],
  },
  {
    op: 'Upsample',
    says: 'operator set 9',
    opset: 9,
    attributes: { mode: 'nearest' },
    inputs: [image, scales(1, 1, 2, 3)],
  },
  { op: 'Upsample', says: 'linear', opset: 9, attributes: { mode: 'linear' }, inputs: [image, scales(1, 1, 2, 2)] },
  {
    op: 'Upsample',
    says: 'operator set 7',
    opset: 7,
    attributes: { mode: 'nearest', scales: floats([1, 1, 2, 2]) },
    inputs: [image],
  },
];

export const NORM_CASES: readonly OperatorCase[] = [
  {
    op: 'LRN',
    says: 'three channels',
    attributes: { size: 3, alpha: float(0.5), beta: float(0.75), bias: float(1.5) },
    inputs: [real([2, 5, 2, 2])],
  },
  { op: 'LpNormalization', says: 'L2', inputs: [real([2, 3])] },
  { op: 'LpNormalization', says: 'L1, first axis', attributes: { p: 1, axis: 0 }, inputs: [real([3, 2])] },
  { op: 'MeanVarianceNormalization', says: 'default axes', inputs: [real([2, 3, 2, 2])] },
  { op: 'MeanVarianceNormalization', says: 'given axes', attributes: { axes: [2, 3] }, inputs: [real([2, 3, 2, 2])] },
  {
    op: 'BatchNormalization',
    says: 'in inference',
    inputs: [real([2, 3, 2, 2]), real([3], 0.5, 2), real([3]), constant(real([3])), constant(real([3], 0.5, 2))],
    parameters: [1, 2],
  },
  {
    op: 'BatchNormalization',
    says: 'of vectors',
    attributes: { epsilon: float(0.01) },
    inputs: [real([4, 3]), real([3], 0.5, 2), real([3]), constant(real([3])), constant(real([3], 0.5, 2))],
    parameters: [1, 2],
  },
  {
    op: 'BatchNormalization',
    says: 'operator set 9',
    opset: 9,
    inputs: [real([2, 3, 4]), real([3], 0.5, 2), real([3]), constant(real([3])), constant(real([3], 0.5, 2))],
  },
  {
    op: 'InstanceNormalization',
    says: 'plain',
    inputs: [real([2, 3, 2, 2]), real([3], 0.5, 2), real([3])],
    parameters: [1, 2],
  },
  {
    op: 'LayerNormalization',
    says: 'last axis',
    inputs: [real([2, 3, 4]), real([4], 0.5, 2), real([4])],
    parameters: [1, 2],
  },
  {
    op: 'LayerNormalization',
    says: 'two axes, no bias',
    attributes: { axis: 1 },
    inputs: [real([2, 3, 4]), real([3, 4], 0.5, 2)],
    parameters: [1],
  },
  {
    op: 'LayerNormalization',
    says: 'operator set 17',
    opset: 17,
    attributes: { axis: -1, epsilon: float(0.1) },
    inputs: [real([2, 5]), real([5], 0.5, 2), real([5])],
  },
  {
    op: 'RMSNormalization',
    says: 'last axis',
    opset: 23,
    inputs: [real([2, 3, 4]), real([4], 0.5, 2)],
    parameters: [1],
  },
  {
    op: 'RMSNormalization',
    says: 'two axes',
    opset: 23,
    attributes: { axis: -2, epsilon: float(0.1) },
    inputs: [real([2, 3, 4]), real([3, 4], 0.5, 2)],
  },
  {
    op: 'GroupNormalization',
    says: 'two groups',
    attributes: { num_groups: 2 },
    inputs: [real([2, 4, 3]), real([4], 0.5, 2), real([4])],
    parameters: [1, 2],
  },
  {
    op: 'GroupNormalization',
    says: 'of images',
    attributes: { num_groups: 3, epsilon: float(0.1) },
    inputs: [real([2, 6, 2, 2]), real([6], 0.5, 2), real([6])],
  },
  {
    op: 'GroupNormalization',
    says: 'operator set 18',
    opset: 18,
    attributes: { num_groups: 2 },
    inputs: [real([2, 4, 3]), real([2], 0.5, 2), real([2])],
  },
];

const equation = (text: string) => ({ equation: text });

export const PRODUCT_CASES: readonly OperatorCase[] = [
  {
    op: 'Einsum',
    says: 'a product of matrices',
    attributes: equation('ij,jk->ik'),
    inputs: [real([2, 3]), real([3, 4])],
    parameters: [1],
  },
  {
    op: 'Einsum',
    says: 'heads',
    attributes: equation('bqhd,bkhd->bhqk'),
    inputs: [real([2, 3, 2, 2]), real([2, 4, 2, 2])],
  },
  { op: 'Einsum', says: 'implicit', attributes: equation('ab, bc'), inputs: [real([2, 3]), real([3, 2])] },
  {
    op: 'Einsum',
    says: 'an ellipsis',
    attributes: equation('...ij,...jk->...ik'),
    inputs: [real([2, 2, 3]), real([2, 3, 2])],
  },
  {
    op: 'Einsum',
    says: 'ellipses of different ranks',
    attributes: equation('...ij,jk->...ik'),
    inputs: [real([2, 2, 2, 3]), real([3, 2])],
    parameters: [1],
  },
  { op: 'Einsum', says: 'a sum', attributes: equation('ij->i'), inputs: [real([2, 3])] },
  { op: 'Einsum', says: 'a transpose', attributes: equation('ijk->kij'), inputs: [real([2, 3, 2])] },
  {
    op: 'Einsum',
    says: 'three inputs',
    attributes: equation('bi,ij,bj->b'),
    inputs: [real([2, 3]), real([3, 2]), real([2, 2])],
    parameters: [1],
  },
  { op: 'Einsum', says: 'an outer product', attributes: equation('i,j->ij'), inputs: [real([2]), real([3])] },
  { op: 'Einsum', says: 'capital letters', attributes: equation('aB,Bc->ca'), inputs: [real([2, 3]), real([3, 2])] },
  { op: 'MatMul', says: 'matrices', inputs: [real([2, 3]), real([3, 4])], parameters: [1] },
  { op: 'MatMul', says: 'a batch against one', inputs: [real([2, 3, 4]), real([4, 2])], parameters: [1] },
  { op: 'MatMul', says: 'batches', inputs: [real([2, 3, 4]), real([2, 4, 2])] },
  { op: 'MatMul', says: 'batches that broadcast', inputs: [real([2, 1, 3, 4]), real([3, 4, 2])] },
  { op: 'MatMul', says: 'a vector on the right', inputs: [real([2, 3]), real([3])] },
  { op: 'MatMul', says: 'a vector on the left', inputs: [real([3]), real([2, 3, 2])] },
  { op: 'MatMul', says: 'vectors', inputs: [real([3]), real([3])] },
  { op: 'MatMul', says: 'one against a batch', inputs: [real([3, 4]), real([2, 4, 2])] },
  { op: 'Gemm', says: 'plain', inputs: [real([2, 3]), real([3, 4])], parameters: [1] },
  { op: 'Gemm', says: 'with bias', inputs: [real([3, 2]), real([2, 4]), real([4])], parameters: [1, 2] },
  {
    op: 'Gemm',
    says: 'weights transposed',
    attributes: { transB: 1 },
    inputs: [real([3, 2]), real([4, 2]), real([4])],
    parameters: [1, 2],
  },
  {
    op: 'Gemm',
    says: 'everything',
    attributes: { transA: 1, transB: 1, alpha: float(0.5), beta: float(2) },
    inputs: [real([3, 2]), real([4, 3]), real([2, 1])],
  },
  {
    op: 'Gemm',
    says: 'scaled, weights transposed',
    attributes: { transB: 1, alpha: float(0.5), beta: float(2) },
    inputs: [real([3, 2]), real([4, 2]), real([1, 4])],
    parameters: [1, 2],
  },
  { op: 'Gemm', says: 'a scalar added', inputs: [real([2, 3]), real([3, 2]), real([])] },
];

export const SOFTMAX_CASES: readonly OperatorCase[] = ['Softmax', 'LogSoftmax'].flatMap((op): OperatorCase[] => [
  { op, says: 'last axis', inputs: [real([2, 3])] },
  { op, says: 'an axis in the middle', attributes: { axis: 1 }, inputs: [real([2, 3, 2])] },
  { op, says: 'operator set 11, axes together', opset: 11, inputs: [real([2, 3, 2])] },
]);
