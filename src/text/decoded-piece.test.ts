import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isText } from './decoded-piece.ts';

/** What the platform's strict decoder says, and no control characters. */
function reference(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);
  } catch {
    return false;
  }
}

test('agrees with the strict decoder of the platform on what is UTF-8', () => {
  const edges = fc.constantFrom(
    [0xc0, 0x80], [0xc1, 0xbf], [0xc2, 0x80], [0xe0, 0x9f, 0xbf], [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xed, 0xa0, 0x80],
    [0xef, 0xbf, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5], [0xe2, 0x82],
  ); // prettier-ignore
  const piece = fc.oneof(
    edges,
    fc.array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength: 4 }),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => [...bytes]),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const bytes = Uint8Array.from(pieces.flat());
      assert.equal(isText(bytes), reference(bytes));
    }),
    { numRuns: 3000 },
  );
});
