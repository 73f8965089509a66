/**
 * Card fraud: trees that find it, an attacker who hides it, and trees that hold. One command, a few minutes on one core:
 *
 *     npx node examples/card-fraud/main.ts [transactions.csv.gz] [--samples 150] [--generations 40]
 *
 * The data are the simulated payments of the Fraud Detection Handbook (TX_DATETIME, CUSTOMER_ID, TERMINAL_ID, TX_AMOUNT, TX_TIME_SECONDS, TX_FRAUD).
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { moeva } from '../../src/lab/evasion/moeva/attack.ts';
import type { LabelledData } from '../../src/lab/labelled-data.ts';
import { defineConstraints, violations } from '../../src/lab/tabular/constraints.ts';
import { parseTabularDeclaration } from '../../src/lab/tabular/declaration.ts';
import { decideWithin } from '../../src/lab/trees/decide-within.ts';
import { rawOutputs } from '../../src/lab/trees/evaluate.ts';
import type { Domain } from '../../src/lab/trees/region.ts';
import type { TreeEnsemble } from '../../src/lab/trees/tree-ensemble.ts';
import { createTreeTarget } from '../../src/lab/trees/tree-target.ts';
import { trainTrees, TREE_TRAINING, type TreeTraining } from '../../src/lab/trees/training/train-trees.ts';
import { seededRandom } from '../../src/math/random.ts';
import { FEATURES, paymentFeatures, type Payment } from './features.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: 'string', default: '150' }, generations: { type: 'string', default: '40' } },
});
const HERE = new URL('.', import.meta.url);
const FILE =
  positionals[0] ?? new URL('../../../shared/data/models/tabular/fraud-handbook-2018-06-11_to_2018-08-05.csv.gz', HERE);
if (!existsSync(FILE)) {
  console.error(
    `There are no payments at ${FILE instanceof URL ? fileURLToPath(FILE) : FILE}: give a file of them as an argument.`,
  );
  process.exit(2);
}
const WIDTH = FEATURES.length;
const DAY = 86_400;

// The payments, and their features.
const lines = gunzipSync(readFileSync(FILE)).toString('utf8').split('\n');
const header = lines[0]!.split(',');
const column = (name: string): number => header.indexOf(name);
const [time, customer, terminal, amount, fraud] = [
  'TX_TIME_SECONDS',
  'CUSTOMER_ID',
  'TERMINAL_ID',
  'TX_AMOUNT',
  'TX_FRAUD',
].map(column) as [number, number, number, number, number];
const payments: Payment[] = [];
for (const line of lines.slice(1)) {
  const cells = line.split(',');
  if (cells.length < header.length) continue;
  payments.push({
    time: Number(cells[time]),
    customer: Number(cells[customer]),
    terminal: Number(cells[terminal]),
    amount: Number(cells[amount]),
    fraud: Number(cells[fraud]),
  });
}
payments.sort((a, b) => a.time - b.time);
const first = Math.floor(payments[0]!.time / DAY);
const weekday = (new Date(lines[1]!.split(',')[column('TX_DATETIME')]!).getDay() - first) % 7;
const rows = paymentFeatures(payments, (weekday + 7) % 7);

/** Payments of some days, counted from the first in the file. */
function days(from: number, to: number): LabelledData {
  const low = payments.findIndex((payment) => payment.time >= (first + from) * DAY);
  const end = payments.findIndex((payment) => payment.time >= (first + to) * DAY);
  const high = end < 0 ? payments.length : end;
  return {
    inputs: rows.subarray(low * WIDTH, high * WIDTH),
    labels: Int32Array.from({ length: high - low }, (_, index) => payments[low + index]!.fraud),
    count: high - low,
    inputShape: [WIDTH],
  };
}
const [train, calibration, test] = [days(30, 41), days(41, 48), days(49, 56)];
const frauds = (data: LabelledData): number => data.labels.reduce((sum, label) => sum + label, 0);
console.log(
  `${payments.length} payments; trained on ${train.count} (${frauds(train)} frauds), threshold from ${calibration.count}, tested on ${test.count} (${frauds(test)} frauds)\n`,
);

// What an attacker can do, in the declaration's words; and as a reach for training. Linf with eps 1: each feature moves by 1 / cost.
const declaration = parseTabularDeclaration(readFileSync(new URL('constraints.yaml', HERE), 'utf8'));
const constraints = defineConstraints(declaration);
const far = (feature: number, direction: 1 | -1): number => {
  const change = constraints.change[feature]!;
  return change === 2 || change === -direction ? 0 : 1 / constraints.cost[feature]!;
};
const reach = {
  down: Float64Array.from({ length: WIDTH }, (_, feature) => far(feature, -1)),
  up: Float64Array.from({ length: WIDTH }, (_, feature) => far(feature, 1)),
};
// More fraud at a terminal never makes a payment less suspicious, nor does a higher amount.
const monotone = Int8Array.from(FEATURES, (name) => Number(name === 'amount' || name.startsWith('terminal_risk')));

const base: TreeTraining = {
  ...TREE_TRAINING,
  trees: 60,
  depth: 5,
  learningRate: 0.15,
  bins: 128,
  minChildWeight: 5,
  subsample: 0.5,
  positiveWeight: 20,
  seed: 'card-fraud',
  featureNames: [...FEATURES],
};
const models: [string, TreeTraining][] = [
  ['ordinary trees', base],
  ['monotone features', { ...base, monotone }],
  ['robust + monotone', { ...base, monotone, reach, attackers: 1 }],
];

console.log(
  '| model | false alarms | frauds found | of these, hidden by MOEVA | of these, hidden at most (exact) | frauds found under attack, proven |',
);
console.log('|---|--:|--:|--:|--:|--:|');
for (const [name, options] of models) {
  const trained = trainTrees(train, options);
  // Alarm at the margin that 1 % of the honest payments of the calibration days exceed: the base is shifted so that it lies at 0.
  const honest = Array.from(rawOutputs(trained, calibration.inputs, calibration.count)).filter(
    (_, row) => calibration.labels[row] === 0,
  );
  const threshold = honest.sort((a, b) => a - b)[Math.floor(0.99 * honest.length)]!;
  const ensemble: TreeEnsemble = { ...trained, base: trained.base.map((value) => Math.fround(value - threshold)) };
  const raw = rawOutputs(ensemble, test.inputs, test.count);
  let alarms = 0;
  const found: number[] = [];
  for (let row = 0; row < test.count; row++) {
    if (raw[row]! <= 0) continue;
    if (test.labels[row] === 1) found.push(row);
    else alarms++;
  }
  const attacked = seededRandom('samples').shuffle(found.slice()).slice(0, Number(values.samples));
  const data: LabelledData = {
    inputs: Float32Array.from(attacked.flatMap((row) => [...test.inputs.subarray(row * WIDTH, (row + 1) * WIDTH)])),
    labels: new Int32Array(attacked.length).fill(1),
    count: attacked.length,
    inputShape: [WIDTH],
  };
  const low = Float32Array.from(constraints.low);
  const high = Float32Array.from(constraints.high);
  const target = createTreeTarget(ensemble, { name, bounds: { low, high } });
  const result = await moeva.run(
    target,
    data,
    { norm: 'linf', eps: 1 },
    { ...moeva.defaults, generations: Number(values.generations), constraints: declaration },
    { random: seededRandom('attack') },
  );
  const after = rawOutputs(ensemble, result.adversarial, data.count);
  let [hidden, possible] = [0, 0];
  for (let row = 0; row < data.count; row++) {
    const x = data.inputs.slice(row * WIDTH, (row + 1) * WIDTH);
    const broken = violations(constraints, result.adversarial.subarray(row * WIDTH, (row + 1) * WIDTH), x);
    if (after[row]! <= 0 && broken.length === 0) hidden++;
    // The exact search knows ranges and directions, not whole numbers and relations: what it cannot hide, nobody can.
    const domain: Domain = {
      low: low.map((value, f) => (constraints.change[f] === 1 ? x[f]! : value)),
      high: high.map((value, f) => (constraints.change[f] === -1 ? x[f]! : value)),
      cost: constraints.cost.map((cost, f) => (constraints.change[f] === 2 ? Infinity : cost)),
    };
    const decision = decideWithin(ensemble, x, 1, 'linf', 1, domain, {
      boxes: 200_000,
      deadline: Infinity,
      now: () => 0,
    });
    if (decision.kind !== 'robust') possible++;
  }
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
  const share = found.length / frauds(test);
  console.log(
    `| ${name} | ${percent(alarms, test.count - frauds(test))} | ${percent(found.length, frauds(test))} | ${percent(hidden, data.count)} | ${percent(possible, data.count)} | ${percent(share * (1 - possible / data.count), 1)} |`,
  );
}
