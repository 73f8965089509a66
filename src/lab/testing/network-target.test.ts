import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loss } from '../../engine/loss.ts';
import type { GradientTarget } from '../target.ts';
import { labelledBy } from './labelled-by.ts';
import {
  convTarget,
  linearTarget,
  maskedTarget,
  mlpLayers,
  mlpTarget,
  networkTarget,
  softmax,
} from './network-target.ts';
import { counted, labelOnly } from './restricted-targets.ts';

const labels = Int32Array.of(0, 2, 4);
const others = Int32Array.of(3, 1, 0);
const LOSSES: Loss[] = [
  { kind: 'cross-entropy', labels },
  { kind: 'margin', labels },
  { kind: 'dlr', labels },
  { kind: 'dlr-targeted', labels, targets: others },
  { kind: 'difference', first: labels, second: others },
  { kind: 'weighted-scores', weights: Float32Array.from({ length: 15 }, (_, i) => Math.sin(i)) },
];

async function worstDifference(target: GradientTarget, loss: Loss): Promise<number> {
  const { inputs } = await labelledBy(target, 3, 'check');
  const { gradient } = await target.lossGradient(inputs, 3, loss);
  const size = inputs.length / 3;
  const largest = gradient.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
  let worst = 0;
  const step = 2 ** -8;
  for (let at = 0; at < inputs.length; at += 5) {
    const up = Float32Array.from(inputs);
    const down = Float32Array.from(inputs);
    up[at]! += step;
    down[at]! -= step;
    const i = Math.floor(at / size);
    const rise = (await target.lossGradient(up, 3, loss)).losses[i]!;
    const fall = (await target.lossGradient(down, 3, loss)).losses[i]!;
    worst = Math.max(worst, Math.abs((rise - fall) / (2 * step) - gradient[at]!) / largest);
  }
  return worst;
}

for (const [name, target] of [
  ['linear', linearTarget([1, 5, 5], 5, 'a')],
  ['mlp', mlpTarget([1, 5, 5], 12, 5, 'b')],
  ['convolutional', convTarget([1, 9, 9], 3, 5, 'c')],
  ['softmax', networkTarget([...mlpLayers(25, 8, 5, 'd'), softmax(5)], [1, 5, 5])],
] as const) {
  for (const loss of LOSSES) {
    test(`${name}: the gradient of ${loss.kind} is what finite differences say`, async () => {
      assert.ok((await worstDifference(target, loss)) < 0.02);
    });
  }
}

test('the masked target errs where the plain one does, and its gradient is zero', async () => {
  const masked = maskedTarget([1, 5, 5], 12, 5, 'b');
  const data = await labelledBy(masked, 4, 'x');
  const { gradient } = await masked.lossGradient(data.inputs, 4, { kind: 'cross-entropy', labels: data.labels });
  assert.ok(gradient.every((value) => value === 0));
});

test('labels only: one-hot rows; counting sees samples, batches and values out of bounds', async () => {
  const { target, seen } = counted(labelOnly(mlpTarget([1, 5, 5], 12, 5, 'b')));
  const rows = await target.scores(new Float32Array(50).fill(0.5), 2);
  assert.deepEqual([...rows].toSorted(), [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  await target.scores(new Float32Array(25).fill(1.5), 1);
  assert.deepEqual([seen.forward, seen.batches, seen.outOfBounds], [3, [2, 1], 25]);
});
