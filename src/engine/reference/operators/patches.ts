import type { ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import { generate, indices, offsetOf, sizeOf, stridesOf } from '../reference-tensor.ts';

const col2Im: ReferenceOperator = (call) => {
  const [x, image, patch] = [call.input(0), call.ints(1), call.ints(2)];
  const ones = patch.map(() => 1);
  const dilations = call.attributes.ints('dilations', ones);
  const strides = call.attributes.ints('strides', ones);
  const pads = call.attributes.ints('pads', [...ones, ...ones].fill(0));
  const counts = image.map((size, axis) => {
    const span = size + pads[axis]! + pads[axis + image.length]! - dilations[axis]! * (patch[axis]! - 1) - 1;
    return Math.floor(span / strides[axis]!) + 1;
  });
  const batch = x.dims[0]!;
  const channels = x.dims[1]! / sizeOf(patch);
  const dims = [batch, channels, ...image];
  const data = new Float64Array(sizeOf(dims));
  const to = stridesOf(dims);
  let from = 0;
  for (const [sample, channel] of indices([batch, channels])) {
    for (const tap of indices(patch)) {
      for (const place of indices(counts)) {
        const value = x.data[from++]!;
        const pixel = image.map(
          (_, axis) => place[axis]! * strides[axis]! + tap[axis]! * dilations[axis]! - pads[axis]!,
        );
        if (pixel.some((one, axis) => one < 0 || one >= image[axis]!)) continue;
        data[offsetOf([sample!, channel!, ...pixel], to)]! += value;
      }
    }
  }
  return [{ type: x.type, dims, data }];
};

const affineGrid: ReferenceOperator = (call) => {
  const [theta, size] = [call.input(0), call.ints(1)];
  const spatial = size.slice(2);
  const rank = spatial.length;
  const aligned = call.attributes.int('align_corners', 0) === 1;
  const coordinate = (place: number, length: number): number =>
    aligned ? (length === 1 ? 1 : -1 + (2 * place) / (length - 1)) : -1 + (2 * place + 1) / length;
  return [
    generate('float32', [size[0]!, ...spatial, rank], ([sample, ...at]) => {
      const row = at[rank]!;
      let sum = theta.data[(sample! * rank + row) * (rank + 1) + rank]!;
      for (let column = 0; column < rank; column++) {
        const axis = rank - 1 - column;
        sum += theta.data[(sample! * rank + row) * (rank + 1) + column]! * coordinate(at[axis]!, spatial[axis]!);
      }
      return sum;
    }),
  ];
};

export const PATCHES: ReferenceOperators = { Col2Im: col2Im, AffineGrid: affineGrid };
