import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { maskedTarget, mlpTarget } from '../../testing/network-target.ts';
import { apgd } from '../apgd/attack.ts';
import { pgd } from '../pgd/attack.ts';
import { autoattack } from './attack.ts';

const count = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0);

for (const [norm, eps] of [
  ['linf', 0.03],
  ['l2', 0.12],
] as const) {
  test(`autoattack, ${norm}: finds what its members find and says which of them did`, async () => {
    const target = mlpTarget([1, 5, 5], 16, 5, 'aa');
    const data = await labelledBy(target, 12, 'x', 1);
    const context = { random: seededRandom('s') };
    const whole = await autoattack.run(target, data, { norm, eps }, autoattack.defaults, context);
    const first = await apgd.run(target, data, { norm, eps }, { ...apgd.defaults, restarts: 1 }, context);
    const many = await pgd.run(target, data, { norm, eps }, { ...pgd.defaults, steps: 200, restarts: 3 }, context);
    assert.equal(whole.foundBy![0], 'clean');
    assert.ok(count(whole.success) > 2 && count(whole.success) < 12, 'the case must leave both kinds');
    for (let i = 1; i < data.count; i++) {
      assert.equal(whole.foundBy![i] === null, whole.success[i] === 0);
      assert.equal(whole.foundBy![i] === 'apgd-ce', first.success[i] === 1, 'the first stage is apgd on its own');
      if (many.success[i] === 1) assert.equal(whole.success[i], 1, `PGD fools sample ${i}, AutoAttack does not`);
    }
  });
}

test('autoattack: through masked gradients only square finds something', async () => {
  const target = maskedTarget([1, 6, 6], 24, 4, 'masked');
  const data = await labelledBy(target, 3, 'x');
  const context = { random: seededRandom('s') };
  const { foundBy, zeroGradients } = await autoattack.run(
    target,
    data,
    { norm: 'linf', eps: 0.12 },
    autoattack.defaults,
    context,
  );
  assert.ok(foundBy!.includes('square'), String(foundBy));
  assert.deepEqual([...zeroGradients!], [1, 1, 1]);
});

test('autoattack: two classes are attacked with differences of logits', async () => {
  const target = mlpTarget([8], 10, 2, 'two');
  const data = await labelledBy(target, 6, 'x');
  const progress: number[] = [];
  const context = { random: seededRandom('s'), progress: (done: number) => void progress.push(done) };
  const { success } = await autoattack.run(target, data, { norm: 'linf', eps: 0.2 }, autoattack.defaults, context);
  assert.ok(success.includes(1));
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
  );
  assert.equal(progress.at(-1), 1);
});
