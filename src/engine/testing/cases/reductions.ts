import { numbers, real, whole, type OperatorCase } from '../operator-case.ts';

const SUMS = ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin'];
const CURVED = ['ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSumExp'];

export const REDUCTION_CASES: readonly OperatorCase[] = [
  ...[...SUMS, ...CURVED, 'ReduceLogSum'].flatMap((op): OperatorCase[] => {
    const low = op === 'ReduceLogSum' ? 0.2 : -2;
    const old = op === 'ReduceSum' ? 11 : 13;
    return [
      { op, says: 'one axis', inputs: [real([2, 3, 4], low), whole([1])] },
      { op, says: 'two axes, dropped', attributes: { keepdims: 0 }, inputs: [real([2, 3, 4], low), whole([0, 2])] },
      { op, says: 'a negative axis, dropped', attributes: { keepdims: 0 }, inputs: [real([2, 3], low), whole([-1])] },
      { op, says: 'all', inputs: [real([2, 3], low)] },
      { op, says: 'all, dropped', attributes: { keepdims: 0 }, inputs: [real([2, 3], low), null] },
      { op, says: 'empty axes mean all', inputs: [real([2, 3], low), whole([])] },
      {
        op,
        says: 'axes as an attribute',
        opset: old,
        attributes: { axes: [0, -1], keepdims: 0 },
        inputs: [real([2, 3, 2], low)],
      },
      { op, says: 'no axes as an attribute', opset: old, inputs: [real([2, 3], low)] },
    ];
  }),
  ...SUMS.map((op): OperatorCase => ({
    op,
    says: 'nothing to do',
    attributes: { noop_with_empty_axes: 1 },
    inputs: [real([2, 3])],
  })),
  { op: 'ReduceProd', says: 'a zero', inputs: [numbers([0, 2, 3, 4, 5, 6], [2, 3]), whole([1])] },
  { op: 'ReduceProd', says: 'two zeros', inputs: [numbers([0, 2, 0, 4, 5, 6], [2, 3]), whole([1])] },
  { op: 'CumSum', says: 'plain', inputs: [real([2, 3]), whole([1], [])] },
  {
    op: 'CumSum',
    says: 'exclusive and reverse',
    attributes: { exclusive: 1, reverse: 1 },
    inputs: [real([3, 2]), whole([0], [])],
  },
  {
    op: 'CumSum',
    says: 'reverse, a negative axis',
    attributes: { reverse: 1 },
    inputs: [real([2, 3]), whole([-1], [])],
  },
  { op: 'TopK', says: 'the largest', outputs: 2, inputs: [real([3, 5]), whole([2])] },
  {
    op: 'TopK',
    says: 'the smallest of the first axis',
    outputs: 2,
    attributes: { axis: 0, largest: 0 },
    inputs: [real([5, 3]), whole([2])],
  },
  { op: 'TopK', says: 'operator set 10', opset: 10, outputs: 2, inputs: [real([3, 5]), whole([3])] },
];
