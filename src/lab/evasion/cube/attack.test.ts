import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { decideWithin } from '../../trees/decide-within.ts';
import { randomEnsemble } from '../../trees/testing/random-ensemble.ts';
import { createTreeTarget } from '../../trees/tree-target.ts';
import { cube } from './attack.ts';

test('finds most of what the exact search finds on trees, and nothing where that proves there is nothing', async () => {
  const ensemble = randomEnsemble(seededRandom('trees'), { trees: 25, depth: 4, features: 6, classes: 2 });
  const target = createTreeTarget(ensemble, { bounds: { low: 0, high: 1 } });
  const data = await labelledBy(target, 80, 'data');
  const eps = 0.06;
  const { success } = await cube.run(target, data, { norm: 'linf', eps }, cube.defaults, {
    random: seededRandom('cube'),
  });
  const domain = { low: new Float32Array(6), high: new Float32Array(6).fill(1) };
  let [broken, found] = [0, 0];
  for (let i = 0; i < data.count; i++) {
    // One unit in the last place more: the cube's corners are rounded to float32.
    const decision = decideWithin(
      ensemble,
      data.inputs.slice(i * 6, i * 6 + 6),
      data.labels[i]!,
      'linf',
      eps + 1e-7,
      domain,
      {
        boxes: 1e7,
        deadline: Infinity,
        now: () => 0,
      },
    );
    if (decision.kind === 'broken') broken++;
    else assert.equal(success[i], 0);
    found += success[i]!;
  }
  assert.ok(broken > 10 && broken < 70 && found >= 0.7 * broken, `${found} of ${broken}`);
});
