import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { type Attack, NORMS } from '../lab/evasion/attack.ts';
import type { Share } from '../lab/evasion/metrics.ts';
import { ATTACKS, attackNamed } from '../lab/evasion/registry.ts';
import { type AttackReport, runAttack } from '../lab/evasion/run-attack.ts';
import { type LabelledData, sliceData } from '../lab/labelled-data.ts';
import { loadData } from '../lab/load-data.ts';
import { openOnnxTarget } from '../lab/onnx-target.ts';
import type { Io } from './command.ts';
import { dataOptions, parseBounds, parseSettings } from './data-options.ts';
import { formatTable } from './format-table.ts';
import { parseNumber, parseWhole } from './parse-number.ts';

export interface AttackArguments {
  readonly data: string;
  readonly attack: string;
  readonly norm: string;
  readonly eps: string;
  readonly bounds: string;
  readonly samples: string;
  readonly set?: readonly string[];
  readonly expectAccuracy?: string;
  readonly layout?: string;
  readonly scale?: string;
  readonly label?: string;
  readonly labels?: string;
  readonly threads: string;
  readonly seed: string;
  readonly log?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export async function runAttackCommand(model: string, options: AttackArguments, io: Io): Promise<void> {
  const attack = chosenAttack(options.attack);
  const norm = NORMS.find((one) => one === options.norm);
  if (norm === undefined)
    throw new Fault('ERR_USAGE', `There is no norm "${options.norm}".`, { hint: NORMS.join(', ') });
  const eps = parseNumber(options.eps, '--eps');
  if (!(eps > 0)) throw new Fault('ERR_USAGE', '--eps must be above 0.');
  const bounds = parseBounds(options.bounds);
  const attackOptions = chosenOptions(attack, options.set ?? []);
  const accuracy =
    options.expectAccuracy === undefined ? undefined : parseNumber(options.expectAccuracy, '--expect-accuracy');
  const samples = parseWhole(options.samples, '--samples');
  const target = await openOnnxTarget(resolve(io.cwd, model), {
    bounds,
    threads: parseWhole(options.threads, '--threads'),
  });
  try {
    const all = await loadData(resolve(io.cwd, options.data), dataOptions(options, target.inputShape));
    const data = sliceData(all, 0, Math.min(samples, all.count));
    const report = await runAttack({
      attack,
      target,
      data,
      perturbation: { norm, eps },
      options: attackOptions,
      seed: options.seed,
      ...(accuracy === undefined ? {} : { expectation: { accuracy } }),
      ...(options.log === undefined ? {} : { log: resolve(io.cwd, options.log) }),
      signal: io.signal,
      progress: progressTo(io),
    });
    if (options.out !== undefined) await save(resolve(io.cwd, options.out), data, report);
    io.out(options.json === true ? toJson(report, options) : toText(report, options));
    if (report.status !== 'complete') io.exitCode = 3;
  } finally {
    await target.close();
  }
}

function chosenAttack(id: string): Attack<string, unknown> {
  const attack = attackNamed(id);
  if (attack === undefined || attack.meta.reads !== undefined) {
    const ids = ATTACKS.filter((one) => !('reads' in one.meta && one.meta.reads !== undefined)).map(
      ({ meta }) => meta.id,
    );
    throw new Fault('ERR_USAGE', `There is no attack "${id}" on networks.`, { hint: ids.join(', ') });
  }
  return attack;
}

function chosenOptions(attack: Attack<string, unknown>, pairs: readonly string[]): unknown {
  const values = parseSettings(pairs);
  if (pairs.length === 0) return attack.defaults;
  const parsed = attack.options(z).safeParse({ ...(attack.defaults as object), ...values });
  if (parsed.success) return parsed.data;
  throw new Fault(
    'ERR_USAGE',
    `An option of ${attack.meta.id} is wrong: ${parsed.error.issues[0]?.message ?? 'unknown'}.`,
    {
      where: parsed.error.issues[0]?.path.join('.') ?? '--set',
      hint: `It has ${Object.keys(attack.defaults as object).join(', ')}.`,
    },
  );
}

async function save(file: string, data: LabelledData, report: AttackReport): Promise<void> {
  const shape = [data.count, ...data.inputShape];
  const arrays = {
    x: { shape, data: report.adversarial },
    y: { shape: [data.count], data: data.labels },
    original: { shape, data: data.inputs },
  };
  await writeFile(file, writeNpz(arrays));
}

function percent(share: Share): string {
  return `${(share.value * 100).toFixed(1)} % (${(share.low * 100).toFixed(1)} to ${(share.high * 100).toFixed(1)})`;
}

function toText(report: AttackReport, options: AttackArguments): string {
  const { metrics } = report;
  const rows = [
    ['clean accuracy', percent(metrics.cleanAccuracy)],
    [`accuracy under ${report.attack}, ${options.norm} ${options.eps}`, percent(metrics.robustAccuracy)],
    ['fooled, of those that were right', percent(metrics.successRate)],
    ...Object.entries(metrics.foundBy).map(([member, count]) => [`  fooled by ${member}`, String(count)]),
    ['median distance of the fooled', metrics.distance === null ? '-' : metrics.distance.median.toPrecision(4)],
    ['forward passes a sample', metrics.queries.mean.toFixed(1)],
    ['backward passes a sample', metrics.gradients.mean.toFixed(1)],
    ['claimed and not confirmed', String(metrics.unconfirmed)],
  ];
  const seen =
    report.attacked < report.samples
      ? `\n${report.attacked} of ${report.samples} samples were attacked: ${report.status}.`
      : '';
  return `${formatTable(['', `${report.attacked} samples, 95 % intervals`], rows)}${seen}`;
}

function toJson(report: AttackReport, options: AttackArguments): string {
  const { attack, perturbation, seed, status, attacked, metrics, zeroGradients } = report;
  return JSON.stringify({
    attack,
    norm: perturbation.norm,
    eps: options.eps,
    seed,
    status,
    attacked,

    ...metrics,
    zeroGradients,
  });
}

function progressTo(io: Io): (done: number) => void {
  const began = performance.now();
  let last = began;
  return (done) => {
    if (!io.terminal || performance.now() - last < 5000 || done <= 0) return;
    last = performance.now();
    const left = ((last - began) / done) * (1 - done);
    io.err(`${(done * 100).toFixed(0)} %  about ${Math.ceil(left / 1000)} s left`);
  };
}
