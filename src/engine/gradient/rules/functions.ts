import { formula, type Formula } from '../formula.ts';
import { defineRules, type GradientRule } from '../gradient-rule.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';

interface Point {
  readonly f: Formula;
  readonly build: GraphBuilder;
  readonly x: string;
  readonly y: string;
  readonly dy: string;
}

/** A rule for a function of one input, element by element; `gradient` is dy times its derivative. */
function elementwise(op: string, gradient: (at: Point) => string): GradientRule {
  return {
    op,
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const { build, node } = context;
      return [gradient({ f: formula(build), build, x: node.inputs[0]!, y: node.outputs[0]!, dy })];
    },
  };
}

/** Functions of one number. The derivative is written by the output where that is cheaper. */
export const FUNCTIONS = defineRules([
  elementwise('Neg', ({ f, dy }) => f.neg(dy)),
  // At zero the subgradient 0.
  elementwise('Abs', ({ f, build, x, dy }) => f.mul(dy, build.add('Sign', [x]))),
  elementwise('Sqrt', ({ f, y, dy }) => f.div(f.mul(dy, 0.5), y)),
  elementwise('Exp', ({ f, y, dy }) => f.mul(dy, y)),
  elementwise('Log', ({ f, x, dy }) => f.div(dy, x)),
  elementwise('Reciprocal', ({ f, y, dy }) => f.neg(f.mul(dy, f.square(y)))),
  elementwise('Sin', ({ f, build, x, dy }) => f.mul(dy, build.add('Cos', [x]))),
  elementwise('Cos', ({ f, build, x, dy }) => f.neg(f.mul(dy, build.add('Sin', [x])))),
  elementwise('Tan', ({ f, y, dy }) => f.mul(dy, f.add(f.square(y), 1))),
  elementwise('Asin', ({ f, x, dy }) => f.div(dy, f.sqrt(f.sub(1, f.square(x))))),
  elementwise('Acos', ({ f, x, dy }) => f.neg(f.div(dy, f.sqrt(f.sub(1, f.square(x)))))),
  elementwise('Atan', ({ f, x, dy }) => f.div(dy, f.add(f.square(x), 1))),
  elementwise('Sinh', ({ f, build, x, dy }) => f.mul(dy, build.add('Cosh', [x]))),
  elementwise('Cosh', ({ f, build, x, dy }) => f.mul(dy, build.add('Sinh', [x]))),
  elementwise('Asinh', ({ f, x, dy }) => f.div(dy, f.sqrt(f.add(f.square(x), 1)))),
  elementwise('Acosh', ({ f, x, dy }) => f.div(dy, f.sqrt(f.sub(f.square(x), 1)))),
  elementwise('Atanh', ({ f, x, dy }) => f.div(dy, f.sub(1, f.square(x)))),
]);
