import type { OnnxNode } from '../../../formats/onnx/onnx-model.ts';
import { float, floatOf, intOf, textOf } from '../../graph/attributes.ts';
import { composed, type Composition } from '../composition.ts';
import { range } from '../formula.ts';
import { defineRules, type GradientContext } from '../gradient-rule.ts';

type Activation = (x: string) => string;

/** State of one direction: `h` and, for LSTM, `c`, each [batch, hidden]. */
interface State {
  readonly h: string;
  readonly c: string | null;
}

/** What a cell works with. Weights are transposed: x W, h R. */
interface Cell {
  readonly body: Composition;
  readonly node: OnnxNode;
  readonly hidden: number;
  /** x_t W^T + b_W, [batch, gates * hidden]. */
  readonly fromInput: string;
  readonly recurrent: string;
  /** b_R, [gates * hidden]; null: none. */
  readonly bias: string | null;
  /** [3 * hidden]; null: none. */
  readonly peepholes: string | null;
  readonly act: readonly Activation[];
  readonly clip: Activation;
}

type Step = (cell: Cell, state: State) => State;

/** Gates in the order i, o, f, c ("LSTM"). */
const lstmStep: Step = ({ body, node, hidden, fromInput, recurrent, bias, peepholes, act, clip }, { h, c }) => {
  const old = c!;
  const [f, g, out] = act as [Activation, Activation, Activation];
  const gates = plus(body, body.add(fromInput, body.matmul(h, recurrent)), bias);
  const [i, o, forget, candidate] = body.split(gates, 1, [hidden, hidden, hidden, hidden]) as [
    string,
    string,
    string,
    string,
  ];
  const peep = (gate: string, at: number, state: string): string =>
    peepholes === null
      ? gate
      : body.add(gate, body.mul(body.slice(peepholes, 0, at * hidden, (at + 1) * hidden), state));
  const input = f(clip(peep(i, 0, old)));
  const keep = intOf(node, 'input_forget', 0) === 1 ? body.sub(1, input) : f(clip(peep(forget, 2, old)));
  const now = body.add(body.mul(keep, old), body.mul(input, g(clip(candidate))));
  const output = f(clip(peep(o, 1, now)));
  return { h: body.mul(output, out(now)), c: now };
};

/** Gates in the order z, r, h ("GRU"). */
const gruStep: Step = ({ body, node, hidden, fromInput, recurrent, bias, act, clip }, { h }) => {
  const [f, g] = act as [Activation, Activation];
  const sizes = [2 * hidden, hidden];
  const [inputGates, inputCandidate] = body.split(fromInput, 1, sizes) as [string, string];
  const [weightGates, weightCandidate] = body.split(recurrent, 1, sizes) as [string, string];
  const [biasGates, biasCandidate] = bias === null ? [null, null] : (body.split(bias, 0, sizes) as [string, string]);
  const gates = f(clip(body.add(inputGates, plus(body, body.matmul(h, weightGates), biasGates))));
  const [z, r] = body.split(gates, 1, [hidden, hidden]) as [string, string];
  const before = intOf(node, 'linear_before_reset', 0) === 1;
  const state = before
    ? body.mul(r, plus(body, body.matmul(h, weightCandidate), biasCandidate))
    : plus(body, body.matmul(body.mul(r, h), weightCandidate), biasCandidate);
  const candidate = g(clip(body.add(inputCandidate, state)));
  return { h: body.add(body.mul(body.sub(1, z), candidate), body.mul(z, h)), c: null };
};

const rnnStep: Step = ({ body, fromInput, recurrent, bias, act, clip }, { h }) => {
  const sum = body.add(fromInput, plus(body, body.matmul(h, recurrent), bias));
  return { h: act[0]!(clip(sum)), c: null };
};

function plus(body: Composition, x: string, bias: string | null): string {
  return bias === null ? x : body.add(x, bias);
}

/** The layer unrolled over its steps, one direction after the other. */
function unrolled(op: string, gates: number, defaults: readonly string[], step: Step) {
  return composed(op, '', (context, body) => {
    const { node } = context;
    if (intOf(node, 'layout', 0) !== 0)
      context.unsupported('it has layout = 1, which ONNX Runtime does not run either');
    const [x, w, , , lengths = ''] = node.inputs as [string, string, string, string?, string?];
    const [steps, batch] = context.shapeOf(x) as [number, number, number];
    const directions = context.shapeOf(w)[0]!;
    const runs = range(directions).map((direction) =>
      runDirection({
        context,
        body,
        gates,
        step,
        direction,
        lengths,
        steps,
        batch,
        act: activations(context, body, defaults, direction),
      }),
    );
    const y = body.concat(
      runs.map(({ all }) => all),
      1,
    );
    const lastH = body.concat(
      runs.map(({ h }) => h),
      0,
    );
    if (gates !== 4) return [y, lastH];
    return [
      y,
      lastH,
      body.concat(
        runs.map(({ c }) => c!),
        0,
      ),
    ];
  });
}

interface Direction {
  readonly context: GradientContext;
  readonly body: Composition;
  readonly gates: number;
  readonly step: Step;
  readonly direction: number;
  readonly lengths: string;
  readonly steps: number;
  readonly batch: number;
  readonly act: readonly Activation[];
}

/** @returns `all` [steps, 1, batch, hidden], the last states [1, batch, hidden]. */
function runDirection({ context, body, gates, step, direction, lengths, steps, batch, act }: Direction): {
  readonly all: string;
  readonly h: string;
  readonly c: string | null;
} {
  const { node } = context;
  const [x, w, r, b = '', , h0 = '', c0 = '', p = ''] = node.inputs as [string, string, string, ...string[]];
  const hidden = context.shapeOf(r)[2]!;
  const width = context.shapeOf(x)[2]!;
  const rows = gates * hidden;
  const own = (name: string, dims: readonly number[]): string =>
    body.reshape(body.slice(name, 0, direction, direction + 1), dims);
  const backward = textOf(node, 'direction', 'forward') === 'reverse' || direction === 1;
  const turned = backward ? inReverse(body, x, lengths) : x;
  const biases = b === '' ? null : body.split(own(b, [2 * rows]), 0, [rows, rows]);
  const weights = body.transpose(own(w, [rows, width]), [1, 0]);
  const fromInputs = plus(
    body,
    body.matmul(body.reshape(turned, [steps * batch, width]), weights),
    biases?.[0] ?? null,
  );
  const perStep = body.split(
    fromInputs,
    0,
    range(steps).map(() => batch),
  );
  const start = (name: string): string =>
    name === '' ? body.expand(body.build.scalar(0), [batch, hidden]) : own(name, [batch, hidden]);
  const limit = floatOf(node, 'clip', 0);
  const cell: Omit<Cell, 'fromInput'> = {
    body,
    node,
    hidden,
    recurrent: body.transpose(own(r, [rows, hidden]), [1, 0]),
    bias: biases?.[1] ?? null,
    peepholes: p === '' ? null : own(p, [3 * hidden]),
    act,
    clip: (value) =>
      limit > 0
        ? body.node('Clip', [value, body.build.scalar(-limit), body.build.scalar(limit)], body.shapeOf(value))
        : value,
  };
  let state: State = { h: start(h0), c: gates === 4 ? start(c0) : null };
  const outputs: string[] = [];
  perStep.forEach((fromInput, at) => {
    const next = step({ ...cell, fromInput }, state);
    const going = lengths === '' ? null : isGoing(body, lengths, at, batch);
    const chosen = (now: string, old: string): string => (going === null ? now : body.where(going, now, old));
    state = { h: chosen(next.h, state.h), c: next.c === null ? null : chosen(next.c, state.c!) };
    outputs.push(body.reshape(going === null ? next.h : body.where(going, next.h, 0), [1, 1, batch, hidden]));
  });
  const all = body.concat(outputs, 0);
  const sequence = body.reshape(all, [steps, batch, hidden]);
  const lead = [1, batch, hidden];
  return {
    all: backward ? body.reshape(inReverse(body, sequence, lengths), [steps, 1, batch, hidden]) : all,
    h: body.reshape(state.h, lead),
    c: state.c === null ? null : body.reshape(state.c, lead),
  };
}

/** Each sequence of [steps, batch, width] backwards, padding left behind it. */
function inReverse(body: Composition, x: string, lengths: string): string {
  if (lengths === '') return body.reverse(x, 0);
  return body.node('ReverseSequence', [x, body.cast(lengths, 'int64')], body.shapeOf(x), {
    time_axis: 0,
    batch_axis: 1,
  });
}

/** Which sequences are not over at step `at`, [batch, 1]. */
function isGoing(body: Composition, lengths: string, at: number, batch: number): string {
  const going = body.broadcast('Greater', [body.cast(lengths, 'float32'), at], 'bool');
  return body.reshape(going, [batch, 1]);
}

function activations(
  context: GradientContext,
  body: Composition,
  defaults: readonly string[],
  direction: number,
): readonly Activation[] {
  const { node } = context;
  const given = node.attributes.get('activations');
  const names = given?.kind === 'strings' ? given.value.slice(direction * defaults.length) : defaults;
  const list = (name: string): readonly number[] => {
    const found = node.attributes.get(name);
    return found?.kind === 'floats' ? found.value : [];
  };
  const [alphas, betas] = [list('activation_alpha'), list('activation_beta')];
  return defaults.map((_, at) => {
    const place = direction * defaults.length + at;
    return activationOf(context, body, names[at] ?? '', alphas[place], betas[place]);
  });
}

function activationOf(
  context: GradientContext,
  body: Composition,
  name: string,
  alpha: number | undefined,
  beta: number | undefined,
): Activation {
  switch (name.toLowerCase()) {
    case 'sigmoid':
      return (x) => body.map('Sigmoid', x);
    case 'tanh':
      return (x) => body.map('Tanh', x);
    case 'relu':
      return (x) => body.map('Relu', x);
    case 'softsign':
      return (x) => body.map('Softsign', x);
    case 'softplus':
      return (x) => body.map('Softplus', x);
    case 'elu':
      return (x) => body.map('Elu', x, { alpha: float(alpha ?? 1) });
    case 'leakyrelu':
      return (x) => body.map('LeakyRelu', x, { alpha: float(alpha ?? 0.01) });
    case 'thresholdedrelu':
      return (x) => body.map('ThresholdedRelu', x, { alpha: float(alpha ?? 1) });
    case 'hardsigmoid':
      return (x) => body.map('HardSigmoid', x, { alpha: float(alpha ?? 0.2), beta: float(beta ?? 0.5) });
    case 'affine':
      return (x) => body.add(body.mul(x, alpha ?? 1), beta ?? 0);
    case 'scaledtanh':
      return (x) => body.mul(body.map('Tanh', body.mul(x, beta ?? 1)), alpha ?? 1);
    default:
      return context.unsupported(`its activation "${name}" is not known`);
  }
}

/** Recurrent layers. The steps of a sequence are written out: the graph grows with its length. */
export const RECURRENT = defineRules([
  unrolled('RNN', 1, ['Tanh'], rnnStep),
  unrolled('GRU', 3, ['Sigmoid', 'Tanh'], gruStep),
  unrolled('LSTM', 4, ['Sigmoid', 'Tanh', 'Tanh'], lstmStep),
]);
