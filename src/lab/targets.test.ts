import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loss } from '../engine/loss.ts';
import { isFault } from '../core/fault.ts';
import { countedTarget } from './counted-target.ts';
import { ensembleTarget } from './ensemble-target.ts';
import { functionTarget } from './function-target.ts';
import type { GradientTarget } from './target.ts';
import { labelledBy } from './testing/labelled-by.ts';
import { mlpTarget } from './testing/network-target.ts';
import { transformedTarget } from './transformed-target.ts';

const one = mlpTarget([12], 10, 4, 'one');
const two = mlpTarget([12], 7, 4, 'two');
const { inputs, labels } = await labelledBy(one, 3, 'x');

async function slopeError(target: GradientTarget, loss: Loss): Promise<number> {
  const { gradient } = await target.lossGradient(inputs, 3, loss);
  const top = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = 0;
  for (let at = 0; at < inputs.length; at++) {
    const up = Float32Array.from(inputs);
    const down = Float32Array.from(inputs);
    up[at]! += 2 ** -9;
    down[at]! -= 2 ** -9;
    const rise = (await target.lossGradient(up, 3, loss)).losses[Math.floor(at / 12)]!;
    const fall = (await target.lossGradient(down, 3, loss)).losses[Math.floor(at / 12)]!;
    worst = Math.max(worst, Math.abs((rise - fall) * 256 - gradient[at]!) / top);
  }
  return worst;
}

test('an ensemble is the mean of scores, with the gradient of that mean', async () => {
  const target = ensembleTarget([one, two]);
  const [a, b, mean] = [await one.scores(inputs, 3), await two.scores(inputs, 3), await target.scores(inputs, 3)];
  mean.forEach((score, at) => assert.ok(Math.abs(score - (a[at]! + b[at]!) / 2) < 1e-6));
  for (const kind of ['cross-entropy', 'dlr', 'margin'] as const)
    assert.ok((await slopeError(target, { kind, labels })) < 0.02);
  const found = await target.activations(inputs, 3, ['0/1', '1/1']);
  assert.deepEqual([found['0/1']!.length, found['1/1']!.length], [30, 21]);
  assert.throws(
    () => ensembleTarget([one, mlpTarget([12], 7, 3, 'other')]),
    (error) => isFault(error) && error.where === 'member 1 (mlp)',
  );
});

test('a step in front is attacked through its gradient, or as the identity when it has none', async () => {
  const halved = (x: Float32Array): Float32Array => x.map((value) => value / 2);
  const exact = transformedTarget(one, {
    name: 'half',
    randomised: false,
    apply: halved,
    gradient: (_, up) => halved(up),
  });
  assert.ok((await slopeError(exact, { kind: 'cross-entropy', labels })) < 0.02);
  const rounding = {
    name: 'rounding',
    randomised: false,
    apply: (x: Float32Array) => x.map((value) => Math.round(value * 8) / 8),
  };
  const through = transformedTarget(one, rounding);
  const straight = await one.lossGradient(
    inputs.map((value) => Math.round(value * 8) / 8),
    3,
    { kind: 'margin', labels },
  );
  assert.deepEqual((await through.lossGradient(inputs, 3, { kind: 'margin', labels })).gradient, straight.gradient);
});

test('a random step is drawn anew at every call, and its gradient is a mean of draws', async () => {
  const noise = {
    name: 'noise',
    randomised: true,
    apply: (x: Float32Array, random: { normal(): number }) => x.map((value) => value + 0.3 * random.normal()),
  };
  const make = (draws: number, seed: string) => transformedTarget(one, noise, { draws, seed });
  const target = make(1, 'a');
  assert.notDeepEqual(await target.scores(inputs, 3), await target.scores(inputs, 3));
  assert.deepEqual(await make(5, 'a').scores(inputs, 3), await make(5, 'a').scores(inputs, 3));
  const spread = async (draws: number): Promise<number> => {
    const loss = { kind: 'cross-entropy', labels } as const;
    const a = (await make(draws, 'a').lossGradient(inputs, 3, loss)).gradient;
    const b = (await make(draws, 'b').lossGradient(inputs, 3, loss)).gradient;
    return a.reduce((sum, value, at) => sum + (value - b[at]!) ** 2, 0);
  };
  assert.ok((await spread(64)) < (await spread(1)) / 4);
});

test('a function is asked in batches, and what it answers is checked', async () => {
  const sizes: number[] = [];
  const declared = {
    name: 'f',
    inputShape: [12],
    classes: 4,
    bounds: one.bounds,
    scoreType: 'logits',
    batch: 2,
  } as const;
  const target = functionTarget((x, n) => (sizes.push(n), one.scores(x, n)), declared);
  assert.deepEqual(await target.scores(inputs, 3), await one.scores(inputs, 3));
  assert.deepEqual(sizes, [2, 1]);
  const isTarget = (error: unknown): boolean => isFault(error) && error.code === 'ERR_TARGET';
  await assert.rejects(functionTarget(() => [1, 2], declared).scores(inputs, 3), isTarget);
  await assert.rejects(functionTarget(() => Promise.reject(new Error('down')), declared).scores(inputs, 3), isTarget);
});

test('a budget refuses the call that would exceed it', async () => {
  const { target, count } = countedTarget(one, 5);
  await target.scores(inputs, 3);
  await target.lossGradient(inputs.subarray(0, 24), 2, { kind: 'margin', labels: labels.subarray(0, 2) });
  assert.throws(
    () => target.scores(inputs.subarray(0, 12), 1),
    (error) => isFault(error) && error.code === 'ERR_BUDGET_EXHAUSTED',
  );
  assert.deepEqual(count, { forward: 3, backward: 2, calls: 2 });
});
