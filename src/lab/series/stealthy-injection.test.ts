import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { thresholdAtRate } from '../../math/quantile.ts';
import { seededRandom } from '../../math/random.ts';
import type { InputScorer } from '../detector/detector.ts';
import { t2Spe } from '../detector/t2-spe/detector.ts';
import { detectionDelay, hiddenInjection, injected, jointScorer } from './stealthy-injection.ts';

/** Six sensors that follow two hidden quantities. */
function plant(n: number, seed: string): Float32Array {
  const random = seededRandom(seed);
  const rows = new Float32Array(n * 6);
  for (let i = 0; i < n; i++) {
    const [a, b] = [random.normal(), random.normal()];
    [a, a, b, b, a + b, a - b].forEach((value, j) => (rows[i * 6 + j] = value + 0.1 * random.normal()));
  }
  return rows;
}
const deviations = [1, 1, 1, 1, 1.41, 1.41];

async function monitor(): Promise<{ readonly scorer: InputScorer; readonly threshold: number }> {
  const inputs = plant(800, 'fit');
  const options = { components: 2, statistic: 'both' } as const;
  const data = { inputs, labels: new Int32Array(800), count: 800, inputShape: [6] };
  const scorer = t2Spe.open({}, await t2Spe.fit({}, data, options), options);
  return { scorer, threshold: thresholdAtRate(await scorer.score(plant(800, 'threshold'), 800), 0.01) };
}

test('shapes do what their names say, and leave everything else as it is', () => {
  const rows = Float32Array.from({ length: 10 * 2 }, (_, i) => i);
  const bias = injected(rows, 10, { shape: 'bias', sensors: [1], from: 4, amplitudes: [3] });
  const ramp = injected(rows, 10, { shape: 'ramp', sensors: [0], from: 5, amplitudes: [10] });
  const replay = injected(rows, 10, { shape: 'replay', sensors: [0, 1], from: 4, amplitudes: [] });
  for (let i = 0; i < 10; i++) {
    assert.equal(bias[i * 2], rows[i * 2]);
    assert.equal(bias[i * 2 + 1], rows[i * 2 + 1]! + (i < 4 ? 0 : 3));
    assert.equal(ramp[i * 2], rows[i * 2]! + (i < 5 ? 0 : 2 * (i - 4)));
    assert.equal(replay[i * 2], rows[(i < 4 ? i : (i - 4) % 4) * 2]);
  }
  for (const wrong of [
    { shape: 'bias', sensors: [2], from: 0, amplitudes: [1] },
    { shape: 'bias', sensors: [0], from: 10, amplitudes: [1] },
    { shape: 'replay', sensors: [0], from: 0, amplitudes: [] },
  ] as const)
    assert.throws(
      () => injected(rows, 10, wrong),
      (error) => isFault(error) && error.code === 'ERR_USAGE',
    );
});

test('the delay counts rows until the alarm; what is not a number is one', () => {
  assert.equal(detectionDelay([9, 0, 0, 2, 0, 2, 2, 0], 1, 1), 2);
  assert.equal(detectionDelay([9, 0, 0, 2, 0, 2, 2, 0], 1, 1, 2), 4);
  assert.equal(detectionDelay([0, 0], 1, 0), null);
  assert.equal(detectionDelay([0, Number.NaN], 1, 0), 1);
});

test('a hidden shift stays hidden, one a third larger does not, and helpers make it larger', async () => {
  const { scorer, threshold } = await monitor();
  const rows = plant(300, 'attack');
  const clean = (await scorer.score(rows, 300)).filter((score) => score > threshold).length / 300;
  const options = { sensor: 0, direction: 1, deviations, threshold, alarms: clean + 0.01 } as const;
  const alone = await hiddenInjection(scorer, rows, 300, options);
  const share = async (seen: Float32Array): Promise<number> =>
    (await scorer.score(seen, 300)).filter((score) => !(score <= threshold)).length / 300;
  assert.ok(alone.amplitude > 0);
  assert.ok((await share(alone.rows)) <= clean + 0.01);
  const larger = injected(rows, 300, { shape: 'bias', sensors: [0], from: 0, amplitudes: [alone.amplitude * 1.33] });
  assert.ok((await share(larger)) > clean + 0.01);
  // Sensors 1, 4 and 5 follow the same quantity: who holds them can move the whole plant along.
  const helped = await hiddenInjection(scorer, rows, 300, { ...options, helpers: [1, 4, 5] });
  assert.ok((await share(helped.rows)) <= clean + 0.01);
  assert.ok(helped.amplitude > 3 * alone.amplitude, `${helped.amplitude} against ${alone.amplitude}`);
  for (let i = 0; i < 300; i++) for (const j of [2, 3]) assert.equal(helped.rows[i * 6 + j], rows[i * 6 + j]);
});

test('helpers need a gradient', async () => {
  const { scorer, threshold } = await monitor();
  const blind: InputScorer = { score: scorer.score };
  await assert.rejects(
    hiddenInjection(blind, plant(10, 'x'), 10, {
      sensor: 0,
      direction: 1,
      helpers: [1],
      deviations,
      threshold,
      alarms: 0,
    }),
    (error) => isFault(error) && error.where === 'helpers',
  );
});

test('a joint monitor gives alarm when one of its parts does', async () => {
  const part = (value: number): InputScorer => ({ score: async (_, n) => new Float64Array(n).fill(value) });
  const score = async (a: number, b: number): Promise<number> =>
    (
      await jointScorer([
        { scorer: part(a), threshold: 2 },
        { scorer: part(b), threshold: 10 },
      ]).score(new Float32Array(1), 1)
    )[0]!;
  assert.ok((await score(1, 9)) <= 1);
  assert.ok((await score(3, 0)) > 1);
  assert.ok((await score(0, 11)) > 1);
  assert.ok(Number.isNaN(await score(0, Number.NaN)));
});

test('a ramp that stays hidden ends higher than a bias, and its damage is what it adds up to', async () => {
  const { scorer, threshold } = await monitor();
  const rows = plant(300, 'attack');
  const options = { sensor: 0, direction: 1, deviations, threshold, alarms: 0.03 } as const;
  const bias = await hiddenInjection(scorer, rows, 300, options);
  const ramp = await hiddenInjection(scorer, rows, 300, { ...options, shape: 'ramp' });
  assert.ok(ramp.amplitude > bias.amplitude);
  const added = ramp.rows.reduce((sum, value, at) => sum + (at % 6 === 0 ? value - rows[at]! : 0), 0);
  assert.ok(Math.abs(added - ramp.damage) < 1e-3 * ramp.damage, `${added} against ${ramp.damage}`);
});

test('helpers stay within their limits, and hide less than without', async () => {
  const { scorer, threshold } = await monitor();
  const rows = plant(200, 'attack');
  const options = { sensor: 0, direction: 1, helpers: [1, 4, 5], deviations, threshold, alarms: 0.03 } as const;
  const free = await hiddenInjection(scorer, rows, 200, options);
  const limits = [0.5, 0.25, 0.25];
  const held = await hiddenInjection(scorer, rows, 200, { ...options, limits });
  for (let i = 0; i < 200; i++) {
    options.helpers.forEach((helper, at) => {
      assert.ok(Math.abs(held.rows[i * 6 + helper]! - rows[i * 6 + helper]!) <= limits[at]! + 1e-5);
    });
  }
  assert.ok(held.amplitude > 0 && held.amplitude < free.amplitude, `${held.amplitude} against ${free.amplitude}`);
  await assert.rejects(
    hiddenInjection(scorer, rows, 200, { ...options, limits: [1] }),
    (error) => isFault(error) && error.where === 'limits',
  );
});

test('the gradient of a joint monitor is that of its largest part, and is none where no part has one', async () => {
  const { scorer, threshold } = await monitor();
  const blind: InputScorer = { score: async (_, n) => new Float64Array(n) };
  assert.equal(jointScorer([{ scorer: blind, threshold: 1 }]).scoreGradient, undefined);
  const joint = jointScorer([
    { scorer: blind, threshold: 1 },
    { scorer, threshold },
    { scorer, threshold: threshold / 2 },
  ]);
  const rows = plant(5, 'gradient');
  const { scores, gradient } = await joint.scoreGradient!(rows, 5);
  const own = await scorer.scoreGradient!(rows, 5);
  own.scores.forEach((score, i) => assert.ok(Math.abs(scores[i]! - (2 * score) / threshold) < 1e-9));
  own.gradient.forEach((slope, at) =>
    assert.ok(Math.abs(gradient[at]! - (2 * slope) / threshold) < 1e-4 * (1 + Math.abs(slope))),
  );
});
