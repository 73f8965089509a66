import { crc32, inflateSync } from 'node:zlib';
import { Fault } from '../../core/fault.ts';
import { type DecodedImage, MAX_PIXELS } from '../decoded-image.ts';
import { latin1, startsWith, viewOf } from '../format.ts';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Samples of a pixel by colour type (PNG §11.2.1); 3 is an index into the palette. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
/** Adam7 (PNG §8.1): first column, first row, steps. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Head {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

export function isPng(bytes: Uint8Array): boolean {
  return startsWith(bytes, SIGNATURE);
}

/**
 * Decodes a PNG picture (W3C PNG, third edition): all colour types and depths, interlaced or not. A palette becomes RGB (with alpha
 * where it is transparent), greys below 8 bits are scaled to 8; gamma and colour profiles are not applied.
 * @throws Fault `ERR_DATA` when it is damaged, or larger than `MAX_PIXELS`.
 */
export function decodePng(bytes: Uint8Array): DecodedImage {
  if (!isPng(bytes)) throw bad('it does not begin as one', 0);
  const view = viewOf(bytes);
  let at = SIGNATURE.length;
  let head: Head | null = null;
  let palette: Uint8Array | null = null;
  let alpha: Uint8Array | null = null;
  const packed: Uint8Array[] = [];
  for (;;) {
    if (at + 12 > bytes.length) throw bad('it ends before its last chunk', at);
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) throw bad('a chunk goes beyond the end', at);
    const type = latin1(bytes, at + 4, 4);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw bad(`the check sum of a chunk is wrong`, at);
    }
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') head = readHead(data, at);
    else if (head === null) throw bad('its first chunk is not the header', at);
    else if (type === 'PLTE') palette = data;
    else if (type === 'tRNS') alpha = data;
    else if (type === 'IDAT') packed.push(data);
    else if (type === 'IEND') break;
    at += 12 + length;
  }
  if (head.colour === 3 && (palette === null || palette.length === 0 || palette.length % 3 !== 0)) {
    throw bad('its palette is missing or damaged', at);
  }
  const samples = readSamples(head, packed);
  const { width, height, depth, colour } = head;
  if (colour === 3) return withPalette(head, samples as Uint8Array, palette!, alpha);
  const channels = SAMPLES[colour] as 1 | 2 | 3 | 4;
  if (depth < 8) {
    const scale = 255 / (2 ** depth - 1);
    for (let index = 0; index < samples.length; index++) samples[index] = samples[index]! * scale;
  }
  return { width, height, channels, max: depth === 16 ? 65_535 : 255, data: samples };
}

function readHead(data: Uint8Array, at: number): Head {
  if (data.length !== 13) throw bad('its header has the wrong length', at);
  const view = viewOf(data);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, compression, filter, interlace] = data.subarray(8) as unknown as number[];
  if (width === 0 || height === 0) throw bad('it has no pixels', at);
  if (width * height > MAX_PIXELS) throw bad(`it has more than ${MAX_PIXELS} pixels`, at);
  if (DEPTHS[colour!]?.includes(depth!) !== true) throw bad('its colour type and depth do not exist', at);
  if (compression !== 0 || filter !== 0 || interlace! > 1) throw bad('its compression is not known', at);
  return { width, height, depth: depth!, colour: colour!, interlaced: interlace === 1 };
}

/** Unpacks, undoes the filters of each row, and puts the samples where they belong. */
function readSamples(head: Head, packed: readonly Uint8Array[]): Uint8Array | Uint16Array {
  const { width, height, depth, colour, interlaced } = head;
  const samples = SAMPLES[colour]!;
  const passes = interlaced ? PASSES : ([[0, 0, 1, 1]] as const);
  const areas = passes
    .map(([x, y, dx, dy]) => ({ x, y, dx, dy, w: Math.ceil((width - x) / dx), h: Math.ceil((height - y) / dy) }))
    .filter(({ w, h }) => w > 0 && h > 0);
  const rowBytes = (w: number): number => Math.ceil((w * samples * depth) / 8);
  const size = areas.reduce((sum, { w, h }) => sum + h * (1 + rowBytes(w)), 0);
  let raw: Uint8Array;
  try {
    raw = inflateSync(Buffer.concat(packed), { maxOutputLength: size + 1 });
  } catch (cause) {
    throw bad('its compressed pixels are damaged', 0, cause);
  }
  if (raw.length < size) throw bad('it has too few pixels', 0);
  const data = depth === 16 ? new Uint16Array(width * height * samples) : new Uint8Array(width * height * samples);
  const distance = Math.max(1, (samples * depth) >> 3);
  let at = 0;
  for (const { x, y, dx, dy, w, h } of areas) {
    const bytes = rowBytes(w);
    let previous: Uint8Array | null = null;
    for (let row = 0; row < h; row++) {
      const line = raw.subarray(at + 1, at + 1 + bytes);
      unfilter(raw[at]!, line, previous, distance);
      at += 1 + bytes;
      previous = line;
      for (let column = 0; column < w; column++) {
        const target = ((y + row * dy) * width + x + column * dx) * samples;
        for (let sample = 0; sample < samples; sample++) {
          const index = column * samples + sample;
          if (depth === 8) data[target + sample] = line[index]!;
          else if (depth === 16) data[target + sample] = (line[2 * index]! << 8) | line[2 * index + 1]!;
          else {
            const bit = index * depth;
            data[target + sample] = (line[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
          }
        }
      }
    }
  }
  return data;
}

/** PNG §9.2. */
function unfilter(filter: number, line: Uint8Array, previous: Uint8Array | null, distance: number): void {
  if (filter > 4) throw bad('a row has a filter that does not exist', 0);
  for (let index = 0; index < line.length; index++) {
    const left = index >= distance ? line[index - distance]! : 0;
    const up = previous === null ? 0 : previous[index]!;
    const corner = previous === null || index < distance ? 0 : previous[index - distance]!;
    if (filter === 1) line[index]! += left;
    else if (filter === 2) line[index]! += up;
    else if (filter === 3) line[index]! += (left + up) >> 1;
    else if (filter === 4) line[index]! += paeth(left, up, corner);
  }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function withPalette(head: Head, indices: Uint8Array, palette: Uint8Array, alpha: Uint8Array | null): DecodedImage {
  const channels = alpha === null ? 3 : 4;
  const data = new Uint8Array(indices.length * channels);
  const entries = palette.length / 3;
  for (const [index, entry] of indices.entries()) {
    if (entry >= entries) throw bad('a pixel is not in its palette', 0);
    data.set(palette.subarray(3 * entry, 3 * entry + 3), index * channels);
    if (alpha !== null) data[index * channels + 3] = alpha[entry] ?? 255;
  }
  return { width: head.width, height: head.height, channels, max: 255, data };
}

function bad(what: string, at: number, cause?: unknown): Fault {
  return new Fault('ERR_DATA', `The PNG picture is damaged: ${what}.`, {
    where: `byte ${at}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
