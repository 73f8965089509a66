import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../math/random.ts';
import { isCertified, marginBound } from './certificates.ts';
import { decideWithin } from './decide-within.ts';
import { marginOf } from './minimal-perturbation.ts';
import { predictedClass } from './predicted-class.ts';
import { reachableBox } from './region.ts';
import { randomEnsemble } from './testing/random-ensemble.ts';

const limit = () => ({ boxes: 1e9, deadline: Infinity, now: () => 0 });

test('bounds order themselves (treewise, cliques of 2, of 4, all), and the tightest is the exact decision', () => {
  const random = seededRandom('certificates');
  const certified = { treewise: 0, pairs: 0, fours: 0, all: 0 };
  for (let round = 0; round < 200; round++) {
    const classes = 2 + random.below(2);
    const features = 4;
    const ensemble = randomEnsemble(random, { trees: 9, depth: 3, features, classes });
    const domain = { low: new Float32Array(features), high: new Float32Array(features).fill(1) };
    const x = Float32Array.from({ length: features }, () => random.uniform());
    const label = predictedClass(ensemble, x);
    const eps = 0.15 * random.uniform();
    const trees = marginOf(ensemble, (label + 1) % classes, label);
    const box = reachableBox(trees, x, 'linf', eps, domain);
    const bounds = [1, 2, 4, 100].map((size) => marginBound(trees, box, { kind: 'cliques', size }));
    assert.ok(bounds[0]! <= marginBound(trees, box, { kind: 'treewise' }) + 1e-9);
    for (let index = 1; index < bounds.length; index++) assert.ok(bounds[index]! <= bounds[0]! + 1e-9);
    const robust = decideWithin(ensemble, x, label, 'linf', eps, domain, limit()).kind === 'robust';
    const says = (size: number): boolean => isCertified(ensemble, x, label, eps, domain, { kind: 'cliques', size });
    for (const size of [1, 2, 4]) assert.ok(!says(size) || robust, 'a certificate that does not hold');
    assert.equal(says(100), robust);
    certified.treewise += Number(says(1));
    certified.pairs += Number(says(2));
    certified.fours += Number(says(4));
    certified.all += Number(says(100));
  }
  assert.ok(certified.treewise < certified.fours && certified.fours < certified.all, JSON.stringify(certified));
});

test('for stumps the sum over features is exact', () => {
  const random = seededRandom('stumps');
  let robustOnes = 0;
  for (let round = 0; round < 300; round++) {
    const ensemble = randomEnsemble(random, { trees: 14, depth: 1, features: 3, classes: 2 });
    const domain = { low: new Float32Array(3), high: new Float32Array(3).fill(1) };
    const x = Float32Array.from({ length: 3 }, () => random.uniform());
    const label = predictedClass(ensemble, x);
    const eps = 0.3 * random.uniform();
    const robust = decideWithin(ensemble, x, label, 'linf', eps, domain, limit()).kind === 'robust';
    assert.equal(isCertified(ensemble, x, label, eps, domain, { kind: 'stumps' }), robust);
    robustOnes += Number(robust);
  }
  assert.ok(robustOnes > 50 && robustOnes < 250);
});
