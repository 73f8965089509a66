/**
 * Attacks on a small MNIST network that was trained with PGD (eps 0.3): how accurate it stays, and what an attack costs beside the model's own
 * passes. `cpu` is the processor time of all threads; `passes` is that of the same number of passes in full batches and nothing else, so that
 * a ratio of 1 is the limit.
 *
 *     node bench/attacks/main.ts [--images 200] [--only apgd-ce,square] [--norm linf|l2] [--eps 0.3] [--json FILE]
 *
 * With `reference/reference.json` beside it the survivors are compared sample by sample with those of the reference implementation.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Attack } from '../../src/lab/evasion/attack.ts';
import { attackNamed } from '../../src/lab/evasion/registry.ts';
import { runAttack } from '../../src/lab/evasion/run-attack.ts';
import { mnistTestImages, openNetwork } from './network.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '200' },
    only: { type: 'string' },
    norm: { type: 'string', default: 'linf' },
    eps: { type: 'string' },
    json: { type: 'string' },
    chunk: { type: 'string', default: '200' },
  },
});
const norm = values.norm === 'l2' ? 'l2' : 'linf';
const eps = Number(values.eps ?? (norm === 'l2' ? '2' : '0.3'));
const data = mnistTestImages(Number(values.images));
if (data === null) {
  console.log('skipped: ../shared/data/models/mnist is not there');
  process.exit(0);
}

interface Case {
  readonly name: string;
  readonly attack: string;
  readonly options: object;
  /** Images, where fewer than all. */
  readonly count?: number;
}
const CASES: readonly Case[] = [
  { name: 'pgd-40', attack: 'pgd', options: { steps: 40, stepShare: 1 / 30 } },
  { name: 'pgd-1000x3', attack: 'pgd', options: { steps: 1000, restarts: 3, stepShare: 1 / 30 } },
  { name: 'apgd-ce', attack: 'apgd', options: { restarts: 1 } },
  { name: 'apgd-t', attack: 'apgd', options: { restarts: 1, loss: 'dlr-targeted' } },
  { name: 'fab-t', attack: 'fab', options: { stopAtEps: true } },
  { name: 'square', attack: 'square', options: {} },
  { name: 'autoattack', attack: 'autoattack', options: {} },
  { name: 'hopskipjump', attack: 'hopskipjump', options: { maxQueries: 5000 }, count: 50 },
];

interface Recorded {
  readonly norm: string;
  readonly eps: number;
  /** 1 where a sample survived. */
  readonly survivors: Readonly<Record<string, readonly number[]>>;
}
const recorded = readRecorded().find((one) => one.norm === norm && one.eps === eps);

const { target, bare, spent } = await openNetwork();
// Sessions for every size of a micro-batch exist before the clock starts.
for (let n = 1; n <= 64; n *= 2) {
  const part = { x: data.inputs.slice(0, n * 784), labels: data.labels.slice(0, n) };
  await bare.scores(part.x, n);
  for (const kind of ['cross-entropy', 'margin'] as const)
    await bare.lossGradient(part.x, n, { kind, labels: part.labels });
}
const chosen = values.only?.split(',');
const found: Record<string, number[]> = {};
console.log(`${data.count} images, ${norm} eps ${eps}`);
console.log(
  '| attack | robust accuracy | reference | other verdicts | s | forward | backward | cpu s | passes cpu s | ratio |',
);
console.log('|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|');
for (const one of CASES) {
  if (chosen !== undefined && !chosen.includes(one.name)) continue;
  const attack = attackNamed(one.attack)! as Attack<string, object>;
  const count = Math.min(one.count ?? data.count, data.count);
  const part = { ...data, inputs: data.inputs.subarray(0, count * 784), labels: data.labels.subarray(0, count), count };
  Object.assign(spent, { forward: 0, backward: 0 });
  const start = performance.now();
  const busy = process.cpuUsage();
  const report = await runAttack({
    attack,
    target,
    data: part,
    perturbation: { norm, eps },
    options: { ...attack.defaults, ...one.options },
    chunk: Number(values.chunk),
  });
  const total = performance.now() - start;
  const cpu = milliseconds(process.cpuUsage(busy));
  const used = { ...spent };
  const passes = used.forward * (await costOf('forward')) + used.backward * (await costOf('backward'));
  const survived = report.outcomes.map((outcome) => (outcome.clean && !outcome.fooled ? 1 : 0));
  found[one.name] = survived;
  const other = recorded?.survivors[one.name];
  const known = other?.slice(0, count);
  const row = [
    one.name,
    percent(survived),
    known === undefined ? '' : percent(known),
    known === undefined ? '' : String(known.filter((value, at) => value !== survived[at]).length),
    (total / 1000).toFixed(1),
    String(used.forward),
    String(used.backward),
    (cpu / 1000).toFixed(1),
    (passes / 1000).toFixed(1),
    (cpu / passes).toFixed(2),
  ];
  console.log(`| ${row.join(' | ')} |`);
  if (report.metrics.unconfirmed > 0)
    throw new Error(`${one.name}: ${report.metrics.unconfirmed} successes did not hold`);
  if (one.name === 'autoattack') console.log(`  found by ${JSON.stringify(report.metrics.foundBy)}`);
  if (report.traces !== undefined) {
    const at = (limit: number): number => {
      const distances = [...report.traces!.values()]
        .map((steps) => steps.filter((step) => step.queries <= limit).at(-1)?.distance ?? Infinity)
        .toSorted((a, b) => a - b);
      return distances[Math.floor(distances.length / 2)]!;
    };
    console.log(`  median distance at 1,000 queries ${at(1000).toFixed(3)}, at 5,000 ${at(5000).toFixed(3)}`);
  }
}
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(found));
await target.close();

/** Processor milliseconds a sample in full batches, median of nine. */
async function costOf(kind: 'forward' | 'backward'): Promise<number> {
  const times: number[] = [];
  const { inputs, labels, count } = data!;
  for (let round = 0; round < 9; round++) {
    const busy = process.cpuUsage();
    if (kind === 'forward') await bare.scores(inputs, count);
    else await bare.lossGradient(inputs, count, { kind: 'cross-entropy', labels });
    times.push(milliseconds(process.cpuUsage(busy)) / count);
  }
  return times.toSorted((a, b) => a - b)[4]!;
}

function milliseconds(usage: NodeJS.CpuUsage): number {
  return (usage.user + usage.system) / 1000;
}

function percent(survived: readonly number[]): string {
  return `${((100 * survived.reduce((sum, value) => sum + value, 0)) / survived.length).toFixed(1)} %`;
}

function readRecorded(): Recorded[] {
  const path = join(import.meta.dirname, 'reference/reference.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Recorded[]) : [];
}
