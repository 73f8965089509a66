import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unescapeJson } from './unescape-json.ts';

test('reads what JSON.parse reads, and leads back to the escapes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.func(fc.boolean()), (string, escapes) => {
      const written = Array.from(JSON.stringify(string).slice(1, -1))
        .map((char, index, all) =>
          char !== '\\' && all[index - 1] !== '\\' && char.length === 1 && !/[0-9a-f]/i.test(char) && escapes(index)
            ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
            : char,
        )
        .join('');
      const read = unescapeJson(written);
      assert.equal(read?.text ?? written, JSON.parse(`"${written}"`));
      if (read === null) return;
      for (let at = 0; at < read.text.length; at++) {
        const { start, end } = read.map.span(at, at + 1);
        assert.equal(JSON.parse(`"${written.slice(start, end)}"`), read.text[at]);
      }
    }),
  );
});

test('what is no escape stays', () => {
  for (const text of ['', 'plain', '\\', 'a\\', '\\x41', '\\u', '\\u12', '\\u12g4', '\\ua']) {
    assert.equal(unescapeJson(text), null, text);
  }
  const read = unescapeJson('\\q\\u0041\\');
  assert.equal(read?.text, '\\qA\\');
  assert.deepEqual(read?.map.span(2, 3), { start: 2, end: 8 });
});

test('reads in linear time', () => {
  const text = '\\\\'.repeat(1_000_000);
  assert.equal(unescapeJson(text)?.text.length, 1_000_000);
  assert.equal(unescapeJson('\\u004'.repeat(1_000_000)), null);
});
