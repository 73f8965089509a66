/**
 * T², SPE and CUSUM on the Tennessee Eastman process: detection rates after the fault, false alarms before it, and what an attacker who
 * knows the detector can still do to a sensor.
 *
 *     node bench/series-detectors.ts
 *
 * Data: the simulation data of Chiang, Russell and Braatz, `tennessee-eastman.tar.gz` in `../shared/data/models/timeseries`. Fitted on the
 * 500 normal rows of `d00.dat`; thresholds at 1 % of those or of the 960 normal rows of `d00_te.dat`; faults begin after row 160 of
 * each test file, so the 21 times 160 rows before are the false alarms.
 */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fQuantile } from '../src/math/continuous-distributions.ts';
import { median, thresholdAtRate } from '../src/math/quantile.ts';
import { cusum } from '../src/lab/detector/cusum/detector.ts';
import type { InputScorer } from '../src/lab/detector/detector.ts';
import { largestHiddenBias } from '../src/lab/detector/hidden-bias.ts';
import { t2Spe } from '../src/lab/detector/t2-spe/detector.ts';

const SENSORS = 52;
const ONSET = 160;
const archive = '../shared/data/models/timeseries/tennessee-eastman.tar.gz';
if (!existsSync(archive)) {
  console.log(`${archive} is not there`);
  process.exit(0);
}

/** Files of a gzipped tar archive by their last name. */
function readArchive(file: string): ReadonlyMap<string, string> {
  const bytes = gunzipSync(readFileSync(file));
  const files = new Map<string, string>();
  for (let at = 0; at + 512 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 100).split('\0')[0]!;
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8) || 0;
    if (name !== '') files.set(name.split('/').at(-1)!, bytes.toString('latin1', at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

interface Rows {
  readonly inputs: Float32Array;
  readonly count: number;
}

const files = readArchive(archive);
function rows(name: string): Rows {
  const values = Float32Array.from(files.get(name)!.trim().split(/\s+/), Number);
  const count = values.length / SENSORS;
  if (name !== 'd00.dat') return { inputs: values, count };
  // The normal training file alone is written with one sensor a line.
  const inputs = new Float32Array(values.length);
  for (let s = 0; s < SENSORS; s++) for (let i = 0; i < count; i++) inputs[i * SENSORS + s] = values[s * count + i]!;
  return { inputs, count };
}
const data = ({ inputs, count }: Rows) => ({ inputs, count, labels: new Int32Array(count), inputShape: [SENSORS] });
const share = (scores: Float64Array, threshold: number): number =>
  scores.filter((score) => score > threshold).length / scores.length;

const normal = rows('d00.dat');
const test = rows('d00_te.dat');

interface Setup {
  readonly name: string;
  readonly scorer: InputScorer;
  readonly threshold: number;
}
const setups: Setup[] = [];
for (const statistic of ['t2', 'spe', 'both'] as const) {
  const options = { components: 17, statistic };
  const state = await t2Spe.fit({}, data(normal), options);
  const scorer = t2Spe.open({}, state, options);
  const n = normal.count;
  if (statistic === 't2') {
    // Chiang, Russell and Braatz 2001, eq. 4.14: the limit under normality.
    const limit = ((17 * (n * n - 1)) / (n * (n - 17))) * fQuantile(0.99, 17, n - 17);
    setups.push({ name: 'T² (17), limit from F at 1 %', scorer, threshold: limit });
    setups.push({
      name: 'T² (17), 1 % of training rows',
      scorer,
      threshold: thresholdAtRate(await scorer.score(normal.inputs, n), 0.01),
    });
  }
  const threshold = thresholdAtRate(await scorer.score(test.inputs, test.count), 0.01);
  setups.push({
    name: `${statistic === 't2' ? 'T² (17)' : statistic === 'spe' ? 'SPE (17)' : 'T² and SPE (17)'}, 1 % of normal test rows`,
    scorer,
    threshold,
  });
}
{
  const options = { allowance: 0.5 };
  const scorer = cusum.open({}, await cusum.fit({}, data(normal), options), options);
  setups.push({
    name: 'CUSUM, 1 % of normal test rows',
    scorer,
    threshold: thresholdAtRate(await scorer.score(test.inputs, test.count), 0.01),
  });
}

console.log(`| detector | threshold | false alarms |${Array.from({ length: 21 }, (_, f) => ` ${f + 1} |`).join('')}`);
console.log(`|---|--:|--:|${'--:|'.repeat(21)}`);
for (const { name, scorer, threshold } of setups) {
  let alarms = 0;
  const cells: string[] = [];
  for (let fault = 1; fault <= 21; fault++) {
    const run = rows(`d${String(fault).padStart(2, '0')}_te.dat`);
    const scores = await scorer.score(run.inputs, run.count);
    alarms += share(scores.subarray(0, ONSET), threshold) / 21;
    cells.push(share(scores.subarray(ONSET), threshold).toFixed(3));
  }
  console.log(`| ${name} | ${threshold.toFixed(2)} | ${(100 * alarms).toFixed(1)} % | ${cells.join(' | ')} |`);
}

console.log(
  '\nLargest constant bias of one sensor that adds at most 1 % of alarms to the normal test rows, in standard deviations, over the 52 sensors:',
);
for (const { name, scorer, threshold } of setups) {
  const biases: number[] = [];
  const alarms = share(await scorer.score(test.inputs, test.count), threshold) + 0.01;
  for (let sensor = 0; sensor < SENSORS; sensor++) {
    const column = Float64Array.from({ length: normal.count }, (_, i) => normal.inputs[i * SENSORS + sensor]!);
    const mean = column.reduce((a, b) => a + b) / column.length;
    const unit = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (column.length - 1));
    const setup = { threshold, alarms, direction: 1 as const, unit };
    biases.push((await largestHiddenBias(scorer, test.inputs, test.count, sensor, setup)) / unit);
  }
  const finite = biases.map((b) => Math.min(b, 1e6));
  console.log(
    `- ${name}: median ${median(finite).toFixed(2)}, least ${Math.min(...finite).toFixed(2)}, most ${Math.max(...finite).toFixed(2)}`,
  );
}
