import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { isFault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { decodePng } from './decode-png.ts';

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(4);
  const sum = Buffer.alloc(4);
  around.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([around, body, sum]);
}

function png(head: readonly number[], rows: Uint8Array, more: readonly Buffer[] = []): Uint8Array {
  const [width, height, depth, colour, interlace] = head as [number, number, number, number, number];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlace], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...more,
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Filters a row as PNG §9.2 says, so that decoding has to undo it. */
function filtered(kind: number, line: Uint8Array, above: Uint8Array, distance: number): number[] {
  return [
    kind,
    ...line.map((value, index) => {
      const a = index >= distance ? line[index - distance]! : 0;
      const b = above[index]!;
      const c = index >= distance ? above[index - distance]! : 0;
      const p = a + b - c;
      const near = [a, b, c].toSorted((x, y) => Math.abs(p - x) - Math.abs(p - y))[0]!;
      return value - [0, a, b, (a + b) >> 1, near][kind]!;
    }),
  ];
}

describe('decodePng', () => {
  it('undoes every filter, for every number of channels', () => {
    for (const [colour, channels] of [
      [0, 1],
      [4, 2],
      [2, 3],
      [6, 4],
    ] as const) {
      const random = seededRandom(colour);
      const pixels = Uint8Array.from({ length: 7 * 5 * channels }, () => random.below(256));
      const rows: number[] = [];
      let above: Uint8Array = new Uint8Array(7 * channels);
      for (let row = 0; row < 5; row++) {
        const line = pixels.subarray(row * 7 * channels, (row + 1) * 7 * channels);
        rows.push(...filtered(row, line, above, channels));
        above = line;
      }
      const image = decodePng(png([7, 5, 8, colour, 0], Uint8Array.from(rows)));
      assert.deepEqual(image, { width: 7, height: 5, channels, max: 255, data: pixels });
    }
  });

  it('reads Adam7 as it reads rows', () => {
    const [width, height] = [11, 9];
    const at = (x: number, y: number): number => x * 20 + y;
    const rows: number[] = [];
    for (const [x0, y0, dx, dy] of [
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2],
    ] as const) {
      for (let y = y0; y < height; y += dy) {
        rows.push(0);
        for (let x = x0; x < width; x += dx) rows.push(at(x, y));
      }
    }
    const image = decodePng(png([width, height, 8, 0, 1], Uint8Array.from(rows)));
    assert.deepEqual(
      [...image.data],
      Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
    );
  });

  it('reads a palette, bits below 8, and 16 bits', () => {
    const palette = chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6));
    const two = decodePng(png([3, 1, 1, 3, 0], Uint8Array.of(0, 0b01000000), [palette]));
    assert.deepEqual(two, {
      width: 3,
      height: 1,
      channels: 3,
      max: 255,
      data: Uint8Array.of(1, 2, 3, 4, 5, 6, 1, 2, 3),
    });
    const clear = decodePng(png([1, 1, 8, 3, 0], Uint8Array.of(0, 1), [palette, chunk('tRNS', Uint8Array.of(9))]));
    assert.deepEqual([...clear.data], [4, 5, 6, 255]);
    assert.deepEqual([...decodePng(png([3, 1, 2, 0, 0], Uint8Array.of(0, 0b00011100))).data], [0, 85, 255]);
    const deep = decodePng(png([1, 1, 16, 0, 0], Uint8Array.of(0, 1, 2)));
    assert.deepEqual([deep.max, ...deep.data], [65_535, 258]);
  });

  it('answers damage with a Fault, and unpacks no more than its header says', () => {
    assert.throws(() => decodePng(png([60_000, 60_000, 8, 0, 0], new Uint8Array(8))), /more than/);
    assert.throws(() => decodePng(png([1, 1, 8, 0, 0], new Uint8Array(1 << 20))), { code: 'ERR_DATA' });
    assert.throws(() => decodePng(png([2, 2, 8, 0, 0], new Uint8Array(3))), /too few/);
    assert.throws(() => decodePng(png([1, 1, 8, 3, 0], new Uint8Array(2))), /palette/);
    assert.throws(() => decodePng(png([1, 1, 3, 0, 0], new Uint8Array(2))), /do not exist/);
    assert.throws(() => decodePng(png([1, 1, 8, 0, 0], Uint8Array.of(5, 0))), /filter/);
    const whole = png([4, 4, 8, 2, 0], new Uint8Array(52));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
        const bytes = whole.slice(0, length);
        if (at < bytes.length) bytes[at] = value;
        try {
          decodePng(bytes);
        } catch (error) {
          assert.ok(isFault(error) && error.code === 'ERR_DATA', String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
