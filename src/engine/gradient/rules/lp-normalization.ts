import { intOf } from '../../graph/attributes.ts';
import { axisFrom, formula } from '../formula.ts';
import { defineRules, type GradientRule } from '../gradient-rule.ts';

/** y = x / |x|_p along one axis. */
const lpNormalization: GradientRule = {
  op: 'LpNormalization',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const f = formula(build);
    const [x] = node.inputs as [string];
    const axis = axisFrom(intOf(node, 'axis', -1), context.shapeOf(x).length);
    const p = intOf(node, 'p', 2);
    const y = node.outputs[0]!;
    const along = f.sum(f.mul(dy, y), [axis]);
    const norm = p === 1 ? f.sum(build.add('Abs', [x]), [axis]) : f.sqrt(f.sum(f.square(x), [axis]));
    const safe = f.where(f.greater(norm, 0), norm, 1);
    const direction = p === 1 ? build.add('Sign', [x]) : y;
    return [f.div(f.sub(dy, f.mul(direction, along)), safe)];
  },
};

export const LP_NORMALIZATION = defineRules([lpNormalization]);
