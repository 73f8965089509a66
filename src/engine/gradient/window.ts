import { intsOf, textOf } from '../graph/attributes.ts';
import type { GradientContext } from './gradient-rule.ts';

/** How a convolution or pool walks over its input: one number for each spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/** Places in one window: a kernel is made of as many numbers. */
export const MAX_PLACES = 2 ** 24;

/**
 * The window of a convolution or pool, `auto_pad` worked out.
 * @param kernel from the weights; absent: the attribute `kernel_shape`
 */
export function windowOf(
  context: Pick<GradientContext, 'node' | 'unsupported'>,
  input: readonly number[],
  output: readonly number[],
  kernel: readonly number[] = intsOf(context.node, 'kernel_shape', []),
): Window {
  const { node } = context;
  const rank = kernel.length;
  if (rank !== input.length || rank !== output.length || rank === 0)
    return context.unsupported('its kernel has another rank');
  const ones = kernel.map(() => 1);
  const strides = intsOf(node, 'strides', ones);
  const dilations = intsOf(node, 'dilations', ones);
  const steps = [...kernel, ...strides, ...dilations];
  if (strides.length !== rank || dilations.length !== rank || steps.some((one) => !(one >= 1)))
    return context.unsupported('its window has steps or lengths below 1');
  if (product(kernel) > MAX_PLACES) return context.unsupported('its window is too large');
  const auto = textOf(node, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET' || auto === '') {
    const pads = intsOf(node, 'pads', [...ones, ...ones].fill(0));
    return { kernel, strides, dilations, begin: pads.slice(0, rank), end: pads.slice(rank) };
  }
  if (auto === 'VALID') return { kernel, strides, dilations, begin: ones.map(() => 0), end: ones.map(() => 0) };
  const total = kernel.map((size, axis) =>
    Math.max(0, (output[axis]! - 1) * strides[axis]! + (size - 1) * dilations[axis]! + 1 - input[axis]!),
  );
  const small = total.map((sum) => Math.floor(sum / 2));
  const large = total.map((sum, axis) => sum - small[axis]!);
  return auto === 'SAME_UPPER'
    ? { kernel, strides, dilations, begin: small, end: large }
    : { kernel, strides, dilations, begin: large, end: small };
}

/** Attributes of Conv, ConvTranspose and the pools that describe a window. */
export function windowAttributes(window: Window): {
  readonly kernel_shape: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
} {
  return {
    kernel_shape: window.kernel,
    strides: window.strides,
    dilations: window.dilations,
    pads: [...window.begin, ...window.end],
  };
}

/**
 * Padding after, and output padding, with which a transposed convolution over this window gives an output of exactly `target`
 * from an input of `source`.
 */
export function transposedFit(
  window: Window,
  source: readonly number[],
  target: readonly number[],
): { readonly end: readonly number[]; readonly outputPadding: readonly number[] } {
  const rest = target.map(
    (length, axis) =>
      length -
      ((source[axis]! - 1) * window.strides[axis]! +
        (window.kernel[axis]! - 1) * window.dilations[axis]! +
        1 -
        window.begin[axis]!),
  );
  return { end: rest.map((one) => Math.max(0, -one)), outputPadding: rest.map((one) => Math.max(0, one)) };
}

export function product(values: readonly number[]): number {
  return values.reduce((all, value) => all * value, 1);
}
