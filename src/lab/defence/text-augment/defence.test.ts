import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { buildArchitecture } from '../../../engine/build/architectures.ts';
import { writeOnnx } from '../../../formats/onnx/write-onnx.ts';
import { seededRandom } from '../../../math/random.ts';
import { deepWordBug } from '../../evasion/deep-word-bug/attack.ts';
import { runAttack } from '../../evasion/run-attack.ts';
import { labelledTexts, TEXT_LENGTH_IN_TESTS as SIZE } from '../../testing/text-fixtures.ts';
import { canonicalText } from '../../text/canonical-text.ts';
import { disturbText, TEXT_CHANGES } from '../../text/disturb-text.ts';
import { openTextModel } from '../../text/open-text-model.ts';
import { decodeText } from '../../text-codec.ts';
import { wordsChanged } from '../../text/word-spans.ts';
import { buildVocabulary, WordTokenizer } from '../../text/word-tokenizer.ts';
import { TEXT_AUGMENT_DEFAULTS, textAugment } from './defence.ts';

const folder = mkdtempSync(join(tmpdir(), 'text-augment-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('texts are changed within their share of words, from the seed alone', () => {
  const text = 'nobody would ever destroy a wonderful garden without terrible reasons';
  for (const kind of TEXT_CHANGES) {
    const change = (seed: string): string => disturbText(text, 2, [kind], seededRandom(seed));
    assert.equal(change('a'), change('a'));
    const { changed } = wordsChanged(text, change('a'));
    assert.ok(changed >= 1 && changed <= 2, change('a'));
    if (kind === 'invisible' || kind === 'look-alike') assert.equal(canonicalText(change('a')), text);
  }
  const drawn = Array.from({ length: 40 }, (_, i) =>
    disturbText(text, 1, ['misspelling'], seededRandom(i), (word) => (word === 'terrible' ? 100 : 1)),
  );
  assert.ok(drawn.filter((one) => !one.includes('terrible')).length > 30, 'words of weight are changed more often');
});

test('options are checked, and a tokenizer is asked for', async () => {
  assert.deepEqual(textAugment.options(z).parse({}), textAugment.defaults);
  assert.deepEqual(textAugment.options(z).parse({ kinds: 'synonym' }).kinds, ['synonym']);
  assert.equal(textAugment.options(z).safeParse({ share: 2 }).success, false);
  const model = buildArchitecture('embedding-bag', { inputShape: [8], classes: 2, seed: 's', vocabulary: 10 });
  const context = { bounds: { low: 0, high: 1 }, classes: 2, seed: 's', threads: 1 };
  await assert.rejects(textAugment.run(model, labelledTexts(4), TEXT_AUGMENT_DEFAULTS, context), { code: 'ERR_USAGE' });
});

test('a classifier that is trained on changed texts withstands more than one that is not', async () => {
  const data = labelledTexts(500);
  const texts = Array.from({ length: data.count }, (_, i) =>
    decodeText(data.inputs.subarray(i * SIZE, (i + 1) * SIZE)),
  );
  const tokens = { length: 48, lowercase: true, buckets: 512 };
  const tokenizer = new WordTokenizer(buildVocabulary(texts, 1000), tokens);
  const model = buildArchitecture('embedding-bag', {
    inputShape: [48],
    classes: 2,
    seed: 's',
    vocabulary: tokenizer.size,
  });
  const robust = async (share: number): Promise<number> => {
    const options = { ...TEXT_AUGMENT_DEFAULTS, epochs: 15, batch: 50, rate: 0.02, average: null, share };
    const context = { bounds: { low: 0, high: 1 }, classes: 2, seed: 's', threads: 1, tokenizer };
    const artefact = await textAugment.run(model, data, options, context);
    assert.deepEqual(artefact.wrapper, [{ kind: 'canonical-text' }]);
    writeFileSync(join(folder, 'model.onnx'), writeOnnx(artefact.model));
    assert.ok(readFileSync(join(folder, 'model.onnx')).length > 1000);
    const target = await openTextModel(artefact.model, tokenizer.words, tokens, { length: SIZE });
    const attacked = labelledTexts(60);
    const report = await runAttack({
      attack: deepWordBug,
      target,
      data: attacked,
      perturbation: { norm: 'edits', eps: 0.3 },
    });
    await target.close();
    assert.ok(report.metrics.cleanAccuracy.value > 0.9, `${report.metrics.cleanAccuracy.value}`);
    return report.metrics.robustAccuracy.value;
  };
  const [plain, hardened] = [await robust(0), await robust(0.8)];
  assert.ok(hardened > plain + 0.1, `${hardened} against ${plain}`);
});
