import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createKeywordFilter, type Keyword } from './keyword-filter.ts';

const keyword = (literal: string, exact = false, mark = 1): Keyword => ({ literal, exact, mark });
const small = fc.stringMatching(/^[abAB]{1,4}$/);

test('finds what a search for each literal finds', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(small, fc.boolean()), { minLength: 1, maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', '-', 'é', '\ud83d'), maxLength: 40 }),
      (pairs, text) => {
        const keywords = pairs.map(([literal, exact]) => keyword(literal, exact));
        const expected = new Set<string>();
        for (const [index, { literal, exact }] of keywords.entries()) {
          for (let at = 0; at <= text.length - literal.length; at++) {
            const part = text.slice(at, at + literal.length);
            if (exact ? part === literal : part.toLowerCase() === literal.toLowerCase()) expected.add(`${index}@${at}`);
          }
        }
        const hits = createKeywordFilter(keywords).hits(text);
        const found = new Set<string>();
        for (let i = 0; i < hits.length; i += 2) found.add(`${hits[i]}@${hits[i + 1]}`);
        assert.deepEqual(found, expected);
        assert.equal(hits.length, 2 * expected.size, 'each hit once');
      },
    ),
  );
});

test('tail is the longest end that is a proper beginning of a keyword', () => {
  fc.assert(
    fc.property(
      fc.array(small, { minLength: 1, maxLength: 6 }),
      fc.stringMatching(/^[abAB-]{0,20}$/),
      (literals, text) => {
        let expected = text.length;
        for (let at = text.length - 1; at >= 0; at--) {
          const end = text.slice(at).toLowerCase();
          if (literals.some((literal) => literal.length > end.length && literal.toLowerCase().startsWith(end)))
            expected = at;
        }
        assert.equal(
          createKeywordFilter(literals.map((literal) => keyword(literal))).tail(text, () => true),
          expected,
        );
      },
    ),
  );
});

test('tail passes over what is turned down, and over keywords without a mark', () => {
  const filter = createKeywordFilter([keyword('abcd', false, 1), keyword('cde', false, 2), keyword('dxx', false, 0)]);
  assert.equal(
    filter.tail('--abc', () => true),
    2,
  );
  assert.equal(
    filter.tail('--abc', (marks) => marks === 2),
    4,
  );
  assert.equal(
    filter.tail('--d', () => true),
    3,
  );
});

test('a literal that is empty or not ASCII is refused', () => {
  assert.throws(() => createKeywordFilter([keyword('')]), RangeError);
  assert.throws(() => createKeywordFilter([keyword('é')]), RangeError);
});
