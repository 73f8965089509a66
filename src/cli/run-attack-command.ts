import { resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { measureQuery } from '../lab/assess/measure-cost.ts';
import { countedTarget } from '../lab/counted-target.ts';
import { abstainingAsClass } from '../lab/defence/ensemble/cross-checked-target.ts';
import { type Attack, type Norm, NORMS } from '../lab/evasion/attack.ts';
import type { Share } from '../lab/evasion/metrics.ts';
import { ATTACKS, attackNamed } from '../lab/evasion/registry.ts';
import { type AttackReport, runAttack } from '../lab/evasion/run-attack.ts';
import { type LabelledData, sliceData } from '../lab/labelled-data.ts';
import { queryEstimate } from '../lab/http-target/query-estimate.ts';
import { type HttpTarget, isHttpTarget } from '../lab/http-target/http-target.ts';
import { loadTargetData, shapeOfData } from '../lab/load-target-data.ts';
import { openTarget } from '../lab/open-target.ts';
import { kindOfSample, withKind } from '../lab/sample-kind.ts';
import { isGradientTarget, type Target } from '../lab/target.ts';
import { decodeText } from '../lab/text-codec.ts';
import { isTextTarget } from '../lab/text/text-target.ts';
import { isTreeTarget } from '../lab/trees/tree-target.ts';
import { chosenKind } from './chosen-kind.ts';
import type { Io } from './command.ts';
import { type DataArguments, dataOptions, parseBounds, parseSettings } from './data-options.ts';
import { formatTable } from './format-table.ts';
import { progressLine } from './progress-line.ts';
import { parseNumber, parseWhole } from './parse-number.ts';
import { writeWholeFile } from './write-whole-file.ts';

export interface AttackArguments extends DataArguments {
  readonly data: string;
  readonly attack?: string;
  readonly norm?: string;
  readonly eps?: string;
  readonly bounds?: string;
  readonly samples: string;
  readonly set?: readonly string[];
  readonly expectAccuracy?: string;
  readonly text?: string;
  readonly kind?: string;
  readonly abstention: string;
  readonly queries?: string;
  readonly queryLog?: string;
  readonly estimate?: boolean;
  readonly threads: string;
  readonly seed: string;
  readonly log?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export async function runAttackCommand(model: string, options: AttackArguments, io: Io): Promise<void> {
  const asked = options.attack === undefined ? undefined : knownAttack(options.attack);
  if (asked !== undefined) chosenOptions(asked, options.set ?? [], undefined);
  if (options.norm !== undefined) knownNorm(options.norm);
  const eps = options.eps === undefined ? undefined : parseNumber(options.eps, '--eps');
  if (eps !== undefined && !(eps > 0)) throw new Fault('ERR_USAGE', '--eps must be above 0.');
  const accuracy =
    options.expectAccuracy === undefined ? undefined : parseNumber(options.expectAccuracy, '--expect-accuracy');
  const samples = parseWhole(options.samples, '--samples');
  const kind = chosenKind(options.kind);
  const errs = abstentionErrs(options.abstention);
  const opened = await openTarget(model, {
    cwd: io.cwd,
    env: io.env,
    ...(options.bounds === undefined ? {} : { bounds: parseBounds(options.bounds) }),
    threads: parseWhole(options.threads, '--threads'),
    ...(options.queries === undefined ? {} : { queries: parseWhole(options.queries, '--queries') }),
    ...(options.queryLog === undefined ? {} : { queryLog: options.queryLog }),
    openShape: shapeOfData(resolve(io.cwd, options.data), dataOptions(options, undefined)),
  });
  try {
    const known = kind === undefined ? opened : withKind(opened, kind, '--kind');
    const target = errs ? abstainingErrs(known) : known;
    const attack = asked ?? knownAttack(usualAttack(target));
    assertFits(attack, target);
    const norm = options.norm === undefined ? usualNorm(attack) : knownNorm(options.norm);
    const perturbation = { norm, eps: eps ?? (norm === 'edits' ? USUAL_EDITS : 8 / 255) };
    const attackOptions = chosenOptions(attack, options.set ?? [], target);
    const all = await loadTargetData(target, resolve(io.cwd, options.data), {
      ...dataOptions(options, undefined),
      ...(options.text === undefined ? {} : { text: options.text }),
    });
    const data = sliceData(all, 0, Math.min(samples, all.count));
    if (options.estimate === true) {
      io.out(await estimateLine(target, attack, attackOptions, data));
      return;
    }
    const limited = isHttpTarget(target) ? withinBudget(target, attack, attackOptions, data.count, io) : { target };
    const report = await runAttack({
      attack,
      ...limited,
      judge: target,
      data,
      perturbation,
      options: attackOptions,
      seed: options.seed,
      ...(accuracy === undefined ? {} : { expectation: { accuracy } }),
      ...(options.log === undefined ? {} : { log: resolve(io.cwd, options.log) }),
      signal: io.signal,
      progress: progressLine(io),
    });
    if (options.out !== undefined) await save(resolve(io.cwd, options.out), data, report, isTextTarget(target));
    io.out(options.json === true ? toJson(report, target, options) : toText(report, target, options));
    if (report.status !== 'complete') io.exitCode = 3;
  } finally {
    await opened.close();
  }
}

/** @throws Fault `ERR_USAGE` */
function abstentionErrs(given: string): boolean {
  if (given === 'handed-over' || given === 'error') return given === 'error';
  throw new Fault('ERR_USAGE', '--abstention is handed-over or error.');
}

/** The model to an attacker who is content when it does not answer. @throws Fault `ERR_USAGE` where it always answers */
function abstainingErrs(target: Target): Target {
  if (isGradientTarget(target) && target.answersAbove === 0) return abstainingAsClass(target);
  throw new Fault('ERR_USAGE', 'The model never abstains.', {
    where: '--abstention',
    hint: 'The wrapper of an ensemble with "agree" does (docs/wrappers.md).',
  });
}

/** Share of a text's words that is changed at most when nothing else is said. */
const USUAL_EDITS = 0.3;

/** The strongest attack that a target allows. */
function usualAttack(target: Target): string {
  if (isTextTarget(target)) return target.scoreType === 'label' ? 'bad-characters' : 'textfooler';
  if (isTreeTarget(target)) return target.constraints === undefined ? 'tree-exact' : 'moeva';
  if (isGradientTarget(target)) return target.constraints === undefined ? 'autoattack' : 'caa';
  return target.scoreType === 'label' ? 'hopskipjump' : target.constraints === undefined ? 'square' : 'moeva';
}

function usualNorm({ meta }: Attack<string, unknown>): Norm {
  return meta.norms.includes('linf') ? 'linf' : meta.norms[0]!;
}

function knownNorm(name: string): Norm {
  const norm = NORMS.find((one) => one === name);
  if (norm === undefined) throw new Fault('ERR_USAGE', `There is no norm "${name}".`, { hint: NORMS.join(', ') });
  return norm;
}

function knownAttack(id: string): Attack<string, unknown> {
  const attack = attackNamed(id);
  if (attack !== undefined) return attack;
  throw new Fault('ERR_USAGE', `There is no attack "${id}".`, {
    hint: ATTACKS.map(({ meta }) => meta.id).join(', '),
  });
}

/** @throws Fault `ERR_USAGE` where the attack is for another kind of model */
function assertFits({ meta }: Attack<string, unknown>, target: Target): void {
  const forText = meta.modalities.includes('text');
  const { kind: said } = target;
  const own = said === undefined ? null : said === 'table' ? 'tabular' : said;
  if (own !== null && !meta.modalities.includes(own) && (own === 'text' || !meta.modalities.includes('vector'))) {
    throw new Fault('ERR_USAGE', `The attack "${meta.id}" is not for samples of the kind ${said}.`, {
      where: '--kind',
      hint: ATTACKS.filter((one) => (one.meta.modalities as readonly string[]).includes(own))
        .map((one) => one.meta.id)
        .join(', '),
    });
  }
  const kind = isTextTarget(target) ? 'texts' : isTreeTarget(target) ? 'trees' : 'numbers';
  if (forText === isTextTarget(target) && (meta.reads === undefined || isTreeTarget(target))) return;
  const fitting = ATTACKS.filter(
    (one) =>
      (one.meta.modalities as readonly string[]).includes('text') === isTextTarget(target) &&
      (!('reads' in one.meta) || isTreeTarget(target)),
  );
  throw new Fault('ERR_USAGE', `The attack "${meta.id}" is not for models of ${kind}.`, {
    hint: fitting.map((one) => one.meta.id).join(', '),
  });
}

/** `--set` checked by the attack's schema; constraints that the target declares are the attack's. */
function chosenOptions(attack: Attack<string, unknown>, pairs: readonly string[], target: Target | undefined): unknown {
  const constraints =
    target?.constraints !== undefined &&
    attack.meta.modalities.includes('tabular') &&
    KEEPS_CONSTRAINTS.has(attack.meta.id)
      ? { constraints: target.constraints }
      : {};
  if (pairs.length === 0 && Object.keys(constraints).length === 0) return attack.defaults;
  const parsed = attack
    .options(z)
    .safeParse({ ...(attack.defaults as object), ...constraints, ...parseSettings(pairs) });
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

const KEEPS_CONSTRAINTS: ReadonlySet<string> = new Set(['capgd', 'moeva', 'caa']);

/**
 * Says what a run on an endpoint can cost before it begins, and keeps back what predicting clean and saved samples takes, so that a spent
 * budget still ends in a report.
 */
function withinBudget(
  target: HttpTarget,
  attack: Attack<string, unknown>,
  options: unknown,
  count: number,
  io: Io,
): { readonly target: Target; readonly chunk: number } {
  const { account } = target;
  const most = attack.mostQueries?.(options);
  const estimate = queryEstimate(count, most, account);
  io.err(estimate.line);
  if (account.budget === null) return { target, chunk: account.round };
  const left = account.budget - 2 * count;
  if (left <= 0) {
    throw new Fault('ERR_USAGE', `The budget of ${account.budget} queries is too small for ${count} samples.`, {
      where: '--queries',
      hint: `Predicting them before and after the attack alone takes ${2 * count}. Attack fewer (--samples).`,
    });
  }
  return { target: countedTarget<Target>(target, left).target, chunk: account.round };
}

/** What a run would ask and cost, by the time of a first batch, whose answers the log keeps. */
async function estimateLine(
  target: Target,
  attack: Attack<string, unknown>,
  options: unknown,
  data: LabelledData,
): Promise<string> {
  if (!isHttpTarget(target)) {
    throw new Fault('ERR_USAGE', '--estimate says what a model behind HTTP would be asked.', {
      hint: 'parapet assess --estimate says it of any model.',
    });
  }
  const { most, line } = queryEstimate(data.count, attack.mostQueries?.(options), target.account);
  const each = await measureQuery(target, data, Math.min(32, data.count, target.account.left() ?? Infinity));
  const whole = most === null ? '' : `, ${Math.ceil(most * each)} s at most`;
  return `${line}\nmeasured: ${Number(each.toPrecision(3))} s a query${whole}`;
}

async function save(file: string, data: LabelledData, report: AttackReport, texts: boolean): Promise<void> {
  if (texts) {
    await writeWholeFile(file, textLines(data, report));
    return;
  }
  const shape = [data.count, ...data.inputShape];
  const arrays = {
    x: { shape, data: report.adversarial },
    y: { shape: [data.count], data: data.labels },
    original: { shape, data: data.inputs },
  };
  await writeWholeFile(file, writeNpz(arrays));
}

/** One JSON object a text that was attacked. */
function textLines(data: LabelledData, report: AttackReport): string {
  const size = data.inputs.length / data.count;
  const lines = report.outcomes.map(({ sample, label, fooled, answer, distance }) =>
    JSON.stringify({
      text: decodeText(report.adversarial.subarray(sample * size, (sample + 1) * size)),
      original: decodeText(data.inputs.subarray(sample * size, (sample + 1) * size)),
      label,
      fooled,
      answer,
      changedShare: distance,
    }),
  );
  return lines.map((line) => `${line}\n`).join('');
}

function percent(share: Share): string {
  return `${(share.value * 100).toFixed(1)} % (${(share.low * 100).toFixed(1)} to ${(share.high * 100).toFixed(1)})`;
}

function toText(report: AttackReport, target: Target, options: AttackArguments): string {
  const { metrics, perturbation } = report;
  const texts = perturbation.norm === 'edits';
  const rows = [
    ['clean accuracy', percent(metrics.cleanAccuracy)],
    [
      `${target.answersAbove === undefined ? 'accuracy' : 'right, and not brought to a wrong answer,'} under ${report.attack}, ${perturbation.norm} ${options.eps ?? epsText(perturbation.eps)}`,
      percent(metrics.robustAccuracy),
    ],
    ...(target.answersAbove === undefined
      ? []
      : [['abstains on clean samples (neither right nor attacked)', percent(metrics.abstained)]]),
    ['fooled, of those that were right', percent(metrics.successRate)],
    ...(options.abstention === 'error'
      ? [
          ['  brought to a wrong answer', String(fooledTo(report, (answer) => answer !== target.classes - 1))],
          ['  brought to abstain', String(fooledTo(report, (answer) => answer === target.classes - 1))],
        ]
      : []),
    ...Object.entries(metrics.foundBy).map(([member, count]) => [`  fooled by ${member}`, String(count)]),
    [
      texts ? 'median share of words changed in the fooled' : 'median distance of the fooled',
      metrics.distance === null ? '-' : metrics.distance.median.toPrecision(4),
    ],
    ['forward passes a sample', metrics.queries.mean.toFixed(1)],
    ['backward passes a sample', metrics.gradients.mean.toFixed(1)],
    ['claimed and not confirmed', String(metrics.unconfirmed)],
    ...(isHttpTarget(target) ? spendingRows(target) : []),
  ];
  const seen =
    report.attacked < report.samples
      ? `\n${report.attacked} of ${report.samples} samples were attacked: ${report.status}.`
      : '';
  return `${formatTable(['', `${report.attacked} samples, 95 % intervals`], rows)}${seen}`;
}

function toJson(report: AttackReport, target: Target, options: AttackArguments): string {
  const { attack, perturbation, seed, status, attacked, metrics, zeroGradients } = report;
  return JSON.stringify({
    attack,
    norm: perturbation.norm,
    eps: options.eps ?? epsText(perturbation.eps),
    seed,
    status,
    attacked,
    kind: kindOfSample(target).kind,
    abstention: options.abstention,
    ...metrics,
    ...(options.abstention === 'error'
      ? { broughtToAbstain: fooledTo(report, (answer) => answer === target.classes - 1) }
      : {}),
    zeroGradients,
    ...(isHttpTarget(target) ? { spending: target.account.spending() } : {}),
  });
}

/** Samples that were fooled into such an answer. */
function fooledTo({ outcomes }: AttackReport, isOne: (answer: number) => boolean): number {
  return outcomes.filter(({ fooled, answer }) => fooled && isOne(answer)).length;
}

function epsText(eps: number): string {
  return eps === 8 / 255 ? '8/255' : String(eps);
}

function spendingRows({ account }: HttpTarget): [string, string][] {
  const { queries, remembered, requests, again } = account.spending();
  const cost =
    account.price === null ? '' : `, about ${(queries * account.price.perQuery).toFixed(2)} ${account.price.currency}`;
  return [
    ['queries sent', `${queries}${cost}`],
    ['answered by the log', String(remembered)],
    ['requests, and sent again', `${requests}, ${again}`],
  ];
}
