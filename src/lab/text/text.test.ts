import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../../core/fault.ts';
import { canonicalText } from './canonical-text.ts';
import { synonymsOf } from './synonyms.ts';
import { decodeText, encodeText } from '../text-codec.ts';
import { textSimilarity } from './text-similarity.ts';
import { textTarget } from './text-target.ts';
import { wordsAllowed, wordsChanged } from './word-spans.ts';
import { buildVocabulary, parseVocabulary, WordTokenizer } from './word-tokenizer.ts';

test('a text comes back from its code points', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      assert.equal(decodeText(encodeText(text, 200)), text.replaceAll('\0', '\ufffd'));
    }),
  );
  assert.throws(() => encodeText('four', 3), { code: 'ERR_DATA' });
  assert.equal(encodeText('a\u{1f600}', 2)[1], 0x1f600);
  for (const row of [[0.5], [-1], [0x110000], [Number.NaN], [0, 65]]) {
    assert.throws(() => decodeText(Float32Array.from(row)), { code: 'ERR_DATA' });
  }
});

test('words that differ are counted as an alignment needs them', () => {
  const changed = (a: string, b: string): number => wordsChanged(a, b).changed;
  assert.equal(changed('a b c d', 'a b c d'), 0);
  assert.equal(changed('a b c d', 'a x c d'), 1);
  assert.equal(changed('a b c d', 'a c d'), 1);
  assert.equal(changed('a b c d', 'x a b c d'), 1);
  assert.equal(changed('a b c d', 'a b\u200b c d'), 1);
  assert.equal(changed('a b c d', 'b a d c'), 3);
  assert.equal(changed('', 'a b'), 2);
  assert.deepEqual(
    [wordsAllowed(10, 0.3), wordsAllowed(2, 0.1), wordsAllowed(0, 0.5), wordsAllowed(3, 1)],
    [3, 1, 0, 3],
  );
});

test('synonyms have the part of speech, form and case of the word', () => {
  assert.ok(synonymsOf('big').includes('large'));
  assert.ok(synonymsOf('Big', 'a').includes('Large'));
  assert.ok(synonymsOf('KILL').every((word) => word === word.toUpperCase()));
  assert.ok(synonymsOf('buying', 'to').includes('purchasing'));
  assert.ok(!synonymsOf('purchased').includes('buyed'));
  assert.deepEqual(synonymsOf('xyzzy'), []);
  assert.deepEqual(synonymsOf('the'), []);
});

test('similarity is 1 for the same text, less for synonyms, little for others', () => {
  assert.equal(textSimilarity('a big house', 'a big house'), 1);
  const synonym = textSimilarity('a big house', 'a large house');
  assert.ok(synonym < 1 && synonym > 0.85);
  assert.ok(textSimilarity('a big house', 'green ideas sleep') < 0.1);
  assert.ok(textSimilarity('a big house', '') === 0);
});

test('the canonical form undoes what readers do not see', () => {
  assert.equal(canonicalText('k\u200bi\u200bll'), 'kill');
  assert.equal(canonicalText('kx\bill'), 'kill');
  assert.equal(canonicalText('k\u0456ll him'), 'kill him');
  assert.equal(canonicalText('k\u202d\u2066\u202e\u2066l\u2069\u2066i\u2069\u202c\u2069\u202cl'), 'kill');
  assert.equal(canonicalText('say \u202ellik\u202c now'), 'say kill now');
  assert.equal(canonicalText('\u2067\u2066b\u2069\u2066a\u2069\u2069 end'), 'ab end');
  assert.equal(canonicalText('\u202a'.repeat(50_000) + 'deep'), 'deep');
  assert.equal(canonicalText('\u202c\u2069a\u202c'), 'a');
  assert.equal(canonicalText('an ordinary sentence, with 2 signs.'), 'an ordinary sentence, with 2 signs.');
});

test('the tokenizer knows its words, and spells out others where it has buckets', () => {
  const words = ['the', 'cat', '.'];
  const plain = new WordTokenizer(words, { length: 6, lowercase: true, buckets: 0 });
  const row = new Float32Array(6);
  plain.encode('The cat... xyz', row);
  assert.deepEqual([...row], [2, 3, 4, 4, 4, 1]);
  assert.equal(plain.size, 5);
  const pieces = new WordTokenizer(words, { length: 6, lowercase: true, buckets: 10 });
  pieces.encode('kill the', row);
  const ids = [...row];
  assert.ok(ids.slice(0, 4).every((id) => id >= 5 && id < 15));
  assert.deepEqual(ids.slice(4), [2, 0]);
  pieces.encode('x'.repeat(100_000), row);
  assert.ok(!row.includes(0));
  assert.deepEqual(buildVocabulary(['b a', 'a b', 'b', 'c'], 10), ['b', 'a']);
  assert.deepEqual(parseVocabulary('a\r\nb\n', 'v'), ['a', 'b']);
  assert.throws(
    () => parseVocabulary('a\n\nb\n', 'v'),
    (error) => isFault(error) && error.where === 'v:2',
  );
});

test('a function of texts is a target, and what it answers wrongly is an error', async () => {
  const good = textTarget((texts) => texts.flatMap((text) => [text.length, -1]), {
    name: 'f',
    classes: 2,
    scoreType: 'logits',
    length: 8,
    batch: 2,
  });
  assert.deepEqual([...(await good.classify(['a', 'bb', 'ccc']))], [1, -1, 2, -1, 3, -1]);
  assert.deepEqual([...(await good.scores(encodeText('abc', 8), 1))], [3, -1]);
  const bad = (predict: () => number[]) =>
    textTarget(predict, { name: 'f', classes: 2, scoreType: 'logits' }).classify(['a']);
  await assert.rejects(
    bad(() => [1]),
    { code: 'ERR_TARGET' },
  );
  await assert.rejects(bad(() => { throw new Error('no'); }), { code: 'ERR_TARGET' }); // prettier-ignore
});
