import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLatencyHistogram } from './latency-histogram.ts';

const durations = fc.array(fc.double({ min: 0.1, max: 900_000, noNaN: true }), { minLength: 1, maxLength: 200 });

/** Nearest-rank quantile of the values themselves. */
function exact(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1]!;
}

test('a quantile is at most 4 % off the exact one', () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const histogram = createLatencyHistogram();
      for (const value of values) histogram.record(value);
      const ratio = histogram.quantile(q)! / exact(values, q);
      assert.ok(Math.abs(ratio - 1) <= 0.0401, `${ratio}`);
    }),
  );
});

test('merging two is recording both', () => {
  fc.assert(
    fc.property(durations, durations, (left, right) => {
      const [a, b, both] = [createLatencyHistogram(), createLatencyHistogram(), createLatencyHistogram()];
      for (const value of left) a.record(value);
      for (const value of right) b.record(value);
      for (const value of [...left, ...right]) both.record(value);
      b.addTo(a);
      assert.equal(a.count, left.length + right.length);
      for (const q of [0, 0.5, 0.95, 1]) assert.equal(a.quantile(q), both.quantile(q));
    }),
  );
});

test('without a value there is no quantile', () => {
  assert.equal(createLatencyHistogram().quantile(0.5), null);
});
