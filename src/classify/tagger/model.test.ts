import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BUCKETS } from './features.ts';
import { COMMON, FIRST_NAME, Lexicon, PLACE } from './lexicon.ts';
import { decodeTaggerModel, encodeTaggerModel, TAGS } from './model.ts';
import { nameTagger } from './name-tagger.ts';
import { hashOf } from './tokens.ts';

const shipped = readFileSync(join(import.meta.dirname, 'names.model'));

describe('the model file', () => {
  it('is the one that its card describes', () => {
    const card = readFileSync(join(import.meta.dirname, 'names.md'), 'utf8');
    assert.ok(card.includes(createHash('sha256').update(shipped).digest('hex')), 'the card names another digest');
    assert.ok(shipped.length <= 1_500_000);
  });

  it('comes back as it was written', () => {
    const weights = new Int8Array(BUCKETS * TAGS.length).map((_, i) => (i % 255) - 127);
    const words = Uint32Array.of((hashOf('maria') & ~255) | FIRST_NAME, (hashOf('london') & ~255) | PLACE).sort();
    const { weights: read, scale, lexicon } = decodeTaggerModel(encodeTaggerModel(weights, 0.25, words));
    assert.deepEqual(read, weights);
    assert.equal(scale, 0.25);
    assert.equal(lexicon.classes(hashOf('maria')), FIRST_NAME);
    assert.equal(lexicon.classes(hashOf('london')), PLACE);
    assert.equal(lexicon.classes(hashOf('paris')), 0);
  });

  it('is refused when it is another file, cut, or longer', () => {
    assert.throws(() => decodeTaggerModel(new Uint8Array(3)), /not a tagger model/);
    assert.throws(() => decodeTaggerModel(new TextEncoder().encode('PK\u0003\u0004'.repeat(20))), /not a tagger model/);
    assert.throws(() => decodeTaggerModel(shipped.subarray(0, shipped.length - 1)), /bytes, this one/);
    assert.throws(() => decodeTaggerModel(Buffer.concat([shipped, Buffer.of(0)])), /bytes, this one/);
  });

  it('knows names and ordinary words', () => {
    const { lexicon } = decodeTaggerModel(shipped);
    assert.ok(lexicon.classes(hashOf('maria')) & FIRST_NAME);
    assert.ok(lexicon.classes(hashOf('because')) & COMMON);
    assert.equal(lexicon.classes(hashOf('london')) & PLACE, PLACE);
  });
});

describe('Lexicon', () => {
  it('finds every word and none that is not there', () => {
    const entries = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) entries.set(hashOf(`word${i}`) & ~255, 1 + (i % 254));
    const lexicon = new Lexicon(Uint32Array.from(entries, ([hash, bits]) => (hash | bits) >>> 0));
    for (const [hash, bits] of entries) assert.equal(lexicon.classes(hash), bits);
    let strangers = 0;
    for (let i = 0; i < 20_000; i++) if (lexicon.classes(hashOf(`other-${i}`)) !== 0) strangers++;
    assert.ok(strangers < 100, `${strangers} of 20000 look like known words`);
  });
});

describe('the tagger', () => {
  const tag = nameTagger();
  const read = (text: string): string[] =>
    tag(text).spans.map(({ tag: kind, start, end }) => `${kind} ${text.slice(start, end)}`);

  it('tags what is plain', () => {
    assert.deepEqual(read('Maria Fernandez works for Siemens in Munich.'), [
      'person Maria Fernandez',
      'organisation Siemens',
      'location Munich',
    ]);
    assert.deepEqual(read('The bank opens on Monday and closes in December.'), []);
  });

  it('says how sure it is, between 0 and 1', () => {
    for (const { confidence } of tag('My name is Maria Fernandez and I live in London.').spans)
      assert.ok(confidence > 0 && confidence <= 1);
  });

  it('does the same near numbers when only those are asked for', () => {
    const text =
      'Maria wrote. Send it to 221 Baker Street, London, please. Then Peter came back and said that Anna was there.';
    const streets = (spans: ReturnType<typeof tag>['spans']) => spans.filter((span) => span.tag === 'address');
    assert.deepEqual(streets(tag(text, { behindNumbers: 100 }).spans), streets(tag(text).spans));
    assert.ok(tag(text, { behindNumbers: 10 }).spans.length < tag(text).spans.length);
  });

  it('decides no earlier than it may', () => {
    assert.equal(tag('and then they met Maria').decided, 'and then they met '.length);
    assert.equal(tag('then they met Maria yesterday in the ').decided, 'then they met Maria yesterday in the '.length);
  });
});
