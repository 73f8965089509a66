import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextFloat32 } from '../../math/float32-order.ts';
import { seededRandom } from '../../math/random.ts';
import { minimalPerturbation } from './minimal-perturbation.ts';
import { predictedClass, predictedClasses } from './predicted-class.ts';
import { distance, type Domain, type TreeNorm } from './region.ts';
import { randomEnsemble } from './testing/random-ensemble.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';

/** All cells of the thresholds' grid, each at its point nearest to x: slow, and right. */
function byEnumeration(ensemble: TreeEnsemble, x: Float32Array, label: number, norm: TreeNorm, domain: Domain): number {
  const candidates = Array.from(x, (value, f) => {
    if (Number.isNaN(value) || domain.cost?.[f] === Infinity) return [value];
    const cuts = new Set<number>();
    ensemble.feature.forEach((feature, node) => feature === f && cuts.add(ensemble.threshold[node]!));
    return [value, ...[...cuts].flatMap((cut) => [cut, nextFloat32(cut)])].filter(
      (to) => to >= Math.min(value, domain.low[f]!) && to <= Math.max(value, domain.high[f]!),
    );
  });
  let points: number[][] = [[]];
  for (const list of candidates) points = points.flatMap((point) => list.map((value) => [...point, value]));
  const all = Float32Array.from(points.flat());
  const labels = predictedClasses(ensemble, all, points.length);
  let best = Infinity;
  for (let row = 0; row < points.length; row++) {
    if (labels[row] === label) continue;
    best = Math.min(best, distance(norm, x, all.subarray(row * x.length, (row + 1) * x.length), domain.cost));
  }
  return best;
}

const UNLIMITED = { boxes: 1e9, milliseconds: Infinity, now: () => 0 };

for (const norm of ['linf', 'l2', 'l1', 'l0'] as const) {
  test(`${norm}: the smallest perturbation is that of the enumeration of all cells`, () => {
    const random = seededRandom(`minimal/${norm}`);
    let finite = 0;
    for (let round = 0; round < 150; round++) {
      const classes = 2 + random.below(3);
      const ensemble = randomEnsemble(random, {
        trees: 1 + random.below(8),
        depth: 1 + random.below(4),
        features: 3,
        classes,
        vector: random.below(3) === 0,
      });
      const x = Float32Array.from({ length: 3 }, () =>
        random.below(9) === 0 ? NaN : random.below(2) === 0 ? random.below(21) / 20 : random.uniform(),
      );
      const narrow = random.below(2) === 1;
      const domain: Domain = {
        low: new Float32Array(3).fill(narrow ? 0.2 : -Infinity),
        high: new Float32Array(3).fill(narrow ? 0.8 : Infinity),
        ...(random.below(2) === 0
          ? {}
          : { cost: Float64Array.of(1, 2 ** -random.below(3), random.below(3) === 0 ? Infinity : 1.5) }),
      };
      const label = predictedClass(ensemble, x);
      const found = minimalPerturbation(ensemble, x, label, { ...UNLIMITED, norm, domain });
      const wanted = byEnumeration(ensemble, x, label, norm, domain);
      assert.ok(found.exact);
      assert.ok(
        found.upper === wanted || Math.abs(found.upper - wanted) <= 1e-12 * wanted,
        `round ${round}: ${found.upper}, wanted ${wanted}`,
      );
      if (found.point === null) continue;
      finite++;
      assert.equal(found.lower, found.upper);
      assert.notEqual(predictedClass(ensemble, found.point), label);
    }
    assert.ok(finite > 80);
  });
}

test('with too little work the bounds are honest: they enclose the exact distance', () => {
  const random = seededRandom('budget');
  let open = 0;
  for (let round = 0; round < 40; round++) {
    const ensemble = randomEnsemble(random, { trees: 20, depth: 4, features: 5, classes: 2 });
    const x = Float32Array.from({ length: 5 }, () => random.uniform());
    const domain = { low: new Float32Array(5), high: new Float32Array(5).fill(1) };
    const label = predictedClass(ensemble, x);
    const exact = minimalPerturbation(ensemble, x, label, { ...UNLIMITED, norm: 'linf', domain });
    const short = minimalPerturbation(ensemble, x, label, {
      ...UNLIMITED,
      boxes: 5 + random.below(60),
      norm: 'linf',
      domain,
    });
    assert.ok(short.lower <= exact.upper && exact.upper <= short.upper);
    if (short.exact) assert.equal(short.upper, exact.upper);
    else open++;
  }
  assert.ok(open > 5, `${open} left open`);
});
