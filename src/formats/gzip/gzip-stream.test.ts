import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { type ByteSource, memorySource } from '../../bytes/byte-source.ts';
import type { Inflated } from '../inflate-source.ts';
import { collectPieces } from '../collect-pieces.ts';
import { GzipStream } from './gzip-stream.ts';
import { ZlibStream } from './zlib-stream.ts';

const readGzip = (source: ByteSource, limit: number): Inflated => collectPieces(new GzipStream(source), limit, 4096);

const words = Buffer.from('weights and biases, '.repeat(500));

test('members of a gzip file follow each other, with names and without, and what follows them is left alone', () => {
  const named = gzipSync(words);
  // FEXTRA, FNAME, FCOMMENT and FHCRC.
  const full = Buffer.concat([
    named.subarray(0, 3),
    Buffer.of(4 | 8 | 16 | 2),
    named.subarray(4, 10),
    Buffer.from('\x03\x00abcname\0comment\0\x12\x34', 'latin1'),
    named.subarray(10),
  ]);
  const { bytes, end, next } = readGzip(memorySource(Buffer.concat([full, named, Buffer.from('after')])), 1 << 20);
  assert.equal(end, 'complete');
  assert.ok(Buffer.from(bytes).equals(Buffer.concat([words, words])));
  assert.equal(next, full.length + named.length);
});

test('a length in the trailer decides nothing, and what is wrong in it is told', () => {
  const packed = gzipSync(words);
  packed.writeUInt32LE(0xffffffff, packed.length - 4);
  const read = readGzip(memorySource(packed), 1 << 20);
  assert.ok(Buffer.from(read.bytes).equals(words));
  assert.match(read.mismatch ?? '', /length/);
  assert.equal(readGzip(memorySource(packed), 100).end, 'limit');
});

test('what is cut off says so', () => {
  const packed = gzipSync(words);
  for (const length of [3, 12, 40])
    assert.equal(readGzip(memorySource(packed.subarray(0, length)), 1 << 20).end, 'cut off');
  assert.equal(readGzip(memorySource(Buffer.alloc(20)), 100).end, 'damaged');
});

test('a checksum that is not that of the data is told', () => {
  const packed = gzipSync(words);
  assert.equal(readGzip(memorySource(packed), 1 << 20).mismatch, null);
  packed[packed.length - 6]! ^= 1;
  assert.match(readGzip(memorySource(packed), 1 << 20).mismatch ?? '', /checksum/);
});

test('zlib data comes out as it was, and its checksum is compared', () => {
  const packed = deflateSync(words);
  const read = () => collectPieces(new ZlibStream(memorySource(Buffer.concat([packed, Buffer.of(1)]))), 1 << 20, 0);
  const { bytes, end, next, mismatch } = read();
  assert.ok(Buffer.from(bytes).equals(words));
  assert.deepEqual([end, next, mismatch], ['complete', packed.length, null]);
  packed[packed.length - 1]! ^= 1;
  assert.match(read().mismatch ?? '', /checksum/);
  const cut = collectPieces(new ZlibStream(memorySource(packed.subarray(0, -1))), 1 << 20, 0);
  assert.deepEqual([cut.end, cut.bytes.length], ['cut off', words.length]);
});
