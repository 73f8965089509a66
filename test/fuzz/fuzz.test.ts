import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHECKED, checkText } from '../../fuzz/check-text.ts';
import { corpus, inputs } from '../../fuzz/inputs.ts';

const RUNS = 4000;

test(`${RUNS} hostile texts through the normaliser and every detector: no throw, valid offsets`, async () => {
  const texts = corpus();
  assert.ok(CHECKED.length > 0 && texts.length > 20);
  let turn = 0;
  for (const text of inputs(20261127, texts)) {
    if (turn >= RUNS) break;
    try {
      await checkText(text, turn++);
    } catch (error) {
      throw new Error(`on ${JSON.stringify(text)}`, { cause: error });
    }
  }
});
