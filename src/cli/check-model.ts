import { basename, resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { timeGradient } from '../engine/check-gradient.ts';
import { checkGradientInParts } from '../engine/check-in-parts.ts';
import { type GradientModel, openGradientModel } from '../engine/gradient-model.ts';
import { operatorName } from '../engine/gradient/coverage.ts';
import { guessInputs } from '../engine/guess-inputs.ts';
import { loadOnnx } from '../engine/load-onnx.ts';
import type { PlanOptions } from '../engine/model-plan.ts';
import { RUNTIME_KINDS, type RuntimeKind } from '../engine/onnx-runtime.ts';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import type { Io } from './command.ts';

export interface CheckModelOptions {
  readonly json?: true;
  readonly input?: string;
  readonly output?: string;
  readonly shape?: string;
  readonly runtime?: string;
  readonly seed: string;
  readonly straightThrough?: true;
}

/** What `parapet model check --json` prints. */
export interface ModelReport {
  /** Every operator on the way has a gradient, and it agrees with finite differences. */
  readonly ok: boolean;
  /** Operators of the network, with how often each occurs in `operator_counts`. */
  readonly operators: readonly string[];
  /** Operators between input and scores that have no gradient. */
  readonly missing: readonly string[];
  /** Null where a gradient is missing. */
  readonly max_relative_error: number | null;
  readonly forward_ms: number;
  /** Null where a gradient is missing. */
  readonly gradient_ms: number | null;
  readonly model: string;
  readonly operator_counts: Readonly<Record<string, number>>;
  /** Numbers in its weights. */
  readonly parameters: number;
  readonly opsets: Readonly<Record<string, number>>;
  /** Shape of one sample, and the number of scores. */
  readonly input_shape: readonly number[];
  readonly scores: number;
  readonly final_operator: string | null;
  /** Samples that the network takes at a time. */
  readonly batching: 'any' | number;
  readonly runtime: string;
  /** Nodes that hide the gradient, with the reason. */
  readonly masked: readonly { readonly operator: string; readonly node: string; readonly reason: string }[];
  readonly missing_nodes: readonly string[];
  /** `float64` or `float32`: see docs/engine.md. */
  readonly check: string | null;
  readonly tolerance: number | null;
  readonly forward_error: number | null;
  readonly remarks: readonly string[];
}

export async function checkModel(file: string, options: CheckModelOptions, io: Io): Promise<void> {
  const runtime = runtimeOf(options.runtime);
  const model = await loadOnnx(resolve(io.cwd, file));
  const { opened, remarks } = await openGuessed(model, {
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.output === undefined ? {} : { output: options.output }),
    ...(options.shape === undefined ? {} : { inputShape: parseShape(options.shape) }),
    ...(options.straightThrough === undefined ? {} : { straightThrough: true }),
    ...(runtime === undefined ? {} : { runtime }),
  });
  try {
    const report = await reportOf(basename(file), model, opened, remarks, options.seed);
    io.out(options.json ? JSON.stringify(report) : toText(report));
    if (!report.ok) io.exitCode = 1;
  } finally {
    await opened.close();
  }
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

/** Opens with the first guess that runs. */
async function openGuessed(
  model: OnnxModel,
  options: PlanOptions & { readonly runtime?: RuntimeKind },
): Promise<{ readonly opened: GradientModel; readonly remarks: readonly string[] }> {
  const guesses = guessInputs(model, options);
  let first: unknown;
  for (const { options: guessed, remarks } of guesses) {
    try {
      return { opened: await openGradientModel(model, { ...options, ...guessed, threads: 0 }), remarks };
    } catch (error) {
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
  // Nothing to guess: say why.
  return { opened: await openGradientModel(model, { ...options, threads: 0 }), remarks: [] };
}

async function reportOf(
  name: string,
  model: OnnxModel,
  opened: GradientModel,
  remarks: readonly string[],
  seed: string,
): Promise<ModelReport> {
  const { info } = opened;
  const counts = new Map<string, number>();
  for (const node of model.graph.nodes) counts.set(operatorName(node), (counts.get(operatorName(node)) ?? 0) + 1);
  let parameters = 0;
  for (const { type, dims } of model.graph.initializers.values()) {
    if (type.includes('float')) parameters += dims.reduce((product, length) => product * length, 1);
  }
  const missing = [...new Set(info.coverage.missing.map(({ operator }) => operator))];
  const more = [...remarks];
  if (info.finalOperator !== null && info.finalOperator !== 'log-softmax') {
    more.push(`The network ends in a ${info.finalOperator}: attacks take the scores before it, unless told otherwise.`);
  }
  const common = {
    operators: [...counts.keys()].sort(),
    missing,
    model: name,
    operator_counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    parameters,
    opsets: Object.fromEntries(
      [...model.opsets].map(([domain, version]) => [domain === '' ? 'ai.onnx' : domain, version]),
    ),
    input_shape: info.inputShape,
    scores: info.classes,
    final_operator: info.finalOperator,
    batching: info.batching,
    runtime: info.runtime,
    masked: info.coverage.masked,
    missing_nodes: info.coverage.missing.map(({ node }) => node),
  };
  if (missing.length > 0) {
    const size = info.inputShape.reduce((product, length) => product * length, 1);
    const start = performance.now();
    await opened.forward(new Float32Array(size), 1);
    const forward_ms = performance.now() - start;
    const nothing = { max_relative_error: null, gradient_ms: null, check: null, tolerance: null, forward_error: null };
    return { ok: false, ...common, ...nothing, forward_ms, remarks: more };
  }
  const check = await checkGradientInParts(opened, seed);
  if (check.zero)
    more.push('The gradient was zero on every random sample, so little is proven; the input may have other units.');
  const times = await timeGradient(opened);
  return {
    ok: check.error <= check.tolerance,
    ...common,
    max_relative_error: Number.isNaN(check.error) ? null : check.error,
    forward_ms: times.forward,
    gradient_ms: times.gradient,
    check: check.method,
    tolerance: check.tolerance,
    forward_error: check.forwardError,
    remarks: more,
  };
}

function toText(report: ModelReport): string {
  const operators = Object.entries(report.operator_counts).map(([name, count]) => `${name} ${count}`);
  const lines: [string, string][] = [
    ['model', report.model],
    ['operators', operators.join(', ')],
    ['weights', report.parameters.toLocaleString('en')],
    ['sample', `${report.input_shape.join(' x ')} in, ${report.scores} scores out`],
    ['runtime', `${report.runtime}, batches of ${report.batching === 'any' ? 'any size' : report.batching}`],
  ];
  if (report.missing.length > 0) lines.push(['no gradient', report.missing_nodes.join(', ')]);
  for (const { node, reason } of report.masked) lines.push(['hidden', `${node}: ${reason}`]);
  if (report.check !== null) {
    const error = report.max_relative_error === null ? 'not a number' : report.max_relative_error.toExponential(1);
    lines.push([
      'gradient',
      `differs from finite differences (${report.check}) by ${error}; allowed ${report.tolerance}`,
    ]);
  }
  const gradient = report.gradient_ms === null ? '' : `, gradient ${report.gradient_ms.toFixed(2)} ms`;
  lines.push(['time', `forward ${report.forward_ms.toFixed(2)} ms${gradient}, one sample`]);
  for (const remark of report.remarks) lines.push(['note', remark]);
  lines.push(['verdict', report.ok ? 'ok' : 'not ok']);
  return lines.map(([name, value]) => `${name.padEnd(12)} ${value}`).join('\n');
}
