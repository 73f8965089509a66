import assert from 'node:assert/strict';
import { it } from 'node:test';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { foldPadding } from './pad-folding.ts';

it('folds the padding of sound without a table that grows with the square of its length', () => {
  for (const mode of ['reflect', 'edge', 'wrap']) {
    const build = new GraphBuilder(['dy']);
    foldPadding(build, 'dy', { dims: [1, 160_000], before: [0, 512], after: [0, 512], mode });
    const numbers = [...build.initializers.values()].reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
    assert.ok(numbers < 100, `${mode}: ${numbers} constants`);
  }
});
