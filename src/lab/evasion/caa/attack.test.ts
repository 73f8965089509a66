import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { ConstrainedSpace } from '../../tabular/constrained-space.ts';
import { defineConstraints } from '../../tabular/constraints.ts';
import { LOAN_BOUNDS, LOAN_TABLE, loanRows } from '../../tabular/testing/loan-table.ts';
import { predictedClasses } from '../../trees/predicted-class.ts';
import { createTreeTarget } from '../../trees/tree-target.ts';
import { trainTrees, TREE_TRAINING } from '../../trees/training/train-trees.ts';
import { caa } from './attack.ts';

test('on trees (no gradients) it finds rows that a lender would have to believe, and without constraints more of them', async () => {
  const ensemble = trainTrees(loanRows('train', 500), { ...TREE_TRAINING, trees: 20 });
  const target = createTreeTarget(ensemble, { bounds: LOAN_BOUNDS });
  const data = loanRows('check', 40);
  const constraints = defineConstraints(LOAN_TABLE);
  const options = { ...caa.defaults, generations: 20, offspring: 40, population: 40 };
  const eps = 0.15;
  const run = (extra: object) =>
    caa.run(target, data, { norm: 'linf', eps }, { ...options, ...extra }, { random: seededRandom('caa') });
  const { adversarial, success, queries } = await run({ constraints: LOAN_TABLE });
  const classes = predictedClasses(ensemble, adversarial, data.count);
  const before = predictedClasses(ensemble, data.inputs, data.count);
  let fooled = 0;
  for (let i = 0; i < data.count; i++) {
    const original = data.inputs.slice(i * 9, i * 9 + 9);
    const row = adversarial.slice(i * 9, i * 9 + 9);
    assert.ok(new ConstrainedSpace(constraints, original, 'linf', eps).allows(row), `row ${i}`);
    assert.equal(success[i] === 1, classes[i] !== data.labels[i]);
    assert.ok(queries[i]! <= 1 + 40 * 21);
    fooled += Number(success[i] === 1 && before[i] === data.labels[i]);
  }
  assert.ok(fooled > 5 && fooled < 35, `${fooled}`);
});
