import { float, type AttributeValue } from '../../graph/attributes.ts';
import { dynamic, real, whole, type CaseInput, type OperatorCase } from '../operator-case.ts';

const strings = (...value: string[]): AttributeValue => ({ kind: 'strings', value });
const GATES = { RNN: 1, GRU: 3, LSTM: 4 } as const;

interface Options {
  readonly says: string;
  readonly op: keyof typeof GATES;
  readonly directions?: number;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly bias?: boolean;
  readonly lengths?: CaseInput;
  readonly states?: boolean;
  readonly peepholes?: boolean;
  readonly outputs?: number;
  readonly unused?: readonly number[];
  readonly opset?: number;
}

/** 3 steps of 2 sequences, 2 numbers each, 2 hidden units. */
function layer(options: Options): OperatorCase {
  const { op, directions = 1, bias = true, states = false } = options;
  const rows = GATES[op] * 2;
  const h0 = states ? real([directions, 2, 2], -0.9, 0.9) : null;
  const rest =
    op === 'LSTM'
      ? [
          h0,
          states ? real([directions, 2, 2], -0.8, 0.8) : null,
          options.peepholes === true ? real([directions, 6], -0.7, 0.7) : null,
        ]
      : [h0];
  const inputs = [
    real([3, 2, 2], -1.5, 1.5),
    real([directions, rows, 2], -0.9, 0.9),
    real([directions, rows, 2], -0.8, 0.8),
    bias ? real([directions, 2 * rows], -0.5, 0.5) : null,
    options.lengths ?? null,
    ...rest,
  ];
  while (inputs.at(-1) === null) inputs.pop();
  return {
    op,
    says: options.says,
    attributes: { hidden_size: 2, ...options.attributes },
    inputs,
    outputs: options.outputs ?? (op === 'LSTM' ? 3 : 2),
    ...(options.unused === undefined ? {} : { unused: options.unused }),
    ...(options.opset === undefined ? {} : { opset: options.opset }),
  };
}

const OPERATORS = ['RNN', 'GRU', 'LSTM'] as const;

export const RECURRENT_CASES: readonly OperatorCase[] = [
  ...OPERATORS.flatMap((op): OperatorCase[] => [
    layer({ op, says: 'forward' }),
    layer({ op, says: 'reverse, first states given', attributes: { direction: 'reverse' }, states: true }),
    layer({ op, says: 'both ways', directions: 2, attributes: { direction: 'bidirectional' }, states: true }),
    layer({ op, says: 'no bias, all steps only', bias: false, outputs: 1 }),
    layer({ op, says: 'last state only', unused: [0, 2] }),
    layer({ op, says: 'lengths', lengths: whole([2, 3], [2], 'int32') }),
    layer({
      op,
      says: 'lengths, both ways',
      directions: 2,
      attributes: { direction: 'bidirectional' },
      lengths: dynamic(whole([3, 1], [2], 'int32')),
    }),
    layer({ op, says: 'operator set 7', opset: 7 }),
  ]),
  layer({ op: 'LSTM', says: 'peepholes', peepholes: true, states: true }),
  layer({ op: 'LSTM', says: 'clipped', attributes: { clip: float(0.6) } }),
  layer({
    op: 'LSTM',
    says: 'other activations',
    attributes: { activations: strings('HardSigmoid', 'Softsign', 'Tanh') },
  }),
  layer({ op: 'GRU', says: 'linear before reset', attributes: { linear_before_reset: 1 }, states: true }),
  layer({
    op: 'GRU',
    says: 'linear before reset, both ways',
    directions: 2,
    attributes: { linear_before_reset: 1, direction: 'bidirectional' },
  }),
  layer({ op: 'RNN', says: 'Relu', attributes: { activations: strings('Relu') } }),
];
