import type { GraphBuilder } from '../graph/graph-builder.ts';

/** The name of a value, or a number that becomes a float32 scalar. */
export type Term = string | number;

/** Arithmetic on values of a graph, so that rules read like the formulas they are. Everything broadcasts. */
export interface Formula {
  add(...terms: readonly Term[]): string;
  sub(a: Term, b: Term): string;
  mul(...terms: readonly Term[]): string;
  div(a: Term, b: Term): string;
  neg(x: Term): string;
  sqrt(x: Term): string;
  exp(x: Term): string;
  square(x: Term): string;
  pow(a: Term, b: Term): string;
  greater(a: Term, b: Term): string;
  less(a: Term, b: Term): string;
  equal(a: Term, b: Term): string;
  /** `a` where the condition holds, `b` elsewhere. */
  where(condition: string, a: Term, b: Term): string;
  /** Truth values as 1 and 0. */
  float(condition: string): string;
  /** Sum over axes. */
  sum(x: string, axes: readonly number[], keep?: boolean): string;
  mean(x: string, axes: readonly number[], keep?: boolean): string;
  reshape(x: string, dims: readonly number[]): string;
  transpose(x: string, order: readonly number[]): string;
  matmul(a: string, b: string): string;
  /** A B with either matrix transposed, times `alpha`. */
  product(
    a: string,
    b: string,
    options: { readonly transA?: boolean; readonly transB?: boolean; readonly alpha?: number },
  ): string;
}

export function formula(build: GraphBuilder): Formula {
  const name = (term: Term): string => (typeof term === 'number' ? build.scalar(term) : term);
  const one = (op: string) => (x: Term) => build.add(op, [name(x)]);
  const two = (op: string) => (a: Term, b: Term) => build.add(op, [name(a), name(b)]);
  const many =
    (op: string) =>
    (...terms: readonly Term[]) =>
      terms.slice(1).reduce<string>((left, right) => build.add(op, [left, name(right)]), name(terms[0]!));
  const reduce =
    (op: string) =>
    (x: string, axes: readonly number[], keep = true) =>
      build.add(op, [x, build.ints(axes)], { keepdims: keep ? 1 : 0, noop_with_empty_axes: 1 });
  return {
    add: many('Add'),
    sub: two('Sub'),
    mul: many('Mul'),
    div: two('Div'),
    neg: one('Neg'),
    sqrt: one('Sqrt'),
    exp: one('Exp'),
    square: (x) => build.add('Mul', [name(x), name(x)]),
    pow: two('Pow'),
    greater: two('Greater'),
    less: two('Less'),
    equal: two('Equal'),
    where: (condition, a, b) => build.add('Where', [condition, name(a), name(b)]),
    float: (condition) => build.add('Cast', [condition], { to: FLOAT32 }),
    sum: reduce('ReduceSum'),
    mean: reduce('ReduceMean'),
    reshape: (x, dims) => build.add('Reshape', [x, build.ints(dims)], { allowzero: 1 }),
    transpose: (x, order) => build.add('Transpose', [x], { perm: order }),
    matmul: two('MatMul') as (a: string, b: string) => string,
    product: (a, b, { transA = false, transB = false, alpha = 1 }) =>
      build.add(
        'FusedMatMul',
        [a, b],
        { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha: { kind: 'float', value: alpha } },
        'com.microsoft',
      ),
  };
}

/** `TensorProto.DataType` of float32. */
export const FLOAT32 = 1;
export const INT64 = 7;

/** Product of sizes. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((size, one) => size * one, 1);
}

/** Row-major distances between neighbours along each axis. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

/** An axis counted from the front. */
export function axisFrom(axis: number, rank: number): number {
  // No value has so many axes: a shape with a place there would be as long.
  if (Math.abs(axis) > 64) throw new RangeError(`axis ${axis}`);
  return axis < 0 ? axis + rank : axis;
}

/** 0, 1, … `count` - 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
