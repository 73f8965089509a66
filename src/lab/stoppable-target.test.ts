import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../core/fault.ts';
import type { Loss } from '../engine/loss.ts';
import { pgd } from './evasion/pgd/attack.ts';
import { runAttack } from './evasion/run-attack.ts';
import { partOfLoss, stoppableTarget } from './stoppable-target.ts';
import { isGradientTarget, type Target } from './target.ts';
import { labelledBy } from './testing/labelled-by.ts';
import { mlpTarget } from './testing/network-target.ts';
import { counted } from './testing/restricted-targets.ts';
import { timeLimit } from './time-limit.ts';

const plain = mlpTarget([1, 5, 5], 12, 4, 'stoppable');
const data = await labelledBy(plain, 12, 'x');

test('a model is not asked again once the time is over, even where no timer ever gets its turn', async () => {
  const { target, seen } = counted(plain);
  // Time passes inside of the model alone, and nothing between its calls lets a timer fire.
  const limit = timeLimit(performance.now() + 60, undefined);
  const slow: Target = {
    ...target,
    scores: (x, n) => {
      const end = performance.now() + 40;
      while (performance.now() < end);
      return target.scores(x, n);
    },
  };
  const stoppable = stoppableTarget(slow, limit);
  const ask = async (): Promise<void> => {
    for (let turn = 0; turn < 100; turn++) await stoppable.scores(data.inputs, data.count);
  };
  await assert.rejects(ask(), (error) => isFault(error) && error.code === 'ERR_BUDGET_EXHAUSTED');
  assert.ok(seen.forward <= 3 * data.count, `${seen.forward} samples were asked`);
  assert.equal(limit.isOver(), true);
  limit.clear();
});

test('an attack that is stopped so is aborted, and has not spent its queries', async () => {
  const stop = new AbortController();
  let calls = 0;
  const target = stoppableTarget(
    {
      ...plain,
      lossGradient: (x: Float32Array, n: number, loss: Loss) => {
        if (++calls === 3) stop.abort();
        return plain.lossGradient(x, n, loss);
      },
    },
    { signal: stop.signal, look: () => {} },
  );
  const report = await runAttack({
    attack: pgd,
    target,
    judge: plain,
    data,
    perturbation: { norm: 'linf', eps: 0.001 },
  });
  assert.equal(report.status, 'budget-exhausted', 'without a signal of its own it is a budget');
  calls = 0;
  const again = await runAttack({
    attack: pgd,
    target,
    judge: plain,
    data,
    perturbation: { norm: 'linf', eps: 0.001 },
    signal: stop.signal,
  });
  assert.equal(again.status, 'aborted');
  assert.equal(calls, 0);
});

test('a slow batch is asked in parts, with the same answers and gradients', async () => {
  const { target, seen } = counted(plain);
  const real = performance.now.bind(performance);
  let passed = 0;
  // A clock on which a sample takes a second.
  performance.now = () => real() + passed;
  try {
    const slow = stoppableTarget(
      {
        ...target,
        scores: (x: Float32Array, n: number) => {
          passed += 1000 * n;
          return target.scores(x, n);
        },
        lossGradient: (x: Float32Array, n: number, loss: Loss) => {
          passed += 1000 * n;
          return target.lossGradient(x, n, loss);
        },
      },
      { signal: undefined, look: () => {} },
    );
    await slow.scores(data.inputs.slice(0, 25), 1);
    assert.deepEqual(await slow.scores(data.inputs, data.count), await plain.scores(data.inputs, data.count));
    assert.ok(Math.max(...seen.batches) <= 2, seen.batches.join());
    assert.ok(isGradientTarget(slow));
    const loss = { kind: 'margin', labels: data.labels } as const;
    assert.deepEqual(
      await slow.lossGradient(data.inputs, data.count, loss),
      await plain.lossGradient(data.inputs, data.count, loss),
    );
    assert.ok(Math.max(...seen.batches) <= 2, seen.batches.join());
  } finally {
    performance.now = real;
  }
});

test('parts of every kind of loss are those of their samples', async () => {
  const size = 25;
  const [labels, targets] = [data.labels, data.labels.map((label) => (label + 1) % 4)];
  const weights = Float32Array.from({ length: data.count * 4 }, (_, at) => Math.sin(at));
  for (const loss of [
    { kind: 'cross-entropy', labels },
    { kind: 'dlr', labels },
    { kind: 'dlr-targeted', labels, targets },
    { kind: 'difference', first: labels, second: targets },
    { kind: 'weighted-scores', weights },
  ] as const) {
    const whole = await plain.lossGradient(data.inputs, data.count, loss);
    const part = await plain.lossGradient(data.inputs.slice(5 * size, 9 * size), 4, partOfLoss(loss, 5, 9, 4));
    assert.deepEqual(part.losses, whole.losses.slice(5, 9), loss.kind);
    assert.deepEqual(part.gradient, whole.gradient.slice(5 * size, 9 * size), loss.kind);
  }
});
