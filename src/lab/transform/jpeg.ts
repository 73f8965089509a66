import { Fault } from '../../core/fault.ts';
import { type ImageLayout, imageLayout, isPicture } from '../image-layout.ts';
import type { InputTransform } from '../transformed-target.ts';

export interface JpegOptions {
  /** 1 to 100, libjpeg's scale. */
  readonly quality: number;
  readonly low: number;
  readonly high: number;
  /**
   * What rounding is for the gradient. `straight-through`: the identity. `cubic`: x - (x - round x)^3, which is nearly flat at whole numbers,
   * so that frequencies which JPEG removes get no gradient (Shin and Song 2017).
   */
  readonly rounding: 'straight-through' | 'cubic';
}

/** ITU-T T.81, tables K.1 (luminance) and K.2 (chrominance), row by row. */
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMINANCE = [
  17,
  18,
  24,
  47,
  99,
  99,
  99,
  99,
  18,
  21,
  26,
  66,
  99,
  99,
  99,
  99,
  24,
  26,
  56,
  99,
  99,
  99,
  99,
  99,
  47,
  66,
  99,
  99,
  99,
  99,
  99,
  99,
  ...new Array<number>(32).fill(99),
];

/** Rows: Y, Cb, Cr of ITU-R BT.601 as JFIF has it, without the offset of 128 of the last two. */
const TO_YCC = [
  0.299, 0.587, 0.114, -0.168735891647856, -0.331264108352144, 0.5, 0.5, -0.418687589158345, -0.081312410841655,
];
const FROM_YCC = [1, 0, 1.402, 1, -0.344136286201022, -0.714136286201022, 1, 1.772, 0];

/** Row k of the orthonormal 8-point cosine transform (T.81, A.3.3). */
const COSINES = Float64Array.from({ length: 64 }, (_, at) => {
  const [k, n] = [Math.floor(at / 8), at % 8];
  return (k === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * n + 1) * k * Math.PI) / 16);
});

/**
 * What JPEG compression does to a picture: colour transform, 8 by 8 cosine transform, rounding by the quality's tables, and back. Entropy
 * coding loses nothing and is left out; colours keep their resolution (4:4:4). One channel is taken for luminance.
 */
export function jpeg(inputShape: readonly number[], options: JpegOptions): InputTransform {
  const layout = imageLayout(inputShape);
  if (!isPicture(layout) || (layout.channels !== 1 && layout.channels !== 3))
    throw new Fault('ERR_USAGE', `JPEG needs pictures of one or three channels, not samples of [${inputShape}].`);
  const { quality, low, high } = options;
  if (!(quality >= 1 && quality <= 100)) throw new Fault('ERR_USAGE', 'The quality of JPEG is from 1 to 100.');
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const tables = [LUMINANCE, CHROMINANCE].map((table) =>
    table.map((step) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100)))),
  );
  const tableOf = (channel: number): readonly number[] => tables[channel === 0 ? 0 : 1]!;
  const unit = 255 / (high - low);
  const toPlanes = (x: Float32Array): Float64Array[] =>
    colours(
      planesOf(x, layout, (value) => Math.min(Math.max((value - low) * unit, 0), 255) - 128),
      TO_YCC,
    );
  return {
    name: `JPEG at quality ${quality}`,
    randomised: false,
    apply: (x) => {
      const planes = toPlanes(x);
      planes.forEach((plane, channel) =>
        eachBlock(plane, layout, (block) => {
          const table = tableOf(channel);
          const frequencies = cosine(block, false);
          for (let k = 0; k < 64; k++) frequencies[k] = Math.round(frequencies[k]! / table[k]!) * table[k]!;
          return cosine(frequencies, true);
        }),
      );
      const back = colours(planes, FROM_YCC);
      return fromPlanes(back, layout, (value) => low + Math.round(Math.min(Math.max(value + 128, 0), 255)) / unit);
    },
    gradient: (x, upstream) => {
      const planes = toPlanes(x);
      // The transposed way: colours, cosine transform, rounding, and all that again in reverse.
      const gradients = colours(
        planesOf(upstream, layout, (value) => value),
        turned(FROM_YCC),
      );
      gradients.forEach((gradient, channel) => {
        const table = tableOf(channel);
        const values = blocksOf(planes[channel]!, layout);
        let at = 0;
        eachBlock(gradient, layout, (block) => {
          const frequencies = cosine(values[at++]!, false);
          const slopes = cosine(block, false);
          for (let k = 0; k < 64; k++) {
            const share = frequencies[k]! / table[k]!;
            if (options.rounding === 'cubic') slopes[k]! *= 3 * (share - Math.round(share)) ** 2;
          }
          return cosine(slopes, true);
        });
      });
      return fromPlanes(colours(gradients, turned(TO_YCC)), layout, (value) => value);
    },
  };
}

function planesOf(x: Float32Array, layout: ImageLayout, value: (v: number) => number): Float64Array[] {
  return Array.from({ length: layout.channels }, (_, c) =>
    Float64Array.from({ length: layout.height * layout.width }, (__, at) =>
      value(x[layout.at(c, Math.floor(at / layout.width), at % layout.width)]!),
    ),
  );
}

function fromPlanes(planes: readonly Float64Array[], layout: ImageLayout, value: (v: number) => number): Float32Array {
  const x = new Float32Array(layout.channels * layout.height * layout.width);
  planes.forEach((plane, c) =>
    plane.forEach((v, at) => (x[layout.at(c, Math.floor(at / layout.width), at % layout.width)] = value(v))),
  );
  return x;
}

function colours(planes: Float64Array[], weights: readonly number[]): Float64Array[] {
  if (planes.length === 1) return planes;
  return [0, 1, 2].map((row) =>
    planes[0]!.map((_, at) => {
      let sum = 0;
      for (let c = 0; c < 3; c++) sum += weights[3 * row + c]! * planes[c]![at]!;
      return sum;
    }),
  );
}

function turned(weights: readonly number[]): readonly number[] {
  return weights.map((_, at) => weights[(at % 3) * 3 + Math.floor(at / 3)]!);
}

/** The blocks of a plane, in rows; beyond the edge the last value is repeated. */
function blocksOf(plane: Float64Array, { height, width }: ImageLayout): readonly Float64Array[] {
  const blocks: Float64Array[] = [];
  for (let top = 0; top < height; top += 8)
    for (let left = 0; left < width; left += 8)
      blocks.push(
        Float64Array.from({ length: 64 }, (_, at) => {
          const row = Math.min(top + Math.floor(at / 8), height - 1);
          return plane[row * width + Math.min(left + (at % 8), width - 1)]!;
        }),
      );
  return blocks;
}

/** Replaces every block by what `change` makes of it. */
function eachBlock(plane: Float64Array, layout: ImageLayout, change: (block: Float64Array) => Float64Array): void {
  const { height, width } = layout;
  const across = Math.ceil(width / 8);
  blocksOf(plane, layout).forEach((block, index) => {
    const result = change(block);
    const [top, left] = [Math.floor(index / across) * 8, (index % across) * 8];
    for (let at = 0; at < 64; at++) {
      const [row, column] = [top + Math.floor(at / 8), left + (at % 8)];
      if (row < height && column < width) plane[row * width + column] = result[at]!;
    }
  });
}

/** Two-dimensional cosine transform of a block, or its inverse, which is its transpose. */
function cosine(block: Float64Array, inverse: boolean): Float64Array {
  const half = new Float64Array(64);
  const result = new Float64Array(64);
  const weight = (k: number, n: number): number => (inverse ? COSINES[n * 8 + k]! : COSINES[k * 8 + n]!);
  for (let i = 0; i < 8; i++)
    for (let k = 0; k < 8; k++) {
      let sum = 0;
      for (let n = 0; n < 8; n++) sum += weight(k, n) * block[i * 8 + n]!;
      half[i * 8 + k] = sum;
    }
  for (let j = 0; j < 8; j++)
    for (let k = 0; k < 8; k++) {
      let sum = 0;
      for (let n = 0; n < 8; n++) sum += weight(k, n) * half[n * 8 + j]!;
      result[k * 8 + j] = sum;
    }
  return result;
}
