import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { ConstrainedSpace } from '../../tabular/constrained-space.ts';
import { defineConstraints } from '../../tabular/constraints.ts';
import type { TabularDeclaration } from '../../tabular/declaration.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { mlpTarget } from '../../testing/network-target.ts';
import { capgd } from './attack.ts';

const DECLARATION: TabularDeclaration = {
  features: Array.from({ length: 8 }, (_, at) => ({
    name: `f${at}`,
    range: [0, 1] as [number, number],
    change: at === 0 ? ('none' as const) : ('any' as const),
  })),
  relations: [
    { sum: { f1: 1, f2: 1, f3: -1 }, is: '<=', value: 2 },
    { sum: { f4: 1, f5: -1 }, is: '<=', value: 1 },
  ],
};

test('every found row keeps the constraints; fewer are found than without them', async () => {
  const target = mlpTarget([8], 16, 3, 'capgd');
  const data = await labelledBy(target, 60, 'rows');
  const constraints = defineConstraints(DECLARATION);
  const eps = 0.25;
  const count = async (declaration?: TabularDeclaration): Promise<number> => {
    const { adversarial, success } = await capgd.run(
      target,
      data,
      { norm: 'linf', eps },
      { ...capgd.defaults, constraints: declaration },
      { random: seededRandom('x') },
    );
    if (declaration !== undefined) {
      for (let i = 0; i < data.count; i++) {
        const space = new ConstrainedSpace(constraints, data.inputs.slice(i * 8, i * 8 + 8), 'linf', eps);
        assert.ok(space.allows(adversarial.slice(i * 8, i * 8 + 8)), `row ${i}`);
      }
    }
    return success.reduce((sum, flag) => sum + flag, 0);
  };
  const free = await count();
  const bound = await count(DECLARATION);
  assert.ok(bound > 0 && bound <= free, `${bound} of ${free}`);
  const frozen = await count({
    features: DECLARATION.features.map((feature) => ({ ...feature, change: 'none' as const })),
  });
  assert.equal(frozen, 0);
});
