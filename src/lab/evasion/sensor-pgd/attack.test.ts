import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../core/fault.ts';
import { seededRandom } from '../../../math/random.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { mlpTarget } from '../../testing/network-target.ts';
import { pgd } from '../pgd/attack.ts';
import { SENSOR_PGD_DEFAULTS, sensorPgd, type SensorPgdOptions } from './attack.ts';

const CHANNELS = 5;
const LENGTH = 6;
const SIZE = CHANNELS * LENGTH;
const target = mlpTarget([CHANNELS, LENGTH], 16, 4, 'sensors');

async function changes(
  data: LabelledData,
  options: Partial<SensorPgdOptions>,
  eps = 0.15,
): Promise<{ readonly fooled: number; readonly moved: readonly Float32Array[] }> {
  const result = await sensorPgd.run(
    target,
    data,
    { norm: 'linf', eps },
    { ...SENSOR_PGD_DEFAULTS, ...options },
    { random: seededRandom('s') },
  );
  const moved = Array.from({ length: data.count }, (_, i) =>
    result.adversarial.slice(i * SIZE, (i + 1) * SIZE).map((value, f) => value - data.inputs[i * SIZE + f]!),
  ).filter((_, i) => result.success[i] === 1);
  return { fooled: moved.length, moved };
}

test('only the sensors that are held move, each within its limit, only in their time', async () => {
  const data = await labelledBy(target, 30, 'x');
  const { fooled, moved } = await changes(data, { sensors: [1, 4], limits: [1, 0.5], from: 2, to: 5 }, 0.6);
  assert.ok(fooled > 0);
  for (const shift of moved) {
    shift.forEach((value, f) => {
      const [sensor, time] = [Math.floor(f / LENGTH), f % LENGTH];
      const held = (sensor === 1 || sensor === 4) && time >= 2 && time < 5;
      assert.ok(Math.abs(value) <= (held ? (sensor === 1 ? 0.6 : 0.3) + 1e-6 : 0), `${sensor}, ${time}: ${value}`);
    });
  }
});

test('a constant shift is the same at every step, but for the bounds', async () => {
  const data = await labelledBy(target, 30, 'x');
  const inside = { ...data, inputs: data.inputs.map((value) => 0.4 + 0.2 * value) };
  const scores = await target.scores(inside.inputs, inside.count);
  const labels = Int32Array.from({ length: inside.count }, (_, i) => {
    const own = scores.subarray(i * 4, i * 4 + 4);
    return own.indexOf(Math.max(...own));
  });
  const { fooled, moved } = await changes({ ...inside, labels }, { constant: true }, 0.2);
  assert.ok(fooled > 0);
  for (const shift of moved) {
    for (let sensor = 0; sensor < CHANNELS; sensor++) {
      const own = shift.subarray(sensor * LENGTH, (sensor + 1) * LENGTH);
      for (const value of own) assert.ok(Math.abs(value - own[0]!) < 1e-6);
    }
  }
});

test('with all sensors it fools about as many as PGD; with fewer sensors fewer', async () => {
  const data = await labelledBy(target, 60, 'y');
  const perturbation = { norm: 'linf', eps: 0.12 } as const;
  const plain = await pgd.run(
    target,
    data,
    perturbation,
    { ...pgd.defaults, restarts: 2, loss: 'margin' },
    {
      random: seededRandom('p'),
    },
  );
  const byPgd = plain.success.reduce((sum, flag) => sum + flag, 0);
  const all = (await changes(data, {}, 0.12)).fooled;
  const two = (await changes(data, { sensors: [0, 1] }, 0.12)).fooled;
  assert.ok(Math.abs(all - byPgd) <= 4, `${all} against ${byPgd}`);
  assert.ok(two < all, `${two} of two sensors, ${all} of all`);
});

test('sensors that are not there, and times that are none, are refused', async () => {
  const data = await labelledBy(target, 2, 'x');
  for (const [options, where] of [
    [{ sensors: [7] }, 'sensors'],
    [{ sensors: [1, 2], limits: [1] }, 'limits'],
    [{ from: 4, to: 4 }, 'from'],
  ] as const) {
    await assert.rejects(changes(data, options), (error) => isFault(error) && error.where === where);
  }
});
