/**
 * A plant's sensors: what monitors see, what an attacker hides from them, and a network that names faults, before and after training against
 * attacks: `npm run example:plant-sensors`, some minutes on one core.
 *
 *     node examples/plant-sensors/main.ts [--data tennessee-eastman.tar.gz] [--out folder] [--rate 0.01] [--windows 400] [--epochs 8] [--budget 45]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isFault } from '../../src/core/fault.ts';
import { digestOf } from '../../src/lab/evasion/attack-log.ts';
import { openOnnxTarget } from '../../src/lab/onnx-target.ts';
import { pickData } from '../../src/lab/split-data.ts';
import { median } from '../../src/math/quantile.ts';
import { seededRandom } from '../../src/math/random.ts';
import { writeAssessment } from '../write-assessment.ts';
import {
  attackHeld,
  faultWindows,
  type HeldResult,
  MODELS,
  SCALE_END,
  sensorsByInfluence,
  trainClassifiers,
  WINDOW,
} from './fault-classifier.ts';
import { companionsOf, FALSIFIED, HELPERS, type HiddenShift, hiddenReplays, hiddenShifts } from './injections.ts';
import { deviationsOf, fitMonitors, measureMonitor, type Monitor, quietStretch } from './monitors.ts';
import { HOUR, ONSET, type ProcessData, readProcess, sensorName, SENSORS } from './read-process.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/models/timeseries/tennessee-eastman.tar.gz' },
    out: { type: 'string', default: '.parapet/plant-sensors' },
    rate: { type: 'string', default: '0.01' },
    windows: { type: 'string', default: '400' },
    epochs: { type: 'string', default: '8' },
    budget: { type: 'string', default: '45' },
  },
});
const out = resolve(values.out);
const say = (line: string): void => console.log(line);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** @throws Fault as `readProcess` */
function processData(): ProcessData {
  try {
    return readProcess(resolve(values.data));
  } catch (error) {
    if (!isFault(error)) throw error;
    console.error(`${error.message} (${error.where})\n${error.hint ?? ''}`);
    process.exit(2);
  }
}

const data = processData();
mkdirSync(out, { recursive: true });
const results: Record<string, unknown> = {};
const rate = Number(values.rate);

say(
  `Monitors: fitted on ${data.normal.count} normal rows, thresholds at ${percent(rate)} of ${data.normalTest.count} others`,
);
const monitors = await fitMonitors(data.normal, data.normalTest, rate);
results['detection'] = await faults(monitors);
say(
  '\nFalse data: the largest shift of one sensor that adds at most 1 % of alarms, in standard deviations (median over sensors)',
);
results['hidden shifts'] = await falseData(monitors);
say('\nReplay: while a fault runs, the sensors that it moves most show what they showed before');
results['replays'] = await replays(monitors);
say('\nA network that names the fault, windows of 16 rows: right as they are, and while an attacker holds sensors');
results['classifier'] = await classifier();
writeFileSync(join(out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
say(`\nEverything that was measured: ${join(out, 'results.json')}`);

async function faults(all: readonly Monitor[]): Promise<unknown> {
  const measured = [];
  for (const monitor of all) measured.push(await measureMonitor(monitor, data.faultTests, ONSET));
  say(`| fault | ${all.map(({ name }) => `${name}: rate, delay`).join(' | ')} |`);
  say(`|--:|${'--:|'.repeat(all.length)}`);
  for (const fault of data.faultTests.keys()) {
    const cells = measured.map((one) => {
      const { rate: share, delay } = one.faults.find((own) => own.fault === fault)!;
      return `${percent(share)}, ${delay === null ? 'never' : `${(delay * 60) / HOUR} min`}`;
    });
    say(`| ${fault} | ${cells.join(' | ')} |`);
  }
  say(
    `| no fault: rows, calls | ${measured.map((one) => `${percent(one.falseAlarms)}, ${one.falseCalls} of 21`).join(' | ')} |`,
  );
  return measured;
}

async function falseData(all: readonly Monitor[]): Promise<unknown> {
  const plan = {
    sensors: FALSIFIED,
    deviations: deviationsOf(data.normal),
    companions: companionsOf(data.normal),
    steps: 40,
  };
  const cusum = all.find(({ name }) => name === 'CUSUM')!;
  const shifts: HiddenShift[] = [];
  for (const monitor of all) {
    // Eight hours of normal operation that no threshold comes from; and 48 hours, without helpers, to see what time does.
    const shift = quietStretch(data.faultTests, 3, ONSET);
    shifts.push(...(await hiddenShifts(monitor, cusum, shift, { ...plan, helpers: HELPERS })));
    shifts.push(...(await hiddenShifts(monitor, cusum, data.normalTest, { ...plan, helpers: [0] })));
  }
  const cell = (name: string, hours: number, shape: 'bias' | 'ramp', helpers: number): string => {
    const own = shifts.filter(
      (one) => one.monitor === name && one.hours === hours && one.shape === shape && one.helpers === helpers,
    );
    if (own.length === 0) return '';
    return `${median(own.map((one) => one.amplitude)).toFixed(2)} (${median(own.map((one) => one.damage)).toFixed(0)})`;
  };
  const [short, long] = [ONSET / HOUR, data.normalTest.count / HOUR];
  say(`In brackets the damage: deviations times hours. Sensors: ${FALSIFIED.map(sensorName).join(', ')}.`);
  say(
    `| monitor | ${short} h alone | with 1 | with 4 | with 8 helpers | ${short} h ramp | ${long} h alone | ${long} h ramp |`,
  );
  say('|---|--:|--:|--:|--:|--:|--:|--:|');
  for (const { name } of all) {
    const helped = HELPERS.map((helpers) => cell(name, short, 'bias', helpers));
    const rest = [cell(name, short, 'ramp', 0), cell(name, long, 'bias', 0), cell(name, long, 'ramp', 0)];
    say(`| ${name} | ${[...helped, ...rest].join(' | ')} |`);
  }
  return shifts;
}

async function replays(all: readonly Monitor[]): Promise<unknown> {
  const counts = [1, 4, 8, 26, SENSORS];
  const found = [];
  say(`| monitor | faults that call the operator | ${counts.map((count) => `hidden with ${count}`).join(' | ')} |`);
  say(`|---|--:|${'--:|'.repeat(counts.length)}`);
  for (const monitor of all) {
    const own = await hiddenReplays(monitor, data.faultTests, ONSET, counts, deviationsOf(data.normal));
    say(`| ${monitor.name} | ${own[0]!.seen} | ${own.map(({ hidden }) => hidden).join(' | ')} |`);
    found.push(...own);
  }
  return found;
}

async function classifier(): Promise<unknown> {
  const { train, test } = faultWindows(data, ONSET, { train: 3, test: WINDOW });
  const order = seededRandom('windows').shuffle(Array.from({ length: test.count }, (_, i) => i));
  const attacked = pickData(test, order.slice(0, Number(values.windows)));
  say(
    `${train.count} windows to train on, ${test.count} to test, ${attacked.count} of them attacked, ${train.classNames!.length} classes`,
  );
  const models = await trainClassifiers(
    train,
    (id) => join(out, `${id}.onnx`),
    { epochs: Number(values.epochs), attackSteps: 4, eps: 0.5 },
    say,
  );
  const found: Record<string, unknown> = {};
  say('| network | sensors held | ±0.25 | ±0.5 | ±1 | ±1, the same shift all the time |');
  say('|---|--:|--:|--:|--:|--:|');
  for (const id of MODELS) {
    const target = await openOnnxTarget(models[id], {
      threads: 0,
      name: `${id}.onnx`,
      bounds: { low: -SCALE_END, high: SCALE_END },
      classNames: test.classNames!,
    });
    try {
      const ranked = await sensorsByInfluence(target, pickData(train, order.map((i) => i % train.count).slice(0, 300)));
      const held: HeldResult[] = [];
      for (const count of [SENSORS, 8, 2]) {
        const sensors = ranked.slice(0, count);
        const row: HeldResult[] = [];
        for (const eps of [0.25, 0.5, 1]) {
          row.push(await attackHeld(target, attacked, sensors, eps, { constant: false, steps: 30 }));
        }
        row.push(await attackHeld(target, attacked, sensors, 1, { constant: true, steps: 30 }));
        held.push(...row);
        say(
          `| ${id}: ${percent(row[0]!.clean)} right | ${count} | ${row.map(({ robust }) => percent(robust)).join(' | ')} |`,
        );
      }
      const folder = join(out, id);
      const report = await writeAssessment(
        {
          target,
          modelDigest: digestOf(readFileSync(join(out, `${id}.onnx`))),
          data: test,
          dataName: 'Tennessee Eastman, windows of 16 rows',
          perturbations: [{ norm: 'linf', eps: 0.5 }],
          scenarios: ['white-box', 'black-box'],
          budget: Number(values.budget),
          seed: 'plant',
        },
        folder,
        'npm run example:plant-sensors',
      );
      found[id] = {
        held,
        sensors: ranked.slice(0, 8).map(sensorName),
        clean: report.clean.accuracy,
        robust: report.robust,
      };
      say(`  report: ${join(folder, 'report.html')}`);
    } finally {
      await target.close();
    }
  }
  return found;
}
