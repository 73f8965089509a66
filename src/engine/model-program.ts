import { Fault } from '../core/fault.ts';
import { blockConvolutions } from './gradient/block-convolutions.ts';
import { differentiate } from './gradient/differentiate.ts';
import { formula } from './gradient/formula.ts';
import { buildLossHead, lossFeeds, type LossKind } from './gradient/loss-head.ts';
import { reorderPools } from './gradient/reorder-pools.ts';
import { channelBlock } from './graph/blocked-layout.ts';
import { GraphBuilder } from './graph/graph-builder.ts';
import { namesOf } from './graph/map-graph.ts';
import { assembleBytes, type ShapedGraph, type ShapedValue, shapeIn, typeIn } from './graph/shaped-graph.ts';
import { specialise } from './graph/specialise.ts';
import type { Loss, LossGradient } from './loss.ts';
import type { ModelPlan } from './model-plan.ts';
import type { OnnxRuntime, Session, Tensor } from './onnx-runtime.ts';

/** Compiled graphs that are kept, the least recently used going first. */
const MAX_COMPILED = 12;

interface Compiled {
  readonly session: Session;
  readonly scores: string;
  readonly losses: string;
  readonly gradient: string;
  readonly extra: readonly ShapedValue[];
  readonly activations: ReadonlyMap<string, string>;
  /** Shapes of the activations. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

interface Shaped {
  readonly graph: ShapedGraph;
  readonly classes: number;
}

/**
 * A planned model on one thread: compiles graphs for a batch and what is asked, keeps them, and runs them. Batches are padded to the
 * batch that was compiled, by repeating the last sample.
 */
export class ModelProgram {
  readonly #plan: ModelPlan;
  readonly #runtime: OnnxRuntime;
  readonly #threads: number;
  readonly #compiled = new Map<string, Promise<Compiled>>();
  readonly #shaped = new Map<string, Promise<Shaped>>();

  /** @param threads that one run may use */
  constructor(plan: ModelPlan, runtime: OnnxRuntime, threads = 1) {
    this.#plan = plan;
    this.#runtime = runtime;
    this.#threads = threads;
  }

  /** The graph for a batch, and the number of scores a sample has. */
  shaped(batch: number): Promise<Shaped> {
    return this.#shapedWith(batch, []);
  }

  async forward(x: Float32Array, count: number, batch: number): Promise<Float32Array> {
    const { session, scores } = await this.#compile('forward', batch, []);
    const results = await running(session, this.#feeds(x, count, batch), [scores]);
    return cut(results[scores]!, count, batch);
  }

  /** Samples `from` to `from + count` of the loss belong to `x`. */
  async lossGradient(x: Float32Array, count: number, batch: number, loss: Loss, from: number): Promise<LossGradient> {
    const compiled = await this.#compile(loss.kind, batch, []);
    const feeds = { ...this.#feeds(x, count, batch), ...lossFeeds(loss, compiled.extra, from, from + count) };
    const { scores, losses, gradient } = compiled;
    const results = await running(compiled.session, feeds, [scores, losses, gradient]);
    const part = (name: string): Float32Array => cut(results[name]!, count, batch);
    return { scores: part(scores), losses: part(losses), gradient: part(gradient) };
  }

  /** @throws Fault `ERR_USAGE` for a name that is no floating-point value of the network with the batch as its first axis. */
  async activations(
    x: Float32Array,
    count: number,
    batch: number,
    names: readonly string[],
  ): Promise<Readonly<Record<string, Float32Array>>> {
    const { session, activations } = await this.#compile('activations', batch, names);
    const wanted = [...new Set(activations.values())];
    const results = await running(session, this.#feeds(x, count, batch), wanted);
    return Object.fromEntries(names.map((name) => [name, cut(results[activations.get(name)!]!, count, batch)]));
  }

  async close(): Promise<void> {
    const all = [...this.#compiled.values()];
    this.#compiled.clear();
    for (const one of await Promise.allSettled(all)) if (one.status === 'fulfilled') await one.value.session.release();
  }

  #feeds(x: Float32Array, count: number, batch: number): Record<string, Tensor> {
    const plan = this.#plan;
    const feeds: Record<string, Tensor> = {
      [plan.input]: { type: 'float32', dims: [batch, ...plan.inputShape], data: padded(x, count, batch) },
    };
    for (const [name, tensor] of Object.entries(plan.constants)) {
      feeds[name] = repeat(tensor, batch, plan.repeated.get(name));
    }
    return feeds;
  }

  get plan(): ModelPlan {
    return this.#plan;
  }

  #shapedWith(batch: number, extra: readonly string[]): Promise<Shaped> {
    const key = `${batch} ${JSON.stringify(extra)}`;
    let found = this.#shaped.get(key);
    if (found === undefined) {
      found = this.#specialise(batch, extra);
      this.#shaped.set(key, found);
      if (this.#shaped.size > MAX_COMPILED) this.#shaped.delete(this.#shaped.keys().next().value!);
    }
    return found;
  }

  async #specialise(batch: number, extra: readonly string[]): Promise<Shaped> {
    const { model, input, inputShape, output, constants, repeated } = this.#plan;
    const feeds = Object.fromEntries(
      Object.entries(constants).map(([name, tensor]) => [name, repeat(tensor, batch, repeated.get(name))]),
    );
    const shapes: Record<string, readonly number[]> = { [input]: [batch, ...inputShape] };
    for (const [name, { dims }] of Object.entries(feeds)) shapes[name] = dims;
    const graph = await specialise(model, this.#runtime, { shapes, feeds, outputs: [output, ...extra] });
    const shape = shapeIn(graph, output);
    const total = shape.reduce((product, length) => product * length, 1);
    if (total % batch !== 0 || total === 0) {
      throw new Fault('ERR_MODEL_UNSUPPORTED', `The model gives ${total} scores for ${batch} samples.`);
    }
    if (typeIn(graph, output) !== 'float32') {
      throw new Fault('ERR_MODEL_UNSUPPORTED', `The output ${JSON.stringify(output)} holds no floating-point scores.`);
    }
    return { graph, classes: total / batch };
  }

  #compile(what: 'forward' | 'activations' | LossKind, batch: number, names: readonly string[]): Promise<Compiled> {
    const key = `${what} ${batch} ${JSON.stringify(names)}`;
    let found = this.#compiled.get(key);
    if (found === undefined) {
      found = this.#build(what, batch, names);
      // What failed is tried again.
      found.catch(() => this.#compiled.delete(key));
      if (this.#compiled.size >= MAX_COMPILED) {
        const [oldest, compiled] = this.#compiled.entries().next().value!;
        this.#compiled.delete(oldest);
        void compiled.then(({ session }) => session.release()).catch(() => {});
      }
    } else this.#compiled.delete(key);
    this.#compiled.set(key, found);
    return found;
  }

  /** In an order and a layout whose gradient is cheaper. */
  async #faster(graph: ShapedGraph): Promise<ShapedGraph> {
    const block = await channelBlock(this.#runtime);
    const reordered = reorderPools(graph);
    return block === null ? reordered : blockConvolutions(reordered, block);
  }

  async #build(what: 'forward' | 'activations' | LossKind, batch: number, names: readonly string[]): Promise<Compiled> {
    const { graph: shaped, classes } = await this.#shapedWith(
      batch,
      what === 'activations' ? activationNames(this.#plan, names) : [],
    );
    const graph = what === 'forward' || what === 'activations' ? shaped : await this.#faster(shaped);
    const build = new GraphBuilder([
      ...namesOf(this.#plan.model.graph),
      ...graph.constants.keys(),
      ...graph.nodes.flatMap((node) => node.outputs),
    ]);
    const f = formula(build);
    const { output, input } = this.#plan;
    const scores = f.reshape(output, [batch, classes]);
    const activations = new Map<string, string>();
    const shapes = new Map<string, readonly number[]>();
    let extra: readonly ShapedValue[] = [];
    let [losses, gradient] = ['', ''];
    const outputs = [{ name: scores, type: 'float32' as const, shape: [batch, classes] }];
    if (what === 'activations') {
      for (const name of names) {
        const shape = shapeIn(graph, name);
        if (typeIn(graph, name) !== 'float32' || shape[0] !== batch) {
          throw new Fault(
            'ERR_USAGE',
            `The value ${JSON.stringify(name)} has no floating-point numbers for each sample.`,
          );
        }
        const copy = build.add('Identity', [name]);
        activations.set(name, copy);
        shapes.set(name, shape);
        outputs.push({ name: copy, type: 'float32', shape: [...shape] });
      }
    } else if (what !== 'forward') {
      const head = buildLossHead(build, what, scores, batch, classes);
      const seed = f.reshape(head.scoreGradient, shapeIn(graph, output));
      const found = differentiate(graph, build, {
        seeds: new Map([[output, seed]]),
        wrt: [input],
        batch,
        straightThrough: this.#plan.straightThrough,
      });
      ({ losses } = head);
      extra = head.inputs;
      gradient = found.gradients.get(input)!;
      outputs.push({ name: losses, type: 'float32', shape: [batch] });
      outputs.push({ name: gradient, type: 'float32', shape: [batch, ...this.#plan.inputShape] });
    }
    const bytes = assembleBytes(graph, { nodes: build.nodes, constants: build.initializers, inputs: extra }, outputs);
    const session = await this.#runtime.openBytes(bytes, { threads: this.#threads });
    return { session, scores, losses, gradient, extra, activations, shapes };
  }
}

/** @throws Fault `ERR_MODEL_UNSUPPORTED` with what the runtime says, where it opens a graph and then cannot run it */
async function running(
  session: Session,
  feeds: Readonly<Record<string, Tensor>>,
  outputs: readonly string[],
): Promise<Readonly<Record<string, Tensor>>> {
  try {
    return await session.run(feeds, outputs);
  } catch (cause) {
    const said = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);
    throw new Fault('ERR_MODEL_UNSUPPORTED', `ONNX Runtime opens the graph and cannot run it: ${said.slice(0, 400)}.`, {
      cause,
    });
  }
}

function activationNames({ model }: ModelPlan, names: readonly string[]): readonly string[] {
  const known = new Set(model.graph.nodes.flatMap((node) => node.outputs));
  for (const name of names) {
    if (!known.has(name)) {
      throw new Fault('ERR_USAGE', `The network has no value ${JSON.stringify(name)}.`, {
        hint: 'Values are named as in the ONNX file (the outputs of its nodes).',
      });
    }
  }
  return names;
}

/** The samples, and the last one repeated up to the batch. */
function padded(x: Float32Array, count: number, batch: number): Float32Array {
  if (count === batch) return x;
  const size = x.length / count;
  const out = new Float32Array(batch * size);
  out.set(x);
  const last = x.subarray((count - 1) * size);
  for (let sample = count; sample < batch; sample++) out.set(last, sample * size);
  return out;
}

function cut({ data }: Tensor, count: number, batch: number): Float32Array {
  const all = data as unknown as Float32Array;
  return count === batch ? all : all.slice(0, (all.length / batch) * count);
}

/** `batch` times along an axis of length 1; undefined: as it is. */
function repeat(tensor: Tensor, batch: number, axis: number | undefined): Tensor {
  if (axis === undefined || batch === 1) return tensor;
  const { type, dims, data } = tensor;
  const repeated = dims.with(axis, batch);
  if (Array.isArray(data)) {
    const texts = Array.from({ length: batch }, () => data).flat();
    return { type, dims: repeated, data: texts as never };
  }
  const source = data as unknown as Float32Array;
  const inner = dims.slice(axis + 1).reduce((product, length) => product * length, 1);
  const out = new (source.constructor as Float32ArrayConstructor)(source.length * batch);
  for (let from = 0, to = 0; from < source.length; from += inner) {
    for (let sample = 0; sample < batch; sample++, to += inner) out.set(source.subarray(from, from + inner), to);
  }
  return { type, dims: repeated, data: out };
}
