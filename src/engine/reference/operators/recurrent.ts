import type { ReferenceCall, ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import { referenceTensor, type ReferenceTensor } from '../reference-tensor.ts';
import { sigmoid, softplus } from './elementwise.ts';

type Activation = (x: number) => number;

function activation(name: string, alpha: number | undefined, beta: number | undefined): Activation {
  switch (name.toLowerCase()) {
    case 'sigmoid':
      return sigmoid;
    case 'tanh':
      return Math.tanh;
    case 'relu':
      return (x) => Math.max(x, 0);
    case 'affine':
      return (x) => (alpha ?? 1) * x + (beta ?? 0);
    case 'leakyrelu':
      return (x) => (x < 0 ? (alpha ?? 0.01) * x : x);
    case 'thresholdedrelu':
      return (x) => (x > (alpha ?? 1) ? x : 0);
    case 'scaledtanh':
      return (x) => (alpha ?? 1) * Math.tanh((beta ?? 1) * x);
    case 'hardsigmoid':
      return (x) => Math.min(1, Math.max(0, (alpha ?? 0.2) * x + (beta ?? 0.5)));
    case 'elu':
      return (x) => (x < 0 ? (alpha ?? 1) * Math.expm1(x) : x);
    case 'softsign':
      return (x) => x / (1 + Math.abs(x));
    case 'softplus':
      return softplus;
    default:
      throw new TypeError(`no activation ${name}`);
  }
}

/** One step of one sample: the gates' pre-activations are made by `gate`, states are changed in place. */
type Cell = (step: CellStep) => void;

interface CellStep {
  /** Row `row` of W x + b_W. */
  readonly fromInput: (row: number) => number;
  /** Row `row` of R h + b_R, with another vector in the place of h where one is given. */
  readonly fromState: (row: number, h?: readonly number[]) => number;
  readonly h: number[];
  readonly c: number[];
  readonly size: number;
  /** Peephole weights. */
  readonly peep: (at: number) => number;
  readonly act: readonly Activation[];
  readonly clip: Activation;
  readonly call: ReferenceCall;
}

const lstmCell: Cell = ({ fromInput, fromState, h, c, size, peep, act, clip, call }) => {
  const [f, g, out] = act as [Activation, Activation, Activation];
  const couple = call.attributes.int('input_forget', 0) === 1;
  const raw = (gate: number, unit: number): number => fromInput(gate * size + unit) + fromState(gate * size + unit);
  const pre = Array.from({ length: 4 }, (_, gate) => Array.from({ length: size }, (__, unit) => raw(gate, unit)));
  for (let unit = 0; unit < size; unit++) {
    const old = c[unit]!;
    const i = f(clip(pre[0]![unit]! + peep(unit) * old));
    const forget = couple ? 1 - i : f(clip(pre[2]![unit]! + peep(2 * size + unit) * old));
    const now = forget * old + i * g(clip(pre[3]![unit]!));
    const o = f(clip(pre[1]![unit]! + peep(size + unit) * now));
    c[unit] = now;
    h[unit] = o * out(now);
  }
};

const gruCell: Cell = ({ fromInput, fromState, h, size, act, clip, call }) => {
  const [f, g] = act as [Activation, Activation];
  const old = [...h];
  const units = Array.from({ length: size }, (_, unit) => unit);
  const z = units.map((unit) => f(clip(fromInput(unit) + fromState(unit))));
  const r = units.map((unit) => f(clip(fromInput(size + unit) + fromState(size + unit))));
  const before = call.attributes.int('linear_before_reset', 0) === 1;
  const state = before
    ? units.map((unit) => r[unit]! * fromState(2 * size + unit))
    : units.map((unit) =>
        fromState(
          2 * size + unit,
          r.map((one, k) => one * old[k]!),
        ),
      );
  units.forEach((unit) => {
    const candidate = g(clip(fromInput(2 * size + unit) + state[unit]!));
    h[unit] = (1 - z[unit]!) * candidate + z[unit]! * old[unit]!;
  });
};

const rnnCell: Cell = ({ fromInput, fromState, h, size, act, clip }) => {
  const now = Array.from({ length: size }, (_, unit) => act[0]!(clip(fromInput(unit) + fromState(unit))));
  now.forEach((one, unit) => (h[unit] = one));
};

function recurrent(gates: number, defaults: readonly string[], cell: Cell): ReferenceOperator {
  return (call) => {
    const { attributes } = call;
    const batchFirst = attributes.int('layout', 0) === 1;
    const [x, w, r] = [call.input(0), call.input(1), call.input(2)];
    const [steps, batch] = batchFirst ? [x.dims[1]!, x.dims[0]!] : [x.dims[0]!, x.dims[1]!];
    const width = x.dims[2]!;
    const directions = w.dims[0]!;
    const size = attributes.int('hidden_size', r.dims[2]!);
    const names = attributes.strings('activations', Array.from({ length: directions }, () => defaults).flat());
    const alphas = [...attributes.floats('activation_alpha', [])];
    const betas = [...attributes.floats('activation_beta', [])];
    const acts = names.map((name, at) => activation(name, alphas[at], betas[at]));
    const limit = attributes.float('clip', Infinity);
    const clip: Activation = (value) => Math.min(Math.max(value, -limit), limit);
    const [bias, lengths, h0] = [call.optional(3), call.optional(4), call.optional(5)];
    const [c0, peepholes] = gates === 4 ? [call.optional(6), call.optional(7)] : [null, null];
    const y = new Float64Array(steps * directions * batch * size);
    const lastH = new Float64Array(directions * batch * size);
    const lastC = new Float64Array(directions * batch * size);
    const stateAt = (direction: number, sample: number): number =>
      (batchFirst ? sample * directions + direction : direction * batch + sample) * size;
    for (let direction = 0; direction < directions; direction++) {
      const backward = attributes.string('direction', 'forward') === 'reverse' || direction === 1;
      for (let sample = 0; sample < batch; sample++) {
        const from = stateAt(direction, sample);
        const start = (given: ReferenceTensor | null): number[] =>
          Array.from({ length: size }, (_, unit) => given?.data[from + unit] ?? 0);
        const [h, c] = [start(h0), start(c0)];
        const length = lengths?.data[sample] ?? steps;
        for (let step = 0; step < length; step++) {
          const time = backward ? length - 1 - step : step;
          const input = (batchFirst ? sample * steps + time : time * batch + sample) * width;
          const rows = gates * size;
          cell({
            fromInput: (row) => {
              let sum = bias?.data[direction * 2 * rows + row] ?? 0;
              for (let k = 0; k < width; k++) sum += w.data[(direction * rows + row) * width + k]! * x.data[input + k]!;
              return sum;
            },
            fromState: (row, other = h) => {
              let sum = bias?.data[direction * 2 * rows + rows + row] ?? 0;
              for (let k = 0; k < size; k++) sum += r.data[(direction * rows + row) * size + k]! * other[k]!;
              return sum;
            },
            h,
            c,
            size,
            peep: (at) => peepholes?.data[direction * 3 * size + at] ?? 0,
            act: acts.slice(direction * defaults.length, (direction + 1) * defaults.length),
            clip,
            call,
          });
          const to = batchFirst
            ? ((sample * steps + time) * directions + direction) * size
            : ((time * directions + direction) * batch + sample) * size;
          y.set(h, to);
        }
        lastH.set(h, from);
        lastC.set(c, from);
      }
    }
    const all = batchFirst ? [batch, steps, directions, size] : [steps, directions, batch, size];
    const last = batchFirst ? [batch, directions, size] : [directions, batch, size];
    const outputs = [referenceTensor(x.type, all, y), referenceTensor(x.type, last, lastH)];
    return gates === 4 ? [...outputs, referenceTensor(x.type, last, lastC)] : outputs;
  };
}

export const RECURRENT: ReferenceOperators = {
  RNN: recurrent(1, ['Tanh'], rnnCell),
  GRU: recurrent(3, ['Sigmoid', 'Tanh'], gruCell),
  LSTM: recurrent(4, ['Sigmoid', 'Tanh', 'Tanh'], lstmCell),
};
