import type { ReferenceCall, ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import { axisOf, generate, indices, offsetOf, stridesOf } from '../reference-tensor.ts';
import { roundHalfToEven } from './elementwise.ts';

/** Along one axis: which inputs an output is made of, and with what weights; null: outside, the extrapolation value. */
type Taps = readonly (readonly [place: number, weight: number])[] | null;

interface ResizedAxis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** From `roi`, for `tf_crop_and_resize`. */
  readonly start: number;
  readonly end: number;
}

/** `x_original` for `x_resized` ("Resize", coordinate_transformation_mode). */
function originalPlace(mode: string, at: number, { input, output, scale, start, end }: ResizedAxis): number {
  switch (mode) {
    case 'half_pixel':
      return (at + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = output / (scale * input);
      return (input / 2) * (1 - adjustment) + (at + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return output > 1 ? (at + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return output === 1 ? 0 : (at * (input - 1)) / (output - 1);
    case 'asymmetric':
      return at / scale;
    case 'tf_half_pixel_for_nn':
      return (at + 0.5) / scale;
    case 'tf_crop_and_resize':
      return output > 1
        ? start * (input - 1) + (at * (end - start) * (input - 1)) / (output - 1)
        : 0.5 * (start + end) * (input - 1);
    default:
      throw new TypeError(`no coordinate mode ${mode}`);
  }
}

function nearest(mode: string, x: number): number {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(x - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    default:
      return roundHalfToEven(x);
  }
}

/** Weight of an input at a distance, in units of the input's grid (Keys 1981 for `cubic`). */
function kernelOf(
  mode: string,
  a: number,
): { readonly support: number; readonly weight: (distance: number) => number } {
  if (mode === 'linear') return { support: 1, weight: (d) => Math.max(0, 1 - Math.abs(d)) };
  return {
    support: 2,
    weight: (signed) => {
      const d = Math.abs(signed);
      if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
      return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
    },
  };
}

function tapsOf(call: ReferenceCall, mode: string, axis: ResizedAxis): Taps[] {
  const { attributes } = call;
  const coordinates = attributes.string(
    'coordinate_transformation_mode',
    call.opset < 11 ? 'asymmetric' : 'half_pixel',
  );
  const antialias = attributes.int('antialias', 0) === 1 && axis.scale < 1;
  const exclude = attributes.int('exclude_outside', 0) === 1;
  const rounding = attributes.string('nearest_mode', call.opset < 11 ? 'floor' : 'round_prefer_floor');
  if (!(axis.scale > 0)) throw new RangeError(`a scale of ${axis.scale}`);
  const { support, weight } = kernelOf(mode, attributes.float('cubic_coeff_a', -0.75));
  return Array.from({ length: axis.output }, (_, at): Taps => {
    const x = originalPlace(coordinates, at, axis);
    if (coordinates === 'tf_crop_and_resize' && (x < 0 || x > axis.input - 1)) return null;
    const clamp = (place: number): number => Math.min(Math.max(place, 0), axis.input - 1);
    if (axis.scale === 1 && axis.input === axis.output && coordinates !== 'tf_crop_and_resize') return [[at, 1]];
    if (mode === 'nearest') return [[clamp(nearest(rounding, x)), 1]];
    const stretch = antialias ? axis.scale : 1;
    const reach = support / stretch;
    const taps: [number, number][] = [];
    for (let place = Math.ceil(x - reach); place <= Math.floor(x + reach); place++) {
      if (exclude && (place < 0 || place >= axis.input)) continue;
      taps.push([clamp(place), weight((place - x) * stretch)]);
    }
    const total = taps.reduce((sum, [, one]) => sum + one, 0);
    return taps.map(([place, one]) => [place, one / total]);
  });
}

const resize: ReferenceOperator = (call) => {
  const x = call.input(0);
  const rank = x.dims.length;
  const { attributes } = call;
  const upsample = call.node.op === 'Upsample';
  const old = call.opset < 11 || upsample;
  const [scalesAt, sizesAt] = old ? [1, Infinity] : [2, 3];
  const axes = attributes
    .ints(
      'axes',
      x.dims.map((_, axis) => axis),
    )
    .map((axis) => axisOf(axis, rank));
  const roi = old ? null : call.optional(1);
  const hasSizes = Number.isFinite(sizesAt) && call.optional(sizesAt) !== null;
  const scales = hasSizes
    ? []
    : upsample && call.opset < 9
      ? attributes.floats('scales')
      : Array.from(call.input(scalesAt).data);
  const policy = attributes.string('keep_aspect_ratio_policy', 'stretch');
  const sizes = hasSizes ? call.ints(sizesAt) : [];
  const ratios = axes.map((axis, at) => sizes[at]! / x.dims[axis]!);
  const common = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  const resized = x.dims.map((input, axis): ResizedAxis => {
    const at = axes.indexOf(axis);
    if (at === -1) return { input, output: input, scale: 1, start: 0, end: 1 };
    const [start, end] = roi === null ? [0, 1] : [roi.data[at] ?? 0, roi.data[at + axes.length] ?? 1];
    if (!hasSizes) {
      const scale = scales[at]!;
      const cropped = attributes.string('coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
      return { input, output: Math.floor(input * (cropped ? end - start : 1) * scale), scale, start, end };
    }
    if (policy === 'stretch') return { input, output: sizes[at]!, scale: ratios[at]!, start, end };
    return { input, output: Math.floor(common * input + 0.5), scale: common, start, end };
  });
  const mode = attributes.string('mode', 'nearest');
  const taps = resized.map((axis) => tapsOf(call, mode === 'bilinear' ? 'linear' : mode, axis));
  const outside = attributes.float('extrapolation_value', 0);
  const strides = stridesOf(x.dims);
  return [
    generate(
      x.type,
      resized.map(({ output }) => output),
      (index) => {
        const own = index.map((place, axis) => taps[axis]![place]!);
        if (own.some((one) => one === null)) return outside;
        const lists = own as NonNullable<Taps>[];
        let sum = 0;
        for (const choice of indices(lists.map((list) => list.length))) {
          const picked = choice.map((one, axis) => lists[axis]![one]!);
          const weight = picked.reduce((product, [, one]) => product * one, 1);
          sum +=
            weight *
            x.data[
              offsetOf(
                picked.map(([place]) => place),
                strides,
              )
            ]!;
        }
        return sum;
      },
    ),
  ];
};

/** Into which place a coordinate of the grid falls, beyond the edges as `padding_mode` says. */
function padded(x: number, size: number, mode: string, aligned: boolean): number {
  if (mode === 'border') return Math.min(Math.max(x, 0), size - 1);
  if (mode !== 'reflection') return x;
  const [low, high] = aligned ? [0, size - 1] : [-0.5, size - 0.5];
  const span = high - low;
  if (span === 0) return 0;
  const over = Math.abs(x - low) % (2 * span);
  return low + (over > span ? 2 * span - over : over);
}

const gridSample: ReferenceOperator = (call) => {
  const [x, grid] = [call.input(0), call.input(1)];
  const aligned = call.attributes.int('align_corners', 0) === 1;
  const mode = call.attributes.string('mode', call.opset < 20 ? 'bilinear' : 'linear');
  const padding = call.attributes.string('padding_mode', 'zeros');
  const spatial = x.dims.slice(2);
  const [xs, gs] = [stridesOf(x.dims), stridesOf(grid.dims)];
  const { support, weight } = mode === 'cubic' || mode === 'bicubic' ? kernelOf('cubic', -0.75) : kernelOf('linear', 0);
  const dims = [x.dims[0]!, x.dims[1]!, ...grid.dims.slice(1, -1)];
  return [
    generate(x.type, dims, ([sample, channel, ...out]) => {
      const lists = spatial.map((size, axis) => {
        // The grid's last axis names coordinates from the last spatial axis to the first.
        const raw = grid.data[offsetOf([sample!, ...out, spatial.length - 1 - axis], gs)]!;
        const free = aligned ? ((raw + 1) / 2) * (size - 1) : ((raw + 1) * size - 1) / 2;
        if (mode === 'nearest') return [[roundHalfToEven(padded(free, size, padding, aligned)), 1]] as const;
        const at = support === 1 ? padded(free, size, padding, aligned) : free;
        const taps: [number, number][] = [];
        // So far away that the next whole number is the same one.
        if (!Number.isSafeInteger(Math.floor(at) + support)) return taps;
        for (let place = Math.floor(at) - support + 1; place <= Math.floor(at) + support; place++) {
          taps.push([padded(place, size, padding, aligned), weight(place - at)]);
        }
        return taps;
      });
      let sum = 0;
      for (const choice of indices(lists.map((list) => list.length))) {
        const picked = choice.map((one, axis) => lists[axis]![one]!);
        const place = picked.map(([one]) => one);
        if (!place.every((one, axis) => one >= 0 && one < spatial[axis]!)) continue;
        sum +=
          picked.reduce((product, [, one]) => product * one, 1) * x.data[offsetOf([sample!, channel!, ...place], xs)]!;
      }
      return sum;
    }),
  ];
};

export const RESIZING: ReferenceOperators = { Resize: resize, Upsample: resize, GridSample: gridSample };
