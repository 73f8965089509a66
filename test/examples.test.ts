import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementOf } from '../examples/traffic-signs/agreement.ts';
import { pictureSheet } from '../examples/traffic-signs/picture-sheet.ts';
import { SIGN_NAMES } from '../examples/traffic-signs/sign-names.ts';
import {
  commonMistake,
  plainSticker,
  rightShare,
  ROUND_PIXELS,
  STICKER_AREA,
  stuckOn,
} from '../examples/traffic-signs/stickers.ts';
import { faultWindows, SCALE_END, sensorsByInfluence, WINDOW } from '../examples/plant-sensors/fault-classifier.ts';
import { companionsOf, hiddenReplays, hiddenShifts, mostMoved } from '../examples/plant-sensors/injections.ts';
import { alarmRate, deviationsOf, fitMonitors, measureMonitor } from '../examples/plant-sensors/monitors.ts';
import { parseRows, type ProcessData, type Rows, sensorName, SENSORS } from '../examples/plant-sensors/read-process.ts';
import { isFault } from '../src/core/fault.ts';
import { decodePng } from '../src/formats/png/decode-png.ts';
import type { LabelledData } from '../src/lab/labelled-data.ts';
import { mlpTarget } from '../src/lab/testing/network-target.ts';
import { seededRandom } from '../src/math/random.ts';

const ONSET = 40;

/** A plant of 52 sensors that follow four hidden quantities; a fault moves sensor 2 from a row on. */
function plant(count: number, seed: string, fault = 0, from = ONSET): Rows {
  const random = seededRandom(seed);
  const inputs = new Float32Array(count * SENSORS);
  for (let i = 0; i < count; i++) {
    const hidden = Array.from({ length: 4 }, () => random.normal());
    for (let s = 0; s < SENSORS; s++) inputs[i * SENSORS + s] = 10 * s + hidden[s % 4]! + 0.2 * random.normal();
    if (i >= from) inputs[i * SENSORS + 2]! += fault;
  }
  return { inputs, count };
}

const process: ProcessData = {
  normal: plant(400, 'normal'),
  normalTest: plant(400, 'thresholds'),
  faults: new Map([
    [1, plant(40, 'fault 1', 8, 0)],
    [3, plant(40, 'fault 3', 0, 0)],
  ]),
  faultTests: new Map([
    [1, plant(120, 'test 1', 8)],
    [3, plant(120, 'test 3', 0)],
  ]),
};

test('rows are read as they are, and turned where a file has one sensor a line', () => {
  const line = Array.from({ length: SENSORS }, (_, s) => s).join(' ');
  const rows = parseRows(`${line}\n${line}\n\n`, 'x');
  assert.equal(rows.count, 2);
  assert.equal(rows.inputs[SENSORS + 7], 7);
  const turned = parseRows(Array.from({ length: SENSORS }, (_, s) => `${s} ${s} ${s + 0.5}`).join('\n'), 'x');
  assert.equal(turned.count, 3);
  assert.deepEqual([...turned.inputs.subarray(2 * SENSORS, 2 * SENSORS + 3)], [0.5, 1.5, 2.5]);
  for (const wrong of ['1 2 3', `${line} 1`, line.replace('7', 'x')]) {
    assert.throws(
      () => parseRows(wrong, 'x'),
      (error) => isFault(error) && error.code === 'ERR_DATA',
    );
  }
  assert.equal(new Set(Array.from({ length: SENSORS }, (_, s) => sensorName(s))).size, SENSORS);
});

test('monitors keep their rate, see the fault, and not what is none', async () => {
  const monitors = await fitMonitors(process.normal, process.normalTest, 0.01);
  assert.deepEqual(
    monitors.map(({ name }) => name),
    ['T²', 'SPE', 'CUSUM', 'all three'],
  );
  for (const monitor of monitors) {
    assert.ok((await alarmRate(monitor, process.normalTest)) <= 0.01);
    const { faults, falseCalls } = await measureMonitor(monitor, process.faultTests, ONSET);
    assert.equal(falseCalls, 0);
    assert.equal(faults[1]!.delay, null);
    if (monitor.name === 'T²') continue;
    assert.ok(faults[0]!.rate > 0.7 && faults[0]!.delay! >= 5 && faults[0]!.delay! < 40, monitor.name);
  }
});

test('helpers and time hide more, all monitors together less; a replay hides the fault', async () => {
  const monitors = await fitMonitors(process.normal, process.normalTest, 0.01);
  const [, spe, cusum, joint] = monitors;
  const deviations = deviationsOf(process.normal);
  const companions = companionsOf(process.normal);
  assert.deepEqual(
    companions(6)
      .slice(0, 12)
      .map((sensor) => sensor % 4),
    new Array(12).fill(2),
  );
  const rows = plant(60, 'attacked');
  const plan = { sensors: [6], helpers: [0, 4], steps: 25, deviations, companions };
  const bySpe = await hiddenShifts(spe!, cusum!, rows, plan);
  const byAll = await hiddenShifts(joint!, cusum!, rows, plan);
  const byCusum = await hiddenShifts(cusum!, cusum!, rows, plan);
  assert.deepEqual(
    bySpe.map(({ shape, helpers }) => `${shape} ${helpers}`),
    ['bias 0', 'bias 4', 'ramp 0'],
  );
  assert.equal(byCusum.length, 2);
  assert.ok(bySpe[1]!.amplitude > 1.5 * bySpe[0]!.amplitude);
  for (const shift of [...bySpe, ...byAll]) assert.ok(shift.amplitude > 0 && shift.damage > 0);
  assert.ok(byAll[1]!.amplitude < bySpe[1]!.amplitude);

  const moved = mostMoved(process.faultTests.get(1)!, ONSET, deviations);
  assert.equal(moved[0], 2);
  const replays = await hiddenReplays(spe!, process.faultTests, ONSET, [1], deviations);
  assert.deepEqual(replays, [{ monitor: 'SPE', replayed: 1, seen: 1, hidden: 1 }]);
});

test('windows are turned, in standard deviations, and cut; faults that nothing shows are left out', async () => {
  const { train, test: tested } = faultWindows(process, ONSET, { train: 8, test: WINDOW });
  assert.deepEqual(train.classNames, ['normal', 'fault 1']);
  assert.deepEqual(train.inputShape, [SENSORS, WINDOW]);
  assert.deepEqual([...new Set(train.labels)], [0, 1]);
  // From the onset on: 80 rows, 5 windows of 16.
  assert.equal(tested.labels.filter((label) => label === 1).length, 5);
  const size = SENSORS * WINDOW;
  const first = tested.labels.indexOf(1);
  const sensor = tested.inputs.subarray(first * size + 2 * WINDOW, first * size + 3 * WINDOW);
  assert.ok(sensor.reduce((sum, value) => sum + value, 0) / WINDOW > 5);
  assert.ok(train.inputs.every((value) => Math.abs(value) <= SCALE_END));

  // A network whose answer hangs on sensor 9 alone says so.
  const target = mlpTarget([SENSORS, WINDOW], 4, 2, 'x');
  const only = {
    ...target,
    lossGradient: async (x: Float32Array, n: number) => ({
      scores: new Float32Array(2 * n),
      losses: new Float32Array(n),
      gradient: x.map((_, at) => Number(Math.floor(at / WINDOW) % SENSORS === 9)),
    }),
  };
  assert.equal((await sensorsByInfluence(only, train))[0], 9);
});

const signs: LabelledData = {
  inputs: new Float32Array(2 * 3 * 32 * 32).fill(0.25),
  labels: Int32Array.of(1, 1),
  count: 2,
  inputShape: [3, 32, 32],
};

test('a sticker lies on the sign, covers no more than it may and leaves the rest alone', () => {
  const patch = plainSticker({ shape: 'circle', channels: 3, side: 9, values: new Float32Array(243) });
  const shown = stuckOn(signs, patch, 'x');
  for (let i = 0; i < 2; i++) {
    const own = shown.inputs.subarray(i * 3072, i * 3072 + 1024);
    const covered = [...own.keys()].filter((at) => own[at] !== 0.25);
    assert.ok(covered.length > 0.01 * 1024 && covered.length <= STICKER_AREA * 1024, `${covered.length}`);
    const [across, down] = [covered.map((at) => at % 32), covered.map((at) => Math.floor(at / 32))];
    for (const axis of [across, down]) {
      assert.ok(Math.max(...axis) - Math.min(...axis) < ROUND_PIXELS);
      assert.ok(Math.min(...axis) >= 7 && Math.max(...axis) < 25);
    }
  }
  assert.deepEqual(signs.inputs, new Float32Array(6144).fill(0.25));
});

test('answers are counted, alone and together', () => {
  const data = { ...signs, labels: Int32Array.of(1, 1, 2, 2), count: 4 };
  const first = Int32Array.of(1, 3, 2, 3);
  assert.equal(rightShare(first, data), 0.5);
  assert.equal(commonMistake(first, data), 3);
  assert.equal(commonMistake(data.labels, data), null);
  assert.deepEqual(agreementOf(first, Int32Array.of(1, 3, 0, 2), data), { right: 0.25, wrong: 0.25, handedOver: 0.5 });
});

test('a sheet of signs is a picture that can be read again; each class has a name of its own', () => {
  const picture = signs.inputs.subarray(0, 3072);
  const { width, height, channels } = decodePng(pictureSheet([[picture, picture], [picture]], 32));
  assert.deepEqual([width, height, channels], [2 * 134 + 6, 2 * 134 + 6, 3]);
  assert.equal(new Set(SIGN_NAMES).size, 43);
});
