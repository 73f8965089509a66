import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';
import { formula } from '../formula.ts';

const STEPS = 'its output moves in steps: the derivative is zero almost everywhere';
const PLACES = 'it gives places, which no small change of the input moves';

/** A step function; its stand-in passes the gradient on as it is (straight-through, Bengio et al. 2013). */
function step(op: string, standIn: (context: GradientContext, dy: string) => string = (_, dy) => dy): GradientRule {
  return {
    op,
    masked: STEPS,
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null || !context.straightThrough) return [];
      return [standIn(context, dy)];
    },
  };
}

/** The stand-in of Sign is that of the clipped identity: 1 for |x| <= 1 (Hubara et al. 2016, eq. 4). */
function clippedIdentity({ node, build }: GradientContext, dy: string): string {
  const f = formula(build);
  return f.where(f.greater(build.add('Abs', [node.inputs[0]!]), 1), 0, dy);
}

const places = (op: string): GradientRule => ({ op, masked: PLACES, build: () => [] });

const hardmax: GradientRule = {
  op: 'Hardmax',
  masked: 'it gives 1 to the largest and 0 to the rest: the derivative is zero almost everywhere',
  build(context) {
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null || !context.straightThrough) return [];
    // The stand-in is the gradient of Softmax.
    const f = formula(context.build);
    const axis = Number((context.node.attributes.get('axis') as { value?: unknown } | undefined)?.value ?? -1);
    const soft = context.build.add('Softmax', [context.node.inputs[0]!], { axis });
    return [f.mul(soft, f.sub(dy, f.sum(f.mul(dy, soft), [axis])))];
  },
};

/** Operators that hide the gradient. What stands in for it is used only where the caller asks for it. */
export const MASKED = defineRules([
  step('Sign', clippedIdentity),
  step('Round'),
  step('Floor'),
  step('Ceil'),
  hardmax,
  places('ArgMax'),
  places('ArgMin'),
]);
