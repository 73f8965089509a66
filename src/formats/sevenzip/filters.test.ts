import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PieceStream } from '../piece-stream.ts';
import { FilterStream } from './filter-stream.ts';
import { DeltaFilter, type Filter, X86Filter } from './filters.ts';

function undoDelta(bytes: Uint8Array, distance: number): void {
  new DeltaFilter(distance).undo(bytes);
}

function undoX86(bytes: Uint8Array): void {
  assert.equal(new X86Filter().undo(bytes, true), bytes.length);
}

/** Gives bytes a few at a time. */
function trickle(bytes: Uint8Array, step: (index: number) => number): PieceStream {
  let [next, index] = [0, 0];
  return {
    get next() {
      return next;
    },
    get end() {
      return next === bytes.length ? ('complete' as const) : null;
    },
    fill: (into) => {
      const part = bytes.subarray(next, next + Math.min(into.length, step(index++)));
      into.set(part);
      next += part.length;
      return part.length;
    },
  };
}

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

test('piece by piece the same comes out as at once', () => {
  const bytes = Uint8Array.from(
    { length: 200_000 },
    (_, at) => [0xe8, 0xe9, 0, 0xff, 7, 9][(at * at * 2654435761) % 6]!,
  );
  for (const make of [() => new X86Filter(), () => new DeltaFilter(3)] as readonly (() => Filter)[]) {
    const whole = bytes.slice();
    make().undo(whole, true);
    for (const step of [() => 1, (index: number) => 1 + (index % 7), () => 5000, () => 1 << 20]) {
      const stream = new FilterStream(trickle(bytes, step), make());
      const out = Buffer.alloc(bytes.length + 10);
      let filled = 0;
      for (let index = 0; stream.end === null; index++)
        filled += stream.fill(out.subarray(filled, filled + 1 + (index % 999)));
      assert.equal(filled, bytes.length);
      assert.ok(out.subarray(0, filled).equals(whole));
    }
  }
});
