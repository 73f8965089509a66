import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { binaryLinear } from '../../testing/binary-linear.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { mlpTarget } from '../../testing/network-target.ts';
import { counted, labelOnly } from '../../testing/restricted-targets.ts';
import { hopskipjump } from './attack.ts';

for (const [norm, limit] of [
  ['l2', 1.03],
  ['linf', 1.25],
] as const) {
  test(`hopskipjump, ${norm}: comes near the distance to a plane with labels alone`, async () => {
    const { target: far, data, distances } = binaryLinear(12, 12, 'plane');
    const target = labelOnly({ ...far, bounds: { low: -8, high: 8 } });
    const options = { ...hopskipjump.defaults, iterations: 20, maxQueries: 6000 };
    const { trace, success } = await hopskipjump.run(target, data, { norm, eps: Infinity }, options, {
      random: seededRandom('x'),
    });
    const shares = trace!.map((steps, i) => steps.at(-1)!.distance / distances[norm][i]!).toSorted((a, b) => a - b);
    assert.ok(shares[0]! > 0.999, `${shares[0]}: shorter than can be`);
    assert.ok(shares[6]! < limit, `median ${shares[6]} of the distance`);
    assert.ok(success.every((flag) => flag === 1));
    for (const steps of trace!) {
      assert.deepEqual(
        steps.map((step) => step.distance),
        steps.map((step) => step.distance).toSorted((a, b) => b - a),
      );
      assert.deepEqual(
        steps.map((step) => step.queries),
        steps.map((step) => step.queries).toSorted((a, b) => a - b),
      );
    }
  });
}

test('hopskipjump: queries go out in batches and never above the budget', async () => {
  const { target, seen } = counted(labelOnly(mlpTarget([1, 6, 6], 20, 5, 'q')));
  const data = await labelledBy(target, 20, 'x');
  const before = seen.batches.length;
  const options = { ...hopskipjump.defaults, maxQueries: 1500 };
  const { queries, trace } = await hopskipjump.run(target, data, { norm: 'l2', eps: Infinity }, options, {
    random: seededRandom('x'),
  });
  assert.ok(
    queries.every((count) => count <= 1500),
    String(queries),
  );
  assert.ok(trace!.every((steps) => steps.at(-1)!.distance < steps[0]!.distance));
  const calls = seen.batches.length - before;
  const total = queries.reduce((sum, count) => sum + count, 0);
  assert.ok(total / calls > 50, `${total / calls} samples a call`);
});

test('hopskipjump: stops at eps when told to', async () => {
  const target = labelOnly(mlpTarget([1, 6, 6], 20, 5, 'q'));
  const data = await labelledBy(target, 6, 'x');
  const run = (stopAtEps: boolean) =>
    hopskipjump.run(
      target,
      data,
      { norm: 'l2', eps: 0.6 },
      { ...hopskipjump.defaults, maxQueries: 3000, stopAtEps },
      { random: seededRandom('x') },
    );
  const [stopped, whole] = [await run(true), await run(false)];
  assert.deepEqual(stopped.success, whole.success);
  assert.ok(stopped.success.includes(1));
  stopped.success.forEach((flag, i) => {
    if (flag === 1) assert.ok(stopped.queries[i]! < whole.queries[i]!);
  });
});
