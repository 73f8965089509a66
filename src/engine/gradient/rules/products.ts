import type { OnnxNode } from '../../../formats/onnx/onnx-model.ts';
import { floatOf, intOf } from '../../graph/attributes.ts';
import { Composition } from '../composition.ts';
import { type Formula, formula, range } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';
import { product } from '../window.ts';

/** A value with the shape that it has; matrices stand in its last two axes. */
interface Shaped {
  readonly name: string;
  readonly shape: readonly number[];
}

function reshaped(f: Formula, value: Shaped, shape: readonly number[]): Shaped {
  const same = shape.length === value.shape.length && shape.every((length, axis) => length === value.shape[axis]);
  return { name: same ? value.name : f.reshape(value.name, shape), shape };
}

/** [n, ...] as [n, rows, columns]: one matrix for each sample. */
function bySample(f: Formula, value: Shaped): Shaped {
  const [batch = 1, ...rest] = value.shape;
  const last = rest.at(-1) ?? 1;
  return reshaped(f, value, [batch, product(rest) / Math.max(1, last), last]);
}

/** MatMul with transposition and factor, as com.microsoft.FusedMatMul has them. */
interface Product {
  readonly a: Shaped;
  readonly b: Shaped;
  readonly dy: Shaped;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
}

/** Reads a product; vectors become matrices, as MatMul does it (numpy's rules). */
function productOf(context: GradientContext, f: Formula, fused: boolean): Product | null {
  const { node } = context;
  const upstream = context.upstream(0);
  if (upstream === null) return null;
  const shaped = (name: string): Shaped => ({ name, shape: context.shapeOf(name) });
  let [a, b] = [shaped(node.inputs[0]!), shaped(node.inputs[1]!)];
  const shape = [...context.shapeOf(node.outputs[0]!)];
  if (a.shape.length === 1) {
    a = reshaped(f, a, [1, a.shape[0]!]);
    shape.splice(b.shape.length === 1 ? shape.length : shape.length - 1, 0, 1);
  }
  if (b.shape.length === 1) {
    b = reshaped(f, b, [b.shape[0]!, 1]);
    shape.push(1);
  }
  const flag = (name: string): boolean => fused && intOf(node, name, 0) === 1;
  const dy = reshaped(f, { name: upstream, shape: context.shapeOf(node.outputs[0]!) }, shape);
  const alpha = fused ? floatOf(node, 'alpha', 1) : 1;
  return { a, b, dy, transA: flag('transA'), transB: flag('transB'), alpha };
}

function gradientByA(context: GradientContext, f: Formula, { a, b, dy, transA, transB, alpha }: Product): string {
  // Y = A B: dA = dY B^T. Y = A^T B: dA = B dY^T.
  const full = transA
    ? f.product(b.name, dy.name, { transA: transB, transB: true, alpha })
    : f.product(dy.name, b.name, { transB: !transB, alpha });
  return summed(context, f, full, a, broadcast(dy.shape, b.shape, a.shape), 0);
}

function gradientByB(context: GradientContext, f: Formula, { a, b, dy, transA, transB, alpha }: Product): string {
  if (b.shape.length === 2 && !transA) {
    // All rows are one long matrix, or one for each sample.
    const perSample = context.wants(1) === 'per-sample';
    const rows = (value: Shaped): Shaped =>
      perSample ? bySample(f, value) : reshaped(f, value, [product(value.shape.slice(0, -1)), value.shape.at(-1)!]);
    const [left, right] = [rows(a), rows(dy)];
    const full = transB
      ? f.product(right.name, left.name, { transA: true, alpha })
      : f.product(left.name, right.name, { transA: true, alpha });
    const shape = [...(perSample ? [context.batch] : []), ...b.shape];
    return reshaped(
      f,
      { name: full, shape },
      perSample ? [context.batch, ...shapeOfInput(context, 1)] : shapeOfInput(context, 1),
    ).name;
  }
  const full = transB
    ? f.product(dy.name, a.name, { transA: true, transB: transA, alpha })
    : f.product(a.name, dy.name, { transA: !transA, alpha });
  return summed(context, f, full, b, broadcast(dy.shape, a.shape, b.shape), 1);
}

function shapeOfInput(context: GradientContext, input: number): readonly number[] {
  return context.shapeOf(context.node.inputs[input]!);
}

/** Batch axes of the product of two stacks of matrices, with the matrix axes of `like`. */
function broadcast(a: readonly number[], b: readonly number[], like: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length) - 2;
  const at = (shape: readonly number[], axis: number): number => shape[axis - rank + shape.length - 2] ?? 1;
  const batch = Array.from({ length: rank }, (_, axis) => (at(a, axis) === 1 ? at(b, axis) : at(a, axis)));
  return [...batch, ...like.slice(-2)];
}

function summed(
  context: GradientContext,
  f: Formula,
  full: string,
  operand: Shaped,
  from: readonly number[],
  input: number,
): string {
  const given = shapeOfInput(context, input);
  if (given.length === operand.shape.length) return context.sumTo(full, from, input);
  // A vector was made a matrix: its new axis goes first.
  const axis = input === 0 ? from.length - 2 : from.length - 1;
  const flat = from.toSpliced(axis, 1);
  return context.sumTo(f.reshape(full, flat), flat, input);
}

/** ||x^T d||^2 for each sample: with one row ||x||^2 ||d||^2, with more <x x^T, d d^T>. */
function ghostNorm(f: Formula, x: Shaped, d: Shaped, alpha: number): string | null {
  const [left, right] = [bySample(f, x), bySample(f, d)];
  const rows = left.shape[1]!;
  const square = alpha * alpha;
  if (rows === 1) {
    const norms = f.mul(f.sum(f.square(left.name), [1, 2], false), f.sum(f.square(right.name), [1, 2], false));
    return square === 1 ? norms : f.mul(norms, square);
  }
  if (2 * rows * rows >= left.shape[2]! * right.shape[2]!) return null;
  const grams = f.mul(
    f.product(left.name, left.name, { transB: true }),
    f.product(right.name, right.name, { transB: true, alpha: square }),
  );
  return f.sum(grams, [1, 2], false);
}

function turnsBatch(node: OnnxNode): boolean {
  return intOf(node, 'transBatchA', 0) === 1 || intOf(node, 'transBatchB', 0) === 1;
}

/** The batch stands between the axes of the matrices: they are put into the usual order first. */
function turned(context: GradientContext): readonly (string | null)[] {
  const { node } = context;
  const body = new Composition(context);
  const usual = (name: string, flag: string): string => {
    const rank = context.shapeOf(name).length;
    if (intOf(node, flag, 0) !== 1 || rank < 3) return name;
    return body.transpose(name, [...range(rank - 2).map((axis) => axis + 1), 0, rank - 1]);
  };
  const inputs = [usual(node.inputs[0]!, 'transBatchA'), usual(node.inputs[1]!, 'transBatchB')];
  const attributes = Object.fromEntries([...node.attributes].filter(([name]) => !name.startsWith('transBatch')));
  return context.backward(body, [
    body.node('FusedMatMul', inputs, context.shapeOf(node.outputs[0]!), attributes, 'com.microsoft'),
  ]);
}

function matMul(op: string, domain: string): GradientRule {
  const fused = op !== 'MatMul';
  return {
    op,
    domain,
    build(context) {
      const f = formula(context.build);
      if (fused && turnsBatch(context.node)) return turned(context);
      const parts = productOf(context, f, fused);
      if (parts === null) return [];
      return [
        context.wants(0) === null ? null : gradientByA(context, f, parts),
        context.wants(1) === null ? null : gradientByB(context, f, parts),
      ];
    },
    squaredNorms(context, input) {
      const f = formula(context.build);
      if (fused && turnsBatch(context.node)) return null;
      const parts = productOf(context, f, fused);
      if (parts === null || input !== 1 || parts.b.shape.length !== 2 || parts.transA) return null;
      return ghostNorm(f, parts.a, parts.dy, parts.alpha);
    },
  };
}

/** Matrix products: Gemm, and MatMul with broadcasting. */
export const PRODUCTS = defineRules([
  matMul('MatMul', ''),
  matMul('FusedMatMul', 'com.microsoft'),
  {
    op: 'Gemm',
    build(context) {
      const { node, build } = context;
      const dy = context.upstream(0);
      if (dy === null) return [];
      const f = formula(build);
      const [a = '', b = ''] = node.inputs;
      const transA = intOf(node, 'transA', 0);
      const transB = intOf(node, 'transB', 0);
      const alpha = floatOf(node, 'alpha', 1);
      const beta = floatOf(node, 'beta', 1);
      const gemm = (left: string, right: string, ta: number, tb: number): string =>
        build.add('Gemm', [left, right], { transA: ta, transB: tb, alpha: { kind: 'float', value: alpha } });
      const byA = (): string => (transA === 1 ? gemm(b, dy, transB, 1) : gemm(dy, b, 0, 1 - transB));
      const byB = (): string => {
        if (context.wants(1) !== 'per-sample')
          return transB === 1 ? gemm(dy, a, 1, transA) : gemm(a, dy, 1 - transA, 0);
        if (transA === 1) return context.unsupported('its batch is not the first axis');
        const rows = (name: string, length: number, row: boolean): string =>
          f.reshape(name, row ? [context.batch, 1, length] : [context.batch, length, 1]);
        const [x, d] = [context.shapeOf(a)[1]!, context.shapeOf(node.outputs[0]!)[1]!];
        const outer =
          transB === 1 ? f.mul(rows(dy, d, false), rows(a, x, true)) : f.mul(rows(a, x, false), rows(dy, d, true));
        return alpha === 1 ? outer : f.mul(outer, alpha);
      };
      const byC = (): string => {
        const sum = context.sumTo(dy, context.shapeOf(node.outputs[0]!), 2);
        return beta === 1 ? sum : f.mul(sum, beta);
      };
      return [
        context.wants(0) === null ? null : byA(),
        context.wants(1) === null ? null : byB(),
        context.wants(2) === null ? null : byC(),
      ];
    },
    squaredNorms(context, input) {
      const { node } = context;
      const dy = context.upstream(0);
      if (dy === null || input !== 1 || intOf(node, 'transA', 0) === 1) return null;
      const a = node.inputs[0]!;
      const value = (name: string, shape: readonly number[]): Shaped => ({ name, shape });
      const f = formula(context.build);
      return ghostNorm(
        f,
        value(a, context.shapeOf(a)),
        value(dy, context.shapeOf(node.outputs[0]!)),
        floatOf(node, 'alpha', 1),
      );
    },
  },
]);
