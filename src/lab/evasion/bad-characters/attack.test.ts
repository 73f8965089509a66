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
      // What a reader sees, by the rules of each kind.
      const seen =
        kind === 'reorder'
          ? text.replace(/\u202d\u2066\u202e\u2066(.)\u2069\u2066(.)\u2069\u202c\u2069\u202c/, '$2$1')
          : canonicalText(text);
      assert.equal(seen, 'school', `${kind} at ${at}`);
    }
  }
  assert.equal(disturb(['a'], 0, 'reorder', 0), null);
  assert.equal(disturb(['a', ' '], 0, 'reorder', 0), null);
});

test('canonical texts withstand invisible characters, look-alikes and deletions', async () => {
  const inner = wordModel();
  const defended = textTarget((texts) => inner.classify(texts.map(canonicalText)), {
    name: 'canonical',
    classes: 2,
    scoreType: 'logits',
    length: inner.inputShape[0]!,
  });
  const data = labelledTexts(20);
  const options = { ...BAD_CHARACTERS_DEFAULTS, kinds: ['invisible', 'homoglyph', 'delete'] as const };
  const run = (target: typeof inner) =>
    badCharacters.run(target, data, { norm: 'edits', eps: 0.3 }, options, { random: seededRandom('c') });
  const count = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0);
  assert.ok(count((await run(inner)).success) >= 8);
  assert.equal(count((await run(defended)).success), 0);
});
