import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readLightgbmModel } from '../../formats/lightgbm/read-lightgbm-model.ts';
import { readXgboostModel } from '../../formats/xgboost/read-xgboost-model.ts';
import { predictions, rawOutputs } from './evaluate.ts';
import { ensembleOfLightgbm } from './from-lightgbm.ts';
import { ensembleOfXgboost } from './from-xgboost.ts';

interface Recorded {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly models: readonly {
    readonly name: string;
    readonly format: 'xgboost' | 'lightgbm';
    readonly raw: readonly (readonly number[])[];
    readonly scores: readonly (readonly number[])[];
    readonly model?: string;
    readonly base64?: string;
  }[];
}

const recorded = JSON.parse(readFileSync(new URL('fixtures/recorded.json', import.meta.url), 'utf8')) as Recorded;
const rows = Float32Array.from(recorded.rows.flat(), (value) => value ?? NaN);

for (const { name, format, model, base64, raw, scores } of recorded.models) {
  test(`${name}: the library's own predictions, to the last bit of the margins`, () => {
    const bytes = base64 === undefined ? Buffer.from(model!) : Buffer.from(base64, 'base64');
    const ensemble =
      format === 'xgboost' ? ensembleOfXgboost(readXgboostModel(bytes)) : ensembleOfLightgbm(readLightgbmModel(bytes));
    let x = rows;
    if (name.startsWith('xgb-category') || name === 'xgb-onehot') {
      // XGBoost refuses categories that it has not seen; the recording gave it missing values instead.
      x = rows.map((value, index) => (index % 6 !== 5 ? value : value >= 0 && value < 9 ? Math.floor(value) : NaN));
    }
    const found = rawOutputs(ensemble, x, recorded.rows.length);
    const predicted = predictions(ensemble, found);
    const wantedScores = scores.flat();
    // LightGBM's raw score of a forest is the sum, although it predicts from the average.
    raw.flat().forEach((wanted, index) => assert.equal(found[index]! * ensemble.divisor, wanted, `margin ${index}`));
    wantedScores.forEach((wanted, index) => {
      assert.ok(Math.abs(predicted[index]! - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted)), `score ${index}`);
    });
  });
}
