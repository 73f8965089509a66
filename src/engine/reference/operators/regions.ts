import type { ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import { generate, type ReferenceTensor } from '../reference-tensor.ts';

/** A plane of a tensor between its pixels: the mean of the four that lie around, each 0 where it is outside. */
function between(
  { data }: ReferenceTensor,
  start: number,
  height: number,
  width: number,
  y: number,
  x: number,
): number {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  let sum = 0;
  for (const [row, share] of [
    [top, 1 - (y - top)],
    [top + 1, y - top],
  ] as const) {
    for (const [column, part] of [
      [left, 1 - (x - left)],
      [left + 1, x - left],
    ] as const) {
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      sum += share * part * data[start + row * width + column]!;
    }
  }
  return sum;
}

/** onnx/docs/Operators.md, DeformConv (two spatial axes). */
const deformConv: ReferenceOperator = (call) => {
  const [x, w, offset, bias, mask] = [call.input(0), call.input(1), call.input(2), call.optional(3), call.optional(4)];
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const [outputs, perGroup, tall, wide] = w.dims as [number, number, number, number];
  const [rows, columns] = offset.dims.slice(2) as [number, number];
  const [groups, own] = [call.attributes.int('group', 1), call.attributes.int('offset_group', 1)];
  const strides = call.attributes.ints('strides', [1, 1]);
  const dilations = call.attributes.ints('dilations', [1, 1]);
  const pads = call.attributes.ints('pads', [0, 0, 0, 0]);
  const taps = tall * wide;
  return [
    generate(x.type, [batch, outputs, rows, columns], ([sample, output, row, column]) => {
      let sum = bias === null ? 0 : bias.data[output!]!;
      const group = Math.floor(output! / (outputs / groups));
      for (let within = 0; within < perGroup; within++) {
        const channel = group * perGroup + within;
        const part = Math.floor(channel / (channels / own));
        for (let tap = 0; tap < taps; tap++) {
          const [down, right] = [Math.floor(tap / wide), tap % wide];
          const at = (plane: number, of: number): number => ((sample! * of + plane) * rows + row!) * columns + column!;
          const move = (axis: 0 | 1): number => offset.data[at((part * taps + tap) * 2 + axis, own * taps * 2)]!;
          const y = row! * strides[0]! - pads[0]! + down * dilations[0]! + move(0);
          const z = column! * strides[1]! - pads[1]! + right * dilations[1]! + move(1);
          const share = mask === null ? 1 : mask.data[at(part * taps + tap, own * taps)]!;
          const weight = w.data[(output! * perGroup + within) * taps + tap]!;
          sum += weight * share * between(x, (sample! * channels + channel) * height * width, height, width, y, z);
        }
      }
      return sum;
    }),
  ];
};

/** onnx/docs/Operators.md, RoiAlign (mode avg). */
const roiAlign: ReferenceOperator = (call) => {
  const [x, rois, batchOf] = [call.input(0), call.input(1), call.input(2)];
  if (call.attributes.string('mode', 'avg') !== 'avg') throw new TypeError('the reference has no RoiAlign of maxima');
  const [, channels, height, width] = x.dims as [number, number, number, number];
  const [rows, columns] = [call.attributes.int('output_height', 1), call.attributes.int('output_width', 1)];
  const scale = call.attributes.float('spatial_scale', 1);
  const ratio = call.attributes.int('sampling_ratio', 0);
  const half = call.attributes.string('coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  return [
    generate(x.type, [rois.dims[0]!, channels, rows, columns], ([region, channel, row, column]) => {
      const edge = (at: number): number => rois.data[region! * 4 + at]! * scale - (half ? 0.5 : 0);
      const places = (from: number, to: number, part: number, parts: number): number[] => {
        const length = half ? to - from : Math.max(to - from, 1);
        const samples = ratio > 0 ? ratio : Math.ceil(length / parts);
        return Array.from({ length: samples }, (_, at) => from + (length / parts) * (part + (at + 0.5) / samples));
      };
      const start = (batchOf.data[region!]! * channels + channel!) * height * width;
      const down = places(edge(1), edge(3), row!, rows);
      const across = places(edge(0), edge(2), column!, columns);
      let sum = 0;
      for (const y of down) {
        for (const z of across) {
          if (y < -1 || y > height || z < -1 || z > width) continue;
          const kept = (place: number, size: number): number => Math.min(Math.max(place, 0), size - 1);
          sum += between(x, start, height, width, kept(y, height), kept(z, width));
        }
      }
      return sum / Math.max(1, down.length * across.length);
    }),
  ];
};

export const REGIONS: ReferenceOperators = { DeformConv: deformConv, RoiAlign: roiAlign };
