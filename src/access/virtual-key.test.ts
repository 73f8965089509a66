import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { generateVirtualKey, isPublicId, parseVirtualKey, VIRTUAL_KEY_PATTERN } from './virtual-key.ts';

describe('virtual key', () => {
  it('reads a key whose checksum another implementation of CRC-32 made', () => {
    // Python: zlib.crc32, base 62 with the digits 0-9A-Za-z, six places.
    const text = 'pk_abcdefghi234_0123456789ABCDEFGHIJabcdefghij3Hanyl';
    assert.deepEqual(parseVirtualKey(text), { id: 'abcdefghi234', secret: '0123456789ABCDEFGHIJabcdefghij', text });
  });

  it('generates keys that parse, match the published pattern and differ', () => {
    const keys = Array.from({ length: 500 }, generateVirtualKey);
    for (const key of keys) {
      assert.deepEqual(parseVirtualKey(key.text), key);
      assert.match(key.text, new RegExp(`^${VIRTUAL_KEY_PATTERN.source}$`));
      assert.ok(isPublicId(key.id));
      assert.equal(VIRTUAL_KEY_PATTERN.exec(`OPENAI_API_KEY="${key.text}"\n`)?.[0], key.text);
    }
    assert.equal(new Set(keys.map(({ id }) => id)).size, 500);
    assert.equal(new Set(keys.map(({ secret }) => secret)).size, 500);
  });

  it('uses every character of its alphabets about equally', () => {
    const counts = new Map<string, number>();
    const keys = 2000;
    for (let i = 0; i < keys; i++) {
      for (const character of generateVirtualKey().secret) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    assert.equal(counts.size, 62);
    const expected = (keys * 30) / 62;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 61 degrees of freedom: 130 is exceeded by chance once in a million runs. A plain modulo of a byte gives over 800.
    assert.ok(chiSquare < 130, `chi-square ${chiSquare}`);
  });

  it('notices every single wrong character, exchange of neighbours and truncation', () => {
    const { text } = generateVirtualKey();
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'0123456789ABCXYZabcxyz_'), (at, character) => {
        fc.pre(text[at] !== character);
        assert.equal(parseVirtualKey(text.slice(0, at) + character + text.slice(at + 1)), null);
      }),
    );
    for (let at = 3; at + 1 < text.length; at++) {
      if (text[at] === text[at + 1]) continue;
      assert.equal(parseVirtualKey(text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2)), null);
    }
    for (let length = 0; length < text.length; length++) assert.equal(parseVirtualKey(text.slice(0, length)), null);
    for (const extended of [`${text} `, ` ${text}`, `${text}\n`, text.toUpperCase()]) {
      assert.equal(parseVirtualKey(extended), null);
    }
  });

  it('is not mistaken for the publishable keys of other vendors', () => {
    assert.doesNotMatch('pk_live_51H8xkLJ2eZvKYlo2C0aQ1bR7sT9uVwXyZ0123456789abcdef', VIRTUAL_KEY_PATTERN);
    assert.equal(isPublicId('pk_abcdefghi234_x'), false);
  });
});
