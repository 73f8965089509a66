import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import type { CalibratedDetector, DetectorModelFile } from '../lab/detector/calibrate.ts';
import { type DetectorMeasurement, measureDetector } from '../lab/detector/measure-detector.ts';
import { openDetector } from '../lab/detector/open-detector.ts';
import { inputDetectorNamed } from '../lab/detector/registry.ts';
import { readThresholds } from '../lab/detector/thresholds-file.ts';
import type { Attack } from '../lab/evasion/attack.ts';
import type { Share } from '../lab/evasion/metrics.ts';
import { ATTACKS, attackNamed } from '../lab/evasion/registry.ts';
import { loadData } from '../lab/load-data.ts';
import type { Io } from './command.ts';
import { type DataArguments, dataOptions, parseBounds, parseSettings } from './data-options.ts';
import { formatTable } from './format-table.ts';
import { openDetectorModels } from './open-detector-models.ts';
import { parseNumber, parseWhole } from './parse-number.ts';

export interface EvaluateArguments extends DataArguments {
  readonly data: string;
  readonly thresholds: string;
  readonly attack?: string;
  readonly attackSet?: readonly string[];
  readonly norm: string;
  readonly eps: string;
  readonly samples?: string;
  readonly steps: string;
  readonly restarts: string;
  readonly ensemble?: readonly string[];
  readonly bounds: string;
  readonly threads: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** Fitted numbers are text here: what is larger was not written by this program. */
const MOST_BYTES = 512 * 2 ** 20;

export async function runDetectorEvaluate(file: string, options: EvaluateArguments, io: Io): Promise<void> {
  const at = (path: string): string => resolve(io.cwd, path);
  const calibrated = await readThresholdsFile(at(options.thresholds));
  const detector = inputDetectorNamed(calibrated.detector);
  if (detector === undefined)
    throw new Fault('ERR_CONFIG', 'The thresholds are those of a detector that is not known.', {
      where: options.thresholds,
    });
  const { norm } = options;
  if (norm !== 'linf' && norm !== 'l2') throw new Fault('ERR_USAGE', '--norm is linf or l2.');
  const eps = parseNumber(options.eps, '--eps');
  if (!(eps > 0)) throw new Fault('ERR_USAGE', '--eps must be above 0.');
  const queries = detector.meta.watches === 'queries';
  const attack = chosenAttack(options.attack ?? (queries ? 'square' : 'pgd'));
  const attackOptions = chosenOptions(attack, options.attackSet ?? []);
  const samples = options.samples === undefined ? (queries ? 20 : 200) : parseWhole(options.samples, '--samples');
  const layer = calibrated.models?.find(({ role }) => role === 'features')?.layer;
  const opened = await openDetectorModels(detector.meta, {
    model: at(file),
    ensemble: (options.ensemble ?? []).map(at),
    ...(layer === undefined ? {} : { layer }),
    bounds: parseBounds(options.bounds),
    threads: parseWhole(options.threads, '--threads'),
  });
  try {
    assertSameModels(calibrated.models, opened.files);
    const data = await loadData(at(options.data), dataOptions(options, opened.model.inputShape));
    const { measurement } = await measureDetector({
      opened: openDetector(calibrated, opened.models),
      target: opened.model,
      data,
      attack,
      attackOptions,
      perturbation: { norm, eps },
      attacked: samples,
      adaptive: { steps: parseWhole(options.steps, '--steps'), restarts: parseWhole(options.restarts, '--restarts') },
      seed: options.seed,
      signal: io.signal,
      progress: progressTo(io),
    });
    io.out(options.json === true ? JSON.stringify({ ...measurement, seed: options.seed }) : toText(measurement));
  } finally {
    await opened.close();
  }
}

async function readThresholdsFile(file: string): Promise<CalibratedDetector> {
  let text: string;
  try {
    if ((await stat(file)).size > MOST_BYTES) throw new Error('too large');
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The thresholds cannot be read.', {
      where: file,
      hint: 'Make them with "parapet detector calibrate".',
      cause,
    });
  }
  return readThresholds(text);
}

/** Numbers that were fitted to one model say nothing of another. */
function assertSameModels(made: readonly DetectorModelFile[] | undefined, given: readonly DetectorModelFile[]): void {
  if (made === undefined) return;
  const key = ({ role, sha256, layer }: DetectorModelFile): string => `${role} ${sha256} ${layer ?? ''}`;
  const wanted = new Set(made.map(key));
  const other = given.find((one) => !wanted.has(key(one)));
  if (other === undefined && given.length === made.length) return;
  throw new Fault('ERR_CONFIG', 'The thresholds were made for another model.', {
    where: other?.role ?? 'ensemble',
    hint: 'Calibrate again for this one.',
  });
}

function chosenAttack(id: string): Attack<string, unknown> {
  const attack = attackNamed(id);
  if (attack !== undefined && attack.meta.reads === undefined) return attack;
  const ids = ATTACKS.filter(({ meta }) => !('reads' in meta)).map(({ meta }) => meta.id);
  throw new Fault('ERR_USAGE', `There is no attack ${JSON.stringify(id)} on networks.`, { hint: ids.join(', ') });
}

function chosenOptions(attack: Attack<string, unknown>, pairs: readonly string[]): unknown {
  const parsed = attack.options(z).safeParse({ ...(attack.defaults as object), ...parseSettings(pairs) });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Fault('ERR_USAGE', `An option of ${attack.meta.id} is wrong: ${issue?.message ?? 'unknown'}.`, {
    where: issue?.path.join('.') || '--attack-set',
    hint: `It has ${Object.keys(attack.defaults as object).join(', ')}.`,
  });
}

function toText(found: DetectorMeasurement): string {
  const { adaptive, queries } = found;
  const cell = (rate: Share | undefined): string => (rate === undefined ? '-' : percent(rate));
  const rows = [
    ['false alarms, stated', `${Number((100 * found.statedFalsePositiveRate).toPrecision(4))} %`, ''],
    [`false alarms on ${found.clean} clean samples`, percent(found.falsePositiveRate), ''],
    [`fooled the model, of ${found.attacked}`, percent(found.fooled), cell(found.adaptiveFooled)],
    [
      queries === undefined ? 'of those, reported' : 'of its queries, reported',
      percent(found.truePositiveRate),
      cell(adaptive?.truePositiveRate),
    ],
    ['fooled the model unreported', '', cell(adaptive?.evaded)],
    ['AUROC', found.auroc.toFixed(3), adaptive?.auroc.toFixed(3) ?? '-'],
    ...(queries === undefined
      ? []
      : [
          ['runs of the attack with a report', percent(queries.runsReported), ''],
          ['first report at query (median)', queries.untilReported === null ? '-' : String(queries.untilReported), ''],
          ...queries.knowing.map(({ strategy, evaded, accounts }) => [
            `unreported, ${strategy === 'accounts' ? 'changing accounts' : 'one account and a copy'}`,
            '',
            `${percent(evaded)}, ${accounts} account${accounts === 1 ? '' : 's'}`,
          ]),
        ]),
  ];
  const table = formatTable([found.title, `${found.attack}, unaware of it`, 'attack that knows it'], rows);
  return `${table}\n${found.norm} ${Number(found.eps.toPrecision(4))}; 95 % intervals. ${found.adaptiveSays}${found.falsePositiveRate.low > found.statedFalsePositiveRate ? '\nFalse alarms are more than stated: this data differs from what the detector was calibrated on.' : ''}`;
}

function percent({ value, low, high }: Share): string {
  return `${(value * 100).toFixed(1)} % (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`;
}

function progressTo(io: Io): (done: number) => void {
  let last = performance.now();
  return (done) => {
    if (!io.terminal || performance.now() - last < 5000) return;
    last = performance.now();
    io.err(`${(done * 100).toFixed(0)} %`);
  };
}
