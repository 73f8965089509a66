import type { OnnxElementType, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { type AttributeValue, toAttributes } from '../graph/attributes.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { range, type Term } from './formula.ts';
import { defineRules, type GradientContext, type GradientRule } from './gradient-rule.ts';

/**
 * An operator said in simpler ones. Nodes are added to the graph as they are composed, with the shape of each result, so that the whole can
 * be differentiated by the rules of its parts: what recurrent layers, attention and fused operators need no rules of their own for.
 */
export class Composition {
  readonly build: GraphBuilder;
  readonly nodes: OnnxNode[] = [];
  readonly shapes = new Map<string, readonly number[]>();
  readonly types = new Map<string, OnnxElementType>();
  /** Values through which no gradient passes, and no stand-in either: places that are computed. */
  readonly fixed = new Set<string>();
  readonly #outside: (name: string) => readonly number[];

  constructor(context: GradientContext) {
    this.build = context.build;
    this.#outside = (name) => context.shapeOf(name);
    for (const name of context.node.inputs) {
      if (name === '') continue;
      this.shapes.set(name, context.shapeOf(name));
      this.types.set(name, context.typeOf(name));
    }
  }

  shapeOf(name: string): readonly number[] {
    return this.shapes.get(name) ?? this.build.initializers.get(name)?.dims ?? this.#outside(name);
  }

  typeOf(name: string): OnnxElementType {
    return this.types.get(name) ?? this.build.initializers.get(name)?.type ?? 'float32';
  }

  /** A function of one value, element by element. */
  map(op: string, x: string, attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.#add(op, [x], [this.shapeOf(x)], attributes)[0]!;
  }

  /** A step of a computation of places: no gradient, and no stand-in, passes it. */
  place(op: 'Floor' | 'Round', x: string): string {
    const name = this.map(op, x);
    this.fixed.add(name);
    return name;
  }

  /** An operator of values that broadcast. */
  broadcast(op: string, inputs: readonly Term[], type: OnnxElementType = 'float32'): string {
    const names = inputs.map((term) => (typeof term === 'number' ? this.build.scalar(term) : term));
    const rank = Math.max(...names.map((name) => this.shapeOf(name).length));
    const dims = range(rank).map((axis) =>
      Math.max(
        ...names.map((name) => {
          const own = this.shapeOf(name);
          return own[axis - rank + own.length] ?? 1;
        }),
      ),
    );
    return this.#add(op, names, [dims], {}, '', type)[0]!;
  }

  add(a: Term, b: Term): string {
    return this.broadcast('Add', [a, b]);
  }

  sub(a: Term, b: Term): string {
    return this.broadcast('Sub', [a, b]);
  }

  mul(a: Term, b: Term): string {
    return this.broadcast('Mul', [a, b]);
  }

  div(a: Term, b: Term): string {
    return this.broadcast('Div', [a, b]);
  }

  where(condition: string, a: Term, b: Term): string {
    return this.broadcast('Where', [condition, a, b]);
  }

  matmul(a: string, b: string): string {
    const [left, right] = [this.shapeOf(a), this.shapeOf(b)];
    return this.#add('MatMul', [a, b], [productDims(left, right)])[0]!;
  }

  reshape(x: string, dims: readonly number[]): string {
    if (this.shapeOf(x).join() === dims.join()) return x;
    return this.#add('Reshape', [x, this.build.ints(dims)], [dims], { allowzero: 1 }, '', this.typeOf(x))[0]!;
  }

  transpose(x: string, order: readonly number[]): string {
    const own = this.shapeOf(x);
    const dims = order.map((axis) => own[axis]!);
    return this.#add('Transpose', [x], [dims], { perm: order }, '', this.typeOf(x))[0]!;
  }

  slice(x: string, axis: number, from: number, to: number): string {
    const own = this.shapeOf(x);
    if (from === 0 && to === own[axis]) return x;
    const { build } = this;
    const inputs = [x, build.ints([from]), build.ints([to]), build.ints([axis])];
    return this.#add('Slice', inputs, [own.with(axis, to - from)])[0]!;
  }

  /** In the other order along an axis. */
  reverse(x: string, axis: number): string {
    const { build } = this;
    const ends = build.ints([-(2 ** 31)]);
    return this.#add('Slice', [x, build.ints([-1]), ends, build.ints([axis]), build.ints([-1])], [this.shapeOf(x)])[0]!;
  }

  split(x: string, axis: number, sizes: readonly number[]): readonly string[] {
    if (sizes.length === 1) return [x];
    const own = this.shapeOf(x);
    return this.#add(
      'Split',
      [x, this.build.ints(sizes)],
      sizes.map((size) => own.with(axis, size)),
      { axis },
    );
  }

  concat(parts: readonly string[], axis: number): string {
    if (parts.length === 1) return parts[0]!;
    const total = parts.reduce((sum, part) => sum + this.shapeOf(part)[axis]!, 0);
    return this.#add('Concat', parts, [this.shapeOf(parts[0]!).with(axis, total)], { axis })[0]!;
  }

  expand(x: string, dims: readonly number[]): string {
    if (this.shapeOf(x).join() === dims.join()) return x;
    return this.#add('Expand', [x, this.build.ints(dims)], [dims])[0]!;
  }

  softmax(x: string, axis: number): string {
    return this.map('Softmax', x, { axis });
  }

  cast(x: string, type: 'float32' | 'bool' | 'int64'): string {
    const to = { float32: 1, int64: 7, bool: 9 }[type];
    return this.#add('Cast', [x], [this.shapeOf(x)], { to }, '', type)[0]!;
  }

  /** Any operator with one output of known shape. */
  node(
    op: string,
    inputs: readonly string[],
    dims: readonly number[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
    type: OnnxElementType = 'float32',
  ): string {
    return this.#add(op, inputs, [dims], attributes, domain, type)[0]!;
  }

  /** Any operator with outputs of known shapes. */
  outputs(
    op: string,
    inputs: readonly string[],
    shapes: readonly (readonly number[])[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): readonly string[] {
    return this.#add(op, inputs, shapes, attributes, domain);
  }

  #add(
    op: string,
    inputs: readonly string[],
    shapes: readonly (readonly number[])[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
    type: OnnxElementType = 'float32',
  ): readonly string[] {
    const outputs = shapes.map(() => this.build.fresh(op));
    const node = { name: outputs[0]!, op, domain, inputs, outputs, attributes: toAttributes(attributes) };
    this.build.nodes.push(node);
    this.nodes.push(node);
    outputs.forEach((name, at) => {
      this.shapes.set(name, shapes[at]!);
      this.types.set(name, type);
    });
    return outputs;
  }
}

function productDims(left: readonly number[], right: readonly number[]): readonly number[] {
  const [a, b] = [left.slice(0, -2), right.slice(0, -2)];
  const rank = Math.max(a.length, b.length);
  const batch = range(rank).map((axis) => Math.max(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1));
  return [...batch, left.at(-2)!, right.at(-1)!];
}

/**
 * A rule for an operator that is a composition.
 * @param compose says the operator's outputs in simpler operators; null for outputs that it does not know.
 * @param limits see `GradientRule.limits`.
 */
export function composed(
  op: string,
  domain: string,
  compose: (context: GradientContext, body: Composition) => readonly (string | null)[],
  limits?: string,
): GradientRule {
  return defineRules([
    {
      op,
      domain,
      ...(limits === undefined ? {} : { limits }),
      build(context) {
        const body = new Composition(context);
        return context.backward(body, compose(context, body));
      },
    },
  ])[0]!;
}
