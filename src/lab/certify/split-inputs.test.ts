import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../math/random.ts';
import { type BoundedNetwork, evaluateNetwork } from './bounded-network.ts';
import { splitInputs } from './split-inputs.ts';
import type { UnsafeRegion } from './unsafe-region.ts';

/** Two inputs, a layer of ReLUs, one output. */
function randomNetwork(seed: string): BoundedNetwork {
  const random = seededRandom(seed);
  const dense = (rows: number, columns: number) => ({
    kind: 'dense' as const,
    rows,
    columns,
    weights: new Float64Array(rows * columns).map(() => (2 * random.normal()) / Math.sqrt(columns)),
  });
  return {
    steps: [
      { kind: 'input', size: 2 },
      {
        kind: 'affine',
        size: 10,
        terms: [{ from: 0, map: dense(10, 2) }],
        bias: new Float64Array(10).map(() => random.normal()),
      },
      { kind: 'activation', size: 10, from: 1, activation: 'relu' },
      { kind: 'affine', size: 1, terms: [{ from: 2, map: dense(1, 10) }], bias: new Float64Array(1) },
    ],
  };
}

const SQUARE = { low: Float64Array.of(-1, -1), high: Float64Array.of(1, 1) };
const never = (): boolean => false;

test('above the least output on a grid a property is violated, well below it the property holds', async () => {
  for (let round = 0; round < 6; round++) {
    const network = randomNetwork(`split/${round}`);
    let least = Infinity;
    for (let i = 0; i <= 100; i++)
      for (let j = 0; j <= 100; j++)
        least = Math.min(least, evaluateNetwork(network, Float64Array.of(i / 50 - 1, j / 50 - 1)).at(-1)![0]!);
    const decide = async (bound: number): Promise<string> => {
      const region: UnsafeRegion = { box: SQUARE, cases: [[{ coefficients: Float64Array.of(1), bound }]] };
      const accepted: Float64Array[] = [];
      const outcome = await splitInputs(
        network,
        region,
        { mostBoxes: 20_000, arithmetic: 'real', expired: never },
        async (x) => {
          accepted.push(x.slice());
          return true;
        },
      );
      for (const x of accepted) {
        assert.ok(x.every((value) => value >= -1 && value <= 1));
        assert.ok(evaluateNetwork(network, x).at(-1)![0]! <= bound);
      }
      assert.equal(accepted.length, Number(outcome.verdict === 'violated'));
      return outcome.verdict;
    };
    assert.equal(await decide(least + 1e-6), 'violated');
    assert.equal(await decide(least - 0.2), 'holds');
  }
});

test('at the very edge of an unsafe output nothing is decided, and the search ends', async () => {
  // The output is the input; at its least, 0, it is as near to the bound as rounding allows.
  const identity: BoundedNetwork = {
    steps: [
      { kind: 'input', size: 1 },
      { kind: 'affine', size: 1, terms: [{ from: 0, map: null }], bias: new Float64Array(1) },
    ],
  };
  const region: UnsafeRegion = {
    box: { low: Float64Array.of(1), high: Float64Array.of(2) },
    cases: [[{ coefficients: Float64Array.of(1), bound: 1 - Number.EPSILON }]],
  };
  const outcome = await splitInputs(
    identity,
    region,
    { mostBoxes: 10_000, arithmetic: 'real', expired: never },
    async () => false,
  );
  assert.equal(outcome.verdict, 'unknown');
  assert.match(outcome.verdict === 'unknown' ? outcome.reason : '', /cannot be halved/);
  assert.ok(outcome.boxes < 1000, `${outcome.boxes}`);
});
