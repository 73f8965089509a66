import { intOf } from '../../graph/attributes.ts';
import { blockWeights } from '../block-weights.ts';
import { formula } from '../formula.ts';
import { defineRules, type GradientRule } from '../gradient-rule.ts';

/** y = A W^T + bias with W of 2, 4 or 8 bits a number, as language models are exported. The weights are constants. */
const matMulNBits: GradientRule = {
  op: 'MatMulNBits',
  domain: 'com.microsoft',
  limits: 'weights are constants',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null) return [];
    const f = formula(build);
    const [, packed = '', scales = '', zeros = '', order = '', bias = ''] = node.inputs;
    const output = context.shapeOf(node.outputs[0]!);
    const byBias = bias === '' || context.wants(5) === null ? null : context.sumTo(dy, output, 5);
    if (context.wants(0) === null) return [null, null, null, null, null, byBias];
    if (order !== '') context.unsupported('its columns are in another order (g_idx)');
    const layout = {
      rows: intOf(node, 'N', 0),
      columns: intOf(node, 'K', 0),
      bits: intOf(node, 'bits', 4),
      block: intOf(node, 'block_size', 0),
    };
    const [b, s] = [context.constantOf(packed), context.constantOf(scales)];
    const z = zeros === '' ? null : context.constantOf(zeros);
    if (b === undefined || s === undefined || z === undefined) {
      return context.unsupported('its weights depend on the input');
    }
    const weights = blockWeights(layout, b, s, z);
    if (weights === null) return context.unsupported('its weights are not as large as its attributes say');
    const matrix = build.floats(weights, [layout.rows, layout.columns]);
    return [f.matmul(dy, matrix), null, null, null, null, byBias];
  },
};

export const BLOCK_QUANTIZED = defineRules([matMulNBits]);
