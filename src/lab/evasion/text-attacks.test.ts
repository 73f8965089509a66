import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { isFault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { countedTarget } from '../counted-target.ts';
import { sliceData, type LabelledData } from '../labelled-data.ts';
import { argmax } from '../loss-of-scores.ts';
import type { Target } from '../target.ts';
import { mlpTarget } from '../testing/network-target.ts';
import { labelledTexts, TEXT_LENGTH_IN_TESTS as SIZE, wordModel } from '../testing/text-fixtures.ts';
import { decodeText } from '../text-codec.ts';
import { wordsAllowed, wordsChanged } from '../text/word-spans.ts';
import type { Attack } from './attack.ts';
import { ATTACKS } from './registry.ts';
import { runAttack } from './run-attack.ts';

const attacks = (ATTACKS as readonly unknown[] as readonly Attack<string, unknown>[]).filter(({ meta }) =>
  meta.modalities.includes('text'),
);
const EPS = 0.3;

/** The contract of `registry.test.ts`, for attacks on texts. */
test('there are attacks on texts', () => assert.ok(attacks.length >= 3));

for (const attack of attacks) {
  const { id } = attack.meta;
  const run = async (data: LabelledData, target: Target = wordModel(), more: object = {}) => {
    const counted = countedTarget(target);
    const context = { random: seededRandom('contract'), ...more };
    const result = await attack.run(counted.target, data, { norm: 'edits', eps: EPS }, attack.defaults, context);
    return { result, count: counted.count };
  };

  test(`${id}: an empty object gives its defaults, and unknown options are refused`, () => {
    assert.deepEqual(attack.options(z).parse({}), attack.defaults);
    assert.throws(() => attack.options(z).parse({ noSuchOption: 1 }));
    assert.ok(attack.mostQueries!(attack.defaults) > 1);
  });

  for (const scores of ['logits', 'label'] as const) {
    test(`${id}, ${scores}: within what may be changed, every success is one, and queries are counted`, async () => {
      const data = labelledTexts(16, 2);
      const target = wordModel(scores);
      const { result, count } = await run(data, target);
      const found = await target.scores(Float32Array.from(result.adversarial), data.count);
      let fooled = 0;
      for (let i = 0; i < data.count; i++) {
        const original = decodeText(data.inputs.subarray(i * SIZE, (i + 1) * SIZE));
        const text = decodeText(result.adversarial.subarray(i * SIZE, (i + 1) * SIZE));
        const { changed, of } = wordsChanged(original, text);
        assert.ok(changed <= wordsAllowed(of, EPS), text);
        const wrong = argmax(found.subarray(2 * i, 2 * i + 2)) !== data.labels[i];
        assert.equal(result.success[i], wrong ? 1 : 0, text);
        if (i < 2) assert.deepEqual([text, result.queries[i]], [original, 1]);
        else fooled += result.success[i]!;
        assert.ok(result.queries[i]! <= attack.mostQueries!(attack.defaults));
      }
      assert.ok(fooled > 0, 'nothing was fooled: the contract saw no adversarial text');
      assert.equal(
        result.queries.reduce((sum, queries) => sum + queries, 0),
        count.forward,
      );
    });
  }

  test(`${id}: the same seed gives the same texts, whatever else is attacked`, async () => {
    const data = labelledTexts(6);
    const [first, second] = [await run(data), await run(data)];
    assert.deepEqual(first.result, second.result);
    const alone = (await run(sliceData(data, 3, 4), wordModel(), { ids: [3] })).result;
    assert.deepEqual(alone.adversarial, first.result.adversarial.subarray(3 * SIZE, 4 * SIZE));
    assert.equal(alone.queries[0], first.result.queries[3]);
  });

  test(`${id}: ends when aborted, and refuses what it cannot attack`, async () => {
    const data = labelledTexts(4);
    const { result, count } = await run(data, wordModel(), { signal: AbortSignal.abort() });
    assert.deepEqual(result.adversarial, data.inputs);
    assert.equal(count.forward, 4);
    const usage = (error: unknown): boolean => isFault(error) && error.code === 'ERR_USAGE';
    const context = { random: seededRandom('x') };
    const target = wordModel();
    for (const perturbation of [
      { norm: 'linf', eps: 0.1 },
      { norm: 'edits', eps: 0 },
      { norm: 'edits', eps: 2 },
    ] as const) {
      await assert.rejects(attack.run(target, data, perturbation, attack.defaults, context), usage);
    }
    const numbers = mlpTarget([SIZE], 4, 2, 'n');
    await assert.rejects(attack.run(numbers, data, { norm: 'edits', eps: 0.1 }, attack.defaults, context), usage);
  });

  test(`${id}: a run is predicted again from what it saved, and texts near the target's length are left alone`, async () => {
    const data = labelledTexts(8);
    const report = await runAttack({ attack, target: wordModel(), data, perturbation: { norm: 'edits', eps: EPS } });
    assert.equal(report.metrics.unconfirmed, 0);
    assert.ok(report.metrics.successRate.value > 0);
    assert.ok(report.metrics.distance!.max <= EPS);
    const full = Float32Array.from({ length: SIZE }, (_, i) => (i % 6 === 5 ? 32 : 'awful'.charCodeAt(i % 6)));
    const one = { inputs: full, labels: Int32Array.of(1), count: 1, inputShape: [SIZE] };
    const { result } = await run(one);
    assert.equal(decodeText(result.adversarial).length, SIZE);
  });
}
