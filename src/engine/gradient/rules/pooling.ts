import { intOf } from '../../graph/attributes.ts';
import { formula } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';
import { product, transposedFit, type Window, windowAttributes, windowOf } from '../window.ts';

/** No pixel is in two windows. */
function isDisjoint({ kernel, strides, dilations }: Window): boolean {
  return kernel.every((size, axis) => (size - 1) * dilations[axis]! < strides[axis]!);
}

/** Every pixel is in exactly one window. */
function isTiling(window: Window, input: readonly number[], output: readonly number[]): boolean {
  return (
    [...window.begin, ...window.end].every((pad) => pad === 0) &&
    window.dilations.every((one) => one === 1) &&
    window.kernel.every((size, axis) => size === window.strides[axis] && size * output[axis]! === input[axis])
  );
}

/**
 * The first maximum of each window gets its gradient, as in PyTorch: the pool's indices say where, and the gradient is put there, added
 * where windows overlap. A pool that does not give them is run a second time, for them alone.
 */
const MAX_POOL: GradientRule = {
  op: 'MaxPool',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const f = formula(build);
    const x = node.inputs[0]!;
    const shape = context.shapeOf(x);
    const output = context.shapeOf(node.outputs[0]!);
    const window = windowOf(context, shape.slice(2), output.slice(2));
    const attributes = { ...windowAttributes(window), ceil_mode: intOf(node, 'ceil_mode', 0) };
    const told = node.outputs[1] ?? '';
    const rowMajor = intOf(node, 'storage_order', 0) === 0;
    const indices = told !== '' && rowMajor ? told : build.addMany('MaxPool', [x], 2, attributes)[1]!;
    if (isTiling(window, shape.slice(2), output.slice(2)) && shape.length === 4) {
      const { kernel_shape, strides, pads } = attributes;
      return [build.add('MaxUnpool', [dy, indices, build.ints(shape)], { kernel_shape, strides, pads })];
    }
    const zeros = build.add('ConstantOfShape', [build.ints([product(shape)])]);
    const [where, values] = [f.reshape(indices, [product(output)]), f.reshape(dy, [product(output)])];
    const scattered = build.add(
      'ScatterElements',
      [zeros, where, values],
      isDisjoint(window) ? { axis: 0 } : { axis: 0, reduction: 'add' },
    );
    return [f.reshape(scattered, shape)];
  },
};

/** How many pixels each window averages over, for one spatial axis. */
function counts(window: Window, axis: number, input: number, output: number, countPadding: boolean): number[] {
  const { begin, end, kernel, strides, dilations } = window;
  const [step, pad, taps] = [dilations[axis]!, begin[axis]!, kernel[axis]!];
  // What a window of ceil_mode covers beyond the padding is never counted.
  const stop = countPadding ? input + end[axis]! : input;
  return Array.from({ length: output }, (_, at) => {
    const start = at * strides[axis]! - pad;
    const first = countPadding ? 0 : Math.max(0, Math.ceil(-start / step));
    const last = Math.min(taps, Math.ceil((stop - start) / step));
    return Math.max(0, last - first);
  });
}

const AVERAGE_POOL: GradientRule = {
  op: 'AveragePool',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const f = formula(build);
    const [batch = 0, channels = 0, ...input] = context.shapeOf(node.inputs[0]!);
    const [, , ...output] = context.shapeOf(node.outputs[0]!);
    const window = windowOf(context, input, output);
    const countPadding = intOf(node, 'count_include_pad', 0) === 1;
    const perAxis = output.map((length, axis) => counts(window, axis, input[axis]!, length, countPadding));
    const uniform = perAxis.every((list) => list.every((count) => count === list[0]));
    const shares = uniform
      ? f.mul(dy, 1 / product(perAxis.map((list) => list[0]!)))
      : perAxis.reduce((scaled, list, axis) => {
          const shape = output.map((_, other) => (other === axis ? list.length : 1));
          const share = list.map((count) => 1 / Math.max(1, count));
          return f.mul(scaled, build.floats(share, [1, 1, ...shape]));
        }, dy);
    if (isTiling(window, input, output)) {
      const apart = [batch, channels, ...output.flatMap((length) => [length, 1])];
      const wide = [batch, channels, ...output.flatMap((length, axis) => [length, window.kernel[axis]!])];
      return [
        f.reshape(build.add('Expand', [f.reshape(shares, apart), build.ints(wide)]), [batch, channels, ...input]),
      ];
    }
    // Every pixel of a window gets the same share: a transposed convolution with ones, each channel as a picture of its own.
    const { end, outputPadding } = transposedFit(window, output, input);
    const ones = build.floats(new Float32Array(product(window.kernel)).fill(1), [1, 1, ...window.kernel]);
    const spread = build.add('ConvTranspose', [f.reshape(shares, [batch * channels, 1, ...output]), ones], {
      ...windowAttributes({ ...window, end }),
      output_padding: outputPadding,
    });
    return [f.reshape(spread, [batch, channels, ...input])];
  },
};

function globalShape(context: GradientContext): readonly number[] {
  return context.shapeOf(context.node.inputs[0]!);
}

/** Pools. */
export const POOLING = defineRules([
  MAX_POOL,
  AVERAGE_POOL,
  {
    op: 'GlobalAveragePool',
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const { build } = context;
      const shape = globalShape(context);
      return [build.add('Expand', [formula(build).mul(dy, 1 / product(shape.slice(2))), build.ints(shape)])];
    },
  },
  {
    op: 'GlobalMaxPool',
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const { build, node } = context;
      const f = formula(build);
      const shape = globalShape(context);
      const [batch = 0, channels = 0, ...spatial] = shape;
      const pixels = product(spatial);
      const first = build.add('ArgMax', [f.reshape(node.inputs[0]!, [batch, channels, pixels])], {
        axis: 2,
        keepdims: 1,
      });
      const places = build.ints(Array.from({ length: pixels }, (_, index) => index));
      const chosen = f.where(build.add('Equal', [places, first]), f.reshape(dy, [batch, channels, 1]), 0);
      return [f.reshape(chosen, shape)];
    },
  },
  {
    op: 'GlobalLpPool',
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const { build, node } = context;
      if (intOf(node, 'p', 2) !== 2) return context.unsupported('p is not 2');
      const f = formula(build);
      return [f.mul(node.inputs[0]!, f.div(dy, node.outputs[0]!))];
    },
  },
]);
