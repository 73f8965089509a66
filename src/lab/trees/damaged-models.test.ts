import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { readLightgbmModel } from '../../formats/lightgbm/read-lightgbm-model.ts';
import { readXgboostModel } from '../../formats/xgboost/read-xgboost-model.ts';
import { seededRandom } from '../../math/random.ts';
import { rawOutputs } from './evaluate.ts';
import { ensembleOfLightgbm } from './from-lightgbm.ts';
import { ensembleOfXgboost } from './from-xgboost.ts';

const recorded = JSON.parse(readFileSync(new URL('fixtures/recorded.json', import.meta.url), 'utf8')) as {
  models: { name: string; format: string; model?: string; base64?: string }[];
};

test('damaged models are refused with a code, or evaluate: nothing else is thrown and nothing hangs', () => {
  const random = seededRandom('damaged');
  let refused = 0;
  for (const { format, model, base64 } of recorded.models) {
    const bytes = base64 === undefined ? Buffer.from(model!) : Buffer.from(base64, 'base64');
    for (let round = 0; round < 60; round++) {
      const copy = Buffer.from(bytes.subarray(0, random.below(5) === 0 ? random.below(bytes.length) : bytes.length));
      for (let change = 0; change <= random.below(4); change++) {
        if (copy.length > 0)
          copy[random.below(copy.length)] = random.below(3) === 0 ? random.below(256) : 48 + random.below(10);
      }
      try {
        const ensemble =
          format === 'xgboost'
            ? ensembleOfXgboost(readXgboostModel(copy))
            : ensembleOfLightgbm(readLightgbmModel(copy));
        rawOutputs(ensemble, new Float32Array(ensemble.features * 2), 2);
      } catch (error) {
        assert.ok(isFault(error), String(error));
        refused++;
      }
    }
  }
  assert.ok(refused > 300, `${refused} refused`);
});

test('what is no model of these kinds says what it should have been', () => {
  assert.throws(() => readXgboostModel(Buffer.from('binf\0\0')), /not an XGBoost model/);
  assert.throws(() => readLightgbmModel(Buffer.from('{}')), /not a LightGBM model/);
  assert.throws(() => readXgboostModel(Buffer.from('{"learner":{}}')), /is missing/);
  assert.throws(
    () => readXgboostModel(Buffer.from([0x7b, 0x69, 1, 0x61, 0x5b, 0x24, 0x5a, 0x23, 0x6c, 0x7f, 0, 0, 0])),
    /UBJSON/,
  );
});
