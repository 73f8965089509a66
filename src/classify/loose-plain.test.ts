import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mostLoneLetters } from '../text/lone-letters.ts';
import { isLeet, joinAlone, loosePlain } from './loose-plain.ts';

test('a text in leet is read as letters, unit for unit', () => {
  const plain = loosePlain('th3 qu1ck br0wn f0x jump5 0v3r 12 d0gs');
  assert.equal(plain?.text, 'the quick brown fox jumps over 12 dogs');
  assert.deepEqual(plain?.undone, ['leet']);
  assert.deepEqual(plain?.map.span(4, 9), { start: 4, end: 9 });
});

test('a spelt-out text is joined, its words parted where the gap is wide', () => {
  const plain = loosePlain('please: t h e   q u i c k   b r o w n   f o x');
  assert.equal(plain?.text, 'please: the quick brown fox');
  assert.deepEqual(plain?.map.span(8, 11), { start: 8, end: 13 });
});

test('ordinary text is left alone', () => {
  for (const text of [
    'a b c',
    'Room 4 is on floor 3, and the H2O bottle is in B12.',
    'I have 3 apples',
    'x = 1; y = 2',
    '',
  ])
    assert.equal(loosePlain(text), null);
});

test('whatever the text, what is read maps into it', () => {
  const unit = fc.constantFrom('a', 'b', '1', '0', '@', ' ', '  ', '-', 'é', '\n');
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 120 }), (units) => {
      const text = units.join('');
      const plain = loosePlain(text);
      if (plain === null) return;
      for (let at = 0; at < plain.text.length; at++) {
        const { start, end } = plain.map.span(at, at + 1);
        assert.ok(start >= 0 && start < end && end <= text.length);
      }
    }),
  );
});

test('the quick look for leet counts what a pattern for its words counts', () => {
  const unit = fc.constantFrom('a', 'Z', '1', '0', '@', '$', ' ', '-', 'é', '_');
  const isInside = (word: string): boolean => /[A-Za-z][0-9@$]|[0-9@$][A-Za-z]./.test(word);
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
      const text = units.join('');
      const words = text.match(/[A-Za-z0-9@$]+/g) ?? [];
      const disguised = words.filter(isInside).length;
      assert.equal(isLeet(text), disguised >= 3 && disguised >= words.length * 0.2, JSON.stringify(text));
    }),
    { numRuns: 3000 },
  );
});

test('no text is joined in which too few letters stand alone', () => {
  const unit = fc.constantFrom('a', 'b', '1', ' ', '  ', '-', 'ab', 'é', '\n', "'");
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 80 }), (units) => {
      const text = units.join('');
      if (joinAlone(text) !== null) assert.ok(mostLoneLetters(text) >= 12, JSON.stringify(text));
    }),
    { numRuns: 3000 },
  );
});
