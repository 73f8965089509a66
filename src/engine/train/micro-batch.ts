import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { isFault } from '../../core/fault.ts';
import { product } from '../gradient/window.ts';
import { specialise } from '../graph/specialise.ts';
import type { OnnxRuntime } from '../onnx-runtime.ts';
import type { MicroBatch } from './step-runner.ts';

/** Bytes of a micro-batch's activations, at most: its gradients take about twice as much again. */
const MAX_ACTIVATIONS = 2 ** 28;
/** Samples over which a BatchNormalization in training takes its statistics, at most. */
const MAX_STATISTICS = 64;

export interface MicroBatchOptions {
  /** Prepared (`graph/prepare.ts`). */
  readonly model: OnnxModel;
  readonly runtime: OnnxRuntime;
  /** Shape of one sample for every input of the model. */
  readonly sampleShapes: Readonly<Record<string, readonly number[]>>;
  /** Samples of one update. */
  readonly batch: number;
  readonly threads: number;
  /** Whether BatchNormalization normalises by the samples of a run. */
  readonly batchStatistics: boolean;
  /** How often a sample is in a run: twice with TRADES. */
  readonly copies: number;
}

/**
 * How many samples of an update run at once: the fewest runs whose activations fit into memory and that give every thread something to
 * do. Fewer runs are faster or as fast for every kind of network measured (`npm run bench:training`): each run reads all weights and
 * hands out all their gradients, and what does not fit into the processor's cache is cut up inside the graph. It depends on the model and the
 * options alone, never on a clock, so that a run can be repeated; and it changes nothing but the order of sums, unless
 * BatchNormalization takes its statistics from the samples of a run, where it stays at 64 or fewer.
 * @returns a divisor of `batch`
 */
export async function chooseMicroBatch(options: MicroBatchOptions): Promise<number> {
  const { model, batch, threads, copies } = options;
  const normalises = options.batchStatistics && model.graph.nodes.some(({ op }) => op === 'BatchNormalization');
  const most = Math.min(Math.ceil(batch / threads), normalises ? MAX_STATISTICS : batch);
  const divisors = Array.from({ length: most }, (_, at) => most - at).filter((size) => batch % size === 0);
  const bytes = copies * (await activationBytes(options));
  return divisors.find((size) => size * bytes <= MAX_ACTIVATIONS) ?? 1;
}

/** Bytes of all values that are computed for one sample. */
async function activationBytes({ model, runtime, sampleShapes }: MicroBatchOptions): Promise<number> {
  const shapes = Object.fromEntries(Object.entries(sampleShapes).map(([name, shape]) => [name, [1, ...shape]]));
  try {
    const graph = await specialise(model, runtime, { shapes });
    const made = graph.nodes.flatMap(({ outputs }) => outputs);
    return made.reduce((sum, name) => sum + 4 * product(graph.shapes.get(name) ?? []), 0);
  } catch (error) {
    // A graph for another number of samples than one: building the program says what is wrong, if it is.
    if (isFault(error)) return MAX_ACTIVATIONS / MAX_STATISTICS;
    throw error;
  }
}

/** A batch of `count` samples in pieces of `size`, each with memory of its own: pieces are sent to threads. */
export function cutBatch(batch: MicroBatch, count: number, size: number): MicroBatch[] {
  if (size === count) return [batch];
  return Array.from({ length: count / size }, (_, at) => {
    const piece = <T extends Float32Array | BigInt64Array | Int32Array>(all: T): T => {
      const each = all.length / count;
      return all.slice(at * size * each, (at + 1) * size * each) as T;
    };
    return {
      ...batch,
      inputs: Object.fromEntries(Object.entries(batch.inputs).map(([name, all]) => [name, piece(all)])),
      targets: batch.targets.map(piece),
      ...(batch.start !== undefined && { start: piece(batch.start) }),
      seed: `${batch.seed}/${at * size}`,
    };
  });
}
