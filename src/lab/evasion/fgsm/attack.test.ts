import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { binaryLinear, medianDistance } from '../../testing/binary-linear.ts';
import { maskedTarget } from '../../testing/network-target.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { fgsm } from './attack.ts';

for (const norm of ['linf', 'l2'] as const) {
  test(`fgsm, ${norm}: across a plane it fools exactly the samples that are nearer than eps`, async () => {
    const { target, data, distances } = binaryLinear(12, 41, 'plane');
    const eps = medianDistance(distances[norm]);
    const context = { random: seededRandom('x') };
    const { success } = await fgsm.run(target, data, { norm, eps }, fgsm.defaults, context);
    const clear = distances[norm]
      .map((distance, i) => [i, distance / eps] as const)
      .filter(([, share]) => Math.abs(share - 1) > 0.002);
    assert.ok(clear.length > 35);
    for (const [i, share] of clear) assert.equal(success[i], share < 1 ? 1 : 0, `sample ${i} at ${share} of eps`);
  });
}

test('fgsm: tells where the gradient is zero', async () => {
  const target = maskedTarget([4, 4], 12, 4, 'masked');
  const data = await labelledBy(target, 5, 'x', 1);
  const context = { random: seededRandom('x') };
  const { zeroGradients } = await fgsm.run(target, data, { norm: 'linf', eps: 0.01 }, fgsm.defaults, context);
  assert.deepEqual([...zeroGradients!], [0, 1, 1, 1, 1]);
});
