import type { OnnxTensor } from '../../../formats/onnx/onnx-model.ts';
import { intOf, intsOf, textOf } from '../../graph/attributes.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { formula } from '../formula.ts';
import { defineRules, type GradientContext } from '../gradient-rule.ts';
import { product, transposedFit, type Window, windowAttributes, windowOf } from '../window.ts';

/** Below so many input channels ONNX Runtime's blocked kernel does not pay, and a transposed convolution is faster. */
const MIN_CHANNELS = 8;

/** What both kinds of convolution are made of, from the side that has more pixels (`wide`) to the other (`narrow`). */
interface Geometry {
  readonly window: Window;
  readonly groups: number;
}

/**
 * Columns of a convolution's input: [batch, channels * K, L], where K is the number of kernel taps and L of output pixels. Done as a
 * depthwise convolution with one-hot kernels, the fastest way measured.
 */
export function columns(
  build: GraphBuilder,
  x: string,
  batch: number,
  channels: number,
  { window }: Geometry,
  out: readonly number[],
): string {
  const taps = product(window.kernel);
  let unfolded = x;
  const trivial = taps === 1 && window.strides.every((one) => one === 1) && window.begin.every((one) => one === 0);
  if (!trivial || window.end.some((one) => one !== 0)) {
    const kernel = new Float32Array(channels * taps * taps);
    for (let index = 0; index < channels * taps; index++) kernel[index * taps + (index % taps)] = 1;
    const name = build.floats(kernel, [channels * taps, 1, ...window.kernel]);
    unfolded = build.add('Conv', [x, name], { ...windowAttributes(window), group: channels });
  }
  return formula(build).reshape(unfolded, [batch, channels * taps, product(out)]);
}

/**
 * Gradient by the weights, for each sample: narrow [n, M, L] times columns of wide [n, C K, L], in groups: [n, M, C/g, ...kernel].
 */
function weightGradient(
  context: GradientContext,
  wide: string,
  narrow: string,
  { channels, narrowShape, geometry }: { channels: number; narrowShape: readonly number[]; geometry: Geometry },
): string {
  const { build } = context;
  const f = formula(build);
  const { groups, window } = geometry;
  const [batch = 0, outputs = 0, ...out] = narrowShape;
  const pixels = product(out);
  const taps = product(window.kernel);
  const column = columns(build, wide, batch, channels, geometry, out);
  const each = (channels / groups) * taps;
  const left = f.reshape(narrow, groups === 1 ? [batch, outputs, pixels] : [batch, groups, outputs / groups, pixels]);
  const right = groups === 1 ? column : f.reshape(column, [batch, groups, each, pixels]);
  const all = f.product(left, right, { transB: true });
  const shape = [outputs, channels / groups, ...window.kernel];
  if (context.wants(1) === 'per-sample') return f.reshape(all, [batch, ...shape]);
  return f.reshape(f.sum(all, [0], false), shape);
}

function biasGradient(context: GradientContext, dy: string, rank: number): string {
  const axes = Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
  return formula(context.build).sum(dy, context.wants(2) === 'per-sample' ? axes : [0, ...axes], false);
}

/** W [M, C/g, ...k] as the kernel of the convolution that goes back: [C, M/g, ...k], flipped. */
function flipped(weights: OnnxTensor, groups: number): OnnxTensor {
  const [outputs = 0, each = 0, ...kernel] = weights.dims;
  const taps = product(kernel);
  const perGroup = outputs / groups;
  const source = weights.data as Float32Array;
  const data = new Float32Array(source.length);
  for (let group = 0; group < groups; group++) {
    for (let output = 0; output < perGroup; output++) {
      for (let input = 0; input < each; input++) {
        const from = ((group * perGroup + output) * each + input) * taps;
        const to = ((group * each + input) * perGroup + output) * taps;
        for (let tap = 0; tap < taps; tap++) data[to + taps - 1 - tap] = source[from + tap]!;
      }
    }
  }
  return { type: 'float32', dims: [each * groups, perGroup, ...kernel], data };
}

function inputGradient(context: GradientContext, dy: string, window: Window, groups: number): string {
  const { build, node } = context;
  const [x = '', w = ''] = node.inputs;
  const [, channels = 0, ...input] = context.shapeOf(x);
  const [, , ...out] = context.shapeOf(node.outputs[0]!);
  const begin = window.kernel.map((size, axis) => (size - 1) * window.dilations[axis]! - window.begin[axis]!);
  const end = window.kernel.map((size, axis) => (size - 1) * window.dilations[axis]! - window.end[axis]!);
  const plain = window.strides.every((one) => one === 1) && [...begin, ...end].every((one) => one >= 0);
  // Weights that change would be turned in every run, and have no blocked kernel: measured, the transposed convolution is faster.
  const constant = context.constantOf(w);
  if (plain && channels >= MIN_CHANNELS && constant !== undefined) {
    const back = build.tensor(flipped(constant, groups), `${w}~flipped`);
    return build.add('Conv', [dy, back], { ...windowAttributes({ ...window, begin, end }), group: groups });
  }
  const { end: after, outputPadding } = transposedFit(window, out, input);
  return build.add('ConvTranspose', [dy, w], {
    ...windowAttributes({ ...window, end: after }),
    output_padding: outputPadding,
    group: groups,
  });
}

/** Padding of a ConvTranspose; its `auto_pad` and `output_shape` say how large the output is, and the padding follows. */
function transposedWindow(context: GradientContext, input: readonly number[], output: readonly number[]): Window {
  const { node } = context;
  const [, , ...kernel] = context.shapeOf(node.inputs[1]!);
  const plain = windowOf(
    { ...context, node: { ...node, attributes: withoutAutoPad(node.attributes) } },
    output,
    input,
    kernel,
  );
  const auto = textOf(node, 'auto_pad', 'NOTSET');
  const shaped = intsOf(node, 'output_shape', []).length > 0;
  if (!shaped && (auto === 'NOTSET' || auto === '')) return plain;
  if (auto === 'VALID' && !shaped) return { ...plain, begin: kernel.map(() => 0), end: kernel.map(() => 0) };
  const extra = intsOf(
    node,
    'output_padding',
    kernel.map(() => 0),
  );
  const total = kernel.map(
    (size, axis) =>
      plain.strides[axis]! * (input[axis]! - 1) +
      extra[axis]! +
      (size - 1) * plain.dilations[axis]! +
      1 -
      output[axis]!,
  );
  if (total.some((one) => one < 0)) return context.unsupported('its output is larger than its windows reach');
  const small = total.map((sum) => Math.floor(sum / 2));
  const large = total.map((sum, axis) => sum - small[axis]!);
  return auto === 'SAME_UPPER' ? { ...plain, begin: small, end: large } : { ...plain, begin: large, end: small };
}

function withoutAutoPad(attributes: GradientContext['node']['attributes']): GradientContext['node']['attributes'] {
  return new Map([...attributes].filter(([name]) => name !== 'auto_pad'));
}

/** Convolutions in any number of spatial dimensions. Recipes and their measured cost: docs/engine.md. */
export const CONVOLUTION = defineRules([
  {
    op: 'Conv',
    build(context) {
      const { node } = context;
      const dy = context.upstream(0);
      if (dy === null) return [];
      const [x = '', w = ''] = node.inputs;
      const [, channels = 0, ...input] = context.shapeOf(x);
      const narrowShape = context.shapeOf(node.outputs[0]!);
      const [, , ...kernel] = context.shapeOf(w);
      const window = windowOf(context, input, narrowShape.slice(2), kernel);
      const groups = intOf(node, 'group', 1);
      return [
        context.wants(0) === null ? null : inputGradient(context, dy, window, groups),
        context.wants(1) === null
          ? null
          : weightGradient(context, x, dy, { channels, narrowShape, geometry: { window, groups } }),
        context.wants(2) === null ? null : biasGradient(context, dy, narrowShape.length),
      ];
    },
    /** ||sum_l dy_l col_l^T||^2 = <dy^T dy, col^T col>: cheaper where there are few pixels and many weights. */
    squaredNorms(context, input) {
      const { node, build } = context;
      const dy = context.upstream(0);
      const groups = intOf(node, 'group', 1);
      const [x = '', w = ''] = node.inputs;
      const [batch = 0, outputs = 0, ...out] = context.shapeOf(node.outputs[0]!);
      const pixels = product(out);
      if (dy === null || input !== 1 || groups !== 1 || 2 * pixels * pixels >= product(context.shapeOf(w))) return null;
      const [, channels = 0, ...size] = context.shapeOf(x);
      const window = windowOf(context, size, out, context.shapeOf(w).slice(2));
      const f = formula(build);
      const column = columns(build, x, batch, channels, { window, groups }, out);
      const left = f.reshape(dy, [batch, outputs, pixels]);
      const grams = f.mul(f.product(left, left, { transA: true }), f.product(column, column, { transA: true }));
      return f.sum(grams, [1, 2], false);
    },
  },
  {
    op: 'ConvTranspose',
    build(context) {
      const { node, build } = context;
      const dy = context.upstream(0);
      if (dy === null) return [];
      const [x = '', w = ''] = node.inputs;
      const narrowShape = context.shapeOf(x);
      const [, channels = 0, ...output] = context.shapeOf(node.outputs[0]!);
      const window = transposedWindow(context, narrowShape.slice(2), output);
      const groups = intOf(node, 'group', 1);
      // The convolution that goes back must reach the same pixels: rows that output_padding added are read by none.
      return [
        context.wants(0) === null ? null : build.add('Conv', [dy, w], { ...windowAttributes(window), group: groups }),
        context.wants(1) === null
          ? null
          : weightGradient(context, dy, x, { channels, narrowShape, geometry: { window, groups } }),
        context.wants(2) === null ? null : biasGradient(context, dy, narrowShape.length),
      ];
    },
  },
]);
