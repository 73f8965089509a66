import { float, type AttributeValue } from '../../graph/attributes.ts';
import { constant, dynamic, real, whole, type CaseInput, type OperatorCase } from '../operator-case.ts';

const small = (dims: readonly number[]): CaseInput => real(dims, -1.2, 1.3);
const heads = { q_num_heads: 2, kv_num_heads: 2 };

function standard(
  says: string,
  inputs: readonly (CaseInput | null)[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  outputs = 1,
): OperatorCase {
  return { op: 'Attention', opset: 23, says, inputs, attributes, outputs };
}

const flat = [small([2, 3, 4]), small([2, 3, 4]), small([2, 3, 4])];
const mask = whole([1, 1, 0, 1, 1, 1, 1, 0, 1], [3, 3], 'bool');

const MICROSOFT = 'com.microsoft';
const bias = (width: number): CaseInput => small([width]);

export const ATTENTION_CASES: readonly OperatorCase[] = [
  standard('four axes', [small([1, 2, 3, 2]), small([1, 2, 4, 2]), small([1, 2, 4, 2])]),
  standard('three axes', flat, heads),
  standard('causal', flat, { ...heads, is_causal: 1 }),
  standard('scaled, with a bias', [...flat, small([3, 3])], { ...heads, scale: float(0.3) }),
  standard('a mask of truth values', [...flat, mask], heads),
  standard('grouped queries', [small([1, 4, 3, 2]), small([1, 2, 3, 2]), small([1, 2, 3, 2])]),
  standard('a softcap', flat, { ...heads, softcap: float(0.8) }),
  standard('a softcap and a mask', [...flat, mask], { ...heads, softcap: float(0.8) }),
  standard(
    'causal with a past',
    [small([1, 2, 2, 2]), small([1, 2, 2, 2]), small([1, 2, 2, 2]), null, small([1, 2, 3, 2]), small([1, 2, 3, 2])],
    { is_causal: 1 },
    3,
  ),
  standard('causal, more keys than queries', [small([1, 2, 2, 2]), small([1, 2, 4, 2]), small([1, 2, 4, 2])], {
    is_causal: 1,
  }),
  standard(
    'a past',
    [small([1, 2, 2, 2]), small([1, 2, 2, 2]), small([1, 2, 2, 2]), null, small([1, 2, 3, 2]), small([1, 2, 3, 2])],
    {},
    3,
  ),
  {
    op: 'Attention',
    domain: MICROSOFT,
    says: 'plain',
    attributes: { num_heads: 2 },
    inputs: [small([2, 3, 4]), small([4, 12]), bias(12)],
  },
  {
    op: 'Attention',
    domain: MICROSOFT,
    says: 'with a mask',
    attributes: { num_heads: 2 },
    inputs: [small([2, 3, 4]), small([4, 12]), bias(12), dynamic(whole([1, 1, 0, 1, 1, 1], [2, 3], 'int32'))],
  },
  {
    op: 'Attention',
    domain: MICROSOFT,
    says: 'causal',
    attributes: { num_heads: 2, unidirectional: 1, scale: float(0.4) },
    inputs: [small([1, 3, 4]), small([4, 12]), bias(12)],
  },
  { op: 'MultiHeadAttention', domain: MICROSOFT, says: 'plain', attributes: { num_heads: 2 }, inputs: flat },
  {
    op: 'MultiHeadAttention',
    domain: MICROSOFT,
    says: 'across, with biases',
    attributes: { num_heads: 2 },
    inputs: [small([2, 3, 4]), small([2, 5, 4]), small([2, 5, 4]), bias(12)],
  },
  {
    op: 'MultiHeadAttention',
    domain: MICROSOFT,
    says: 'with a mask and a bias of the scores',
    attributes: { num_heads: 2 },
    inputs: [...flat, null, dynamic(whole([1, 1, 0, 1, 1, 1], [2, 3], 'int32')), small([1, 2, 3, 3])],
  },
];

const ids = (values: readonly number[], dims: readonly number[], type: 'int32' | 'int64' = 'int64'): CaseInput =>
  dynamic(whole(values, dims, type));
const angles = (rows: readonly number[]): CaseInput => constant(real(rows, -0.95, 0.97));

const grouped = (
  says: string,
  inputs: readonly (CaseInput | null)[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): OperatorCase => ({
  op: 'GroupQueryAttention',
  domain: MICROSOFT,
  says,
  attributes: { num_heads: 2, kv_num_heads: 1, ...attributes },
  outputs: 3,
  inputs,
});
const threeSteps = [small([1, 3, 16]), small([1, 3, 8]), small([1, 3, 8])];
const lengths = (total: number): readonly CaseInput[] => [ids([total - 1], [1], 'int32'), whole([total], [], 'int32')];

/** Few bits: bytes of packed numbers. */
const bytes = (dims: readonly number[]): CaseInput =>
  whole(
    Array.from({ length: dims.reduce((size, one) => size * one, 1) }, (_, at) => (at * 89 + 31) % 256),
    dims,
    'uint8',
  );
const fewBits = (says: string, bits: number, rest: readonly (CaseInput | null)[]): OperatorCase => ({
  op: 'MatMulNBits',
  domain: MICROSOFT,
  says,
  attributes: { K: 20, N: 3, bits, block_size: 16 },
  inputs: [small([2, 2, 20]), bytes([3, 2, 2 * bits]), constant(real([6], 0.02, 0.1)), ...rest],
});

export const LANGUAGE_CASES: readonly OperatorCase[] = [
  grouped('plain', [...threeSteps, null, null, ...lengths(3)]),
  grouped('packed', [small([1, 3, 32]), null, null, null, null, ...lengths(3)]),
  grouped(
    'rotated, with a past',
    [
      small([1, 2, 32]),
      small([1, 2, 16]),
      small([1, 2, 16]),
      small([1, 1, 3, 16]),
      small([1, 1, 3, 16]),
      ...lengths(5),
      angles([6, 8]),
      angles([6, 8]),
    ],
    { do_rotary: 1 },
  ),
  grouped(
    'rotated neighbours',
    [
      small([1, 2, 32]),
      small([1, 2, 16]),
      small([1, 2, 16]),
      null,
      null,
      ...lengths(2),
      angles([6, 8]),
      angles([6, 8]),
    ],
    {
      do_rotary: 1,
      rotary_interleaved: 1,
    },
  ),
  grouped('a window and a softcap', [...threeSteps, null, null, ...lengths(3)], {
    local_window_size: 2,
    softcap: float(0.8),
  }),
  grouped('smooth', [...threeSteps, null, null, ...lengths(3)], { smooth_softmax: 1, scale: float(0.3) }),
  grouped('a sink for each head, and a bias of the scores', [
    ...threeSteps,
    null,
    null,
    ...lengths(3),
    null,
    null,
    null,
    small([1, 1, 3, 3]),
    small([2]),
  ]),
  {
    op: 'RotaryEmbedding',
    domain: MICROSOFT,
    says: 'three axes, places given',
    inputs: [small([2, 3, 8]), ids([0, 2, 1, 3, 3, 0], [2, 3]), small([4, 2]), small([4, 2])],
  },
  {
    op: 'RotaryEmbedding',
    domain: MICROSOFT,
    says: 'four axes, counted, neighbours',
    attributes: { interleaved: 1 },
    inputs: [small([1, 2, 3, 4]), ids([1], [1]), small([4, 2]), small([4, 2])],
  },
  {
    op: 'RotaryEmbedding',
    domain: MICROSOFT,
    says: 'a part of each head',
    attributes: { rotary_embedding_dim: 4, num_heads: 2 },
    inputs: [small([1, 3, 12]), ids([0], [1]), small([4, 2]), small([4, 2])],
  },
  {
    op: 'RotaryEmbedding',
    opset: 23,
    says: 'a row for each step',
    attributes: { num_heads: 2 },
    inputs: [small([2, 3, 8]), small([2, 3, 2]), small([2, 3, 2])],
  },
  {
    op: 'RotaryEmbedding',
    opset: 23,
    says: 'places, neighbours, a part of each head',
    attributes: { interleaved: 1, rotary_embedding_dim: 2 },
    inputs: [small([1, 2, 3, 4]), small([5, 1]), small([5, 1]), ids([4, 0, 2], [1, 3])],
  },
  fewBits('4 bits', 4, []),
  fewBits('4 bits, zero points', 4, [bytes([3])]),
  fewBits('4 bits, zero points in floats, a bias', 4, [constant(real([6], 3, 9)), null, small([3])]),
  fewBits('8 bits', 8, []),
  fewBits('2 bits', 2, []),
  {
    op: 'TensorScatter',
    opset: 24,
    says: 'a place for each sample',
    inputs: [small([2, 1, 4, 3]), small([2, 1, 2, 3]), ids([1, 2], [2])],
  },
  {
    op: 'TensorScatter',
    opset: 24,
    says: 'round and round',
    attributes: { mode: 'circular' },
    inputs: [small([2, 1, 4, 3]), small([2, 1, 2, 3]), ids([3, 0], [2])],
  },
  {
    op: 'Attention',
    opset: 24,
    says: 'keys have lengths',
    inputs: [small([2, 2, 3, 2]), small([2, 2, 4, 2]), small([2, 2, 4, 2]), null, null, null, ids([3, 2], [2])],
  },
  {
    op: 'Attention',
    domain: MICROSOFT,
    says: 'causal, with a past',
    attributes: { num_heads: 2, unidirectional: 1 },
    outputs: 2,
    inputs: [small([1, 2, 4]), small([4, 12]), bias(12), null, small([2, 1, 2, 3, 2])],
  },
  {
    op: 'Attention',
    domain: MICROSOFT,
    says: 'a mask of lengths',
    attributes: { num_heads: 2 },
    inputs: [small([2, 3, 4]), small([4, 12]), bias(12), ids([2, 3], [2], 'int32')],
  },
  {
    op: 'MultiHeadAttention',
    domain: MICROSOFT,
    says: 'a mask of lengths',
    attributes: { num_heads: 2 },
    inputs: [...flat, null, ids([2, 3], [2], 'int32')],
  },
  {
    op: 'MultiHeadAttention',
    domain: MICROSOFT,
    says: 'causal, with a past',
    attributes: { num_heads: 2, unidirectional: 1 },
    outputs: 3,
    inputs: [
      small([1, 2, 4]),
      small([1, 2, 4]),
      small([1, 2, 4]),
      null,
      null,
      null,
      small([1, 2, 3, 2]),
      small([1, 2, 3, 2]),
    ],
  },
];

const strings = (value: string): AttributeValue => value;
const hidden = [small([2, 3, 4]), small([2, 3, 4]), real([4], 0.5, 1.5)];

export const FUSED_CASES: readonly OperatorCase[] = [
  {
    op: 'FusedMatMulActivation',
    domain: MICROSOFT,
    says: 'with LeakyRelu',
    attributes: { activation: 'LeakyRelu', activation_alpha: float(0.2) },
    inputs: [small([2, 3]), small([3, 4])],
    notRun: 'a kernel for DirectML alone',
  },
  {
    op: 'LayerNormalization',
    domain: MICROSOFT,
    says: 'under its old name',
    inputs: [small([2, 4]), small([4]), small([4])],
    notRun: 'registered in the default domain alone',
  },
  { op: 'FusedMatMul', domain: MICROSOFT, says: 'plain', inputs: [small([2, 3]), small([3, 4])], parameters: [1] },
  {
    op: 'FusedMatMul',
    domain: MICROSOFT,
    says: 'scaled, right transposed',
    attributes: { transB: 1, alpha: float(0.5) },
    inputs: [small([2, 2, 3]), small([2, 4, 3])],
  },
  {
    op: 'FusedMatMul',
    domain: MICROSOFT,
    says: 'left transposed, broadcast',
    attributes: { transA: 1 },
    inputs: [small([2, 3, 2]), small([3, 4])],
  },
  {
    op: 'TransposeMatMul',
    domain: MICROSOFT,
    says: 'left transposed',
    attributes: { transA: 1 },
    inputs: [small([3, 2]), small([3, 4])],
  },
  {
    op: 'FusedConv',
    domain: MICROSOFT,
    says: 'Relu',
    attributes: { activation: strings('Relu'), pads: [1, 1, 1, 1] },
    inputs: [small([1, 2, 3, 3]), small([2, 2, 3, 3]), bias(2)],
  },
  {
    op: 'FusedConv',
    domain: MICROSOFT,
    says: 'LeakyRelu',
    attributes: { activation: strings('LeakyRelu'), activation_params: { kind: 'floats', value: [0.2] } },
    inputs: [small([1, 2, 3, 3]), small([2, 2, 2, 2])],
  },
  {
    op: 'FusedConv',
    domain: MICROSOFT,
    says: 'a sum and Relu',
    attributes: { activation: strings('Relu') },
    inputs: [small([1, 2, 3, 3]), small([2, 2, 2, 2]), bias(2), small([1, 2, 2, 2])],
  },
  {
    op: 'FusedGemm',
    domain: MICROSOFT,
    says: 'Relu',
    attributes: { activation: strings('Relu'), transB: 1 },
    inputs: [small([3, 2]), small([4, 2]), bias(4)],
  },
  { op: 'Gelu', domain: MICROSOFT, says: 'plain', inputs: [real([2, 3])] },
  { op: 'BiasGelu', domain: MICROSOFT, says: 'plain', inputs: [real([2, 3]), bias(3)], parameters: [1] },
  { op: 'FastGelu', domain: MICROSOFT, says: 'plain', inputs: [real([2, 3])] },
  { op: 'FastGelu', domain: MICROSOFT, says: 'with bias', inputs: [real([2, 3]), bias(3)], parameters: [1] },
  { op: 'QuickGelu', domain: MICROSOFT, says: 'alpha', attributes: { alpha: float(1.3) }, inputs: [real([2, 3])] },
  { op: 'SkipLayerNormalization', domain: MICROSOFT, says: 'plain', inputs: [...hidden, bias(4)], parameters: [2, 3] },
  {
    op: 'SkipLayerNormalization',
    domain: MICROSOFT,
    says: 'with bias',
    attributes: { epsilon: float(0.01) },
    inputs: [...hidden, bias(4), small([4])],
    parameters: [4],
  },
  {
    op: 'SkipLayerNormalization',
    domain: MICROSOFT,
    says: 'the sum, too',
    outputs: 4,
    unused: [1, 2],
    inputs: [...hidden, bias(4), small([4])],
  },
  {
    op: 'SkipSimplifiedLayerNormalization',
    domain: MICROSOFT,
    says: 'with bias',
    attributes: { epsilon: float(0.01) },
    inputs: [...hidden, bias(4)],
  },
  {
    op: 'SimplifiedLayerNormalization',
    says: 'plain',
    attributes: { epsilon: float(0.01) },
    inputs: [small([2, 3, 4]), real([4], 0.5, 1.5)],
    parameters: [1],
  },
  {
    op: 'EmbedLayerNormalization',
    domain: MICROSOFT,
    says: 'plain',
    outputs: 2,
    inputs: [
      dynamic(whole([1, 4, 2, 0, 0, 3], [2, 3], 'int32')),
      dynamic(whole([0, 0, 1, 0, 1, 1], [2, 3], 'int32')),
      small([5, 4]),
      small([3, 4]),
      small([2, 4]),
      real([4], 0.5, 1.5),
      bias(4),
    ],
  },
];

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
    op: 'FusedMatMul',
    domain: MICROSOFT,
    says: 'the batch between the axes',
    attributes: { transBatchA: 1, transBatchB: 1, transB: 1, transA: 0 },
    inputs: [small([3, 2, 4]), small([5, 2, 4])],
  },
  {
    op: 'GridSample',
    says: 'operator set 16',
    opset: 16,
    attributes: { mode: 'bilinear' },
    inputs: [image, real([1, 2, 2, 2], -0.9, 0.93)],
  },
];
