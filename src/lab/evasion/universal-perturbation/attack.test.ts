import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { mlpTarget } from '../../testing/network-target.ts';
import { universalPerturbation } from './attack.ts';

for (const [norm, eps] of [
  ['linf', 0.15],
  ['l2', 0.8],
] as const) {
  test(`universal-perturbation, ${norm}: one pattern fools many, and noise of its size does not`, async () => {
    const target = mlpTarget([1, 6, 6], 24, 4, 'u');
    const data = await labelledBy(target, 60, 'x');
    const context = { random: seededRandom('x') };
    const { adversarial, success, pattern } = await universalPerturbation.run(
      target,
      data,
      { norm, eps },
      universalPerturbation.defaults,
      context,
    );
    const fooled = success.reduce((sum, flag) => sum + flag, 0);
    const { values } = pattern!;
    for (let i = 0; i < data.count; i++) {
      if (success[i] === 0) continue;
      for (let f = 0; f < 36; f++) {
        const wanted = Math.min(Math.max(data.inputs[i * 36 + f]! + values[f]!, 0), 1);
        assert.ok(Math.abs(adversarial[i * 36 + f]! - wanted) < 1e-6, 'a sample got another pattern');
      }
    }
    const random = seededRandom('noise');
    const noise = values.map((value) => (random.uniform() < 0.5 ? -value : value));
    const noisy = data.inputs.map((value, at) => Math.min(Math.max(value + noise[at % 36]!, 0), 1));
    const scores = await target.scores(noisy, data.count);
    let byNoise = 0;
    for (let i = 0; i < data.count; i++) {
      const own = scores.subarray(i * 4, (i + 1) * 4);
      if (own.indexOf(Math.max(...own)) !== data.labels[i]) byNoise++;
    }
    assert.ok(fooled > 30 && fooled > byNoise + 10, `${fooled} of 60 by the pattern, ${byNoise} by noise`);
  });
}
