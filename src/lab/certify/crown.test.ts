import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, type Random } from '../../math/random.ts';
import {
  type BoundedActivation,
  type BoundedNetwork,
  evaluateNetwork,
  inputGradient,
  type NetworkStep,
} from './bounded-network.ts';
import { boundBackward, boundNetwork } from './crown.ts';
import { gradientRange } from './gradient-range.ts';
import type { LinearMap } from './linear-map.ts';
import { optimiseSlopes } from './optimise-slopes.ts';
import { relax } from './relaxation.ts';

/** Two hidden layers with a connection around the second, so that the graph is no chain. */
function randomNetwork(activation: BoundedActivation, random: Random, sizes = [4, 12, 12, 3]): BoundedNetwork {
  const dense = (rows: number, columns: number): LinearMap => ({
    kind: 'dense',
    rows,
    columns,
    weights: new Float64Array(rows * columns).map(() => (1.5 * random.normal()) / Math.sqrt(columns)),
  });
  const bias = (size: number): Float64Array => new Float64Array(size).map(() => 0.3 * random.normal());
  const [a, b, c, d] = sizes as [number, number, number, number];
  const steps: NetworkStep[] = [
    { kind: 'input', size: a },
    { kind: 'affine', size: b, terms: [{ from: 0, map: dense(b, a) }], bias: bias(b) },
    { kind: 'activation', size: b, from: 1, activation },
    { kind: 'affine', size: c, terms: [{ from: 2, map: dense(c, b) }], bias: bias(c) },
    { kind: 'activation', size: c, from: 3, activation },
    {
      kind: 'affine',
      size: d,
      terms: [
        { from: 4, map: dense(d, c) },
        { from: 2, map: dense(d, b) },
      ],
      bias: bias(d),
    },
  ];
  return { steps };
}

function randomBox(random: Random, size: number, radius: number) {
  const centre = new Float64Array(size).map(() => random.normal());
  return { low: centre.map((value) => value - radius), high: centre.map((value) => value + radius) };
}

for (const activation of ['relu', 'sigmoid', 'tanh'] as const) {
  test(`${activation}: no sample leaves the bounds, and the backward bounds are no looser than intervals`, () => {
    const random = seededRandom(`sound-${activation}`);
    let [loose, tight] = [0, 0];
    for (let round = 0; round < 12; round++) {
      const network = randomNetwork(activation, random);
      const box = randomBox(random, 4, [1e-3, 0.1, 0.5, 2][round % 4]!);
      const ibp = boundNetwork(network, box, { method: 'ibp' });
      const crown = boundNetwork(network, box);
      const row = Float64Array.of(1, -1, 0.5);
      const { lower } = boundBackward(network, crown, 5, row.slice(), 1);
      const better = optimiseSlopes(network, crown, row, { rounds: 10, goal: Number.POSITIVE_INFINITY });
      assert.ok(better.lower >= lower[0]!);
      const range = gradientRange(network, crown, row);
      for (let sample = 0; sample < 300; sample++) {
        // Corners as well as inner points.
        const x = box.low.map((low, i) => {
          const share = sample % 3 === 0 ? random.below(2) : random.uniform();
          return Math.min(low + share * (box.high[i]! - low), box.high[i]!);
        });
        const values = evaluateNetwork(network, x);
        for (const bounds of [ibp, crown])
          values.forEach((value, step) =>
            value.forEach((v, i) => {
              const { low, high } = bounds.intervals[step]!;
              assert.ok(v >= low[i]! && v <= high[i]!, `step ${step}[${i}]: ${v} not in ${low[i]}..${high[i]}`);
            }),
          );
        const value = row.reduce((sum, w, i) => sum + w * values[5]![i]!, 0);
        assert.ok(value >= better.lower, `${value} below ${better.lower}`);
        inputGradient(network, values, row).forEach((g, i) => assert.ok(Math.abs(g) <= range[i]! * (1 + 1e-9)));
      }
      const width = (bounds: typeof ibp): number =>
        bounds.intervals[3]!.low.reduce((sum, low, i) => sum + bounds.intervals[3]!.high[i]! - low, 0);
      loose += width(ibp);
      tight += width(crown);
    }
    if (activation === 'relu') assert.ok(tight < 0.98 * loose, `${tight} of ${loose}`);
  });

  test(`${activation}: both lines hold on the whole interval`, () => {
    const random = seededRandom(`lines-${activation}`);
    for (let round = 0; round < 2000; round++) {
      const [p, q] = [4 * random.normal(), 4 * random.normal()];
      const low = Math.min(p, q);
      const high = round % 10 === 0 ? low : Math.max(p, q);
      const lines = relax(activation, { low: Float64Array.of(low), high: Float64Array.of(high) });
      for (let k = 0; k <= 20; k++) {
        const z = low + (k / 20) * (high - low);
        const f =
          activation === 'relu' ? Math.max(0, z) : activation === 'tanh' ? Math.tanh(z) : 1 / (1 + Math.exp(-z));
        assert.ok(lines.lowSlope[0]! * z + lines.lowIntercept[0]! <= f + 1e-15);
        assert.ok(lines.highSlope[0]! * z + lines.highIntercept[0]! >= f - 1e-15);
      }
    }
  });
}

test('a single ReLU by hand: the bounds of Zhang et al. 2018', () => {
  // y = relu(x) - 2 relu(-x) on [-1, 2]; chord of relu(x): (2/3)(x + 1), lower line x; chord of relu(-x): (1/3)(2 - x), lower line 0.
  const weights = (...w: number[]): LinearMap => ({
    kind: 'dense',
    rows: w.length,
    columns: 1,
    weights: Float64Array.from(w),
  });
  const network: BoundedNetwork = {
    steps: [
      { kind: 'input', size: 1 },
      { kind: 'affine', size: 2, terms: [{ from: 0, map: weights(1, -1) }], bias: new Float64Array(2) },
      { kind: 'activation', size: 2, from: 1, activation: 'relu' },
      {
        kind: 'affine',
        size: 1,
        terms: [{ from: 2, map: { kind: 'dense', rows: 1, columns: 2, weights: Float64Array.of(1, -2) } }],
        bias: new Float64Array(1),
      },
    ],
  };
  const bounds = boundNetwork(network, { low: Float64Array.of(-1), high: Float64Array.of(2) });
  // Lower: x - (2/3)(2 - x) = (5/3) x - 4/3, at -1: -3. Upper: (2/3)(x + 1) - 0, at 2: 2.
  const { lower } = boundBackward(network, bounds, 3, Float64Array.of(1, -1), 2);
  assert.ok(Math.abs(lower[0]! + 3) < 1e-12 && lower[0]! <= -3);
  assert.ok(Math.abs(-lower[1]! - 2) < 1e-12 && -lower[1]! >= 2);
});

test('the margin for rounding is there: a sum that cancels exactly is not bounded by exactly zero', () => {
  const weights = Float64Array.of(1e15, 1, -1e15);
  const network: BoundedNetwork = {
    steps: [
      { kind: 'input', size: 3 },
      {
        kind: 'affine',
        size: 1,
        terms: [{ from: 0, map: { kind: 'dense', rows: 1, columns: 3, weights } }],
        bias: new Float64Array(1),
      },
    ],
  };
  const one = Float64Array.of(1, 0.3, 1);
  const { low, high } = boundNetwork(network, { low: one, high: one }).intervals[1]!;
  assert.ok(low[0]! <= 0.3 && high[0]! >= 0.3, 'the sum in doubles is 0.25 or 0.375');
});
