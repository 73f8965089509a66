import { basename, resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { type ConstantInputs, constantInputs } from '../engine/constant-inputs.ts';
import { loadOnnx } from '../engine/load-onnx.ts';
import { RUNTIME_KINDS, type RuntimeKind } from '../engine/onnx-runtime.ts';
import { type GradientVerdict, type ModelReport, reportOnModel } from '../engine/report-model.ts';
import type { Io } from './command.ts';
import { parseNumber } from './parse-number.ts';

export interface CheckModelOptions {
  readonly json?: true;
  readonly input?: string;
  readonly output?: string;
  readonly shape?: string;
  readonly constant?: readonly string[];
  readonly runtime?: string;
  readonly seed: string;
  readonly straightThrough?: true;
}

export async function checkModel(file: string, options: CheckModelOptions, io: Io): Promise<void> {
  const runtime = runtimeOf(options.runtime);
  const progress = io.terminal && options.json === undefined ? (doing: string) => io.err(`${doing} ...`) : undefined;
  progress?.('reading');
  const model = await loadOnnx(resolve(io.cwd, file));
  const report = await reportOnModel(basename(file), model, {
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.output === undefined ? {} : { output: options.output }),
    ...(options.constant === undefined ? {} : { constants: constantInputs(model, parseConstants(options.constant)) }),
    ...(options.shape === undefined ? {} : { inputShape: parseShape(options.shape) }),
    ...(options.straightThrough === undefined ? {} : { straightThrough: true }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(progress === undefined ? {} : { progress }),
    seed: options.seed,
  });
  io.out(options.json ? JSON.stringify(report) : toText(report));
  if (!report.ok) io.exitCode = 1;
}

function runtimeOf(value: string | undefined): RuntimeKind | undefined {
  if (value === undefined) return undefined;
  const found = RUNTIME_KINDS.find((kind) => kind === value);
  if (found === undefined) throw new Fault('ERR_USAGE', `--runtime must be one of ${RUNTIME_KINDS.join(', ')}.`);
  return found;
}

function parseShape(text: string): readonly number[] {
  const lengths = text.split(/[x,]/).map(Number);
  if (lengths.every((length) => Number.isSafeInteger(length) && length > 0)) return lengths;
  throw new Fault('ERR_USAGE', '--shape is no list of lengths.', { hint: 'One sample without the batch: 3x224x224.' });
}

/** `NAME=NUMBER` or `NAME=NUMBER,NUMBER,…`; the last equals sign counts, for names may hold one. */
function parseConstants(pairs: readonly string[]): ConstantInputs {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.lastIndexOf('=');
      if (equals <= 0) throw new Fault('ERR_USAGE', '--constant takes NAME=NUMBER.', { where: pair });
      const numbers = pair
        .slice(equals + 1)
        .split(',')
        .map((one) => parseNumber(one, '--constant'));
      return [pair.slice(0, equals), numbers.length === 1 ? numbers[0]! : numbers];
    }),
  );
}

function toText(report: ModelReport): string {
  const operators = Object.entries(report.operator_counts).map(([name, count]) => `${name} ${count}`);
  const lines: [string, string][] = [
    ['model', report.model],
    ['operators', operators.join(', ')],
    ['weights', report.parameters.toLocaleString('en')],
  ];
  if (report.input_shape !== null) {
    lines.push(
      ['input', `${report.input} (${report.input_type})`],
      ['sample', `${report.input_shape.join(' x ')} in, ${report.scores} scores out`],
      ['runtime', `${report.runtime}, batches of ${report.batching === 'any' ? 'any size' : report.batching}`],
    );
  }
  for (const node of some(report.missing_nodes)) {
    lines.push([report.forward_ms === null ? 'unknown' : 'no gradient', node]);
  }
  for (const hidden of some(report.masked.map(({ node, reason }) => `${node}: ${reason}`)))
    lines.push(['hidden', hidden]);
  if (report.check !== null) {
    const error = report.max_relative_error === null ? 'not a number' : report.max_relative_error.toExponential(1);
    lines.push([
      'gradient',
      `differs from finite differences (${report.check}) by ${error}; allowed ${report.tolerance}`,
    ]);
  }
  const gradient = report.gradient_ms === null ? '' : `, gradient ${report.gradient_ms.toFixed(2)} ms`;
  if (report.forward_ms !== null)
    lines.push(['time', `forward ${report.forward_ms.toFixed(2)} ms${gradient}, one sample`]);
  for (const remark of report.remarks) lines.push(['note', remark]);
  lines.push(['verdict', `${report.ok ? 'ok' : 'not ok'}: ${VERDICTS[report.gradient]}`]);
  return lines.map(([name, value]) => `${name.padEnd(12)} ${value}`).join('\n');
}

const VERDICTS: Readonly<Record<GradientVerdict, string>> = {
  right: 'the gradient is right',
  hidden: 'steps hide the gradient, and their stand-ins are right (--straight-through)',
  none: 'there is no gradient',
  zero: 'the gradient is zero wherever it was looked at, so that nothing is proven',
  unproven: 'the scores answer too little to the input for the gradient to be confirmed',
  wrong: 'the gradient disagrees with finite differences',
};

/** The first of a long list, and how many more there are. */
function some(list: readonly string[]): readonly string[] {
  return list.length <= SHOWN ? list : [...list.slice(0, SHOWN), `and ${list.length - SHOWN} more (see --json)`];
}

const SHOWN = 8;
