import { intOf } from '../../graph/attributes.ts';
import { formula } from '../formula.ts';
import { defineRules } from '../gradient-rule.ts';

/** Softmax and its logarithm, from their outputs. */
export const SOFTMAX = defineRules([
  {
    op: 'Softmax',
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const f = formula(context.build);
      const y = context.node.outputs[0]!;
      const product = f.mul(dy, y);
      return [f.sub(product, f.mul(y, f.sum(product, [intOf(context.node, 'axis', -1)])))];
    },
  },
  {
    op: 'LogSoftmax',
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const f = formula(context.build);
      const y = context.node.outputs[0]!;
      return [f.sub(dy, f.mul(f.exp(y), f.sum(dy, [intOf(context.node, 'axis', -1)])))];
    },
  },
]);
