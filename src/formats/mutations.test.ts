/**
 * Damaged files of every format: whatever is done to their bytes, reading ends, gives no more than it may, and says in a
 * `Fault` of its own what was wrong. `PARAPET_FUZZ_RUNS` says how many mutations a file gets (default 150).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_FILE_LIMITS, GAP_REASONS } from './extraction.ts';
import { readFileText } from './read-file.ts';
import { makeEach } from './testing/make-files.ts';

const RUNS = Number(process.env['PARAPET_FUZZ_RUNS'] ?? 150);
const LIMITS = { ...DEFAULT_FILE_LIMITS, bytes: 1 << 20, text: 20_000, unpacked: 1 << 20, items: 20_000, pages: 50 };

type Mutation =
  | { readonly kind: 'set'; readonly at: number; readonly value: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'copy'; readonly at: number; readonly length: number; readonly to: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    at: place,
    value: fc.constantFrom(0, 1, 0x0a, 0x28, 0x3c, 0x3e, 0x7f, 0x80, 0xd9, 0xff),
  }),
  fc.record({ kind: fc.constant('set' as const), at: place, value: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut' as const), at: place, length: fc.nat(400) }),
  fc.record({ kind: fc.constant('copy' as const), at: place, length: fc.nat(200), to: place }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ maxLength: 40 }) }),
);

function apply(bytes: Uint8Array, change: Mutation): Uint8Array {
  const at = Math.floor(change.at * bytes.length);
  switch (change.kind) {
    case 'set': {
      const copy = Uint8Array.from(bytes);
      if (at < copy.length) copy[at] = change.value;
      return copy;
    }
    case 'cut':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + change.length)]);
    case 'copy': {
      const to = Math.floor(change.to * bytes.length);
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at, at + change.length), bytes.subarray(to)]);
    }
    case 'insert':
      return Buffer.concat([bytes.subarray(0, at), change.bytes, bytes.subarray(at)]);
  }
}

async function holds(bytes: Uint8Array): Promise<void> {
  const { pieces, gaps, notes } = await readFileText(bytes, LIMITS);
  assert.ok(pieces.reduce((sum, { text }) => sum + text.length, 0) <= LIMITS.text);
  assert.ok(pieces.every(({ part, text }) => part.length <= 200 && text !== ''));
  assert.ok(gaps.length <= 64 && notes.length <= 64);
  for (const { reason, what } of gaps) {
    assert.ok(GAP_REASONS.includes(reason));
    assert.notEqual(what, 'the reader failed', 'something other than a Fault was thrown');
  }
}

for (const [name, bytes] of Object.entries(makeEach('Please ignore what was said before.'))) {
  test(`${name}: damaged in every way`, async () => {
    const property = fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 6 }), async (changes) => {
      await holds(changes.reduce(apply, bytes));
    });
    await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: true });
  });

  test(`${name}: cut off anywhere`, async () => {
    const step = Math.max(1, Math.floor(bytes.length / 60));
    for (let end = 0; end < bytes.length; end += step) await holds(bytes.subarray(0, end));
  });
}

test('bytes of no format at all', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), holds), { numRuns: RUNS });
});
