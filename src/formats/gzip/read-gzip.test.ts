import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { memorySource } from '../../bytes/byte-source.ts';
import { readGzip, readZlib } from './read-gzip.ts';

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

test('a length in the trailer decides nothing', () => {
  const packed = gzipSync(words);
  packed.writeUInt32LE(0xffffffff, packed.length - 4);
  assert.ok(Buffer.from(readGzip(memorySource(packed), 1 << 20).bytes).equals(words));
  assert.equal(readGzip(memorySource(packed), 100).end, 'limit');
});

test('what is cut off says so', () => {
  const packed = gzipSync(words);
  for (const length of [3, 12, 40])
    assert.equal(readGzip(memorySource(packed.subarray(0, length)), 1 << 20).end, 'cut off');
  assert.equal(readGzip(memorySource(Buffer.alloc(20)), 100).end, 'damaged');
});

test('zlib data comes out as it was', () => {
  assert.ok(Buffer.from(readZlib(memorySource(deflateSync(words)), 0, 1 << 20).bytes).equals(words));
});
