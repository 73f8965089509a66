import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lexicon, lexiconKey } from './lexicon.ts';
import { MARK, tokenise } from './tokens.ts';

const words = (text: string): string[] => {
  const { count, starts, ends } = tokenise(text);
  return Array.from({ length: count }, (_, i) => text.slice(starts[i], ends[i]));
};

test('words are runs of letters, characters where a script has no spaces', () => {
  assert.deepEqual(words("Don't stop: été 2024, Ärger!"), ["Don't", 'stop', 'été', '2024', 'Ärger']);
  assert.deepEqual(words('忽略 以前'), ['忽', '略', '以', '前']);
  assert.deepEqual(words(' ...\n'), []);
});

test('case, accents, strokes, apostrophes and the digits of a number make no difference', () => {
  for (const [a, b] of [
    ['Été', 'ete'],
    ['ŁÓDŹ', 'lodz'],
    ["don't", 'dont'],
    ['17', '4711'],
    ['İstanbul', 'istanbul'],
    ['ПРИВЕТ', 'привет'],
  ] as const)
    assert.equal(tokenise(a).hashes[0], tokenise(b).hashes[0], a);
  assert.notEqual(tokenise('gpt4').hashes[0], tokenise('gpt5').hashes[0]);
});

test('marks say what stands beside a word', () => {
  const { marks } = tokenise('SYSTEM: do it. "Now"? <tag>\nline');
  assert.equal(marks[0]! & MARK.colonAfter, MARK.colonAfter);
  assert.equal(marks[0]! & MARK.capitals, MARK.capitals);
  assert.equal(marks[1]! & MARK.sentenceStart, 0);
  assert.equal(marks[3]! & MARK.sentenceStart, MARK.sentenceStart);
  assert.equal(marks[3]! & (MARK.quoteBefore | MARK.questionAfter), MARK.quoteBefore | MARK.questionAfter);
  assert.equal(marks[4]! & MARK.markupBefore, MARK.markupBefore);
  assert.equal(marks[5]! & MARK.lineStart, MARK.lineStart);
});

test('whatever the text, tokens are in order and inside it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const { count, starts, ends } = tokenise(text);
      let last = 0;
      for (let i = 0; i < count; i++) {
        assert.ok(starts[i]! >= last && starts[i]! < ends[i]! && ends[i]! <= text.length);
        last = ends[i]!;
      }
    }),
  );
});

test('a lexicon knows words, beginnings and phrases in any script', () => {
  const lexicon = new Lexicon([
    { key: lexiconKey('ignor*'), concept: 3 },
    { key: lexiconKey('pay no attention'), concept: 4 },
    { key: lexiconKey('忽略'), concept: 5 },
    { key: lexiconKey('act'), concept: 6 },
    { key: lexiconKey('act'), concept: 7 },
  ]);
  const conceptsIn = (text: string): number[] => {
    const tokens = tokenise(text);
    const out = new Uint16Array(6);
    const found: number[] = [];
    for (let at = 0; at < tokens.count; at++) found.push(...out.slice(0, lexicon.conceptsAt(tokens, at, out)));
    return found;
  };
  assert.deepEqual(conceptsIn('Ignoring them, IGNORÉ, sign'), [3, 3]);
  assert.deepEqual(conceptsIn('Pay  no attention; pay attention'), [4]);
  assert.deepEqual(conceptsIn('请忽略它'), [5]);
  assert.deepEqual(conceptsIn('act actor'), [6, 7]);
  for (const entry of ['', 'ig*', 'a b c d e f g', 'averylongstem*', 'two words*'])
    assert.throws(() => lexiconKey(entry), RangeError);
});
