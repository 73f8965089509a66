import { float, floatOf, intOf, intsOf } from '../../graph/attributes.ts';
import { type Formula, formula } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';
import { product } from '../window.ts';

/** x with mean 0 and variance 1 over axes, and 1 / standard deviation. */
interface Standardised {
  readonly xhat: string;
  readonly inverse: string;
}

function standardise(f: Formula, x: string, axes: readonly number[], epsilon: number): Standardised {
  const centred = f.sub(x, f.mean(x, axes));
  const inverse = f.div(1, f.sqrt(f.add(f.mean(f.square(centred), axes), epsilon)));
  return { xhat: f.mul(centred, inverse), inverse };
}

/** Gradient through standardisation: inverse (g - mean(g) - xhat mean(g xhat)), g = d(loss)/d(xhat). */
function throughStandardise(f: Formula, g: string, { xhat, inverse }: Standardised, axes: readonly number[]): string {
  const along = f.mul(xhat, f.mean(f.mul(g, xhat), axes));
  return f.mul(inverse, f.sub(f.sub(g, f.mean(g, axes)), along));
}

/** [C] as [1, C, 1, 1 ...]. */
function byChannel(f: Formula, values: string, channels: number, rank: number): string {
  return f.reshape(values, [1, channels, ...Array.from({ length: rank - 2 }, () => 1)]);
}

/** Sums [n, C, ...] to [C], or to [n, C] for each sample. */
function sumChannels(context: GradientContext, f: Formula, values: string, rank: number, input: number): string {
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
  return f.sum(values, context.wants(input) === 'per-sample' ? spatial : [0, ...spatial], false);
}

const BATCH_NORMALIZATION: GradientRule = {
  op: 'BatchNormalization',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null) return [];
    const f = formula(build);
    const [x = '', scale = '', , mean = '', variance = ''] = node.inputs;
    const shape = context.shapeOf(x);
    const rank = shape.length;
    const channels = shape[1] ?? 1;
    const epsilon = floatOf(node, 'epsilon', 1e-5);
    const wide = (values: string): string => byChannel(f, values, channels, rank);
    if (intOf(node, 'training_mode', 0) === 1) return throughBatch(context, f, dy, epsilon);

    const scales = context.constantOf(scale)?.data as Float32Array | undefined;
    const variances = context.constantOf(variance)?.data as Float32Array | undefined;
    const inverse = (): string => f.div(1, f.sqrt(f.add(variance, epsilon)));
    const factor = (): string => {
      if (scales === undefined || variances === undefined) return wide(f.mul(scale, inverse()));
      const values = scales.map((value, channel) => value / Math.sqrt(variances[channel]! + epsilon));
      return build.floats(values, [1, channels, ...shape.slice(2).map(() => 1)]);
    };
    const xhat = (): string => f.mul(f.sub(x, wide(mean)), wide(inverse()));
    if (context.wants(3) !== null || context.wants(4) !== null)
      return context.unsupported('its statistics are no constants');
    return [
      context.wants(0) === null ? null : f.mul(dy, factor()),
      context.wants(1) === null ? null : sumChannels(context, f, f.mul(dy, xhat()), rank, 1),
      context.wants(2) === null ? null : sumChannels(context, f, dy, rank, 2),
    ];
  },
};

/** Training mode: mean and variance are the batch's own, so every sample has an influence on all. */
function throughBatch(context: GradientContext, f: Formula, dy: string, epsilon: number): readonly (string | null)[] {
  const { node } = context;
  const [x = '', scale = ''] = node.inputs;
  const shape = context.shapeOf(x);
  const rank = shape.length;
  if (context.wants(1) === 'per-sample' || context.wants(2) === 'per-sample') {
    return context.unsupported('in training mode the samples of a batch have no gradients of their own');
  }
  const axes = [0, ...shape.slice(2).map((_, axis) => axis + 2)];
  const parts = standardise(f, x, axes, epsilon);
  const g = (): string => f.mul(dy, byChannel(f, scale, shape[1] ?? 1, rank));
  return [
    context.wants(0) === null ? null : throughStandardise(f, g(), parts, axes),
    context.wants(1) === null ? null : f.sum(f.mul(dy, parts.xhat), axes, false),
    context.wants(2) === null ? null : f.sum(dy, axes, false),
  ];
}

/** Axes from `axis` on. */
function lastAxes(rank: number, axis: number): readonly number[] {
  const first = axis < 0 ? axis + rank : axis;
  return Array.from({ length: rank - first }, (_, index) => first + index);
}

const LAYER_NORMALIZATION: GradientRule = {
  op: 'LayerNormalization',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null) return [];
    if (context.upstream(1) !== null || context.upstream(2) !== null) {
      return context.unsupported('its mean or deviation is used');
    }
    const f = formula(build);
    const [x = '', scale = ''] = node.inputs;
    const shape = context.shapeOf(x);
    const axis = intOf(node, 'axis', -1);
    const axes = lastAxes(shape.length, axis);
    const epsilon = floatOf(node, 'epsilon', 1e-5);
    // The operator itself tells xhat and 1 / deviation, in one pass.
    const ones = build.add('ConstantOfShape', [build.ints(shape.slice(axes[0]))], {
      value: { kind: 'tensor', value: { type: 'float32', dims: [1], data: Float32Array.of(1) } },
    });
    const [xhat = '', , inverse = ''] = build.addMany('LayerNormalization', [x, ones], 3, {
      axis,
      epsilon: float(epsilon),
    });
    return [
      context.wants(0) === null ? null : throughStandardise(f, f.mul(dy, scale), { xhat, inverse }, axes),
      context.wants(1) === null ? null : context.sumTo(f.mul(dy, xhat), shape, 1),
      context.wants(2) === null ? null : context.sumTo(dy, shape, 2),
    ];
  },
};

/** y = scale x / sqrt(mean(x^2) + epsilon). */
function rmsNormalization(op: string, domain: string): GradientRule {
  return {
    op,
    domain,
    build(context) {
      const { node, build } = context;
      const dy = context.upstream(0);
      if (dy === null) return [];
      if (context.upstream(1) !== null) return context.unsupported('its deviation is used');
      const f = formula(build);
      const [x = '', scale = ''] = node.inputs;
      const shape = context.shapeOf(x);
      const axes = lastAxes(shape.length, intOf(node, 'axis', -1));
      const inverse = f.div(1, f.sqrt(f.add(f.mean(f.square(x), axes), floatOf(node, 'epsilon', 1e-5))));
      const xhat = f.mul(x, inverse);
      const g = (): string => f.mul(dy, scale);
      const through = (): string => {
        const given = g();
        return f.mul(inverse, f.sub(given, f.mul(xhat, f.mean(f.mul(given, xhat), axes))));
      };
      return [
        context.wants(0) === null ? null : through(),
        context.wants(1) === null ? null : context.sumTo(f.mul(dy, xhat), shape, 1),
      ];
    },
  };
}

/** GroupNormalization, and InstanceNormalization, in which every channel is a group. */
function groupNormalization(
  op: string,
  groupsOf: (context: GradientContext, channels: number) => number,
): GradientRule {
  return {
    op,
    build(context) {
      const { node, build } = context;
      const dy = context.upstream(0);
      if (dy === null) return [];
      const f = formula(build);
      const [x = '', scale = ''] = node.inputs;
      const shape = context.shapeOf(x);
      const [batch = 0, channels = 0] = shape;
      const groups = groupsOf(context, channels);
      const grouped = [batch, groups, product(shape.slice(1)) / groups];
      const parts = standardise(f, f.reshape(x, grouped), [2], floatOf(node, 'epsilon', 1e-5));
      const through = (): string => {
        const g = f.mul(dy, byChannel(f, scale, channels, shape.length));
        return f.reshape(throughStandardise(f, f.reshape(g, grouped), parts, [2]), shape);
      };
      return [
        context.wants(0) === null ? null : through(),
        context.wants(1) === null
          ? null
          : sumChannels(context, f, f.mul(dy, f.reshape(parts.xhat, shape)), shape.length, 1),
        context.wants(2) === null ? null : sumChannels(context, f, dy, shape.length, 2),
      ];
    },
  };
}

/**
 * Local response normalization (AlexNet): y = x d^-beta, d = bias + alpha/size * sum of x^2 over `size` channels around. The sum over
 * channels is a pool along them.
 */
const LRN: GradientRule = {
  op: 'LRN',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const f = formula(build);
    const x = node.inputs[0]!;
    const shape = context.shapeOf(x);
    const [batch = 0, channels = 0, ...spatial] = shape;
    const [alpha, beta] = [floatOf(node, 'alpha', 1e-4), floatOf(node, 'beta', 0.75)];
    const [bias, size] = [floatOf(node, 'bias', 1), intOf(node, 'size', 1)];
    const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
    // AveragePool that counts its padding, times size, is a sum.
    const sums = (values: string, top: number, bottom: number): string => {
      const image = f.reshape(values, [batch, 1, channels, product(spatial)]);
      const pads = [top, 0, bottom, 0];
      const pooled = build.add('AveragePool', [image], {
        kernel_shape: [size, 1],
        pads,
        strides: [1, 1],
        count_include_pad: 1,
      });
      return f.reshape(pooled, shape);
    };
    const base = f.add(f.mul(sums(f.square(x), before, after), alpha), bias);
    const power = f.pow(base, -beta);
    const inner = f.mul(f.mul(dy, x), f.div(power, base));
    return [f.sub(f.mul(dy, power), f.mul(f.mul(x, sums(inner, after, before)), 2 * alpha * beta))];
  },
};

/** Normalisations. */
export const NORMALIZATION = defineRules([
  BATCH_NORMALIZATION,
  LAYER_NORMALIZATION,
  rmsNormalization('RMSNormalization', ''),
  rmsNormalization('SimplifiedLayerNormalization', ''),
  groupNormalization('GroupNormalization', (context) => intOf(context.node, 'num_groups', 1)),
  groupNormalization('InstanceNormalization', (_, channels) => channels),
  LRN,
  {
    op: 'MeanVarianceNormalization',
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const f = formula(context.build);
      const axes = intsOf(context.node, 'axes', [0, 2, 3]);
      return [throughStandardise(f, dy, standardise(f, context.node.inputs[0]!, axes, 1e-9), axes)];
    },
  },
]);
