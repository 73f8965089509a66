import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BREAK, CAPS, CODE, createTokens, HANDLE, hashOf, INITIAL, JUNK, MARK, MIXED, NUMBER, PLAIN, SMALL, STOP, TITLE, tokenize } from './tokens.ts'; // prettier-ignore

const KINDS = { BREAK, SMALL, TITLE, CAPS, MIXED, INITIAL, NUMBER, CODE, STOP, MARK, HANDLE, JUNK, PLAIN };
const NAMES = new Map(Object.entries(KINDS).map(([name, kind]) => [kind, name]));

function read(text: string): string[] {
  const tokens = tokenize(text, createTokens());
  return Array.from({ length: tokens.count }, (_, i) => {
    const word = text.slice(tokens.start[i], tokens.end[i]);
    return `${NAMES.get(tokens.kind[i]!)} ${word}`.trim();
  });
}

describe('tokens', () => {
  it('words with hyphens and apostrophes, genitives apart', () => {
    assert.deepEqual(read("Anne-Marie O'Brien's don't"), [
      'TITLE Anne-Marie',
      "TITLE O'Brien",
      "MARK '",
      'SMALL s',
      "SMALL don't",
    ]);
  });

  it('initials and abbreviations keep their full stop, sentences do not', () => {
    assert.deepEqual(read('Dr. J.R. Smith. U.S. law.'), [
      'TITLE Dr.',
      'INITIAL J.R.',
      'TITLE Smith',
      'STOP .',
      'INITIAL U.S.',
      'SMALL law',
      'STOP .',
    ]);
  });

  it('capitals inside that are no name', () => {
    assert.deepEqual(read('JavaScript McDonald MacArthur IBM iPhone 12a 42'), [
      'MIXED JavaScript',
      'TITLE McDonald',
      'TITLE MacArthur',
      'CAPS IBM',
      'MIXED iPhone',
      'CODE 12a',
      'NUMBER 42',
    ]);
  });

  it('handles, hosts and links are one token without content', () => {
    assert.deepEqual(read('@maria #tag a.b@example.com https://x.example/y example.com'), [
      'HANDLE @maria',
      'HANDLE #tag',
      'HANDLE a.b@example.com',
      'HANDLE https://x.example/y',
      'HANDLE example.com',
    ]);
  });

  it('lines and wide gaps break, long text without a space is junk, scripts without case are plain', () => {
    assert.deepEqual(read('A\nb     c'), ['INITIAL A', 'BREAK', 'SMALL b', 'BREAK', 'SMALL c']);
    assert.deepEqual(read(`${'Ab,'.repeat(50)} Ab`), [`JUNK ${'Ab,'.repeat(50)}`, 'TITLE Ab']);
    assert.deepEqual(read('我叫Maria吗'), ['PLAIN 我叫', 'TITLE Maria', 'PLAIN 吗']);
    assert.deepEqual(read('Пётр Ångström'), ['TITLE Пётр', 'TITLE Ångström']);
  });

  it('words are known by their lower case, however they are written', () => {
    for (const text of ['Maria', 'MARIA', 'maria'])
      assert.equal(tokenize(text, createTokens()).hash[0], hashOf('maria'));
  });

  it('what is settled stays, whatever follows', () => {
    const part = fc.constantFrom(
      'Maria',
      ' ',
      '  ',
      '\n',
      '.',
      "'",
      's',
      '-',
      '@',
      '_',
      '://',
      '12',
      'J',
      '我',
      'É',
      'x'.repeat(60),
      ',',
      '    ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), fc.nat(), (parts, cut) => {
        const text = parts.join('');
        const whole = tokenize(text, createTokens());
        const some = tokenize(text.slice(0, cut % (text.length + 1)), createTokens());
        for (let i = 0; i < some.settled; i++) {
          assert.equal(some.start[i], whole.start[i]);
          assert.equal(some.kind[i], whole.kind[i]);
          assert.equal(some.hash[i], whole.hash[i]);
          if (some.kind[i] !== BREAK) assert.equal(some.end[i], whole.end[i]);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
