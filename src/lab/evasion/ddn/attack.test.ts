import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { binaryLinear } from '../../testing/binary-linear.ts';
import { distance } from '../norm-ball.ts';
import { ddn } from './attack.ts';

test('ddn finds the distance to a plane', async () => {
  const { target: far, data, distances } = binaryLinear(12, 20, 'plane');
  // Bounds near enough for steps that are shares of the range, far enough not to matter.
  const target = { ...far, bounds: { low: -8, high: 8 } };
  const options = { ...ddn.defaults, steps: 200 };
  const { adversarial, success } = await ddn.run(target, data, { norm: 'l2', eps: Infinity }, options, {
    random: seededRandom('x'),
  });
  for (let i = 0; i < data.count; i++) {
    const found = distance(
      'l2',
      data.inputs.subarray(i * 12, (i + 1) * 12),
      adversarial.subarray(i * 12, (i + 1) * 12),
    );
    assert.equal(success[i], 1);
    const share = found / distances.l2[i]!;
    assert.ok(share >= 0.9999 && share <= 1.06, `sample ${i}: ${share} of the distance`);
  }
});

test('ddn: with a finite eps only what lies within it counts', async () => {
  const { target: far, data, distances } = binaryLinear(12, 20, 'plane');
  const target = { ...far, bounds: { low: -8, high: 8 } };
  const eps = distances.l2.toSorted((a, b) => a - b)[9]! * 1.1;
  const options = { ...ddn.defaults, steps: 200 };
  const { adversarial, success } = await ddn.run(target, data, { norm: 'l2', eps }, options, {
    random: seededRandom('x'),
  });
  for (let i = 0; i < data.count; i++) {
    if (distances.l2[i]! > eps) {
      assert.equal(success[i], 0);
      assert.deepEqual(adversarial.subarray(i * 12, (i + 1) * 12), data.inputs.subarray(i * 12, (i + 1) * 12));
    }
  }
  assert.ok(success.reduce((sum, flag) => sum + flag, 0) >= 8);
});
