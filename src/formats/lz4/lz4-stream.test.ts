import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ByteSource, memorySource } from '../../bytes/byte-source.ts';
import { collectPieces } from '../collect-pieces.ts';
import type { Inflated } from '../inflate-source.ts';
import { unpackLz4Block } from './lz4-block.ts';
import { Lz4Stream } from './lz4-stream.ts';
import { Xxh32, xxh32 } from './xxh-32.ts';

const readLz4 = (source: ByteSource, limit: number): Inflated => collectPieces(new Lz4Stream(source), limit, 100);

/** `abcabcabcabcabc` + `!`: three literals, a match of twelve at distance three, one literal. */
const BLOCK = Buffer.from([0x38, 0x61, 0x62, 0x63, 3, 0, 0x10, 0x21]);

function frame(blocks: readonly { readonly data: Uint8Array; readonly stored?: true }[], flags = 0x60): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40, 0])];
  for (const { data, stored } of blocks) {
    const size = Buffer.alloc(4);
    size.writeUInt32LE((data.length | (stored === true ? 0x80000000 : 0)) >>> 0);
    parts.push(size, data);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

test('blocks of a frame come out, packed and stored, and frames follow each other', () => {
  const one = frame([{ data: BLOCK }, { data: Buffer.from('stored'), stored: true }]);
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]);
  const { bytes, end } = readLz4(memorySource(Buffer.concat([one, skippable, one])), 1000);
  assert.equal(end, 'complete');
  assert.equal(Buffer.from(bytes).toString(), 'abcabcabcabcabc!storedabcabcabcabcabc!stored');
});

test('a long match counts on in bytes of 255', () => {
  const { bytes } = readLz4(
    memorySource(frame([{ data: Buffer.from([0x1f, 0x7a, 1, 0, 255, 10, 0x10, 0x21]) }])),
    1000,
  );
  assert.equal(Buffer.from(bytes).toString(), `${'z'.repeat(1 + 15 + 255 + 10 + 4)}!`);
});

test('matches stay inside their block, or their frame where blocks are linked', () => {
  const reach = Buffer.from([0x00, 16, 0, 0x10, 0x21]);
  assert.equal(readLz4(memorySource(frame([{ data: BLOCK }, { data: reach }])), 1000).end, 'damaged');
  assert.equal(readLz4(memorySource(frame([{ data: BLOCK }, { data: reach }], 0x40)), 1000).end, 'complete');
});

test('limits hold, and damage is told', () => {
  const whole = frame([{ data: BLOCK }]);
  assert.equal(readLz4(memorySource(whole), 10).end, 'limit');
  for (let length = 0; length < whole.length - 4; length++) {
    assert.notEqual(readLz4(memorySource(whole.subarray(0, length)), 1000).end, 'complete');
  }
  assert.equal(readLz4(memorySource(Buffer.from('not lz4 at all')), 1000).end, 'damaged');
});

test('a block without a frame comes out whole, or not at all', () => {
  assert.equal(Buffer.from(unpackLz4Block(BLOCK, 16) ?? []).toString(), 'abcabcabcabcabc!');
  for (const length of [0, 15, 17, 2 ** 40]) assert.equal(unpackLz4Block(BLOCK, length), null);
  assert.equal(unpackLz4Block(BLOCK.subarray(0, 5), 16), null);
});

test('xxHash is that of its authors, whatever parts it is given', () => {
  assert.equal(xxh32(new Uint8Array()), 0x02cc5d05);
  assert.equal(xxh32(Buffer.from('a')), 0x550d7456);
  const text = Buffer.from('Nobody inspects the spammish repetition');
  assert.equal(xxh32(text), 0xe2293b2f);
  for (let at = 0; at <= text.length; at++)
    assert.equal(new Xxh32().update(text.subarray(0, at)).update(text.subarray(at)).digest(), 0xe2293b2f);
});
