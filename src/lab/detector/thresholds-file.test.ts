import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import type { CalibratedDetector } from './calibrate.ts';
import { evaluateDetector } from './evaluate-detector.ts';
import { fittedArray } from './fitted-state.ts';
import { isReported } from './reported.ts';
import { readThresholds, writeThresholds } from './thresholds-file.ts';

const digest = { samples: 3, sha256: 'ab'.repeat(32) };
const calibrated: CalibratedDetector = {
  detector: 'cusum',
  options: { allowance: 0.5 },
  inputShape: [2],
  state: { mean: fittedArray([1 / 3, -2e-300]), deviation: fittedArray([1, 2 ** 60]) },
  threshold: 4.25,
  falsePositiveRate: 0.01,
  cleanData: digest,
  fittedOn: digest,
  calibratedOn: digest,
  models: [{ role: 'features', sha256: 'cd'.repeat(32), layer: '/6/Relu_output_0' }],
};
type Json = Record<string, unknown>;
const config = (where: string) => (error: unknown) =>
  isFault(error) && error.code === 'ERR_CONFIG' && (error.where ?? '').startsWith(where);

test('what is written is read again, bit by bit', () => {
  assert.deepEqual(readThresholds(writeThresholds(calibrated)), calibrated);
});

test('a number that is not finite is neither written nor read', () => {
  const data = (error: unknown): boolean => isFault(error) && error.code === 'ERR_DATA';
  assert.throws(() => writeThresholds({ ...calibrated, threshold: Number.NaN }), data);
  assert.throws(
    () => writeThresholds({ ...calibrated, state: { mean: fittedArray([1, Number.POSITIVE_INFINITY]) } }),
    data,
  );
  const text = writeThresholds(calibrated);
  assert.throws(() => readThresholds(text.replace('4.25', '1e999')), config('threshold'));
  assert.throws(() => readThresholds(text.replace('4.25', 'null')), config('threshold'));
  const nan = Buffer.from(Float64Array.of(Number.NaN, 0).buffer).toString('base64');
  const file = JSON.parse(text) as { state: { mean: Json } };
  file.state.mean['float64'] = nan;
  assert.throws(() => readThresholds(JSON.stringify(file)), config('state.mean'));
});

test('every damaged place is named', () => {
  const text = writeThresholds(calibrated);
  const changed = (change: (file: Json) => void): string => {
    const file = JSON.parse(text) as Json;
    change(file);
    return JSON.stringify(file);
  };
  for (const [where, change] of [
    ['type', (file) => (file['type'] = 'other/v1')],
    ['detector', (file) => (file['detector'] = 7)],
    ['falsePositiveRate', (file) => (file['falsePositiveRate'] = 1)],
    ['inputShape', (file) => (file['inputShape'] = [0])],
    ['inputShape', (file) => (file['inputShape'] = [1e6, 1e6])],
    ['state', (file) => (file['state'] = [])],
    ['state.mean', (file) => ((file['state'] as Json)['mean'] = { dims: [2 ** 40], float64: '' })],
    ['state.mean', (file) => ((file['state'] as Json)['mean'] = { dims: [3], float64: 'AAAA' })],
    ['fittedOn.sha256', (file) => ((file['fittedOn'] as Json)['sha256'] = 'x')],
    ['cleanData', (file) => (file['cleanData'] = null)],
    ['models.0.role', (file) => (file['models'] = [{ role: 'oracle' }])],
  ] as readonly (readonly [string, (file: Json) => unknown])[]) {
    assert.throws(() => readThresholds(changed(change)), config(where), where);
  }
  assert.throws(() => readThresholds('{'), config(''));
  assert.throws(() => readThresholds('null'), config('the file'));
});

test('a score that is no finite number is reported, and ranks above all others', () => {
  for (const score of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.01])
    assert.equal(isReported(score, 1), true, String(score));
  assert.equal(isReported(1, 1), false);
  const found = evaluateDetector(
    { threshold: 1, falsePositiveRate: 0.25 },
    {
      clean: [0, 0.5, 1, 2],
      oblivious: [Number.NaN, 3],
      adaptive: { scores: [Number.NaN, 0.25, 0.25], attacked: 6, says: 'x' },
    },
  );
  assert.equal(found.falsePositiveRate.value, 0.25);
  assert.equal(found.truePositiveRate.value, 1);
  assert.equal(found.auroc, 1);
  assert.equal(found.adaptive!.truePositiveRate.value, 1 / 3);
  assert.equal(found.adaptive!.evaded.value, 2 / 6);
  // Of the pairs 4 + 1 + 1 of 12 are in the right order.
  assert.ok(Math.abs(found.adaptive!.auroc - 0.5) < 1e-12);
  assert.deepEqual(found.curve, [
    { falsePositiveRate: 0, truePositiveRate: 0 },
    { falsePositiveRate: 0, truePositiveRate: 1 },
    { falsePositiveRate: 1, truePositiveRate: 1 },
  ]);
  const missing = { clean: [0], oblivious: [1], adaptive: { missing: 'nobody knows how' } };
  const without = evaluateDetector({ threshold: 1, falsePositiveRate: 0.25 }, missing);
  assert.deepEqual([without.adaptive, without.adaptiveSays], [null, 'nobody knows how']);
  const data = (error: unknown): boolean => isFault(error) && error.code === 'ERR_DATA';
  assert.throws(() => evaluateDetector({ threshold: 1, falsePositiveRate: 0.25 }, { ...missing, oblivious: [] }), data);
  assert.throws(() => evaluateDetector({ threshold: 1, falsePositiveRate: 0.25 }, { ...missing, clean: [] }), data);
});
