import type { ReferenceCall, ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import {
  axisOf,
  indices,
  offsetOf,
  referenceTensor,
  sizeOf,
  stridesOf,
  type ReferenceTensor,
} from '../reference-tensor.ts';

/**
 * Reduces over axes, `keepdims` as the attribute says.
 * @param reduce the elements that come together, in row-major order.
 */
export function reduced(
  x: ReferenceTensor,
  axes: readonly number[],
  keep: boolean,
  reduce: (values: readonly number[]) => number,
  type = x.type,
): ReferenceTensor {
  const strides = stridesOf(x.dims);
  const kept = x.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
  const outer = stridesOf(kept);
  for (const index of indices(x.dims)) {
    let group = 0;
    for (let axis = 0; axis < kept.length; axis++) if (kept[axis] !== 1) group += index[axis]! * outer[axis]!;
    groups[group]!.push(x.data[offsetOf(index, strides)]!);
  }
  const dims = keep ? kept : x.dims.filter((_, axis) => !axes.includes(axis));
  return referenceTensor(type, dims, groups.map(reduce));
}

/** @param axesAsInput the operator set from which the axes are an input. */
function reduction(axesAsInput: number, reduce: (values: readonly number[]) => number): ReferenceOperator {
  return (call) => {
    const x = call.input(0);
    const axes = axesOf(call, axesAsInput, x.dims.length);
    return axes === null ? [x] : [reduced(x, axes, call.attributes.int('keepdims', 1) === 1, reduce)];
  };
}

/** Null: nothing is reduced, which `noop_with_empty_axes` says. */
function axesOf(call: ReferenceCall, axesAsInput: number, rank: number): readonly number[] | null {
  const given =
    call.opset >= axesAsInput ? (call.optional(1) === null ? [] : call.ints(1)) : call.attributes.ints('axes', []);
  if (given.length > 0) return given.map((axis) => axisOf(axis, rank));
  const none = call.opset >= axesAsInput && call.attributes.int('noop_with_empty_axes', 0) === 1;
  return none ? null : Array.from({ length: rank }, (_, axis) => axis);
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
const sumOfSquares = (values: readonly number[]): number => values.reduce((total, one) => total + one * one, 0);

/** Lists may be longer than a function has arguments. */
export const largestOf = (values: readonly number[]): number =>
  values.reduce((most, one) => Math.max(most, one), -Infinity);
const smallestOf = (values: readonly number[]): number => values.reduce((least, one) => Math.min(least, one), Infinity);

export function logSumExp(values: readonly number[]): number {
  const top = largestOf(values);
  return top + Math.log(values.reduce((total, one) => total + Math.exp(one - top), 0));
}

function argument(better: (a: number, b: number) => boolean): ReferenceOperator {
  return (call) => {
    const x = call.input(0);
    const axis = axisOf(call.attributes.int('axis', 0), x.dims.length);
    const last = call.attributes.int('select_last_index', 0) === 1;
    const pick = (values: readonly number[]): number => {
      let found = 0;
      values.forEach((one, at) => {
        if (better(one, values[found]!) || (last && one === values[found])) found = at;
      });
      return found;
    };
    return [reduced(x, [axis], call.attributes.int('keepdims', 1) === 1, pick, 'int64')];
  };
}

/** A function of the lines along one axis. */
export function alongAxis(
  x: ReferenceTensor,
  axis: number,
  line: (values: readonly number[]) => readonly number[],
): ReferenceTensor {
  const strides = stridesOf(x.dims);
  const data = new Float64Array(x.data.length);
  for (const index of indices(x.dims.map((size, own) => (own === axis ? 1 : size)))) {
    const start = offsetOf(index, strides);
    const places = Array.from({ length: x.dims[axis]! }, (_, k) => start + k * strides[axis]!);
    line(places.map((place) => x.data[place]!)).forEach((value, k) => (data[places[k]!] = value));
  }
  return { type: x.type, dims: x.dims, data };
}

/** Before operator set 13 all axes from `axis` on are one. */
function normalised(line: (values: readonly number[]) => readonly number[]): ReferenceOperator {
  return (call) => {
    const x = call.input(0);
    const axis = axisOf(call.attributes.int('axis', call.opset < 13 ? 1 : -1), x.dims.length);
    if (call.opset >= 13) return [alongAxis(x, axis, line)];
    const flat = { ...x, dims: [sizeOf(x.dims.slice(0, axis)), sizeOf(x.dims.slice(axis))] };
    return [{ ...alongAxis(flat, 1, line), dims: x.dims }];
  };
}

export function softmax(values: readonly number[]): number[] {
  const total = logSumExp(values);
  return values.map((one) => Math.exp(one - total));
}

const cumulativeSum: ReferenceOperator = (call) => {
  const x = call.input(0);
  const exclusive = call.attributes.int('exclusive', 0) === 1;
  const reverse = call.attributes.int('reverse', 0) === 1;
  const line = (values: readonly number[]): number[] => {
    let total = 0;
    const ordered = reverse ? values.toReversed() : values;
    const sums = ordered.map((one) => {
      total += one;
      return exclusive ? total - one : total;
    });
    return reverse ? sums.toReversed() : sums;
  };
  return [alongAxis(x, axisOf(call.ints(1)[0]!, x.dims.length), line)];
};

const topK: ReferenceOperator = (call) => {
  const x = call.input(0);
  const k = call.opset < 10 ? call.attributes.int('k') : call.ints(1)[0]!;
  const axis = axisOf(call.attributes.int('axis', -1), x.dims.length);
  const sign = call.attributes.int('largest', 1) === 1 ? 1 : -1;
  const strides = stridesOf(x.dims);
  const dims = x.dims.map((size, own) => (own === axis ? k : size));
  const outStrides = stridesOf(dims);
  const values = new Float64Array(sizeOf(dims));
  const places = new Float64Array(sizeOf(dims));
  for (const index of indices(dims.map((size, own) => (own === axis ? 1 : size)))) {
    const start = offsetOf(index, strides);
    const order = Array.from({ length: x.dims[axis]! }, (_, at) => at).sort(
      (a, b) => sign * (x.data[start + b * strides[axis]!]! - x.data[start + a * strides[axis]!]!) || a - b,
    );
    order.slice(0, k).forEach((place, rank) => {
      const to = offsetOf(index, outStrides) + rank * outStrides[axis]!;
      values[to] = x.data[start + place * strides[axis]!]!;
      places[to] = place;
    });
  }
  return [
    { type: x.type, dims, data: values },
    { type: 'int64', dims, data: places },
  ];
};

export const REDUCTIONS: ReferenceOperators = {
  ReduceSum: reduction(13, sum),
  ReduceMean: reduction(18, (values) => sum(values) / values.length),
  ReduceMax: reduction(18, largestOf),
  ReduceMin: reduction(18, smallestOf),
  ReduceProd: reduction(18, (values) => values.reduce((product, one) => product * one, 1)),
  ReduceL1: reduction(18, (values) => values.reduce((total, one) => total + Math.abs(one), 0)),
  ReduceL2: reduction(18, (values) => Math.sqrt(sumOfSquares(values))),
  ReduceLogSum: reduction(18, (values) => Math.log(sum(values))),
  ReduceLogSumExp: reduction(18, logSumExp),
  ReduceSumSquare: reduction(18, sumOfSquares),
  ArgMax: argument((a, b) => a > b),
  ArgMin: argument((a, b) => a < b),
  Softmax: normalised(softmax),
  LogSoftmax: normalised((values) => {
    const total = logSumExp(values);
    return values.map((one) => one - total);
  }),
  Hardmax: normalised((values) => {
    const first = values.indexOf(largestOf(values));
    return values.map((_, at) => (at === first ? 1 : 0));
  }),
  LpNormalization: (call) => {
    const x = call.input(0);
    const p = call.attributes.int('p', 2);
    const norm = (values: readonly number[]): number =>
      values.reduce((total, one) => total + Math.abs(one) ** p, 0) ** (1 / p);
    return [
      alongAxis(x, axisOf(call.attributes.int('axis', -1), x.dims.length), (values) => {
        const size = norm(values);
        return values.map((one) => (size === 0 ? 0 : one / size));
      }),
    ];
  },
  CumSum: cumulativeSum,
  TopK: topK,
};
