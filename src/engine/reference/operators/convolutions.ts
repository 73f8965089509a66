import type {
  ReferenceAttributes,
  ReferenceCall,
  ReferenceOperator,
  ReferenceOperators,
} from '../reference-operator.ts';
import { multiplyInto } from '../multiply.ts';
import { indices, offsetOf, sizeOf, stridesOf, type ReferenceTensor } from '../reference-tensor.ts';
import { largestOf } from './reductions.ts';

/** How a window moves over the spatial axes. */
interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before and after, for each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function windowOf(attributes: ReferenceAttributes, kernel: readonly number[], spatial: readonly number[]): Window {
  const ones = kernel.map(() => 1);
  const strides = attributes.ints('strides', ones);
  const dilations = attributes.ints('dilations', ones);
  const auto = attributes.string('auto_pad', 'NOTSET');
  const rank = kernel.length;
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const total = kernel.map((size, axis) => {
      const outputs = Math.ceil(spatial[axis]! / strides[axis]!);
      return Math.max(0, (outputs - 1) * strides[axis]! + (size - 1) * dilations[axis]! + 1 - spatial[axis]!);
    });
    const small = total.map((one) => Math.floor(one / 2));
    const large = total.map((one) => Math.ceil(one / 2));
    return auto === 'SAME_UPPER'
      ? { kernel, strides, dilations, before: small, after: large }
      : { kernel, strides, dilations, before: large, after: small };
  }
  const pads =
    auto === 'VALID'
      ? kernel.flatMap(() => [0, 0])
      : attributes.ints(
          'pads',
          kernel.flatMap(() => [0, 0]),
        );
  return { kernel, strides, dilations, before: pads.slice(0, rank), after: pads.slice(rank) };
}

function outputSizes(spatial: readonly number[], window: Window, ceil: boolean): number[] {
  return spatial.map((size, axis) => {
    const { kernel, strides, dilations, before, after } = window;
    const room = size + before[axis]! + after[axis]! - (kernel[axis]! - 1) * dilations[axis]! - 1;
    if (!ceil) return Math.floor(room / strides[axis]!) + 1;
    const count = Math.ceil(room / strides[axis]!) + 1;
    // A window that would begin in the padding behind is none.
    return (count - 1) * strides[axis]! >= size + before[axis]! ? count - 1 : count;
  });
}

/** Where a window's element lies in the input, padding among it as places outside. */
function place(out: readonly number[], tap: readonly number[], window: Window): number[] {
  return out.map(
    (one, axis) => one * window.strides[axis]! + tap[axis]! * window.dilations[axis]! - window.before[axis]!,
  );
}

function inside(place: readonly number[], spatial: readonly number[]): boolean {
  return place.every((one, axis) => one >= 0 && one < spatial[axis]!);
}

export function convolve(
  call: ReferenceCall,
  x: ReferenceTensor,
  w: ReferenceTensor,
  bias: ReferenceTensor | null,
): ReferenceTensor {
  const [n, , ...spatial] = x.dims as [number, number, ...number[]];
  const [outputs, perGroup, ...kernel] = w.dims as [number, number, ...number[]];
  const groups = call.attributes.int('group', 1);
  const window = windowOf(call.attributes, kernel, spatial);
  const sizes = outputSizes(spatial, window, false);
  const dims = [n, outputs, ...sizes];
  const data = new Float64Array(sizeOf(dims));
  const sources = tapSources(kernel, spatial, sizes, window);
  const [pixels, area, taps] = [sizeOf(spatial), sizeOf(sizes), sources.length];
  const [perOutput, inner] = [outputs / groups, perGroup * taps];
  if (bias !== null) for (let at = 0; at < data.length; at++) data[at] = bias.data[Math.floor(at / area) % outputs]!;
  for (let first = 0; first < area; first += BLOCK) {
    const columns = Math.min(BLOCK, area - first);
    const patches = new Float64Array(inner * columns);
    for (let plane = 0; plane < n * groups; plane++) {
      const [sample, group] = [Math.floor(plane / groups), plane % groups];
      for (let row = 0; row < inner; row++) {
        const source = sources[row % taps]!;
        const start = (sample * perGroup * groups + group * perGroup + Math.floor(row / taps)) * pixels;
        for (let column = 0; column < columns; column++) {
          const from = source[first + column]!;
          patches[row * columns + column] = from < 0 ? 0 : x.data[start + from]!;
        }
      }
      const channel = group * perOutput;
      multiplyInto(
        data,
        w.data,
        patches,
        { rows: perOutput, inner, columns },
        { out: (sample * outputs + channel) * area + first, a: channel * inner, outStride: area },
      );
    }
  }
  return { type: x.type, dims, data };
}

/** Output pixels that are worked on together: what is copied for them stays small. */
const BLOCK = 512;

/** For each element of the kernel the input pixel that each output pixel reads; -1: padding. */
function tapSources(
  kernel: readonly number[],
  spatial: readonly number[],
  sizes: readonly number[],
  window: Window,
): readonly Int32Array[] {
  const distances = stridesOf(spatial);
  const found: Int32Array[] = [];
  for (const tap of indices(kernel)) {
    let sources = new Int32Array(1);
    sizes.forEach((size, axis) => {
      const step = window.strides[axis]!;
      const start = tap[axis]! * window.dilations[axis]! - window.before[axis]!;
      const next = new Int32Array(sources.length * size);
      for (let row = 0, at = 0; row < sources.length; row++) {
        const from = sources[row]!;
        for (let out = 0; out < size; out++) {
          const pixel = start + out * step;
          next[at++] = from < 0 || pixel < 0 || pixel >= spatial[axis]! ? -1 : from + pixel * distances[axis]!;
        }
      }
      sources = next;
    });
    found.push(sources);
  }
  return found;
}

const convTranspose: ReferenceOperator = (call) => {
  const [x, w, bias] = [call.input(0), call.input(1), call.optional(2)];
  const { attributes } = call;
  const [n, inputs, ...spatial] = x.dims as [number, number, ...number[]];
  const [, perGroup, ...kernel] = w.dims as [number, number, ...number[]];
  const groups = attributes.int('group', 1);
  const ones = kernel.map(() => 1);
  const strides = attributes.ints('strides', ones);
  const dilations = attributes.ints('dilations', ones);
  const extra = attributes.ints(
    'output_padding',
    kernel.map(() => 0),
  );
  const full = spatial.map(
    (size, axis) => strides[axis]! * (size - 1) + extra[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1,
  );
  const auto = attributes.string('auto_pad', 'NOTSET');
  const same = auto === 'SAME_UPPER' || auto === 'SAME_LOWER';
  let before = attributes
    .ints(
      'pads',
      kernel.flatMap(() => [0, 0]),
    )
    .slice(0, kernel.length);
  let sizes = full.map(
    (size, axis) =>
      size -
      before[axis]! -
      attributes.ints(
        'pads',
        kernel.flatMap(() => [0, 0]),
      )[axis + kernel.length]!,
  );
  if (same || attributes.has('output_shape')) {
    sizes = attributes.has('output_shape')
      ? [...attributes.ints('output_shape')].slice(-kernel.length)
      : spatial.map((size, axis) => size * strides[axis]!);
    before = full.map((size, axis) => {
      const total = Math.max(0, size - sizes[axis]!);
      return auto === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2);
    });
  }
  const dims = [n, perGroup * groups, ...sizes];
  const [xs, ws, ys] = [stridesOf(x.dims), stridesOf(w.dims), stridesOf(dims)];
  const data = new Float64Array(sizeOf(dims));
  const each = sizeOf(sizes);
  if (bias !== null) data.forEach((_, to) => (data[to] = bias.data[Math.floor(to / each) % dims[1]!]!));
  for (const index of indices(x.dims)) {
    const [sample, channel, ...from] = index as [number, number, ...number[]];
    const group = Math.floor(channel / (inputs / groups));
    const value = x.data[offsetOf(index, xs)]!;
    for (const tap of indices(kernel)) {
      const to = from.map((one, axis) => one * strides[axis]! + tap[axis]! * dilations[axis]! - before[axis]!);
      if (!inside(to, sizes)) continue;
      for (let k = 0; k < perGroup; k++) {
        data[offsetOf([sample, group * perGroup + k, ...to], ys)]! +=
          value * w.data[offsetOf([channel, k, ...tap], ws)]!;
      }
    }
  }
  return [{ type: x.type, dims, data }];
};

/** @param reduce the values that a window covers, with their places in the input; `padded` counts what lies in the padding. */
function pool(
  reduce: (values: readonly number[], padded: number, call: ReferenceCall) => number,
  withPlaces = false,
): ReferenceOperator {
  return (call) => {
    const x = call.input(0);
    const [n, channels, ...spatial] = x.dims as [number, number, ...number[]];
    const kernel = call.attributes.ints('kernel_shape');
    const window = windowOf(call.attributes, kernel, spatial);
    const sizes = outputSizes(spatial, window, call.attributes.int('ceil_mode', 0) === 1);
    const dims = [n, channels, ...sizes];
    const [xs, ys] = [stridesOf(x.dims), stridesOf(dims)];
    const data = new Float64Array(sizeOf(dims));
    const places = new Float64Array(withPlaces ? data.length : 0);
    const columnMajor = call.attributes.int('storage_order', 0) === 1;
    for (const index of indices(dims)) {
      const [sample, channel, ...out] = index as [number, number, ...number[]];
      const values: number[] = [];
      const from: number[] = [];
      let padded = 0;
      for (const tap of indices(kernel)) {
        const at = place(out, tap, window);
        if (inside(at, spatial)) {
          values.push(x.data[offsetOf([sample, channel, ...at], xs)]!);
          const inner = columnMajor ? columnMajorOffset(at, spatial) : offsetOf(at, stridesOf(spatial));
          from.push((sample * channels + channel) * sizeOf(spatial) + inner);
        } else if (at.every((one, axis) => one < spatial[axis]! + window.after[axis]!)) padded++;
      }
      const to = offsetOf(index, ys);
      data[to] = reduce(values, padded, call);
      if (withPlaces) places[to] = from[values.indexOf(data[to]!)]!;
    }
    const pooled: ReferenceTensor = { type: x.type, dims, data };
    return withPlaces ? [pooled, { type: 'int64', dims, data: places }] : [pooled];
  };
}

function columnMajorOffset(place: readonly number[], spatial: readonly number[]): number {
  return offsetOf(place.toReversed(), stridesOf(spatial.toReversed()));
}

function globalPool(reduce: (values: readonly number[], call: ReferenceCall) => number): ReferenceOperator {
  return (call) => {
    const x = call.input(0);
    const [n, channels, ...spatial] = x.dims as [number, number, ...number[]];
    const each = sizeOf(spatial);
    const data = Float64Array.from({ length: n * channels }, (_, at) =>
      reduce(Array.from(x.data.subarray(at * each, (at + 1) * each)), call),
    );
    return [{ type: x.type, dims: [n, channels, ...spatial.map(() => 1)], data }];
  };
}

const maxUnpool: ReferenceOperator = (call) => {
  const [x, places] = [call.input(0), call.input(1)];
  const [n, channels, ...spatial] = x.dims as [number, number, ...number[]];
  const kernel = call.attributes.ints('kernel_shape');
  const window = windowOf(call.attributes, kernel, spatial);
  const natural = spatial.map(
    (size, axis) => (size - 1) * window.strides[axis]! + kernel[axis]! - window.before[axis]! - window.after[axis]!,
  );
  const dims = call.optional(2) === null ? [n, channels, ...natural] : call.ints(2);
  const data = new Float64Array(sizeOf(dims));
  // Places count in the tensor of natural size.
  const [inner, outer] = [stridesOf([n, channels, ...natural]), stridesOf(dims)];
  x.data.forEach((value, from) => {
    let rest = places.data[from]!;
    let to = 0;
    inner.forEach((stride, axis) => {
      to += Math.floor(rest / stride) * outer[axis]!;
      rest %= stride;
    });
    data[to] = value;
  });
  return [{ type: x.type, dims, data }];
};

const total = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0);

function powerMean(values: readonly number[], call: ReferenceCall): number {
  const p = call.attributes.int('p', 2);
  return values.reduce((sum, one) => sum + Math.abs(one) ** p, 0) ** (1 / p);
}

export const CONVOLUTIONS: ReferenceOperators = {
  Conv: (call) => [convolve(call, call.input(0), call.input(1), call.optional(2))],
  ConvTranspose: convTranspose,
  MaxPool: pool((values) => Math.max(...values), true),
  AveragePool: pool(
    (values, padded, call) =>
      total(values) / (values.length + (call.attributes.int('count_include_pad', 0) === 1 ? padded : 0)),
  ),
  LpPool: pool((values, _, call) => powerMean(values, call)),
  GlobalMaxPool: globalPool(largestOf),
  GlobalAveragePool: globalPool((values) => total(values) / values.length),
  GlobalLpPool: globalPool(powerMean),
  MaxUnpool: maxUnpool,
};
