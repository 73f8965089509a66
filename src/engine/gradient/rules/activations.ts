import { floatOf, textOf } from '../../graph/attributes.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { type Formula, formula } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';

interface Point {
  readonly f: Formula;
  readonly build: GraphBuilder;
  readonly x: string;
  readonly y: string;
  readonly dy: string;
  readonly context: GradientContext;
  /** A float attribute of the node. */
  alpha(name: string, fallback: number): number;
}

/** `gradient` is dy times the derivative, by the output where that keeps the runtime's fusions. At kinks as PyTorch has it. */
function activation(op: string, gradient: (at: Point) => string): GradientRule {
  return {
    op,
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const { build, node } = context;
      const [x = '', y = ''] = [node.inputs[0], node.outputs[0]];
      const alpha = (name: string, fallback: number): number => floatOf(node, name, fallback);
      return [gradient({ f: formula(build), build, x, y, dy, context, alpha })];
    },
  };
}

/** sigma(x), and d/dx of it from it. */
function sigmoidSlope(f: Formula, sigma: string): string {
  return f.mul(sigma, f.sub(1, sigma));
}

/** d/dx x sigma(a x) = s + a x s (1 - s). */
function swishSlope(f: Formula, build: GraphBuilder, x: string, a: number): string {
  const sigma = build.add('Sigmoid', [a === 1 ? x : f.mul(x, a)]);
  const inner = f.mul(x, f.sub(1, sigma));
  return f.mul(sigma, f.add(a === 1 ? inner : f.mul(inner, a), 1));
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** GELU by the error function: Phi(x) + x phi(x). */
function geluSlope(f: Formula, build: GraphBuilder, x: string): string {
  const cdf = f.mul(f.add(build.add('Erf', [f.mul(x, Math.SQRT1_2)]), 1), 0.5);
  const density = f.mul(f.exp(f.mul(f.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return f.add(cdf, f.mul(x, density));
}

/** GELU by tanh: y = x/2 (1 + tanh u), u = sqrt(2/pi) (x + 0.044715 x^3). */
function tanhGeluSlope(f: Formula, build: GraphBuilder, x: string): string {
  const square = f.square(x);
  const inner = f.mul(f.mul(x, f.add(f.mul(square, 0.044715), 1)), SQRT_2_OVER_PI);
  const tanh = build.add('Tanh', [inner]);
  const slope = f.mul(f.add(f.mul(square, 3 * 0.044715), 1), SQRT_2_OVER_PI);
  const side = f.mul(f.mul(x, f.sub(1, f.square(tanh))), slope);
  return f.mul(f.add(f.add(tanh, 1), side), 0.5);
}

/** Activations. The derivative at a kink is PyTorch's. */
export const ACTIVATIONS = defineRules([
  activation('Relu', ({ f, y, dy }) => f.where(f.greater(y, 0), dy, 0)),
  activation('LeakyRelu', ({ f, x, dy, alpha }) => f.where(f.greater(x, 0), dy, f.mul(dy, alpha('alpha', 0.01)))),
  activation('ThresholdedRelu', ({ f, x, dy, alpha }) => f.where(f.greater(x, alpha('alpha', 1)), dy, 0)),
  activation('Elu', ({ f, y, dy, alpha }) => f.where(f.greater(y, 0), dy, f.mul(dy, f.add(y, alpha('alpha', 1))))),
  activation('Selu', ({ f, y, dy, alpha }) => {
    const [a, gamma] = [alpha('alpha', 1.6732632423543772), alpha('gamma', 1.0507009873554805)];
    return f.mul(dy, f.where(f.greater(y, 0), gamma, f.add(y, a * gamma)));
  }),
  activation('Celu', ({ f, x, dy, alpha }) => {
    const below = f.exp(f.mul(f.where(f.greater(x, 0), 0, x), 1 / alpha('alpha', 1)));
    return f.mul(dy, f.where(f.greater(x, 0), 1, below));
  }),
  activation('Sigmoid', ({ f, y, dy }) => f.mul(dy, sigmoidSlope(f, y))),
  activation('Tanh', ({ f, y, dy }) => f.mul(dy, f.sub(1, f.square(y)))),
  activation('HardSigmoid', ({ f, build, y, dy, alpha }) => {
    const inside = build.add('And', [f.greater(y, 0), f.less(y, 1)]);
    return f.where(inside, f.mul(dy, alpha('alpha', 0.2)), 0);
  }),
  activation('HardSwish', ({ f, x, dy }) => {
    const slope = f.add(f.mul(x, 1 / 3), 0.5);
    return f.mul(dy, f.where(f.less(x, -3), 0, f.where(f.greater(x, 3), 1, slope)));
  }),
  activation('Softplus', ({ f, build, x, dy }) => f.mul(dy, build.add('Sigmoid', [x]))),
  activation('Softsign', ({ f, build, x, dy }) => f.div(dy, f.square(f.add(build.add('Abs', [x]), 1)))),
  activation('Mish', ({ f, build, x, dy }) => {
    const tanh = build.add('Tanh', [build.add('Softplus', [x])]);
    const inner = f.mul(f.mul(x, f.sub(1, f.square(tanh))), build.add('Sigmoid', [x]));
    return f.mul(dy, f.add(tanh, inner));
  }),
  activation('Erf', ({ f, x, dy }) => f.mul(dy, f.mul(f.exp(f.neg(f.square(x))), 2 / Math.sqrt(Math.PI)))),
  activation('Gelu', ({ f, build, x, dy, context }) => {
    const tanh = textOf(context.node, 'approximate', 'none') === 'tanh';
    return f.mul(dy, tanh ? tanhGeluSlope(f, build, x) : geluSlope(f, build, x));
  }),
  activation('Swish', ({ f, build, x, dy, alpha }) => f.mul(dy, swishSlope(f, build, x, alpha('alpha', 1)))),
  activation('Shrink', ({ f, build, x, dy, alpha }) => {
    return f.where(f.greater(build.add('Abs', [x]), alpha('lambd', 0.5)), dy, 0);
  }),
  {
    op: 'PRelu',
    build(context) {
      const { build, node } = context;
      const dy = context.upstream(0);
      if (dy === null) return [];
      const f = formula(build);
      const [x = '', slope = ''] = node.inputs;
      const above = f.greater(x, 0);
      const shape = context.shapeOf(node.outputs[0]!);
      return [
        context.wants(0) === null ? null : context.sumTo(f.where(above, dy, f.mul(dy, slope)), shape, 0),
        context.wants(1) === null ? null : context.sumTo(f.where(above, 0, f.mul(dy, x)), shape, 1),
      ];
    },
  },
  {
    op: 'Clip',
    build(context) {
      const { build, node } = context;
      const dy = context.upstream(0);
      if (dy === null) return [];
      const f = formula(build);
      const [x = '', low = '', high = ''] = node.inputs;
      const below = low === '' ? null : f.less(x, low);
      const above = high === '' ? null : f.greater(x, high);
      const shape = context.shapeOf(node.outputs[0]!);
      const inside = (): string => {
        const kept = below === null ? dy : f.where(below, 0, dy);
        return above === null ? kept : f.where(above, 0, kept);
      };
      // Where the limits cross, the upper one is the value.
      const low_ = below === null || above === null ? below : build.add('And', [below, build.add('Not', [above])]);
      const limit = (mask: string | null, input: number): string | null =>
        mask === null || context.wants(input) === null ? null : context.sumTo(f.where(mask, dy, 0), shape, input);
      return [context.wants(0) === null ? null : inside(), limit(low_, 1), limit(above, 2)];
    },
  },
]);
