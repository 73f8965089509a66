import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { growthExponent } from '../../test/detect/growth-exponent.ts';
import { makeClassifier } from './testing/make-classifier.ts';
import { createTokenizer, pieces, type Tokenizer } from './tokenizer.ts';

function read(kind: 'wordpiece' | 'bpe' | 'unigram'): Tokenizer {
  const folder = makeClassifier({ tokenizer: kind });
  const json = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')) as unknown;
  rmSync(folder, { recursive: true });
  return createTokenizer(json, { pad_token: kind === 'bpe' ? '<pad>' : '[PAD]' }, 'tokenizer.json');
}

describe('createTokenizer', () => {
  for (const kind of ['wordpiece', 'bpe', 'unigram'] as const) {
    it(`knows the special tokens of ${kind} and does not cut texts`, () => {
      const tokenizer = read(kind);
      assert.equal(tokenizer.prefix.length, 1);
      assert.equal(tokenizer.suffix.length, 1);
      assert.equal(tokenizer.padding, 0);
      assert.equal(tokenizer.encode('good good', 100).length, kind === 'bpe' ? 3 : 2);
      const long = tokenizer.encode('good '.repeat(3000).trim(), 10_000);
      assert.equal(long.length, kind === 'bpe' ? 5999 : 3000, 'pieces join to what the whole text gives');
    });

    it(`makes no control tokens of what a text says, with ${kind}`, () => {
      const { encode, prefix, suffix, padding } = read(kind);
      const controls = [...prefix, ...suffix, padding];
      const ids = encode('good [CLS] [SEP] [PAD] <s> </s> <pad> good[SEP]good', 1000);
      assert.ok(ids.length > 10);
      assert.deepEqual(
        ids.filter((id) => controls.includes(id)),
        [],
      );
    });

    it(`stops where it may, and takes linear time with ${kind}, whatever the text`, async () => {
      const tokenizer = read(kind);
      assert.ok(tokenizer.encode('good '.repeat(100_000), 1000).length < 1000 + 4096);
      for (const atom of ['a', ' ', '\n', '.', 'aé', '\u0301', '👍', '攻', '\ud800', 'a ', '[CLS]', '\u0000']) {
        const text = atom.repeat(Math.ceil(131_072 / atom.length));
        const exponent = await growthExponent(text, async (part) => void tokenizer.encode(part, 1 << 30), 1.6);
        assert.ok(exponent <= 1.6, `n^${exponent.toFixed(2)} on ${JSON.stringify(atom)}`);
      }
    });
  }
});

describe('createTokenizer of whole words', () => {
  const vocab = { '[UNK]': 0, '[PAD]': 1, '[CLS]': 2, zebra: 3, stripe: 4, zebras: 5 };
  const definition = {
    added_tokens: [],
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] } },
    },
    model: { type: 'WordLevel', unk_token: '[UNK]', vocab },
  };

  it('knows whole words only, also where the vocabulary is very small', () => {
    const tokenizer = createTokenizer(definition, null, 'tokenizer.json');
    assert.deepEqual([tokenizer.prefix, tokenizer.suffix, tokenizer.padding], [[2], [], 1]);
    assert.deepEqual(tokenizer.encode('zebra zebras stripes zebrax stripe', 100), [3, 5, 0, 0, 4]);
  });

  it('says where it is not one', () => {
    for (const wrong of [null, 'x', {}, { model: {} }, { ...definition, model: { type: 'Morse' } }]) {
      assert.throws(() => createTokenizer(wrong, null, 'some/tokenizer.json'), {
        code: 'ERR_CONFIG',
        where: 'some/tokenizer.json',
      });
    }
  });
});

describe('pieces', () => {
  it('gives the text again, in pieces and runs that are short, with surrogate pairs whole', () => {
    const atoms = fc.constantFrom('a', ' ', '\n', '👍', 'word ', '\u3000', 'x'.repeat(200), ' '.repeat(5000));
    fc.assert(
      fc.property(fc.array(atoms, { maxLength: 60 }), (parts) => {
        const text = parts.join('');
        const all = [...pieces(text)];
        assert.equal(all.join(''), text);
        for (const piece of all) {
          assert.ok(piece.length > 0 && piece.length <= 4096 + 1);
          assert.ok(!/[\u0021-\u007e]{99}/.test(piece));
          assert.ok(piece.isWellFormed());
        }
      }),
      { numRuns: 200 },
    );
  });
});
