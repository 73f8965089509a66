import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';
import { memorySource } from '../bytes/byte-source.ts';
import { inflateSource } from './inflate-source.ts';

/** Bytes that repeat themselves at many distances, from a small generator. */
function sample(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const back = state % 3 === 0 ? 1 + ((state >>> 8) % 40_000) : 0;
    bytes[at] = back > 0 && back <= at ? bytes[at - back]! : (state >>> 24) & (seed % 2 === 0 ? 0xff : 0x0f);
  }
  return bytes;
}

test('what deflate packs, at every level and strategy, comes out as it was', () => {
  const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants;
  for (const length of [0, 1, 2, 300, 70_000, 400_000]) {
    for (const level of [0, 1, 9]) {
      for (const strategy of [Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]) {
        const bytes = sample(length, length + level);
        const packed = deflateRawSync(bytes, { level, strategy });
        const {
          bytes: out,
          end,
          next,
        } = inflateSource(memorySource(Buffer.concat([packed, bytes.subarray(0, 9)])), 0, 1 << 20);
        assert.equal(end, 'complete');
        assert.equal(next, packed.length, `level ${level} strategy ${strategy} length ${length}`);
        assert.ok(Buffer.from(out).equals(bytes));
      }
    }
  }
});

test('what is cut off gives what came before, and says so', () => {
  const bytes = sample(20_000, 3);
  const packed = deflateRawSync(bytes);
  for (let length = 0; length < packed.length; length += 97) {
    const { bytes: out, end } = inflateSource(memorySource(packed.subarray(0, length)), 0, 1 << 20);
    assert.equal(end, 'cut off');
    assert.ok(Buffer.from(bytes.subarray(0, out.length)).equals(out));
  }
});

test('no more comes out than is allowed, whatever is announced', () => {
  const packed = deflateRawSync(new Uint8Array(1 << 22));
  const { bytes, end } = inflateSource(memorySource(packed), 0, 100_000, 2 ** 52);
  assert.equal(end, 'limit');
  assert.ok(bytes.length <= 100_000);
});

test('damage is told, never thrown', () => {
  const packed = deflateRawSync(sample(3000, 5));
  const ends = new Set<string>();
  for (let at = 0; at < packed.length; at++) {
    for (const flip of [1, 0x80, 0xff]) {
      const damaged = Uint8Array.from(packed);
      damaged[at]! ^= flip;
      ends.add(inflateSource(memorySource(damaged), 0, 1 << 16).end);
    }
  }
  assert.ok(ends.has('damaged'));
  assert.equal(inflateSource(memorySource(Uint8Array.of(7)), 0, 100).end, 'damaged');
});
