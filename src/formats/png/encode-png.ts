import { crc32, deflateSync } from 'node:zlib';
import type { DecodedImage } from '../decoded-image.ts';

const COLOUR_TYPE = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/**
 * A picture as PNG (W3C PNG, third edition), 8 bits a sample, not interlaced. Rows are filtered by whichever of the five filters leaves
 * the smallest sum of differences (§12.7).
 * @throws RangeError when the picture has another depth, no pixels, or not as many samples as its size says
 */
export function encodePng({ width, height, channels, max, data }: DecodedImage): Uint8Array {
  if (max !== 255 || !(data instanceof Uint8Array)) throw new RangeError('encodePng writes 8 bits a sample');
  if (!(width > 0 && height > 0) || data.length !== width * height * channels) {
    throw new RangeError(`encodePng got ${data.length} samples for ${width} × ${height} × ${channels}`);
  }
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head[8] = 8;
  head[9] = COLOUR_TYPE[channels];
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const packed = deflateSync(filtered(data, width * channels, channels), { level: 9 });
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', packed), chunk('IEND', new Uint8Array(0))]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

function filtered(data: Uint8Array, stride: number, step: number): Uint8Array {
  const rows = data.length / stride;
  const out = new Uint8Array(rows * (stride + 1));
  const trial = new Uint8Array(stride);
  for (let y = 0; y < rows; y++) {
    let least = Infinity;
    for (let filter = 0; filter < 5; filter++) {
      let sum = 0;
      for (let x = 0; x < stride; x++) {
        const at = y * stride + x;
        const left = x >= step ? data[at - step]! : 0;
        const up = y > 0 ? data[at - stride]! : 0;
        const corner = x >= step && y > 0 ? data[at - stride - step]! : 0;
        const value = (data[at]! - predicted(filter, left, up, corner)) & 255;
        trial[x] = value;
        sum += value < 128 ? value : 256 - value;
      }
      if (sum >= least) continue;
      least = sum;
      out[y * (stride + 1)] = filter;
      out.set(trial, y * (stride + 1) + 1);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    default: {
      const estimate = left + up - corner;
      const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
  }
}
