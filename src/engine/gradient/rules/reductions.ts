import { intOf } from '../../graph/attributes.ts';
import { axisFrom, formula, range, sizeOf, type Formula } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';

interface Reduced {
  readonly context: GradientContext;
  readonly f: Formula;
  readonly x: string;
  /** The output and its gradient with the reduced axes kept as 1. */
  readonly y: string;
  readonly dy: string;
  readonly axes: readonly number[];
  /** How many elements come together in one. */
  readonly count: number;
}

/** @param gradient broadcasts to the input's shape. */
function reduction(op: string, gradient: (at: Reduced) => string): GradientRule {
  return {
    op,
    build(context) {
      const { node, build } = context;
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const f = formula(build);
      const x = node.inputs[0]!;
      const dims = context.shapeOf(x);
      const axes = reducedAxes(context, dims.length);
      const kept = dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const keep = intOf(node, 'keepdims', 1) === 1;
      const wide = (name: string): string => (keep ? name : f.reshape(name, kept));
      const count = sizeOf(axes.map((axis) => dims[axis]!));
      const part = gradient({ context, f, x, y: wide(node.outputs[0]!), dy: wide(dy), axes, count });
      return [build.add('Expand', [part, build.ints(dims)])];
    },
  };
}

function reducedAxes(context: GradientContext, rank: number): readonly number[] {
  const { node } = context;
  const name = node.inputs[1];
  const given = name === undefined || name === '' ? [] : context.numbersOf(name);
  if (given === undefined) context.unsupported('its axes depend on the input');
  if (given.length > 0) return given.map((axis) => axisFrom(axis, rank));
  return intOf(node, 'noop_with_empty_axes', 0) === 1 ? [] : range(rank);
}

/** Elements that tie share the gradient evenly: the subgradient that treats them alike. */
const extremum = ({ f, x, y, dy, axes }: Reduced): string => {
  const hit = f.float(f.equal(x, y));
  return f.mul(hit, f.div(dy, f.sum(hit, axes)));
};

/**
 * The product of the others. Where no element is zero it is y / x; with one zero only that element has a gradient, with more none
 * has: zeros are counted, and the product is taken over the rest.
 */
const product = ({ f, x, dy, axes, context }: Reduced): string => {
  const isZero = f.equal(x, 0);
  const safe = f.where(isZero, 1, x);
  const rest = context.build.add('ReduceProd', [safe, context.build.ints(axes)], {
    keepdims: 1,
    noop_with_empty_axes: 1,
  });
  const others = f.sub(f.sum(f.float(isZero), axes), f.float(isZero));
  return f.where(f.greater(others, 0.5), 0, f.mul(dy, f.div(rest, safe)));
};

export const REDUCTIONS = defineRules([
  reduction('ReduceSum', ({ dy }) => dy),
  reduction('ReduceMean', ({ f, dy, count }) => f.mul(dy, 1 / count)),
  reduction('ReduceMax', extremum),
  reduction('ReduceMin', extremum),
  reduction('ReduceProd', product),
  reduction('ReduceL1', ({ f, x, dy, context }) => f.mul(dy, context.build.add('Sign', [x]))),
  // The subgradient 0 where all elements are zero.
  reduction('ReduceL2', ({ f, x, y, dy }) => f.mul(x, f.div(dy, f.where(f.greater(y, 0), y, 1)))),
  reduction('ReduceSumSquare', ({ f, x, dy }) => f.mul(f.mul(dy, 2), x)),
  reduction('ReduceLogSum', ({ f, x, dy, axes }) => f.div(dy, f.sum(x, axes))),
  reduction('ReduceLogSumExp', ({ f, x, y, dy }) => f.mul(dy, f.exp(f.sub(x, y)))),
]);
