import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformalThreshold, leastForRate } from './conformal-threshold.ts';
import { thresholdAtRate } from './quantile.ts';
import { seededRandom } from './random.ts';

/** Mean probability that a uniform score lies above the threshold that n uniform scores set. */
function meanRate(n: number, threshold: (clean: Float64Array) => number): number {
  const random = seededRandom(`rate ${n}`);
  let sum = 0;
  for (let round = 0; round < 4000; round++) {
    sum += 1 - threshold(Float64Array.from({ length: n }, () => random.uniform()));
  }
  return sum / 4000;
}

test('on new inputs the mean rate of false alarms is the stated one, which the plain quantile exceeds', () => {
  for (const [n, rate] of [
    [99, 0.01],
    [100, 0.01],
    [150, 0.05],
    [39, 0.1],
  ] as const) {
    const mean = meanRate(n, (clean) => conformalThreshold(clean, rate)!);
    assert.ok(mean <= rate * 1.05 && mean >= rate * 0.5, `${n} at ${rate}: ${mean}`);
  }
  const plain = meanRate(100, (clean) => thresholdAtRate(clean, 0.01));
  assert.ok(plain > 0.018, `the quantile: ${plain}`);
});

test('too few scores set no threshold', () => {
  assert.equal(leastForRate(0.01), 99);
  assert.equal(conformalThreshold(new Float64Array(98), 0.01), null);
  assert.equal(
    conformalThreshold(
      Float64Array.from({ length: 99 }, (_, i) => i),
      0.01,
    ),
    98,
  );
  assert.throws(() => conformalThreshold([1, Number.NaN, 2], 0.5), RangeError);
  assert.throws(() => conformalThreshold([1, 2], 1), RangeError);
});
