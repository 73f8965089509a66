import { Fault } from '../core/fault.ts';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import { checkAt, checkGradient, type GradientCheck, makeProbe, visibility } from './check-gradient.ts';
import { type GradientModel, openGradientModel } from './gradient-model.ts';
import { readNames } from './graph/check-onnx.ts';
import type { ShapedGraph } from './graph/shaped-graph.ts';
import type { Tensor } from './onnx-runtime.ts';

export interface GradientCheckInParts extends GradientCheck {
  /** Parts that were checked one by one; 1: the whole network at once. */
  readonly parts: number;
  /** Where the gradient was found wrong: from one value to another; null: nowhere, or not known. */
  readonly wrong: string | null;
  /** The input's influence on the scores is lost in rounding, and parts could not be had: an error says nothing then. */
  readonly lost?: boolean;
}

/** Parts that are opened at most. */
const MAX_PARTS = 40;
/** With a smaller influence of the input on the scores, the gradient of the whole is made of rounding errors. */
const LOST = 1e-5;
/** Difference between the gradient of the whole and what the parts make of it, beside its length. */
const CHAIN_TOLERANCE = 2e-2;

/**
 * `checkGradient`, and where that finds an error: the same for parts of the network that follow one another, as small as need be.
 * Where many layers shrink the input's influence (random weights, squashing functions), differences of the whole drown
 * in rounding errors or meet kinks, and say nothing; those of a few layers do not. The gradient is right when each part's is, and
 * the parts multiplied give the whole.
 */
export async function checkGradientInParts(
  model: GradientModel,
  seed: string | number,
  progress: (said: string) => void = () => {},
  open: typeof openGradientModel = openGradientModel,
): Promise<GradientCheckInParts> {
  const probe = await makeProbe(model, seed);
  const whole = await checkAt(model, probe, seed);
  // Where the network rounds, smaller parts step over as many steps.
  const rounds = model.info.coverage.masked.length > 0 && !model.plan.straightThrough;
  if (whole.error <= whole.tolerance || rounds || probe.gradient.some((one) => !Number.isFinite(one))) {
    return { ...whole, parts: 1, wrong: null };
  }
  const cuts = cutsOf(model);
  const lost = visibility(probe) <= LOST;
  if (cuts.length === 0) return { ...whole, parts: 1, wrong: null, lost };
  const parts = new Parts(model, probe.x, cuts, seed, progress, open);
  const found = await parts.check();
  if (found === null) return { ...whole, parts: 1, wrong: null, lost };
  if (found.wrong === null && visibility(probe) > LOST) {
    const chained = await parts.chain(probe.weights);
    const error = distance(chained, probe.gradient);
    if (!(error <= CHAIN_TOLERANCE)) return { ...found, error, wrong: 'the whole is not what its parts make' };
  }
  return found;
}

/** Values through which everything goes that the input says to the scores, in order; one sample has its own row in each. */
function cutsOf({ graph, plan }: GradientModel): readonly string[] {
  const active = new Set([plan.input]);
  const last = new Map<string, number>();
  const nodes = graph.nodes;
  nodes.forEach((node, index) => {
    if (!readNames(node).some((name) => active.has(name))) return;
    for (const name of readNames(node)) if (active.has(name)) last.set(name, index);
    for (const name of node.outputs) if (name !== '') active.add(name);
  });
  const cuts: string[] = [];
  const open = new Set([plan.input]);
  nodes.forEach((node, index) => {
    for (const name of node.outputs) if (active.has(name) && (last.get(name) ?? -1) > index) open.add(name);
    for (const name of readNames(node)) if (last.get(name) === index) open.delete(name);
    const [only] = open;
    if (open.size === 1 && only !== undefined && only !== cuts.at(-1) && canCut(graph, only) && only !== plan.input) {
      cuts.push(only);
    }
  });
  return cuts.filter((name) => name !== plan.output);
}

function canCut(graph: ShapedGraph, name: string): boolean {
  const shape = graph.shapes.get(name);
  return graph.types.get(name) === 'float32' && shape !== undefined && shape.length > 1 && shape[0] === 1;
}

/** A network cut into parts; places are numbered from the input (0) over the cuts to the output. */
class Parts {
  readonly #model: GradientModel;
  readonly #x: Float32Array;
  readonly #places: readonly string[];
  readonly #seed: string | number;
  readonly #progress: (said: string) => void;
  readonly #open: typeof openGradientModel;
  readonly #values = new Map<string, Float32Array>();
  /** Where the network was cut in the end. */
  readonly #used: number[] = [0];
  #opened = 0;

  constructor(
    model: GradientModel,
    x: Float32Array,
    cuts: readonly string[],
    seed: string | number,
    progress: (said: string) => void,
    open: typeof openGradientModel,
  ) {
    this.#model = model;
    this.#x = x;
    this.#places = [model.plan.input, ...cuts, model.plan.output];
    this.#seed = seed;
    this.#progress = progress;
    this.#open = open;
    this.#values.set(model.plan.input, x);
  }

  /** Null where the network cannot be cut. */
  async check(): Promise<GradientCheckInParts | null> {
    const end = this.#places.length - 1;
    const middle = this.#middle(0, end);
    const first = await this.#between(0, middle);
    if (first === null) return null;
    if (first.wrong !== null) return first;
    const second = await this.#between(middle, end);
    return second === null ? null : join(first, second);
  }

  /** The gradient of the whole as the product of the parts, for the loss sum_j w_j z_j. */
  async chain(weights: Float32Array): Promise<Float32Array> {
    let row = weights;
    const places = [...this.#used].sort((a, b) => a - b);
    for (let index = places.length - 2; index >= 0; index--) {
      const [from, to] = [places[index]!, places[index + 1]!];
      row = await this.#with(from, to, async (part) => (await part.vjp(await this.#valueAt(from), 1, row)).gradient);
    }
    return row;
  }

  async #between(from: number, to: number): Promise<GradientCheckInParts | null> {
    if (this.#opened >= MAX_PARTS) return null;
    const names = `${this.#places[from]} to ${this.#places[to]}`;
    this.#progress(`gradient from ${names}`);
    let found: GradientCheck;
    try {
      const near = await this.#valueAt(from);
      found = await this.#with(from, to, (part) => checkGradient(part, `${this.#seed} ${names}`, { near }));
    } catch (error) {
      if (error instanceof Fault) return null;
      throw error;
    }
    if (found.error <= found.tolerance) {
      this.#used.push(to);
      return { ...found, parts: 1, wrong: null };
    }
    if (to - from < 2) return { ...found, parts: 1, wrong: names };
    const middle = this.#middle(from, to);
    const first = await this.#between(from, middle);
    if (first === null || first.wrong !== null) return first;
    const second = await this.#between(middle, to);
    return second === null ? null : join(first, second);
  }

  #middle(from: number, to: number): number {
    return from + Math.max(1, Math.floor((to - from) / 2));
  }

  async #valueAt(place: number): Promise<Float32Array> {
    const name = this.#places[place]!;
    let value = this.#values.get(name);
    if (value === undefined) {
      value = (await this.#model.activations(this.#x, 1, [name]))[name]!;
      this.#values.set(name, value);
    }
    return value;
  }

  async #with<Result>(from: number, to: number, body: (part: GradientModel) => Promise<Result>): Promise<Result> {
    const { plan, graph, info } = this.#model;
    const [input, output] = [this.#places[from]!, this.#places[to]!];
    const sub: OnnxModel = {
      ...plan.model,
      graph: { ...plan.model.graph, outputs: [{ name: output, type: null, shape: null }] },
    };
    const whole: Tensor = { type: 'float32', dims: [1, ...plan.inputShape], data: this.#x };
    this.#opened += 1;
    const part = await this.#open(sub, {
      input,
      output,
      inputShape: from === 0 ? plan.inputShape : graph.shapes.get(input)!.slice(1),
      batched: true,
      // The input is still asked for its shape.
      constants: from === 0 ? plan.constants : { ...plan.constants, [plan.input]: whole },
      straightThrough: plan.straightThrough,
      runtime: info.runtime,
      threads: 0,
    });
    try {
      return await body(part);
    } finally {
      await part.close();
    }
  }
}

function join(first: GradientCheckInParts, second: GradientCheckInParts): GradientCheckInParts {
  const [worst, other] =
    second.wrong !== null || second.error / second.tolerance > first.error / first.tolerance
      ? [second, first]
      : [first, second];
  return {
    ...worst,
    forwardError:
      worst.forwardError === null ? null : Math.max(worst.forwardError, other.forwardError ?? worst.forwardError),
    zero: first.zero && second.zero,
    parts: first.parts + second.parts,
  };
}

function distance(a: Float32Array, b: Float32Array): number {
  let [apart, size] = [0, 0];
  for (let index = 0; index < b.length; index++) {
    apart += (a[index]! - b[index]!) ** 2;
    size += b[index]! ** 2;
  }
  return Math.sqrt(apart / size);
}
