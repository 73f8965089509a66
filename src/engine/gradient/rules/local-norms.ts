import { floatOf, intOf, intsOf } from '../../graph/attributes.ts';
import { axisFrom, formula, sizeOf } from '../formula.ts';
import { defineRules, type GradientRule } from '../gradient-rule.ts';

/**
 * y_c = x_c / S_c^beta with S = bias + alpha/size * (sum of squares of the channels around c):
 * dx = dy S^-beta - 2 alpha beta/size * x * W^T(dy x S^(-beta-1)), W the 0/1 band of channels.
 */
const localResponse: GradientRule = {
  op: 'LRN',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const f = formula(build);
    const [x] = node.inputs as [string];
    const dims = context.shapeOf(x);
    const size = intOf(node, 'size', 1);
    const alpha = floatOf(node, 'alpha', 1e-4);
    const beta = floatOf(node, 'beta', 0.75);
    const [n, channels] = dims as [number, number];
    const flat = [n, channels, sizeOf(dims.slice(2))];
    const [low, high] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
    const band = new Float32Array(channels * channels);
    for (let c = 0; c < channels; c++) {
      for (let k = Math.max(0, c - low); k <= Math.min(channels - 1, c + high); k++) band[c * channels + k] = 1;
    }
    const window = build.floats(band, [channels, channels]);
    const [flatX, flatDy] = [f.reshape(x, flat), f.reshape(dy, flat)];
    const sums = f.matmul(window, f.square(flatX));
    const total = f.add(f.mul(sums, alpha / size), floatOf(node, 'bias', 1));
    const weight = f.mul(flatDy, f.pow(total, -beta));
    const back = f.matmul(build.add('Transpose', [window], { perm: [1, 0] }), f.div(f.mul(weight, flatX), total));
    return [f.reshape(f.sub(weight, f.mul(f.mul(flatX, back), (2 * alpha * beta) / size)), dims)];
  },
};

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

/** (x - mean) / sqrt(variance), both over `axes`. */
const meanVariance: GradientRule = {
  op: 'MeanVarianceNormalization',
  build(context) {
    const { node } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const f = formula(context.build);
    const [x] = node.inputs as [string];
    const y = node.outputs[0]!;
    const axes = intsOf(node, 'axes', undefined) ?? [0, 2, 3];
    const spread = f.sqrt(f.mean(f.square(f.sub(x, f.mean(x, axes))), axes));
    const centred = f.sub(dy, f.mean(dy, axes));
    return [f.div(f.sub(centred, f.mul(y, f.mean(f.mul(dy, y), axes))), spread)];
  },
};

export const LOCAL_NORMS = defineRules([localResponse, lpNormalization, meanVariance]);
