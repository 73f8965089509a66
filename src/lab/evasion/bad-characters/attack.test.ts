import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { labelledTexts, wordModel } from '../../testing/text-fixtures.ts';
import { canonicalText } from '../../text/canonical-text.ts';
import { textTarget } from '../../text/text-target.ts';
import { BAD_CHARACTERS_DEFAULTS, badCharacters } from './attack.ts';
import { disturb, DISTURBANCES } from './disturbances.ts';

test('each disturbance changes the text and nothing that a reader sees', () => {
  const word = [...'school'];
  for (const kind of DISTURBANCES) {
    for (let at = 0; at < word.length - 1; at++) {
      const found = disturb(word, at, kind, 0.5);
      if (found === null) continue;
      const text = found.join('');
      assert.notEqual(text, 'school');
      assert.equal(canonicalText(text), 'school', `${kind} at ${at}`);
    }
  }
  assert.equal(disturb(['a'], 0, 'reorder', 0), null);
  assert.equal(disturb(['a', ' '], 0, 'reorder', 0), null);
});

test('canonical texts withstand every kind', async () => {
  const inner = wordModel();
  const defended = textTarget((texts) => inner.classify(texts.map(canonicalText)), {
    name: 'canonical',
    classes: 2,
    scoreType: 'logits',
    length: inner.inputShape[0]!,
  });
  const data = labelledTexts(20);
  const run = (target: typeof inner) =>
    badCharacters.run(target, data, { norm: 'edits', eps: 0.3 }, BAD_CHARACTERS_DEFAULTS, {
      random: seededRandom('c'),
    });
  const count = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0);
  assert.ok(count((await run(inner)).success) >= 8);
  assert.equal(count((await run(defended)).success), 0);
});
