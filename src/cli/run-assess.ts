import { mkdir, rm } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { assess, type AssessArtefacts, type AssessOptions, type AssessProgress } from '../lab/assess/assess.ts';
import { estimateAssessment } from '../lab/assess/begin-assessment.ts';
import { type Assessment, SCENARIOS, type Scenario } from '../lab/assess/assessment.ts';
import { isWrappedTarget } from '../lab/defence/wrapped-target.ts';
import { epsText } from '../lab/assess/eps-text.ts';
import { parseRequirement } from '../lab/assess/requirement.ts';
import { NORMS, type Perturbation } from '../lab/evasion/attack.ts';
import type { LabelledData } from '../lab/labelled-data.ts';
import { boxOf } from '../lab/evasion/norm-ball.ts';
import { isHttpTarget } from '../lab/http-target/http-target.ts';
import { loadTargetData, shapeOfData } from '../lab/load-target-data.ts';
import { openTarget } from '../lab/open-target.ts';
import { kindOfSample, withKind } from '../lab/sample-kind.ts';
import { isGradientTarget, type Target } from '../lab/target.ts';
import { isTextTarget } from '../lab/text/text-target.ts';
import { assessmentToHtml } from '../report/assessment/to-html.ts';
import { assessmentToJunit } from '../report/assessment/to-junit.ts';
import { assessmentToReport } from '../report/assessment/to-report.ts';
import { toSarif } from '../report/to-sarif.ts';
import { assessCertificates, certificatesOfWrapper } from './assess-certificates.ts';
import { assessDetectors } from './assess-detectors.ts';
import { estimateText, money } from './assess-estimate.ts';
import { chosenKind } from './chosen-kind.ts';
import type { Io } from './command.ts';
import { type DataArguments, dataOptions, parseBounds } from './data-options.ts';
import { digestOfLocator } from './digest-of-locator.ts';
import { formatTable } from './format-table.ts';
import { parseDuration } from './parse-duration.ts';
import { parseNumber, parseWhole } from './parse-number.ts';
import { timeLeft } from './progress-line.ts';
import { packageVersion } from './version.ts';
import { writeWholeFile } from './write-whole-file.ts';

export interface AssessArguments extends DataArguments {
  readonly data: string;
  readonly threat?: readonly string[];
  readonly norm?: string;
  readonly eps?: string;
  readonly sticker: string;
  readonly budget: string;
  readonly samples: string;
  readonly require?: readonly string[];
  readonly expectAccuracy?: string;
  readonly bounds?: string;
  readonly text?: string;
  readonly kind?: string;
  readonly queries?: string;
  readonly queryLog?: string;
  readonly estimate?: boolean;
  readonly threads: string;
  readonly seed: string;
  readonly fresh?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/** The threat that all scenarios belong to. */
const WHOLE_THREAT = 'adversarial-input';

export async function runAssess(model: string, options: AssessArguments, io: Io): Promise<void> {
  // Said before anything is opened, where it is wrong.
  if (options.norm !== undefined || options.eps !== undefined) parsePerturbations(options, null);
  const scenarios = chosenScenarios(options.threat);
  const requirements = (options.require ?? []).map(parseRequirement);
  const bounds = options.bounds === undefined ? undefined : parseBounds(options.bounds);
  const budget = options.budget === 'none' ? null : parseDuration(options.budget, '--budget') / 1000;
  const sticker = parseNumber(options.sticker, '--sticker');
  if (!(sticker > 0 && sticker < 1))
    throw new Fault('ERR_USAGE', '--sticker is a share of the picture between 0 and 1.');
  const samples = parseWhole(options.samples, '--samples');
  const accuracy =
    options.expectAccuracy === undefined ? undefined : parseNumber(options.expectAccuracy, '--expect-accuracy');
  const threads = parseWhole(options.threads, '--threads');
  const queries = options.queries === undefined ? undefined : parseWhole(options.queries, '--queries');
  const out = resolve(io.cwd, options.out);
  const state = join(out, 'state');
  if (options.fresh === true) await rm(state, { recursive: true, force: true });
  const kind = chosenKind(options.kind);
  const opened = await openTarget(model, {
    cwd: io.cwd,
    env: io.env,
    ...(bounds === undefined ? {} : { bounds }),
    threads,
    ...(queries === undefined ? {} : { queries }),
    ...(options.queryLog === undefined ? {} : { queryLog: options.queryLog }),
    // Whatever is paid for is kept: the same command goes on without asking again.
    fallbackQueryLog: join(state, 'queries.jsonl'),
    openShape: shapeOfData(resolve(io.cwd, options.data), dataOptions(options, undefined)),
  });
  try {
    const target = kind === undefined ? opened : withKind(opened, kind, '--kind');
    if (!isHttpTarget(target) && (queries ?? options.queryLog) !== undefined) {
      throw new Fault('ERR_USAGE', '--queries and --query-log are for models behind HTTP.', {
        hint: 'What a model in a file is asked is bounded by --budget and --samples.',
      });
    }
    const perturbations = parsePerturbations(options, target);
    const data = await loadTargetData(target, resolve(io.cwd, options.data), {
      ...dataOptions(options, undefined),
      ...(options.text === undefined ? {} : { text: options.text }),
    });
    assertInside(data, target);
    const version = packageVersion();
    // Certificates and detectors look inside of a network, which only a file of it allows; most detectors ask what a wrapper answers as well.
    const network = isGradientTarget(target) && /\.onnx$/i.test(model);
    const file = network || isWrappedTarget(target) ? resolve(io.cwd, model) : null;
    const asked: AssessOptions = {
      target,
      data,
      modelDigest: await digestOfLocator(model, io.cwd),
      dataName: basename(options.data),
      perturbations,
      scenarios,
      stickerArea: sticker,
      samples,
      budget,
      requirements,
      seed: options.seed,
      state,
      identity: { version },
      ...(accuracy === undefined ? {} : { accuracy }),
      ...(file === null
        ? {}
        : {
            ...(network ? assessCertificates : certificatesOfWrapper)(target, file, {
              perturbations,
              requirements,
              threads,
            }),
            ...assessDetectors(target, file, { perturbations, threads, seed: options.seed }),
          }),
      signal: io.signal,
      progress: progressTo(io),
      planned: (estimate) => {
        io.err(kindOfSample(target).says);
        if (isHttpTarget(target)) io.err(estimateText(estimate));
      },
    };
    if (options.estimate === true) {
      const estimate = await estimateAssessment(asked);
      io.out(options.json === true ? JSON.stringify(estimate) : estimateText(estimate));
      return;
    }
    const { assessment, artefacts } = await assess(asked);
    const time = Date.now();
    const about = { version, time, command: commandLine(model, options) };
    await mkdir(out, { recursive: true });
    await writeWholeFile(join(out, 'report.html'), assessmentToHtml(assessment, artefacts, about));
    await writeWholeFile(join(out, 'assessment.json'), `${JSON.stringify(assessment, jsonSafe, 2)}\n`);
    await writeWholeFile(
      join(out, 'assessment.sarif'),
      toSarif(assessmentToReport(assessment, { version, time, file: model })),
    );
    await writeWholeFile(join(out, 'junit.xml'), assessmentToJunit(assessment, time));
    await saveSamples(join(out, 'adversarial.npz'), assessment, artefacts);
    if (options.json === true) io.out(JSON.stringify(assessment, jsonSafe));
    else io.out(summary(assessment, relative(io.cwd, out) || '.'));
    io.exitCode = exitCodeOf(assessment);
  } finally {
    await opened.close();
  }
}

/** 1: a requirement is not met. 3: nothing was found wanting, but not everything ran. */
function exitCodeOf({ requirements, status }: Assessment): number {
  if (requirements.some(({ verdict }) => verdict === 'not-met')) return 1;
  return status === 'incomplete' || requirements.some(({ verdict }) => verdict === 'unknown') ? 3 : 0;
}

/** `linf,l2` and `8/255,0.5` are pairs. */
function parsePerturbations(
  { norm, eps: given }: Pick<AssessArguments, 'norm' | 'eps'>,
  target: Target | null,
): readonly Perturbation[] {
  const usual =
    target !== null && isTextTarget(target) ? { norm: 'edits', eps: '0.3' } : { norm: 'linf', eps: '8/255' };
  const [norms, sizes] = [
    norm ?? usual.norm,
    given ?? (norm === undefined || norm === usual.norm ? usual.eps : '8/255'),
  ];
  const names = norms.split(',').map((one) => one.trim());
  const eps = sizes.split(',').map((one) => parseNumber(one, '--eps'));
  if (names.length !== eps.length) {
    throw new Fault('ERR_USAGE', `There are ${names.length} norms and ${eps.length} sizes.`, {
      where: '--norm, --eps',
      hint: 'Give one eps for each norm: --norm linf,l2 --eps 8/255,0.5',
    });
  }
  return names.map((name, at) => {
    const norm = NORMS.find((one) => one === name);
    if (norm === undefined) throw new Fault('ERR_USAGE', `There is no norm "${name}".`, { hint: NORMS.join(', ') });
    if (!(eps[at]! > 0)) throw new Fault('ERR_USAGE', '--eps must be above 0.');
    return { norm, eps: eps[at]! };
  });
}

function chosenScenarios(given: readonly string[] | undefined): readonly Scenario[] {
  if (given === undefined) return SCENARIOS;
  const names = given.flatMap((one) => one.split(','));
  if (names.includes(WHOLE_THREAT)) return SCENARIOS;
  return names.map((name) => {
    const found = SCENARIOS.find((one) => one === name);
    if (found !== undefined) return found;
    throw new Fault('ERR_USAGE', `An assessment knows no threat "${name}".`, {
      where: '--threat',
      hint: `${WHOLE_THREAT}, or parts of it: ${SCENARIOS.join(', ')}.`,
    });
  });
}

function assertInside(data: LabelledData, target: Target): void {
  const { low, high } = boxOf(target);
  const size = low.length;
  const at = data.inputs.findIndex((value, f) => !(value >= low[f % size]! - 1e-6 && value <= high[f % size]! + 1e-6));
  if (at < 0) return;
  throw new Fault(
    'ERR_DATA',
    `A value of the data is ${data.inputs[at]}, outside the bounds ${low[at % size]} to ${high[at % size]}.`,
    {
      where: `sample ${Math.floor(at / size)}`,
      hint: 'Say between what values lie (--bounds), or what they are divided by (--scale).',
    },
  );
}

/** JSON has no infinity: the smallest-distance attacks' eps is null there. */
function jsonSafe(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

/** What the standard attacks made, for whoever wants to look or to train on it. */
async function saveSamples(
  file: string,
  assessment: Assessment,
  { data, order, reports }: AssessArtefacts,
): Promise<void> {
  const arrays: Parameters<typeof writeNpz>[0] = {};
  for (const { step, attacked } of assessment.steps) {
    const report = reports.get(step.id);
    if (report === undefined || !step.standard || attacked === 0) continue;
    const shape = [report.samples, ...data.inputShape];
    const size = data.inputs.length / data.count;
    const key = step.id.replaceAll(/[^a-z0-9]+/gi, '_');
    Object.assign(arrays, {
      [`${key}_x`]: { shape, data: report.adversarial },
      [`${key}_original`]: { shape, data: data.inputs.slice(0, report.samples * size) },
      [`${key}_y`]: { shape: [report.samples], data: data.labels.slice(0, report.samples) },
      [`${key}_sample`]: { shape: [report.samples], data: order.slice(0, report.samples) },
    });
  }
  if (Object.keys(arrays).length > 0) await writeWholeFile(file, writeNpz(arrays));
}

function commandLine(model: string, options: AssessArguments): string {
  const quoted = (text: string): string => (/^[\w./:=,@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const parts = ['parapet', 'assess', quoted(model)];
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined || name === 'fresh' || name === 'json' || name === 'estimate') continue;
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    for (const one of Array.isArray(value) ? (value as string[]) : [String(value)]) parts.push(flag, quoted(one));
  }
  return parts.join(' ');
}

function summary(found: Assessment, out: string): string {
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  const rows = [
    ['clean accuracy', percent(found.clean.accuracy.value), `${found.clean.accuracy.of} samples`],
    ...(found.clean.abstained === null
      ? []
      : [['abstains on clean samples', percent(found.clean.abstained.value), 'neither right nor wrong']]),
    ...found.robust.map(({ norm, eps, accuracy, complete }) => [
      `${found.clean.abstained === null ? 'right under attack' : 'right and never brought to a wrong answer'}, ${norm} ${epsText(eps)}`,
      percent(accuracy.value),
      `${accuracy.of} samples, ${percent(accuracy.low)} to ${percent(accuracy.high)}${complete ? '' : ', cut off'}`,
    ]),
    ...found.certificates.flatMap((curve) =>
      curve.points.map(({ eps, certified }) => [
        `certified (${curve.method}), ${curve.norm} ${epsText(eps)}`,
        percent(certified),
        `${curve.samples} samples${curve.complete ? '' : ', cut off'}`,
      ]),
    ),
  ];
  if (found.queries !== null) {
    const { sent, remembered, inAll, budget, cost } = found.queries;
    rows.push([
      'queries sent',
      String(inAll),
      [
        inAll === sent ? '' : `${sent} of them now`,
        remembered === 0 ? '' : `${remembered} answered by the log`,
        budget === null ? '' : `of ${budget}`,
        cost === null ? '' : `about ${money(cost)}`,
      ]
        .filter((part) => part !== '')
        .join(', '),
    ]);
  }
  const failed = found.selfChecks.filter(({ verdict }) => verdict === 'fail');
  const parts = [formatTable(['', 'share', ''], rows)];
  if (failed.length > 0) {
    parts.push(`\nThe accuracy under attack must not be believed: ${failed.map(({ id }) => id).join(', ')} failed.`);
  }
  for (const { text, verdict, says } of found.requirements)
    parts.push(`\n${verdict.replace('-', ' ')}: ${text}. ${says}`);
  const missing = found.steps.filter(({ status }) => status !== 'complete');
  if (missing.length > 0)
    parts.push(`\nCut off: ${missing.map(({ step }) => step.id).join(', ')}. The same command goes on.`);
  for (const { what, why } of found.notRun)
    parts.push(`\nLeft out: ${what}. ${why[0]!.toUpperCase()}${why.slice(1).replace(/\.$/, '')}.`);
  parts.push(`\n${join(out, 'report.html')}, assessment.json, assessment.sarif, junit.xml, adversarial.npz`);
  return parts.join('');
}

/** A line every five seconds for people; nothing in a pipe. */
function progressTo(io: Io): (at: AssessProgress) => void {
  let last = 0;
  let was = '';
  return ({ doing, done, secondsLeft }) => {
    const now = performance.now();
    if (!io.terminal || (doing === was && now - last < 5000)) return;
    last = now;
    was = doing;
    const left = Number.isNaN(secondsLeft) ? '' : `  ${timeLeft(secondsLeft)}`;
    const share = Number.isNaN(done) ? '     ' : `${(done * 100).toFixed(0).padStart(3)} %`;
    io.err(`${share}  ${doing}${left}`);
  };
}
