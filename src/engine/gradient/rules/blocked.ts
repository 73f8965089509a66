import { floats } from '../../graph/attributes.ts';
import { BLOCKED } from '../../graph/blocked-layout.ts';
import { formula } from '../formula.ts';
import { defineRules, type GradientContext } from '../gradient-rule.ts';
import { product, transposedFit, type Window, windowAttributes, windowOf } from '../window.ts';
import { columns } from './convolution.ts';

/** Bytes of an output's gradient up to which a processor's second cache holds it beside what else there is, and it is used as a kernel. */
const MAX_KERNEL_BYTES = 2 ** 20;

/** A blocked convolution: what its rule works with. */
interface Blocks {
  readonly block: number;
  /** The input is not blocked: it has fewer channels than a block. */
  readonly narrow: boolean;
  readonly batch: number;
  readonly channels: number;
  readonly input: readonly number[];
  readonly outputs: number;
  readonly out: readonly number[];
  readonly window: Window;
  readonly taps: number;
}

function blocksOf(context: GradientContext): Blocks {
  const { node, block } = context;
  const [batch = 0, channels = 0, ...input] = context.shapeOf(node.inputs[0]!);
  const [, outputs = 0, ...out] = context.shapeOf(node.outputs[0]!);
  const window = windowOf(context, input, out);
  const taps = product(window.kernel);
  return { block, narrow: channels < block, batch, channels, input, outputs, out, window, taps };
}

function toPlain(context: GradientContext, x: string, channels: number): string {
  return context.build.add('ReorderOutput', [x], { channels }, BLOCKED);
}

function toBlocks(context: GradientContext, x: string): string {
  return context.build.add('ReorderInput', [x], {}, BLOCKED);
}

/** W as it lies in memory, input and output channels changed over and the taps from the last to the first. */
function flipped(context: GradientContext, blocks: Blocks): string {
  const { block, channels, outputs, window, taps } = blocks;
  const f = formula(context.build);
  const apart = f.reshape(context.node.inputs[1]!, [outputs / block, channels / block, taps, block, block]);
  const last = context.build.ints(Array.from({ length: taps }, (_, tap) => taps - 1 - tap));
  const turned = context.build.add('Gather', [apart, last], { axis: 2 });
  return f.reshape(f.transpose(turned, [1, 0, 2, 4, 3]), [channels, outputs, ...window.kernel]);
}

/** W in the plain layout. */
function plainWeights(context: GradientContext, blocks: Blocks): string {
  const { block, narrow, channels, outputs, window, taps } = blocks;
  const f = formula(context.build);
  const dims = narrow
    ? [outputs / block, channels, taps, block]
    : [outputs / block, channels / block, taps, block, block];
  const apart = f.reshape(context.node.inputs[1]!, dims);
  return f.reshape(f.transpose(apart, narrow ? [0, 3, 1, 2] : [0, 4, 1, 3, 2]), [outputs, channels, ...window.kernel]);
}

function inputGradient(context: GradientContext, dy: string, blocks: Blocks): string {
  const { build } = context;
  const { window, narrow, outputs, out, input } = blocks;
  const reach = (pads: readonly number[]): number[] =>
    window.kernel.map((size, axis) => (size - 1) * window.dilations[axis]! - pads[axis]!);
  const [begin, end] = [reach(window.begin), reach(window.end)];
  if (!narrow && window.strides.every((one) => one === 1) && [...begin, ...end].every((pad) => pad >= 0)) {
    const attributes = { ...windowAttributes({ ...window, begin, end }), group: 1 };
    return build.add('Conv', [dy, flipped(context, blocks)], attributes, BLOCKED);
  }
  const { end: after, outputPadding } = transposedFit(window, out, input);
  const attributes = { ...windowAttributes({ ...window, end: after }), output_padding: outputPadding };
  const plain = toPlain(context, dy, outputs);
  const dx = build.add('ConvTranspose', [plain, plainWeights(context, blocks)], attributes);
  return narrow ? dx : toBlocks(context, dx);
}

/** Parts of a batch that are done one after the other, at most: each is a convolution of its own in the graph. */
const MAX_PARTS = 8;

/**
 * Samples whose gradient is used as a kernel at once: as many as the cache holds, a multiple of the block, which may be twice as large
 * (columns are slower still); 0: there is no such number.
 */
function samplesAtOnce({ block, batch, outputs, out }: Blocks): number {
  const bytes = 4 * outputs * product(out);
  for (let parts = 1; parts <= MAX_PARTS; parts++) {
    const samples = batch / parts;
    if (Number.isInteger(samples / block) && samples * bytes <= MAX_KERNEL_BYTES) return samples;
  }
  return batch % block === 0 && batch / block <= MAX_PARTS && block * bytes <= 2 * MAX_KERNEL_BYTES ? block : 0;
}

/**
 * A convolution, too: of the input, samples as channels, with the gradient as its kernel, strides and dilations changed over. It needs no
 * columns, and is about twice as fast, as long as the kernel stays in the cache.
 */
function weightsByConvolution(context: GradientContext, dy: string, blocks: Blocks, samples: number): string {
  const { build, node } = context;
  const { block, narrow, batch, channels, outputs, window, taps } = blocks;
  const f = formula(build);
  const [x = ''] = node.inputs;
  const part = (value: string, from: number): string =>
    samples === batch ? value : build.add('Slice', [value, build.ints([from]), build.ints([from + samples])]);
  const found = Array.from({ length: batch / samples }, (_, at) => {
    const own = part(x, at * samples);
    const plain = narrow ? own : toPlain(context, own, channels);
    return convolved(context, plain, part(dy, at * samples), { ...blocks, batch: samples });
  });
  const sum = found.length === 1 ? found[0]! : build.add('Sum', found);
  const shape = [outputs, channels, ...window.kernel];
  if (narrow)
    return f.reshape(f.transpose(f.reshape(sum, [channels, outputs / block, taps, block]), [1, 0, 2, 3]), shape);
  const parts = f.reshape(sum, [channels / block, block, outputs / block, taps, block]);
  return f.reshape(f.transpose(parts, [2, 0, 3, 1, 4]), shape);
}

/** Of a plain input and its gradient in the layout: a picture a channel, a channel an output, a pixel a tap. */
function convolved(context: GradientContext, x: string, dy: string, blocks: Blocks): string {
  const { build } = context;
  const { block, batch, input, outputs, out, window } = blocks;
  const f = formula(build);
  const across = f.transpose(x, [1, 0, 2, 3]);
  const after = input.map(
    (length, axis) =>
      window.strides[axis]! * (out[axis]! - 1) +
      window.dilations[axis]! * (window.kernel[axis]! - 1) +
      1 -
      length -
      window.begin[axis]!,
  );
  const pads = build.ints([0, 0, ...window.begin, 0, 0, ...after]);
  const pictures = toBlocks(context, build.add('Pad', [across, pads]));
  const apart = f.reshape(dy, [batch / block, block, outputs / block, product(out), block]);
  const kernel = f.reshape(f.transpose(apart, [2, 0, 3, 1, 4]), [outputs, batch, ...out]);
  const zeros = out.map(() => 0);
  const over = { kernel: out, strides: window.dilations, dilations: window.strides, begin: zeros, end: zeros };
  return build.add('Conv', [pictures, kernel], { ...windowAttributes(over), group: 1 }, BLOCKED);
}

/** Columns of the input, [n, C K, L], times the gradient as it lies, [n, M / B, L, B]. */
function weightsByColumns(context: GradientContext, dy: string, blocks: Blocks): string {
  const { build, node } = context;
  const { block, narrow, batch, channels, outputs, out, window, taps } = blocks;
  const f = formula(build);
  const x = narrow ? node.inputs[0]! : toPlain(context, node.inputs[0]!, channels);
  const pixels = product(out);
  const column = f.reshape(columns(build, x, batch, channels, { window, groups: 1 }, out), [
    batch,
    1,
    channels * taps,
    pixels,
  ]);
  const all = f.matmul(column, f.reshape(dy, [batch, outputs / block, pixels, block]));
  const perSample = context.wants(1) === 'per-sample';
  const found = perSample ? all : f.sum(all, [0], false);
  const shape = [...(perSample ? [batch] : []), outputs, channels, ...window.kernel];
  if (narrow) return f.reshape(found, shape);
  const count = perSample ? batch : 1;
  const apart = f.reshape(found, [count, outputs / block, channels / block, block, taps, block]);
  return f.reshape(f.transpose(apart, [0, 1, 2, 4, 3, 5]), shape);
}

function weightGradient(context: GradientContext, dy: string, blocks: Blocks): string {
  const samples = context.wants(1) === 'sum' ? samplesAtOnce(blocks) : 0;
  return samples > 0 ? weightsByConvolution(context, dy, blocks, samples) : weightsByColumns(context, dy, blocks);
}

function biasGradient(context: GradientContext, dy: string, { block, batch, outputs, out }: Blocks): string {
  const f = formula(context.build);
  const apart = f.reshape(dy, [batch, outputs / block, product(out), block]);
  // Over both at once it is five times slower.
  const each = f.sum(apart, [2], false);
  return context.wants(2) === 'per-sample'
    ? f.reshape(each, [batch, outputs])
    : f.reshape(f.sum(each, [0], false), [outputs]);
}

/**
 * Which of each pair is the largest, as 1 (the first, of equal ones too) and 0: the difference, by a convolution with 1 and -1 that steps
 * over pairs, then 1 + 1e38 times it, cut at 0 and 1. Between numbers below 1e-30 it may lie in between, and share the gradient out.
 */
function firstIsLargest(context: GradientContext, x: string, channels: number, kernel: readonly number[]): string {
  const { build, block } = context;
  const weights = Float32Array.from({ length: 2 * channels }, (_, at) => (Math.floor(at / block) % 2 === 0 ? 1 : -1));
  const zeros = kernel.map(() => 0);
  const window = { kernel, strides: kernel, dilations: kernel.map(() => 1), begin: zeros, end: zeros };
  return build.add(
    'Conv',
    [x, build.floats(weights, [channels, 1, ...kernel])],
    {
      ...windowAttributes(window),
      group: channels,
      activation: 'HardSigmoid',
      activation_params: floats([1e38, 1]),
    },
    BLOCKED,
  );
}

/** Rules of the operators that `blockConvolutions` makes, which no file has: they are not in the table of gradients. */
export const BLOCKED_RULES = defineRules([
  {
    op: 'ReorderInput',
    domain: BLOCKED,
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      return [toPlain(context, dy, context.shapeOf(context.node.inputs[0]!)[1]!)];
    },
  },
  {
    op: 'ReorderOutput',
    domain: BLOCKED,
    build(context) {
      const dy = context.upstream(0);
      return dy === null || context.wants(0) === null ? [] : [toBlocks(context, dy)];
    },
  },
  {
    op: 'Conv',
    domain: BLOCKED,
    build(context) {
      const dy = context.upstream(0);
      if (dy === null) return [];
      const blocks = blocksOf(context);
      return [
        context.wants(0) === null ? null : inputGradient(context, dy, blocks),
        context.wants(1) === null ? null : weightGradient(context, dy, blocks),
        context.wants(2) === null ? null : biasGradient(context, dy, blocks),
      ];
    },
  },
  {
    // Over pairs alone, in a row or of rows.
    op: 'MaxPool',
    domain: BLOCKED,
    build(context) {
      const dy = context.upstream(0);
      if (dy === null || context.wants(0) === null) return [];
      const { build, node, block } = context;
      const f = formula(build);
      const [x = ''] = node.inputs;
      const shape = context.shapeOf(x);
      const [batch = 0, channels = 0, height = 0, width = 0] = shape;
      const output = context.shapeOf(node.outputs[0]!);
      const { kernel } = windowOf(context, shape.slice(2), output.slice(2));
      const first = f.mul(dy, firstIsLargest(context, x, channels, kernel));
      const second = f.sub(dy, first);
      // Rows of pixels, or pixels, by turns.
      const [count, length] = kernel[0] === 2 ? [height / 2, width * block] : [(height * width) / 2, block];
      const apart = (one: string): string => f.reshape(one, [(batch * channels * count) / block, 1, length]);
      const both = build.add('Concat', [apart(first), apart(second)], { axis: 1 });
      return [f.reshape(both, shape)];
    },
  },
]);
