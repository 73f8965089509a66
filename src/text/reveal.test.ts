import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hidesSomething, reveal } from './reveal.ts';

const shown = (text: string): string =>
  reveal(text)
    .map(({ text: piece }) => piece)
    .join('');
const odd = (text: string): readonly string[] =>
  reveal(text).flatMap(({ text: piece, says }) => (says === null ? [] : [piece]));

test('ordinary text of many languages stays as it is', () => {
  for (const text of ['Anna Lindqvist', 'Grüße\n\tan João', 'Привет, Анна', '東京 café', 'Ελλάδα', '']) {
    assert.deepEqual(reveal(text), text === '' ? [] : [{ text, says: null }]);
  }
});

test('a letter of another script among Latin ones is pointed at', () => {
  assert.deepEqual(odd('p\u0430ypal.com'), ['\u0430']);
  assert.match(reveal('p\u0430ypal.com')[1]!.says!, /U\+0430.*looks like "a"/);
  // All of it in another script, and all of it readable as Latin.
  assert.deepEqual(odd('\u0440\u0430\u0443'), ['\u0440', '\u0430', '\u0443']);
});

test('invisible, direction and control characters are written out', () => {
  assert.equal(shown('DE89\u202e0044'), 'DE89[U+202E]0044');
  assert.equal(shown('a\u200bb\u00adc\u{e0041}'), 'a[U+200B]b[U+00AD]c[U+E0041]');
  assert.equal(shown('x\u0000\u001b[2J\r'), 'x[U+0000][U+001B][2J[U+000D]');
  assert.equal(shown('\ud800'), '[U+D800]');
});

test('nothing of a text is lost, and nothing invisible is left', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const pieces = reveal(text);
      const back = pieces
        .map(({ text: piece, says }) =>
          says !== null && /^\[U\+[0-9A-F]+\]$/.test(piece)
            ? String.fromCodePoint(Number.parseInt(piece.slice(3, -1), 16))
            : piece,
        )
        .join('');
      assert.equal(back, text);
      assert.ok(!/[\u202a-\u202e\u2066-\u2069\u200b\u0000]/u.test(shown(text)));
      assert.equal(hidesSomething(pieces), odd(text).length > 0);
    }),
  );
});
