import { intOf } from '../../graph/attributes.ts';
import { formula, type Formula } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';

/**
 * A rule for an operator whose inputs broadcast and whose output has the broadcast shape.
 * @param parts for each input, the gradient at the output's shape (or one that broadcasts to it).
 */
function broadcasting(
  op: string,
  parts: (
    input: number,
    at: {
      readonly context: GradientContext;
      readonly f: Formula;
      readonly dy: string;
      readonly inputs: readonly string[];
      readonly y: string;
    },
  ) => string,
): GradientRule {
  return {
    op,
    build(context) {
      const { node } = context;
      const dy = context.upstream(0);
      if (dy === null) return [];
      const f = formula(context.build);
      const y = node.outputs[0]!;
      const dims = context.shapeOf(y);
      return node.inputs.map((_, input) =>
        context.wants(input) === null
          ? null
          : context.sumTo(parts(input, { context, f, dy, inputs: node.inputs, y }), dims, input),
      );
    },
  };
}

/** Of inputs that tie, the first takes the gradient: one of the subgradients, whatever the number of ties. */
function extremum(op: 'Max' | 'Min'): GradientRule {
  return broadcasting(op, (input, { context, f, dy, inputs, y }) => {
    const hit = f.equal(inputs[input]!, y);
    const taken = inputs.slice(0, input).map((name) => context.build.add('Not', [f.equal(name, y)]));
    const mine = taken.reduce((all, one) => context.build.add('And', [all, one]), hit);
    return f.where(mine, dy, 0);
  });
}

/** d(a^b)/da = b a^(b-1), also where b is a whole number and a is zero or below. */
function powerByBase(f: Formula, a: string, b: string, exponent: readonly number[] | undefined): string {
  if (exponent?.every((one) => one === 2)) return f.mul(a, 2);
  if (exponent?.every((one) => one === 0.5)) return f.div(0.5, f.sqrt(a));
  const slope = f.mul(b, f.pow(a, f.sub(b, 1)));
  // 0 times 0^-1 is no number, and the derivative of a^0 is 0.
  return exponent?.every((one) => one !== 0) === true ? slope : f.where(f.equal(b, 0), 0, slope);
}

const pow: GradientRule = {
  op: 'Pow',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null) return [];
    const f = formula(build);
    const [a, given] = node.inputs as [string, string];
    const b = context.typeOf(given) === 'float32' ? given : build.add('Cast', [given], { to: 1 });
    const y = node.outputs[0]!;
    const dims = context.shapeOf(y);
    const byBase =
      context.wants(0) === null
        ? null
        : context.sumTo(f.mul(dy, powerByBase(f, a, b, context.numbersOf(given))), dims, 0);
    // log(a) is asked only where a is above zero; at zero the power is 0 or 1 for all exponents nearby.
    const positive = (): string => f.greater(a, 0);
    const byExponent =
      context.wants(1) === null
        ? null
        : context.sumTo(f.mul(dy, y, build.add('Log', [f.where(positive(), a, 1)])), dims, 1);
    return [byBase, byExponent];
  },
};

const mod: GradientRule = broadcasting('Mod', (input, { context, f, dy, inputs }) => {
  if (input === 0) return dy;
  if (intOf(context.node, 'fmod', 0) !== 1) context.unsupported('of floating point it must have fmod = 1');
  // fmod(a, b) = a - b trunc(a / b).
  const ratio = f.div(inputs[0]!, inputs[1]!);
  const truncated = f.mul(
    context.build.add('Sign', [ratio]),
    context.build.add('Floor', [context.build.add('Abs', [ratio])]),
  );
  return f.neg(f.mul(dy, truncated));
});

const where: GradientRule = {
  op: 'Where',
  build(context) {
    const { node } = context;
    const dy = context.upstream(0);
    if (dy === null) return [];
    const f = formula(context.build);
    const dims = context.shapeOf(node.outputs[0]!);
    const condition = node.inputs[0]!;
    return [
      null,
      context.wants(1) === null ? null : context.sumTo(f.where(condition, dy, 0), dims, 1),
      context.wants(2) === null ? null : context.sumTo(f.where(condition, 0, dy), dims, 2),
    ];
  },
};

/** Operators of several inputs that broadcast ("Broadcasting in ONNX"). */
export const ARITHMETIC = defineRules([
  broadcasting('Add', (_, { dy }) => dy),
  broadcasting('Sub', (input, { f, dy }) => (input === 0 ? dy : f.neg(dy))),
  broadcasting('Mul', (input, { f, dy, inputs }) => f.mul(dy, inputs[1 - input]!)),
  broadcasting('Div', (input, { f, dy, inputs, y }) => {
    const part = f.div(dy, inputs[1]!);
    return input === 0 ? part : f.neg(f.mul(part, y));
  }),
  broadcasting('Sum', (_, { dy }) => dy),
  broadcasting('Mean', (_, { f, dy, inputs }) => f.mul(dy, 1 / inputs.length)),
  extremum('Max'),
  extremum('Min'),
  pow,
  mod,
  where,
]);
