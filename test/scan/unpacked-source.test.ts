import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { type ByteSource, memorySource } from '../../src/bytes/byte-source.ts';
import { DeflateStream } from '../../src/formats/gzip/deflate-stream.ts';
import { GzipStream } from '../../src/formats/gzip/gzip-stream.ts';
import { crc32 } from '../../src/formats/crc-32.ts';
import { unpackPieces } from '../../src/formats/unpacked-source.ts';

/** Bytes that pack to about a third. */
function sample(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 7;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = (state >>> 24) % 7;
  }
  return bytes;
}

const BYTES = sample(9_000_000);
const PLACES = [8_999_990, 0, 4_500_000, 1_048_570, 262_144, 8_000_000, 17, 3_333_333, 262_143];

function readsEverywhere(source: ByteSource): void {
  for (const at of PLACES) {
    for (const length of [0, 1, 700, 600_000]) {
      const part = source.read(at, length);
      assert.ok(Buffer.from(part).equals(BYTES.subarray(at, at + length)), `${length} at ${at}`);
    }
  }
}

test('deflated data can be read at any place, and whoever follows members and looks at their ends before goes on from near them', () => {
  const packed = memorySource(new Uint8Array(deflateRawSync(BYTES)));
  let read = 0;
  const counted: ByteSource = {
    size: packed.size,
    read: (offset, length) => {
      const bytes = packed.read(offset, length);
      read += bytes.length;
      return bytes;
    },
  };
  const { source, end, crc, next } = unpackPieces(
    () => new DeflateStream(counted, 0),
    () => true,
  );
  assert.equal(end, 'complete');
  assert.equal(source.size, BYTES.length);
  assert.equal(crc, crc32(BYTES));
  assert.equal(next, packed.size);
  readsEverywhere(source);
  read = 0;
  // Members of a megabyte: the end, then the beginning, then all of it.
  for (let at = 0; at + 1_000_000 <= BYTES.length; at += 1_000_000) {
    source.read(at + 999_000, 1000);
    source.read(at, 100);
    assert.ok(Buffer.from(source.read(at, 1_000_000)).equals(BYTES.subarray(at, at + 1_000_000)));
  }
  assert.ok(read < packed.size * 4, `${read} of ${packed.size} bytes read again`);
});

test('members of gzip data are one source, and a wrong checksum or length is told', () => {
  const packed = Buffer.concat([
    gzipSync(BYTES.subarray(0, 5_000_000)),
    gzipSync(Buffer.alloc(0)),
    gzipSync(BYTES.subarray(5_000_000)),
  ]);
  const open = (bytes: Buffer) =>
    unpackPieces(
      () => new GzipStream(memorySource(bytes)),
      () => true,
    );
  const { source, end, mismatch } = open(packed);
  assert.deepEqual([end, mismatch, source.size], ['complete', null, BYTES.length]);
  readsEverywhere(source);
  for (const [back, word] of [
    [8, 'checksum'],
    [4, 'length'],
  ] as const) {
    const wrong = Buffer.from(packed);
    wrong[wrong.length - back]! ^= 1;
    assert.match(open(wrong).mismatch ?? '', new RegExp(word));
  }
  assert.equal(open(packed.subarray(0, 100_000)).end, 'cut off');
  assert.equal(open(Buffer.from('PK')).end, 'cut off');
});

test('it ends when it is told to, and what came out by then can be read', () => {
  const packed = memorySource(new Uint8Array(deflateRawSync(BYTES)));
  const { source, end } = unpackPieces(
    () => new DeflateStream(packed, 0),
    (made) => made < 2_000_000,
  );
  assert.equal(end, 'stopped');
  assert.ok(source.size >= 2_000_000 && source.size < 2_300_000);
  assert.ok(Buffer.from(source.read(1_999_000, 500)).equals(BYTES.subarray(1_999_000, 1_999_500)));
});

test('checksums without the runtime are the same', () => {
  assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
});
