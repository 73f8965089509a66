import { float, type AttributeValue } from '../../graph/attributes.ts';
import { constant, dynamic, real, whole, type CaseInput, type OperatorCase } from '../operator-case.ts';

const MICROSOFT = 'com.microsoft';
const small = (dims: readonly number[]): CaseInput => real(dims, -1.2, 1.3);
const flat = [small([2, 3, 4]), small([2, 3, 4]), small([2, 3, 4])];
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
    inputs: [small([1, 2, 4]), small([4, 12]), small([12]), null, small([2, 1, 2, 3, 2])],
  },
  {
    op: 'Attention',
    domain: MICROSOFT,
    says: 'a mask of lengths',
    attributes: { num_heads: 2 },
    inputs: [small([2, 3, 4]), small([4, 12]), small([12]), ids([2, 3], [2], 'int32')],
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
