import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import { type Random, seededRandom } from '../math/random.ts';
import type { GradientModel } from './gradient-model.ts';
import type { ShapedGraph } from './graph/shaped-graph.ts';
import { fromTensor } from './graph/specialise.ts';
import { valuesAtSteps } from './values-at-steps.ts';
import { type BasePoint, evaluateModel, type EvaluateOptions } from './reference/evaluate-graph.ts';
import { fromOnnxTensor, referenceTensor, type ReferenceTensor } from './reference/reference-tensor.ts';

export interface GradientCheck {
  /**
   * `float64`: central differences of an interpreter that computes the network in double precision, at steps so small that they
   * practically meet no kinks. `float32`: differences of the network as it runs, at several steps, for networks
   * that are too large or have an operator that the interpreter lacks.
   */
  readonly method: 'float64' | 'float32';
  /** |difference - gradient along u| / max(|difference|, |gradient| |u| / sqrt(features)), the largest over the directions u. */
  readonly error: number;
  /** Largest error with which the gradient still counts as right, for the method. */
  readonly tolerance: number;
  readonly directions: number;
  /** Largest difference of scores between the runtime and the interpreter, as a share of the largest score; null with `float32`. */
  readonly forwardError: number | null;
  /** The gradient was zero on every sample that was tried: what agrees then is little. */
  readonly zero: boolean;
}

export interface GradientCheckOptions {
  /** Sample that the check is made near, with its features moved a little at random; default: seeded random numbers. */
  readonly near?: Float32Array;
}

/** Multiplications that one evaluation of the interpreter may take: some tenths of a second. */
const MAX_MULTIPLICATIONS = 3e7;
/** For networks of which differences in single precision leave a doubt, or say nothing: a few seconds an evaluation. */
const MAX_DOUBTED = 3e8;
const MAX_SECOND = 1e9;
const DOUBT = 5e-3;
/** For networks that hide the gradient, which differences in single precision cannot judge: they step over the steps. Some minutes. */
const MAX_MASKED = 5e9;
const DIRECTIONS = 3;
/** Tried in this order until one is good enough: small gradients want large steps, many kinks want small ones. */
const STEPS_64 = [1e-6, 1e-5, 1e-4, 1e-7, 3e-6, 3e-5, 1e-8, 1e-3];
const GOOD_64 = 1e-4;
/** Enough after three steps, and at once in larger networks: what is left is the rounding of the gradient itself. */
const FAIR_64 = 1e-3;
const LARGER = 1e7;
const STEPS_32 = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001];
const GOOD_32 = 1e-3;
/** The gradient itself is computed in float32: it differs by some 1e-6 usually, by more where large terms cancel. */
const TOLERANCE = { float64: 5e-3, float32: 5e-2 } as const;

/** A loss sum_j w_j z_j of one sample with seeded weights, and its gradient as the engine has it. */
export interface Probe {
  readonly x: Float32Array;
  readonly weights: Float32Array;
  readonly scores: Float32Array;
  readonly gradient: Float32Array;
}

/**
 * Holds the gradient by the input against differences of the network's own values, on seeded random input, for a seeded
 * weighted sum of the scores, along seeded directions.
 */
export async function checkGradient(
  model: GradientModel,
  seed: string | number,
  options: GradientCheckOptions = {},
): Promise<GradientCheck> {
  return checkAt(model, await makeProbe(model, seed, options), seed);
}

/** `checkGradient` at a sample that has been drawn. */
export async function checkAt(model: GradientModel, probe: Probe, seed: string | number): Promise<GradientCheck> {
  const size = multiplications(model.graph);
  const masked = model.info.coverage.masked.length > 0;
  const all = directionsOf(probe, seed);
  // The last is the gradient's own.
  const directions = size > MAX_SECOND / 10 && masked ? all.slice(-1) : all;
  const zero = probe.gradient.every((one) => one === 0);
  const scale = scaleOf(probe.x);
  const exactly = async (list: readonly Float64Array[]): Promise<GradientCheck | null> => {
    const exact = await interpreter(model, probe);
    if (exact === null) return null;
    const error = list.map((u) => exactError(exact, probe, u, scale, size > LARGER)).reduce(worse, 0);
    const { forwardError } = exact;
    return { method: 'float64', error, tolerance: TOLERANCE.float64, directions: list.length, forwardError, zero };
  };
  if (size <= (masked ? MAX_MASKED : MAX_MULTIPLICATIONS)) {
    const found = await exactly(directions);
    if (found !== null) return found;
  }
  let error = 0;
  for (const u of directions) error = worse(error, await smallestError(model, probe, u, scale));
  const found: GradientCheck = {
    method: 'float32',
    error,
    tolerance: TOLERANCE.float32,
    directions: directions.length,
    forwardError: null,
    zero,
  };
  const passed = error <= TOLERANCE.float32;
  const second = !(error <= DOUBT) && size > MAX_MULTIPLICATIONS && size <= (passed ? MAX_DOUBTED : MAX_SECOND);
  return (second ? await exactly(all.slice(passed ? -1 : -2)) : null) ?? found;
}

/** The smallest error over the steps, until one is good enough. */
function exactError(
  exact: Interpreter,
  { x, gradient }: Probe,
  u: Float64Array,
  scale: number,
  larger: boolean,
): number {
  let best = NaN;
  for (const [tried, step] of (larger ? STEPS_64.slice(0, 3) : STEPS_64).entries()) {
    const move = step * scale;
    const [above, below] = [exact.loss(along(x, u, move)), exact.loss(along(x, u, -move))];
    const found = relative((above - below) / (2 * move), u, gradient);
    if (!(found >= best)) best = found;
    if (best < (tried < 2 && !larger ? GOOD_64 : FAIR_64)) break;
  }
  return best;
}

/** NaN is the worst. */
function worse(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
}

/**
 * Numbers between 0 and 1, or others where the scores do not answer to those: a gradient that is zero everywhere, or lost beside the
 * scores, would be checked against rounding errors.
 */
export async function makeProbe(
  model: GradientModel,
  seed: string | number,
  { near }: GradientCheckOptions = {},
): Promise<Probe> {
  const random = seededRandom(`${seed} gradient check`);
  const size = model.info.inputShape.reduce((product, length) => product * length, 1);
  const weights = Float32Array.from({ length: model.info.classes }, () => random.normal());
  let best: Probe | undefined;
  for (const draw of near === undefined ? DRAWS : [moved(near)]) {
    const x = Float32Array.from({ length: size }, (_, index) => draw(random, index));
    const probe = { x, weights, ...(await model.vjp(x, 1, weights)) };
    if (best === undefined || visibility(probe) > visibility(best)) best = probe;
    if (visibility(best) > VISIBLE) break;
  }
  return best!;
}

const DRAWS: readonly ((random: Random, index: number) => number)[] = [
  (random) => random.uniform(),
  (random) => random.normal(),
  (random) => 10 * random.normal(),
  (random) => 0.1 * random.uniform(),
  (random) => 0.01 * random.normal(),
  (random) => 255 * random.uniform(),
];

/** Near a sample, so that values that were alike (zeros behind a Relu) are so no longer: at a tie there is no derivative. */
function moved(near: Float32Array): (random: Random, index: number) => number {
  const scale = 0.1 * scaleOf(near);
  return (random, index) => near[index]! + scale * random.normal();
}

/** Change of the scores' size with which differences in float32 still have some digits. */
const VISIBLE = 1e-3;

/** How far the loss moves when all features move by their own size along the gradient, beside the scores that it is summed of. */
export function visibility({ x, weights, scores, gradient }: Probe): number {
  const moves = norm(gradient) * scaleOf(x) * Math.sqrt(x.length);
  const size = norm(scores) * (norm(weights) / Math.sqrt(weights.length));
  return Number.isFinite(moves) && moves > 0 ? moves / (size === 0 ? 1 : size) : 0;
}

function norm(list: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < list.length; index++) sum += list[index]! ** 2;
  return Math.sqrt(sum);
}

/** Root mean square of the features; 1 where all are zero. */
function scaleOf(x: Float32Array): number {
  const scale = norm(x) / Math.sqrt(x.length);
  return scale > 0 && Number.isFinite(scale) ? scale : 1;
}

/** Random signs, random normal numbers, and the gradient's own direction, each of length 1. */
function directionsOf({ gradient }: Probe, seed: string | number): readonly Float64Array[] {
  const random = seededRandom(`${seed} directions`);
  const some = gradient.some((one) => one !== 0);
  const lists = [
    Float64Array.from(gradient, () => (random.uniform() < 0.5 ? -1 : 1)),
    Float64Array.from(gradient, () => random.normal()),
    some ? Float64Array.from(gradient) : Float64Array.from(gradient, () => random.normal()),
  ];
  return lists.slice(0, DIRECTIONS).map((list) => {
    const length = Math.sqrt(list.reduce((sum, one) => sum + one * one, 0));
    return list.map((one) => one / length);
  });
}

function along(x: Float32Array, u: Float64Array, step: number): Float64Array {
  return u.map((one, index) => x[index]! + step * one * Math.sqrt(u.length));
}

/** `difference` is the derivative along u sqrt(features): a step of 1 changes features by about 1 each. */
function relative(difference: number, u: Float64Array, gradient: Float32Array): number {
  let [dot, square] = [0, 0];
  for (let index = 0; index < u.length; index++) {
    dot += gradient[index]! * u[index]!;
    square += gradient[index]! ** 2;
  }
  const found = dot * Math.sqrt(u.length);
  const scale = Math.max(Math.abs(difference), Math.sqrt(square));
  return scale === 0 ? 0 : Math.abs(difference - found) / scale;
}

/**
 * A piecewise smooth network in float32: a large step crosses kinks, a small one drowns in rounding. A right gradient agrees at some
 * step between; a wrong one at none.
 */
async function smallestError(model: GradientModel, probe: Probe, u: Float64Array, scale: number): Promise<number> {
  let best = Infinity;
  for (const step of STEPS_32) {
    const move = step * scale;
    // One after the other: a graph for two samples would have to be made first.
    const above = await model.forward(Float32Array.from(along(probe.x, u, move)), 1);
    const below = await model.forward(Float32Array.from(along(probe.x, u, -move)), 1);
    let difference = 0;
    for (let index = 0; index < probe.weights.length; index++) {
      difference += probe.weights[index]! * (above[index]! - below[index]!);
    }
    const error = relative(difference / (2 * move), u, probe.gradient);
    if (!(error >= best)) best = error;
    if (best < GOOD_32) break;
  }
  return best;
}

interface Interpreter {
  loss(x: Float64Array): number;
  readonly forwardError: number;
}

/** The network in double precision; null where the interpreter lacks an operator. */
async function interpreter(opened: GradientModel, { x, weights, scores }: Probe): Promise<Interpreter | null> {
  const { graph, plan, info } = opened;
  const input = graph.inputs.find(({ name }) => name === plan.input)!;
  if (input.shape[0] !== 1) return null;
  const output = graph.outputs[0]!.name;
  const constants = new Map<string, ReferenceTensor>();
  const model: OnnxModel = {
    irVersion: graph.irVersion,
    producer: '',
    producerVersion: '',
    opsets: graph.opsets,
    functions: [],
    metadata: new Map(),
    graph: { name: '', nodes: graph.nodes, initializers: new Map(), inputs: [], outputs: [], values: [] },
  };
  const scoresOf = (values: ArrayLike<number>, options: EvaluateOptions): Float64Array => {
    const feeds = new Map(constants).set(input.name, referenceTensor('float32', input.shape, values));
    return evaluateModel(model, feeds, options).get(output)!.data;
  };
  // Stand-ins are held against differences of the network in which they stand in for the steps.
  const base: BasePoint = new Map();
  const moved: EvaluateOptions = plan.straightThrough ? { standIns: base } : {};
  try {
    for (const [name, tensor] of graph.constants) {
      if (tensor.type !== 'string') constants.set(name, fromOnnxTensor(tensor));
    }
    for (const [name, tensor] of Object.entries(plan.constants))
      constants.set(name, fromOnnxTensor(fromTensor(tensor)));
    const here = scoresOf(x, {});
    const scale = here.reduce((most, one) => Math.max(most, Math.abs(one)), 1e-30);
    const forwardError = here.reduce((most, one, index) => Math.max(most, Math.abs(one - scores[index]!)), 0) / scale;
    // An interpreter that computes something else would prove nothing.
    // Where the network rounds, a last digit decides which step is taken.
    if (!(forwardError < (info.coverage.masked.length > 0 ? 0.25 : 1e-2))) return null;
    if (plan.straightThrough) scoresOf(x, { record: base, known: await valuesAtSteps(opened, x) });
    return {
      forwardError,
      loss: (values) => scoresOf(values, moved).reduce((sum, score, index) => sum + score * weights[index]!, 0),
    };
  } catch {
    return null;
  }
}

const PRODUCTS: ReadonlySet<string> = new Set(
  'MatMul Gemm FusedMatMul MatMulInteger QLinearMatMul QGemm DynamicQuantizeMatMul MatMulIntegerToFloat MatMulNBits'.split(
    ' ',
  ),
);

const RECURRENT: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM']);

/** Multiplications of convolutions, matrix products and Fourier transforms; others are small beside them. */
export function multiplications(graph: ShapedGraph): number {
  const shape = (name: string): readonly number[] =>
    graph.shapes.get(name) ?? graph.constants.get(name)?.dims ?? graph.parameters.get(name)?.dims ?? [];
  const size = (dims: readonly number[]): number => dims.reduce((product, length) => product * length, 1);
  let sum = 0;
  for (const { op, inputs, outputs } of graph.nodes) {
    const out = size(shape(outputs[0] ?? ''));
    const weights = shape(inputs[1] ?? '');
    if (op === 'Conv' || op === 'ConvInteger') sum += out * size(weights.slice(1));
    else if (op === 'QLinearConv') sum += out * size(shape(inputs[3] ?? '').slice(1));
    else if (op === 'ConvTranspose') sum += size(shape(inputs[0] ?? '')) * size(weights.slice(1));
    else if (PRODUCTS.has(op)) sum += out * (shape(inputs[0] ?? '').at(-1) ?? 1);
    else if (RECURRENT.has(op)) sum += (shape(inputs[0] ?? '')[0] ?? 1) * 2 * size(weights);
    // Term by term, as the interpreter does it.
    else if (op === 'DFT' || op === 'STFT') sum += out * Math.max(1, ...shape(outputs[0] ?? ''));
    else sum += out;
  }
  return sum;
}

/** Milliseconds of one forward pass and of one gradient of one sample: the median of `rounds`, after one that is not counted. */
export async function timeGradient(
  model: GradientModel,
  rounds = 5,
): Promise<{ readonly forward: number; readonly gradient: number }> {
  const size = model.info.inputShape.reduce((product, length) => product * length, 1);
  const x = new Float32Array(size).fill(0.5);
  const weights = new Float32Array(model.info.classes).fill(1);
  const median = async (run: () => Promise<unknown>): Promise<number> => {
    await run();
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await run();
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
  };
  return {
    forward: await median(() => model.forward(x, 1)),
    gradient: await median(() => model.vjp(x, 1, weights)),
  };
}
