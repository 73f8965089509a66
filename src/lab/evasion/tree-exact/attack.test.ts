import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { isFault } from '../../../core/fault.ts';
import { seededRandom } from '../../../math/random.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { mlpTarget } from '../../testing/network-target.ts';
import { randomEnsemble } from '../../trees/testing/random-ensemble.ts';
import { createTreeTarget } from '../../trees/tree-target.ts';
import { cube } from '../cube/attack.ts';
import { distance } from '../norm-ball.ts';
import { treeExact } from './attack.ts';

const context = () => ({ random: seededRandom('attack') });
const target = createTreeTarget(
  randomEnsemble(seededRandom('trees'), { trees: 30, depth: 4, features: 8, classes: 3 }),
  { bounds: { low: 0, high: 1 } },
);

test('inside bounds and eps, every success is one, and it never finds less than the cube attack', async () => {
  const data = await labelledBy(target, 40, 'data', 3);
  for (const eps of [0.02, 0.1]) {
    const exact = await treeExact.run(target, data, { norm: 'linf', eps }, treeExact.defaults, context());
    const random = await cube.run(target, data, { norm: 'linf', eps }, { ...cube.defaults, queries: 200 }, context());
    const scores = await target.scores(exact.adversarial, data.count);
    let more = 0;
    for (let i = 0; i < data.count; i++) {
      const [x, found] = [data.inputs, exact.adversarial].map((all) => all.subarray(i * 8, (i + 1) * 8)) as [
        Float32Array,
        Float32Array,
      ];
      assert.ok(distance('linf', x, found) <= eps && found.every((value) => value >= 0 && value <= 1));
      const own = scores.subarray(i * 3, (i + 1) * 3);
      assert.equal(exact.success[i] === 1, own.indexOf(Math.max(...own)) !== data.labels[i]);
      assert.ok(exact.success[i]! >= random.success[i]!, `sample ${i} at ${eps}`);
      more += exact.success[i]! - random.success[i]!;
      if (i < 3) assert.deepEqual(found, x);
    }
    assert.ok(more >= 0 && exact.success.includes(1));
  }
});

test('without eps it finds the nearest of all; options have the defaults of their schema', async () => {
  const data = await labelledBy(target, 10, 'more');
  const { success } = await treeExact.run(target, data, { norm: 'l2', eps: Infinity }, treeExact.defaults, context());
  assert.ok(success.every((flag) => flag === 1));
  assert.deepEqual(treeExact.options(z).parse({}), treeExact.defaults);
});

test('refuses what is no tree ensemble, other norms and data that do not fit', async () => {
  const network = mlpTarget([8], 4, 3, 'network');
  const data = await labelledBy(target, 2, 'data');
  const usage = (error: unknown): boolean => isFault(error) && error.code === 'ERR_USAGE';
  const run = async (...args: Parameters<typeof treeExact.run>) => treeExact.run(...args);
  await assert.rejects(run(network, data, { norm: 'linf', eps: 0.1 }, treeExact.defaults, context()), usage);
  await assert.rejects(run(target, data, { norm: 'edits', eps: 0.1 }, treeExact.defaults, context()), usage);
  await assert.rejects(
    run(target, { ...data, labels: Int32Array.of(7, 0) }, { norm: 'linf', eps: 0.1 }, treeExact.defaults, context()),
    /no class/,
  );
});
