import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { type CertificateReport, certifySamples } from '../lab/certify/certify-samples.ts';
import { ARITHMETICS, type Arithmetic } from '../lab/certify/crown.ts';
import { BOUND_METHODS } from '../lab/certify/decide-region.ts';
import { openCertifier } from '../lab/certify/open-certifier.ts';
import { SMOOTHING_DEFAULTS } from '../lab/certify/smoothing.ts';
import { type SmoothingReport, smoothSamples } from '../lab/certify/smooth-samples.ts';
import { wrapperAt } from '../lab/defence/open-wrapper.ts';
import { certifyPatches } from '../lab/defence/patchcleanser/certify-patches.ts';
import { isWrappedTarget, type WrappedTarget } from '../lab/defence/wrapped-target.ts';
import type { WrapperStep } from '../lab/defence/wrapper-config.ts';
import type { Share } from '../lab/evasion/metrics.ts';
import { handshake } from '../lab/handshake.ts';
import { type LabelledData, sliceData } from '../lab/labelled-data.ts';
import { loadData } from '../lab/load-data.ts';
import { readModelFile } from '../lab/open-model-file.ts';
import { openTarget } from '../lab/open-target.ts';
import { openOnnxTarget } from '../lab/onnx-target.ts';
import type { Target } from '../lab/target.ts';
import type { Io } from './command.ts';
import { dataOptions, type DataArguments, parseBounds } from './data-options.ts';
import { formatTable } from './format-table.ts';
import { progressLine } from './progress-line.ts';
import { parseDuration } from './parse-duration.ts';
import { parseNumber, parseWhole } from './parse-number.ts';
import { verifyProperties } from './verify-properties.ts';
import { writeWholeFile } from './write-whole-file.ts';

export interface CertifyArguments extends DataArguments {
  readonly data?: string;
  readonly property?: readonly string[];
  readonly eps: string;
  readonly norm: string;
  readonly method: string;
  readonly smoothing?: boolean;
  readonly sigma?: string;
  readonly n: string;
  readonly n0: string;
  readonly alpha: string;
  readonly radii?: string;
  readonly arithmetic: string;
  readonly samples: string;
  readonly timeout: string;
  readonly budget: string;
  readonly expectAccuracy?: string;
  readonly bounds: string;
  readonly threads: string;
  readonly seed: string;
  readonly log?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export async function runCertify(model: string, options: CertifyArguments, io: Io): Promise<void> {
  if ((options.data === undefined) === (options.property === undefined))
    throw new Fault('ERR_USAGE', 'Give either --data or --property.', {
      hint: 'Samples with labels, or files that state what must hold.',
    });
  const file = resolve(io.cwd, model);
  const arithmetic = oneOf(ARITHMETICS, options.arithmetic, '--arithmetic');
  const perSample = parseDuration(options.timeout, '--timeout') / 1000;
  const seconds = options.budget === 'none' ? null : parseDuration(options.budget, '--budget') / 1000;
  if (options.property !== undefined) {
    if (options.smoothing === true)
      throw new Fault('ERR_USAGE', '--smoothing certifies samples: it needs --data, and no --property.');
    const { property, seed, out, json } = options;
    await verifyProperties(file, property, { arithmetic, perSample, seconds, seed, out, json }, io);
    return;
  }
  const wrapper = wrapperAt(file, await readModelFile(file));
  if (wrapper !== null) await wrapped(file, wrapper.steps[0], options, seconds, io);
  else if (options.smoothing === true)
    await smoothing(() => openOnnxTarget(file, targetOptions(options)), file, options, seconds, io);
  else await bounded(file, options, { arithmetic, perSample, seconds }, io);
}

async function bounded(
  file: string,
  options: CertifyArguments,
  { arithmetic, perSample, seconds }: { arithmetic: Arithmetic; perSample: number; seconds: number | null },
  io: Io,
): Promise<void> {
  const norm = oneOf(['linf', 'l2'] as const, options.norm, '--norm');
  const method = oneOf(BOUND_METHODS, options.method, '--method');
  const eps = parseNumber(options.eps, '--eps');
  if (!(eps > 0)) throw new Fault('ERR_USAGE', '--eps must be above 0.');
  const certifier = await openCertifier(file, targetOptions(options));
  try {
    const data = await readSamples(certifier.target, options, io);
    const report = await certifySamples(certifier, data, {
      norm,
      eps,
      method,
      arithmetic,
      perSample,
      seconds,
      seed: options.seed,
      model: await digestOfFile(file),
      ...(options.log === undefined ? {} : { log: resolve(io.cwd, options.log) }),
      signal: io.signal,
      progress: progressLine(io),
    });
    const { counterexamples, ...rest } = report;
    const json = JSON.stringify({ ...rest, eps: options.eps });
    if (options.out?.endsWith('.npz') === true)
      await writeWholeFile(resolve(io.cwd, options.out), counterexamplesOf(data, report, counterexamples));
    else if (options.out !== undefined) await writeWholeFile(resolve(io.cwd, options.out), `${json}\n`);
    io.out(options.json === true ? json : boundedText(report, options));
    if (report.status !== 'complete') io.exitCode = 3;
  } finally {
    await certifier.close();
  }
}

/** A hardened model, by the certificate of its wrapper's first step. */
async function wrapped(
  file: string,
  step: WrapperStep | undefined,
  options: CertifyArguments,
  seconds: number | null,
  io: Io,
): Promise<void> {
  const open = async (): Promise<WrappedTarget> => {
    // Bounds are the wrapper's.
    const target = await openTarget(file, { threads: parseWhole(options.threads, '--threads') });
    if (isWrappedTarget(target)) return target;
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The file is no wrapper.', { where: file });
  };
  if (step?.kind === 'randomised-smoothing') {
    const own = { ...options, sigma: options.sigma ?? String(step.sigma) };
    if (parseNumber(own.sigma, '--sigma') !== step.sigma) {
      throw new Fault('ERR_USAGE', `The wrapper smooths with sigma ${step.sigma}.`, {
        where: '--sigma',
        hint: 'Leave it out, or certify the ONNX file.',
      });
    }
    await smoothing(async () => (await open()).inside, file, own, seconds, io);
    return;
  }
  if (step?.kind !== 'patchcleanser' || options.smoothing === true) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', `There is no certificate for "${step?.kind ?? 'no step'}".`, {
      where: file,
      hint: 'Certificates are known of wrappers that begin with randomised-smoothing or patchcleanser; attack the others (parapet attack).',
    });
  }
  const target = await open();
  try {
    const data = await readSamples(target.inside, options, io);
    const report = await certifyPatches(target.inside, step, data, {
      seconds,
      signal: io.signal,
      progress: progressLine(io),
    });
    const json = JSON.stringify(report);
    if (options.out !== undefined) await writeWholeFile(resolve(io.cwd, options.out), `${json}\n`);
    const size = `${step.patch.height} x ${step.patch.width} pixels`;
    const rows = [
      ['clean accuracy, behind the masks', percent(report.cleanAccuracy)],
      [`certified accuracy, patches up to ${size}`, percent(report.certifiedAccuracy)],
    ];
    io.out(options.json === true ? json : formatTable(['', `${report.looked} samples, PatchCleanser`], rows));
    if (report.status !== 'complete') io.exitCode = 3;
  } finally {
    await target.close();
  }
}

async function smoothing(
  open: () => Promise<Target>,
  file: string,
  options: CertifyArguments,
  seconds: number | null,
  io: Io,
): Promise<void> {
  const sigma = parseNumber(options.sigma ?? '0.25', '--sigma');
  const alpha = parseNumber(options.alpha, '--alpha');
  if (!(sigma > 0)) throw new Fault('ERR_USAGE', '--sigma must be above 0.');
  if (!(alpha > 0 && alpha < 1)) throw new Fault('ERR_USAGE', '--alpha is between 0 and 1.');
  const n = parseWhole(options.n, '--n');
  const radii =
    options.radii === undefined
      ? Array.from({ length: 17 }, (_, i) => (i / 4) * sigma)
      : options.radii.split(',').map((part) => parseNumber(part, '--radii'));
  if (options.out?.endsWith('.npz') === true)
    throw new Fault('ERR_USAGE', 'Smoothing finds no counterexamples: --out takes a .json file here.');
  const target = await open();
  try {
    const data = await readSamples(target, options, io);
    const report = await smoothSamples(target, data, {
      ...SMOOTHING_DEFAULTS,
      batch: Math.min(SMOOTHING_DEFAULTS.batch, n),
      sigma,
      n,
      n0: parseWhole(options.n0, '--n0'),
      alpha,
      radii,
      seconds,
      seed: options.seed,
      model: await digestOfFile(file),
      ...(options.log === undefined ? {} : { log: resolve(io.cwd, options.log) }),
      signal: io.signal,
      progress: progressLine(io),
    });
    const json = JSON.stringify({ method: 'smoothing', norm: 'l2', ...report });
    if (options.out !== undefined) await writeWholeFile(resolve(io.cwd, options.out), `${json}\n`);
    io.out(options.json === true ? json : smoothingText(report));
    if (report.status !== 'complete') io.exitCode = 3;
  } finally {
    await target.close();
  }
}

function targetOptions(options: CertifyArguments) {
  return { bounds: parseBounds(options.bounds), threads: parseWhole(options.threads, '--threads') };
}

/** The samples, after the model has shown that it is right on them. */
async function readSamples(target: Target, options: CertifyArguments, io: Io): Promise<LabelledData> {
  const all = await loadData(resolve(io.cwd, options.data!), dataOptions(options, target.inputShape));
  const data = sliceData(all, 0, Math.min(parseWhole(options.samples, '--samples'), all.count));
  const { expectAccuracy } = options;
  await handshake(
    target,
    data,
    expectAccuracy === undefined ? {} : { accuracy: parseNumber(expectAccuracy, '--expect-accuracy') },
  );
  return data;
}

function oneOf<const Choice extends string>(choices: readonly Choice[], given: string, option: string): Choice {
  const found = choices.find((one) => one === given);
  if (found !== undefined) return found;
  throw new Fault('ERR_USAGE', `${option} has no "${given}".`, { hint: `It is ${choices.join(', ')}.` });
}

async function digestOfFile(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** Only those that are counterexamples: x, y, the original, and which sample it was. */
function counterexamplesOf(data: LabelledData, report: CertificateReport, values: Float32Array): Uint8Array {
  const found = report.certificates.filter(({ verdict }) => verdict === 'falsified').map(({ sample }) => sample);
  const size = data.inputs.length / data.count;
  const rows = (from: Float32Array): Float32Array => {
    const into = new Float32Array(found.length * size);
    found.forEach((sample, i) => into.set(from.subarray(sample * size, (sample + 1) * size), i * size));
    return into;
  };
  const shape = [found.length, ...data.inputShape];
  return writeNpz({
    x: { shape, data: rows(values) },
    y: { shape: [found.length], data: Int32Array.from(found, (sample) => data.labels[sample]!) },
    original: { shape, data: rows(data.inputs) },
    sample: { shape: [found.length], data: Int32Array.from(found) },
  });
}

function percent(share: Share): string {
  return `${(share.value * 100).toFixed(1)} % (${(share.low * 100).toFixed(1)} to ${(share.high * 100).toFixed(1)})`;
}

function boundedText(report: CertificateReport, options: CertifyArguments): string {
  const { counts } = report;
  const rows = [
    ['clean accuracy', percent(report.cleanAccuracy)],
    [`certified accuracy, ${report.norm} ${options.eps}`, percent(report.certifiedAccuracy)],
    ['not falsified', percent(report.notFalsified)],
    ['certified', String(counts.certified)],
    ['falsified, each with a counterexample', String(counts.falsified)],
    ['unknown', String(counts.unknown)],
    ['misclassified as they are', String(counts.misclassified)],
  ];
  const seen =
    report.status === 'complete' ? '' : `\n${report.looked} of ${report.samples} samples were looked at: stopped.`;
  return `${formatTable(['', `${report.looked} samples, ${report.method}, ${report.arithmetic}`], rows)}${seen}`;
}

function smoothingText(report: SmoothingReport): string {
  const rows = [
    ['accuracy of the smoothed model', percent(report.accuracy)],
    ['abstentions', String(report.abstentions)],
    ...report.curve.map(({ radius, accuracy }) => [
      `certified within l2 ${Number(radius.toPrecision(4))}`,
      `${(100 * accuracy).toFixed(1)} %`,
    ]),
  ];
  const seen =
    report.status === 'complete' ? '' : `\n${report.looked} of ${report.samples} samples were looked at: stopped.`;
  const head = `${report.looked} samples, sigma ${report.sigma}, n ${report.n}, alpha ${report.alpha}`;
  return `${formatTable(['', head], rows)}${seen}`;
}
