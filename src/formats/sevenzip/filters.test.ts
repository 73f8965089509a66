import assert from 'node:assert/strict';
import { test } from 'node:test';
import { undoDelta, undoX86 } from './filters.ts';

test('Delta adds the byte so many before', () => {
  const bytes = Uint8Array.from([1, 2, 1, 1, 255, 0]);
  undoDelta(bytes, 2);
  assert.deepEqual([...bytes], [1, 2, 2, 3, 1, 3]);
});

test('x86: the target of a call becomes relative again, and data that looks like none stays', () => {
  const bytes = new Uint8Array(64);
  // E8 at 16 to the absolute place 0x00000055: relative to the next opcode, 21.
  bytes.set([0xe8, 0x55, 0, 0, 0], 16);
  // A top byte that is neither 00 nor FF.
  bytes.set([0xe8, 1, 2, 3, 4], 40);
  undoX86(bytes);
  assert.deepEqual([...bytes.subarray(16, 21)], [0xe8, 0x55 - 21, 0, 0, 0]);
  assert.deepEqual([...bytes.subarray(40, 45)], [0xe8, 1, 2, 3, 4]);
});

test('x86: opcodes in operands of others end, whatever the bytes', () => {
  for (let seed = 1; seed < 300; seed++) {
    const bytes = Uint8Array.from(
      { length: 60 },
      (_, at) => [0xe8, 0xe9, 0, 0xff, 7][(seed * (at + 3) * 2654435761) % 5]!,
    );
    undoX86(bytes);
    assert.equal(bytes.length, 60);
  }
});
