import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { maskedTarget, mlpTarget } from '../../testing/network-target.ts';
import { counted } from '../../testing/restricted-targets.ts';
import { distance } from '../norm-ball.ts';
import { pgd } from '../pgd/attack.ts';
import { shareAt, square, SQUARE_DEFAULTS } from './attack.ts';
import { imageLayout } from '../../image-layout.ts';
import { moveInL2, windowPattern } from './l2-windows.ts';

test('the schedule of shares is the one for 10,000 queries, stretched only when asked', () => {
  const at = (iteration: number, rescaleSchedule = false): number =>
    shareAt(iteration, { queries: 5000, initialShare: 0.8, rescaleSchedule });
  assert.deepEqual(
    [0, 10, 11, 50, 51, 201, 501, 1001, 2001, 4001, 4999].map((iteration) => 0.8 / at(iteration)),
    [1, 1, 2, 2, 4, 8, 16, 32, 64, 128, 128],
  );
  assert.deepEqual(
    [5, 6, 4001].map((iteration) => 0.8 / at(iteration, true)),
    [1, 2, 512],
  );
});

test('a window of the L2 attack has length one, a positive and a negative half, and turns', () => {
  for (const side of [3, 5, 9]) {
    const pattern = windowPattern(side, false);
    assert.ok(Math.abs(pattern.reduce((sum, value) => sum + value * value, 0) - 1) < 1e-12);
    const half = Math.floor(side / 2) * side;
    assert.ok(pattern.subarray(0, half).every((value) => value > 0));
    assert.ok(pattern.subarray(half).every((value) => value < 0));
    const turned = windowPattern(side, true);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) assert.ok(Math.abs(turned[x * side + y]! - pattern[y * side + x]!) < 1e-12);
  }
});

test('windows of the L2 attack reach every row and column but the last', () => {
  const layout = imageLayout([1, 9, 9])!;
  const windows = { layout, eps: 1, low: new Float32Array(81).fill(-9), high: new Float32Array(81).fill(9) };
  const origin = new Float32Array(81);
  const random = seededRandom('places');
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  for (let round = 0; round < 200; round++) {
    const point = new Float32Array(81);
    moveInL2(point, origin, origin, 9 / 81, windows, random);
    point.forEach((value, at) => {
      if (value === 0) return;
      rows.add(Math.floor(at / 9));
      columns.add(at % 9);
    });
  }
  for (const places of [rows, columns]) assert.deepEqual([...places].sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  // A window as large as the picture has one place.
  const point = new Float32Array(81);
  moveInL2(point, origin, origin, 1, windows, random);
  assert.ok(point.every((value) => value !== 0));
});

test('square in L2 spends the whole of eps wherever the bounds allow it', async () => {
  const target = mlpTarget([1, 10, 10], 12, 4, 'n');
  const middle = {
    inputs: new Float32Array(100).fill(0.5),
    labels: Int32Array.of(0),
    count: 1,
    inputShape: [1, 10, 10],
  };
  const data = { ...middle, labels: (await labelledBy(target, 1, 'x')).labels };
  const lengths: number[] = [];
  const watched = counted(target).target;
  const spying = {
    ...watched,
    scores: async (x: Float32Array, n: number) => {
      lengths.push(distance('l2', x.subarray(0, 100), middle.inputs));
      // Never fooled: the label stays the likeliest.
      return new Float32Array(4 * n).map((_, at) => (at % 4 === data.labels[0] ? 1 : Math.sin(at + x[5]!) / 2));
    },
  };
  await square.run(
    spying,
    data,
    { norm: 'l2', eps: 0.8 },
    { ...SQUARE_DEFAULTS, queries: 200 },
    { random: seededRandom('s') },
  );
  assert.equal(lengths.length, 201);
  for (const length of lengths.slice(1)) assert.ok(Math.abs(length - 0.8) < 1e-5, `${length}`);
});

test('square sees through masked gradients where PGD sees nothing', async () => {
  const target = maskedTarget([1, 6, 6], 24, 4, 'masked');
  const data = await labelledBy(target, 20, 'x');
  const perturbation = { norm: 'linf', eps: 0.06 } as const;
  const context = { random: seededRandom('s') };
  const black = await square.run(target, data, perturbation, { ...SQUARE_DEFAULTS, queries: 300 }, context);
  const white = await pgd.run(target, data, perturbation, { ...pgd.defaults, randomStart: false }, context);
  const count = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0);
  assert.equal(count(white.success), 0);
  assert.ok(count(black.success) >= 10, `${count(black.success)} of 20`);
});

test('square on a vector changes stretches of it', async () => {
  const target = mlpTarget([30], 12, 4, 'v');
  const data = await labelledBy(target, 8, 'x');
  const context = { random: seededRandom('s') };
  const { success } = await square.run(
    target,
    data,
    { norm: 'linf', eps: 0.1 },
    { ...SQUARE_DEFAULTS, queries: 200 },
    context,
  );
  assert.ok(success.includes(1));
});
