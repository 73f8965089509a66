import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BASE32, BASE64, BASE85, encodedRegions, GROUPS, HEX } from './encoded-regions.ts';

const WANTED = [
  [BASE64, /[A-Za-z0-9+/_-]{12,}/g],
  [HEX, /[0-9A-Fa-f]{16,}/g],
  [BASE32, /[A-Z2-7]{16,}|[a-z2-7]{16,}/g],
  [BASE85, /[!-uz~]{20,}/g],
  [GROUPS, /(?<![0-9A-Za-z])(?:(?:0x)?[0-9A-Fa-f]{2}[ ,:;-]{1,2}){7,}(?:0x)?[0-9A-Fa-f]{2}(?![0-9A-Za-z])/g],
  [GROUPS, /(?<![0-9A-Za-z])(?:[01]{8}[ ,]?){3,}[01]{8}(?![0-9A-Za-z])/g],
  [GROUPS, /(?<![\d.])(?:\d{2,3}[ ,;]{1,2}){7,}\d{2,3}(?![\d.])/g],
] as const;

test('nothing that a pattern of an encoding would match is left out', () => {
  const piece = fc.oneof(
    fc.constantFrom('word', '"', '(', ')', ' ', '\n', 'é', '语', '. ', ', '),
    fc.stringMatching(/^[A-Za-z0-9+/]{8,24}$/),
    fc.stringMatching(/^[0-9a-f]{12,20}$/),
    fc.stringMatching(/^[A-Z2-7]{14,20}$/),
    fc.stringMatching(/^([0-9a-f]{2} ){4,10}$/),
    fc.stringMatching(/^([01]{8} ){2,5}$/),
    fc.stringMatching(/^([0-9]{3}, ){5,9}$/),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      const regions = encodedRegions(text);
      for (const [alphabet, pattern] of WANTED)
        for (const { 0: match, index } of text.matchAll(pattern))
          assert.ok(
            regions.some(
              ({ start, end, alphabets }) =>
                (alphabets & alphabet) !== 0 && start <= index && index + match.length <= end,
            ),
            `${JSON.stringify(match)} of ${JSON.stringify(text)}`,
          );
    }),
    { numRuns: 1000 },
  );
});

test('prose has no region, and no more than three are over any unit', () => {
  assert.deepEqual(
    encodedRegions('The transfer that you asked about left the account on Tuesday (10 a.m.), as usual.'),
    [],
  );
  const rows = '4865 6c6c 6f20776f726c6421212121 00 11 22 33';
  for (let i = 0; i < rows.length; i++)
    assert.ok(encodedRegions(rows).filter(({ start, end }) => start <= i && i < end).length <= 3);
});
