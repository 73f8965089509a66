import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelledBy } from '../testing/labelled-by.ts';
import { mlpTarget } from '../testing/network-target.ts';
import { handshake } from '../handshake.ts';
import type { GradientTarget } from '../target.ts';
import { cleanSamples, measureCost } from './measure-cost.ts';

const plain = mlpTarget([1, 5, 5], 12, 4, 'cost');
const data = await labelledBy(plain, 400, 'x');

/** A model on a clock of its own: so many seconds a sample, and some before its first answer to a batch of each size. */
function timed(each: number, start: number): { target: GradientTarget; spent: () => number; reset: () => void } {
  let passed = 0;
  const known = new Set<string>();
  const beginning = (what: string): number => (known.has(what) ? 0 : (known.add(what), start));
  const real = performance.now.bind(performance);
  performance.now = () => real() + passed * 1000;
  const target: GradientTarget = {
    ...plain,
    scores: (x, n) => {
      passed += each * n + beginning(`forward ${n}`);
      return plain.scores(x, n);
    },
    lossGradient: (x, n, loss) => {
      passed += 3 * each * n + beginning(`backward ${n}`);
      return plain.lossGradient(x, n, loss);
    },
  };
  return { target, spent: () => passed, reset: () => (performance.now = real) };
}

test('what is measured before the first attack takes a part of the budget, however slow the model is', async () => {
  const clean = await handshake(plain, data);
  const ball = [{ norm: 'linf', eps: 0.03 }] as const;
  for (const each of [0.001, 0.01, 0.1, 0.5]) {
    const { target, spent, reset } = timed(each, 0);
    try {
      const count = await cleanSamples(target, data, 180);
      assert.ok(count * each <= 16 && count >= 30, `${count} samples of ${each} s`);
      const { forward, gradient } = await measureCost(target, data, clean, ball, 's', 180, undefined);
      assert.ok(spent() < 60, `${spent()} s at ${each} s a sample`);
      assert.ok(Math.abs(forward / each - 1) < 0.2 && Math.abs(gradient! / each / 3 - 1) < 0.2, `${forward}`);
    } finally {
      reset();
    }
  }
});

test('how long a model takes to start is no cost of a sample', async () => {
  const clean = await handshake(plain, data);
  const { target, reset } = timed(0.0001, 5);
  try {
    assert.equal(await cleanSamples(target, data, 60), data.count);
    const { forward, gradient } = await measureCost(target, data, clean, [], 's', 60, undefined);
    assert.ok(forward < 0.01 && gradient! < 0.01, `${forward}, ${gradient}`);
  } finally {
    reset();
  }
});
