import { float, type AttributeValue } from '../../graph/attributes.ts';
import { dynamic, real, whole, type CaseInput, type OperatorCase } from '../operator-case.ts';

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
    op: 'FusedMatMul',
    domain: MICROSOFT,
    says: 'the batch between the axes',
    attributes: { transBatchA: 1, transBatchB: 1, transB: 1, transA: 0 },
    inputs: [small([3, 2, 4]), small([5, 2, 4])],
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
