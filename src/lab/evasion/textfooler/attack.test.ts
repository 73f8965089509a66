import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { labelledTexts, TEXT_LENGTH_IN_TESTS as SIZE, wordModel } from '../../testing/text-fixtures.ts';
import { synonymsOf } from '../../text/synonyms.ts';
import { decodeText } from '../../text-codec.ts';
import { textSimilarity } from '../../text/text-similarity.ts';
import { wordSpans } from '../../text/word-spans.ts';
import { TEXTFOOLER_DEFAULTS, textfooler } from './attack.ts';

test('only listed synonyms are put in, and the similarity holds', async () => {
  const data = labelledTexts(20);
  const options = { ...TEXTFOOLER_DEFAULTS, minSimilarity: 0.8 };
  const context = { random: seededRandom('t') };
  const { adversarial, success } = await textfooler.run(
    wordModel(),
    data,
    { norm: 'edits', eps: 0.5 },
    options,
    context,
  );
  let fooled = 0;
  for (let i = 0; i < data.count; i++) {
    if (success[i] !== 1) continue;
    fooled++;
    const original = decodeText(data.inputs.subarray(i * SIZE, (i + 1) * SIZE));
    const text = decodeText(adversarial.subarray(i * SIZE, (i + 1) * SIZE));
    assert.ok(textSimilarity(original, text) >= 0.8);
    const [a, b] = [wordSpans(original), wordSpans(text)];
    assert.equal(a.length, b.length);
    a.forEach(({ word }, k) => {
      if (word !== b[k]!.word)
        assert.ok(synonymsOf(word, a[k - 1]?.word).includes(b[k]!.word), `${word} ${b[k]!.word}`);
    });
  }
  assert.ok(fooled > 0);
});
