import { availableParallelism } from 'node:os';
import { Fault } from '../core/fault.ts';
import type { OnnxElementType, OnnxModel } from '../formats/onnx/onnx-model.ts';
import { seededRandom } from '../math/random.ts';
import { type GradientCoverage, gradientCoverage } from './gradient/coverage.ts';
import { assertLoss } from './gradient/loss-head.ts';
import { type GradientOrder, type GradientResult, obey } from './gradient-thread.ts';
import type { ShapedGraph } from './graph/shaped-graph.ts';
import { loadOnnx, loadOnnxBytes } from './load-onnx.ts';
import type { Loss, LossGradient } from './loss.ts';
import type { FinalOperator } from './choose-output.ts';
import { type ModelPlan, planModel, type PlanOptions, withoutFixedBatch } from './model-plan.ts';
import { ModelProgram } from './model-program.ts';
import { loadOnnxRuntime, type OnnxRuntime, type RuntimeKind } from './onnx-runtime.ts';
import { ThreadPool } from './thread-pool.ts';

export interface GradientModelOptions extends PlanOptions {
  /** Absent: native where it works. */
  readonly runtime?: RuntimeKind;
  /** Worker threads with a session of one thread each; 0: no thread, runs block this one. Default: one for each core, at most 8. */
  readonly threads?: number;
  /** Samples in one run, a power of two. Default: 16, measured to be the best for attacks and training on small networks. */
  readonly microBatch?: number;
}

/** What is known about an opened model. */
export interface GradientModelInfo {
  /** Of one sample, as the caller has it. */
  readonly inputShape: readonly number[];
  /** Scores of one sample. */
  readonly classes: number;
  readonly finalOperator: FinalOperator;
  /** The final operator was left out, as `scores: 'logits'` asks. */
  readonly cut: boolean;
  /** Samples that the network takes at a time: any number, or exactly so many (one at a time costs speed). */
  readonly batching: 'any' | number;
  readonly runtime: RuntimeKind;
  /**
   * The type of whole numbers that the file's input has (`uint8`: pictures as bytes); null: floats. Samples are float32 in the same units
   * either way, and need not be whole.
   */
  readonly wholeInput: OnnxElementType | null;
  readonly coverage: GradientCoverage;
}

const DEFAULT_MICRO_BATCH = 16;
const MAX_THREADS = 8;

/**
 * An ONNX model with its gradients, for batches of any size: they are cut into micro-batches, which threads work on. Samples are flat
 * and row-major, as in `lab/target.ts`.
 */
export class GradientModel {
  readonly info: GradientModelInfo;
  /** What runs, for one sample (or as many as the network takes at a time). */
  readonly graph: ShapedGraph;
  readonly plan: ModelPlan;
  readonly #run: (order: GradientOrder) => Promise<GradientResult>;
  readonly #end: () => Promise<void>;
  readonly #workers: number;
  readonly #microBatch: number;

  constructor(
    { info, graph, plan }: { info: GradientModelInfo; graph: ShapedGraph; plan: ModelPlan },
    run: (order: GradientOrder) => Promise<GradientResult>,
    end: () => Promise<void>,
    workers: number,
    microBatch: number,
  ) {
    this.info = info;
    this.graph = graph;
    this.plan = plan;
    this.#run = run;
    this.#end = end;
    this.#workers = workers;
    this.#microBatch = microBatch;
  }

  /**
   * Scores of n samples, [n, classes].
   * @throws Fault `ERR_USAGE` when x has another size, `ERR_TARGET` when the model fails.
   */
  async forward(x: Float32Array, n: number): Promise<Float32Array> {
    const parts = await this.#each(x, n, (part) => ({ kind: 'forward', ...part }));
    return join(parts as Float32Array[]);
  }

  /** One forward and one backward pass over n samples. */
  async lossGradient(x: Float32Array, n: number, loss: Loss): Promise<LossGradient> {
    assertLoss(loss, n, this.info.classes);
    const parts = (await this.#each(x, n, (part, from) => ({
      kind: 'loss',
      ...part,
      ...partOf(loss, from, part.count, n),
    }))) as LossGradient[];
    return {
      scores: join(parts.map(({ scores }) => scores)),
      losses: join(parts.map(({ losses }) => losses)),
      gradient: join(parts.map(({ gradient }) => gradient)),
    };
  }

  /** Vector-Jacobian product: scores, and for each sample sum_j v_j d(score_j)/dx with `v` of shape [n, classes]. */
  async vjp(
    x: Float32Array,
    n: number,
    v: Float32Array,
  ): Promise<{ readonly scores: Float32Array; readonly gradient: Float32Array }> {
    const { scores, gradient } = await this.lossGradient(x, n, { kind: 'weighted-scores', weights: v });
    return { scores, gradient };
  }

  /**
   * Values inside the network by the names that they have in the file, each [n, ...].
   * @throws Fault `ERR_USAGE` for a name that is not there.
   */
  async activations(
    x: Float32Array,
    n: number,
    names: readonly string[],
  ): Promise<Readonly<Record<string, Float32Array>>> {
    const parts = (await this.#each(x, n, (part) => ({ kind: 'activations', ...part, names }))) as Readonly<
      Record<string, Float32Array>
    >[];
    return Object.fromEntries(names.map((name) => [name, join(parts.map((part) => part[name]!))]));
  }

  async close(): Promise<void> {
    await this.#end();
  }

  async #each(
    x: Float32Array,
    n: number,
    order: (part: { x: Float32Array; count: number; batch: number }, from: number) => GradientOrder,
  ): Promise<readonly GradientResult[]> {
    const size = this.info.inputShape.reduce((product, length) => product * length, 1);
    if (x.length !== n * size) {
      throw new Fault('ERR_USAGE', `The batch has ${x.length} numbers for ${n} samples of ${size}.`, {
        hint: `A sample is ${this.info.inputShape.join(' x ')}.`,
      });
    }
    const { batching } = this.info;
    const step = batching === 'any' ? stepOf(n, this.#workers, this.#microBatch) : batching;
    const orders: GradientOrder[] = [];
    for (let from = 0; from < n; from += step) {
      const count = Math.min(step, n - from);
      // A copy: the part goes to a thread, and the caller may change x as soon as it has its answer.
      orders.push(
        order(
          {
            x: x.slice(from * size, (from + count) * size),
            count,
            batch: batching === 'any' ? powerAbove(count) : batching,
          },
          from,
        ),
      );
    }
    return Promise.all(orders.map((one) => this.#run(one)));
  }
}

/** The largest power of two with which every worker has something to do. */
function stepOf(n: number, workers: number, microBatch: number): number {
  const share = Math.ceil(n / Math.max(1, workers));
  let step = 1;
  while (step * 2 <= share && step * 2 <= microBatch) step *= 2;
  return step;
}

function powerAbove(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}

/** The part of a loss that belongs to some samples, so that a thread gets no more than it needs. */
function partOf(loss: Loss, from: number, count: number, n: number): { readonly loss: Loss; readonly from: number } {
  const cut = (list: Int32Array): Int32Array => list.slice(from, from + count);
  switch (loss.kind) {
    case 'dlr-targeted':
      return { loss: { kind: loss.kind, labels: cut(loss.labels), targets: cut(loss.targets) }, from: 0 };
    case 'difference':
      return { loss: { kind: loss.kind, first: cut(loss.first), second: cut(loss.second) }, from: 0 };
    case 'weighted-scores': {
      const width = loss.weights.length / n;
      return { loss: { kind: loss.kind, weights: loss.weights.slice(from * width, (from + count) * width) }, from: 0 };
    }
    default:
      return { loss: { kind: loss.kind, labels: cut(loss.labels) }, from: 0 };
  }
}

function join(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * Opens an ONNX file, the bytes of one, or a model that has been built.
 * @throws Fault `ERR_MODEL_MALFORMED`, `ERR_MODEL_UNSUPPORTED`, `ERR_USAGE` (see `PlanOptions`), `ERR_CONFIG` without ONNX Runtime. An
 * operator without a gradient is an error of `lossGradient`, not of this: see `info.coverage`.
 */
export async function openGradientModel(
  source: string | Uint8Array | OnnxModel,
  options: GradientModelOptions = {},
): Promise<GradientModel> {
  const { microBatch = DEFAULT_MICRO_BATCH, threads = Math.min(MAX_THREADS, availableParallelism()) } = options;
  if (!(Number.isInteger(Math.log2(microBatch)) && microBatch >= 1)) {
    throw new Fault('ERR_USAGE', `A micro-batch of ${microBatch} is no power of two.`);
  }
  const model =
    typeof source === 'string' ? await loadOnnx(source) : source instanceof Uint8Array ? loadOnnxBytes(source) : source;
  const runtime = await loadOnnxRuntime(options.runtime);
  const plan = await decideBatching(planModel(model, options), runtime);
  const local = new ModelProgram(plan, runtime);
  const { graph, classes } = await local.shaped(plan.batching === 'any' ? 1 : plan.batching);
  const info: GradientModelInfo = {
    inputShape: plan.inputShape,
    classes,
    finalOperator: plan.finalOperator,
    cut: plan.cut,
    batching: plan.batching,
    runtime: runtime.kind,
    wholeInput: plan.wholeInput,
    coverage: gradientCoverage(graph, [plan.input], [plan.output]),
  };
  const opened = { info, graph, plan };
  if (threads === 0) {
    return new GradientModel(
      opened,
      (order) => obey(local, order),
      () => local.close(),
      1,
      microBatch,
    );
  }
  const pool = new ThreadPool({ plan, runtime: runtime.kind }, threads);
  const end = async (): Promise<void> => {
    await Promise.all([pool.close(), local.close()]);
  };
  return new GradientModel(opened, (order) => pool.run(order), end, threads, microBatch);
}

/**
 * Where a file fixes the batch, tries others: in the graph as it is, then with the batch taken out of its reshapes. It is right when
 * one sample alone and two together get the scores that they get in a batch as the file wants it.
 */
async function decideBatching(plan: ModelPlan, runtime: OnnxRuntime): Promise<ModelPlan> {
  const fixed = plan.fixedBatch;
  if (fixed === null) return plan;
  const size = plan.inputShape.reduce((product, length) => product * length, 1);
  const random = seededRandom('batching');
  const x = Float32Array.from({ length: 2 * size }, () => random.uniform());
  const parts = [x.slice(0, size), x.slice(size)];
  const each = async (program: ModelProgram, batch: number): Promise<Float32Array> =>
    join([await program.forward(parts[0]!, 1, batch), await program.forward(parts[1]!, 1, batch)]);
  const wanted = await withProgram(plan, runtime, (program) => each(program, fixed));
  for (const candidate of [plan, { ...plan, model: withoutFixedBatch(plan.model, fixed) }]) {
    try {
      const [both, alone] = await withProgram(candidate, runtime, async (program) => [
        await program.forward(x, 2, 2),
        fixed === 1 ? wanted : await each(program, 1),
      ]);
      if (isClose(both, wanted) && isClose(alone, wanted)) return { ...candidate, fixedBatch: null };
    } catch {
      // Tried: this graph takes no other batch.
    }
  }
  return { ...plan, batching: fixed, fixedBatch: null };
}

async function withProgram<Result>(
  plan: ModelPlan,
  runtime: OnnxRuntime,
  body: (program: ModelProgram) => Promise<Result>,
): Promise<Result> {
  const program = new ModelProgram(plan, runtime);
  try {
    return await body(program);
  } finally {
    await program.close();
  }
}

function isClose(a: Float32Array, b: Float32Array): boolean {
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.length === b.length && a.every((value, index) => Math.abs(value - b[index]!) <= 1e-4 * scale + 1e-6);
}
