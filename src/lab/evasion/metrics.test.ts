import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attackMetrics, type SampleOutcome } from './metrics.ts';

const outcome = (sample: number, clean: boolean, fooled: boolean, distance: number): SampleOutcome => ({
  sample,
  label: sample % 2,
  clean,
  abstained: false,
  fooled,
  claimed: fooled || sample === 4,
  answer: 0,
  distance,
  queries: 10 * (sample + 1),
  gradients: 2,
  foundBy: fooled ? (sample === 1 ? 'square' : 'apgd-ce') : null,
});

test('shares, distances, classes and members, counted by hand', () => {
  const metrics = attackMetrics([
    outcome(0, false, false, 0), //
    outcome(1, true, true, 3),
    outcome(2, true, true, 1),
    outcome(3, true, true, 2),
    outcome(4, true, false, 9),
  ]);
  assert.equal(metrics.cleanAccuracy.value, 0.8);
  assert.equal(metrics.robustAccuracy.value, 0.2);
  assert.equal(metrics.successRate.value, 0.75);
  assert.deepEqual(metrics.distance, { median: 2, mean: 2, max: 3 });
  assert.equal(metrics.medianOfAll, 2);
  assert.deepEqual(metrics.queries, { mean: 35, median: 35, total: 150 });
  assert.deepEqual(metrics.perClass, [
    { label: 0, samples: 3, clean: 2 / 3, robust: 1 / 3 },
    { label: 1, samples: 2, clean: 1, robust: 0 },
  ]);
  assert.deepEqual(metrics.foundBy, { square: 1, 'apgd-ce': 2 });
  assert.equal(metrics.unconfirmed, 1);
  // Clopper and Pearson's interval for 1 of 5 is (0.00505, 0.71642) in any table.
  assert.ok(
    Math.abs(metrics.robustAccuracy.low - 0.00505) < 1e-4 && Math.abs(metrics.robustAccuracy.high - 0.71642) < 1e-4,
  );
});

test('the median over all is infinite when most resist, and nothing is divided by nothing', () => {
  const metrics = attackMetrics([outcome(1, true, true, 3), outcome(2, true, false, 1), outcome(3, true, false, 1)]);
  assert.equal(metrics.medianOfAll, null);
  const empty = attackMetrics([]);
  assert.equal(empty.samples, 0);
  assert.deepEqual([empty.robustAccuracy.low, empty.robustAccuracy.high], [0, 1]);
});
