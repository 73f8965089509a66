import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalCdf } from '../../math/normal.ts';
import { seededRandom } from '../../math/random.ts';
import type { Target } from '../target.ts';
import { certifiedCurve, certifiedRadius, certifySmoothed, predictSmoothed } from './smoothing.ts';

/** Class 1 where the first value is above zero: what smoothing makes of it is known exactly. */
const halfSpace: Target = {
  name: 'half-space',
  inputShape: [2],
  classes: 3,
  bounds: { low: 0, high: 1 },
  scoreType: 'logits',
  scores: async (x, n) =>
    Float32Array.from({ length: 3 * n }, (_, at) =>
      at % 3 === 1 ? x[2 * Math.floor(at / 3)]! : at % 3 === 2 ? -9 : 0,
    ),
  close: async () => {},
};

test('all of 100,000 samples right: the radii of the published tables', () => {
  // sigma · Φ⁻¹(0.001^(1e-5)), Cohen, Rosenfeld and Kolter 2019; 0.457 is the largest radius of their CIFAR-10 table at sigma 0.12.
  for (const [sigma, radius] of [
    [0.12, 0.457375],
    [0.25, 0.952864],
    [0.5, 1.905728],
    [1, 3.811457],
  ] as const)
    assert.ok(Math.abs(certifiedRadius(100_000, 100_000, 0.001, sigma)!.radius - radius) < 5e-7);
  assert.ok(Math.abs(certifiedRadius(100_000, 100_000, 0.001, 1)!.radius - 3.8114566) < 5e-8);
  assert.equal(certifiedRadius(50_100, 100_000, 0.001, 1), null);
});

test('a half-space: the certificate stays below the true distance, and near it', async () => {
  const sigma = 0.5;
  for (const distance of [0.3, 0.8]) {
    const options = { sigma, n0: 100, n: 20_000, alpha: 0.001, batch: 700 };
    const result = await certifySmoothed(
      halfSpace,
      Float32Array.of(distance, 0),
      options,
      seededRandom(`c${distance}`),
    );
    assert.equal(result.kind, 'certified');
    if (result.kind !== 'certified') return;
    assert.equal(result.label, 1);
    assert.ok(result.radius <= distance && result.radius > distance - 0.03, `${result.radius}`);
    assert.ok(result.lowerBound <= normalCdf(distance / sigma));
  }
});

test('on the boundary both procedures abstain, far from it they answer', async () => {
  const options = { sigma: 0.5, n0: 100, n: 2_000, alpha: 0.001, batch: 500 };
  const near = Float32Array.of(0.001, 0);
  assert.equal((await certifySmoothed(halfSpace, near, options, seededRandom('n'))).kind, 'abstain');
  assert.equal((await predictSmoothed(halfSpace, near, options, seededRandom('n'))).kind, 'abstain');
  const far = await predictSmoothed(halfSpace, Float32Array.of(-0.6, 0), options, seededRandom('f'));
  assert.deepEqual(far.kind === 'predicted' ? far.label : far.kind, 0);
});

test('a model that answers noise with NaN gets no certificate for the class that stands first', async () => {
  const options = { sigma: 0.5, n0: 100, n: 2_000, alpha: 0.001, batch: 500 };
  for (const row of [
    [Number.NaN, Number.NaN, Number.NaN],
    [0, Number.NaN, 7],
  ]) {
    const broken: Target = {
      ...halfSpace,
      scores: async (_, n) => Float32Array.from({ length: 3 * n }, (__, at) => row[at % 3]!),
    };
    assert.equal((await certifySmoothed(broken, Float32Array.of(0, 0), options, seededRandom('b'))).kind, 'abstain');
    assert.equal((await predictSmoothed(broken, Float32Array.of(0, 0), options, seededRandom('b'))).kind, 'abstain');
  }
});

test('a curve counts abstentions and wrong classes as wrong', () => {
  const certified = (label: number, radius: number) => ({ kind: 'certified' as const, label, radius, lowerBound: 0.9 });
  const curve = certifiedCurve(
    [certified(1, 0.5), certified(0, 2), { kind: 'abstain', label: 1 }, certified(1, 0.1)],
    [1, 1, 1, 1],
    [0, 0.25, 0.6],
  );
  assert.deepEqual(
    curve.map(({ accuracy }) => accuracy),
    [0.5, 0.25, 0],
  );
});
