import { Worker } from 'node:worker_threads';
import { Fault } from '../../core/fault.ts';
import type { Box } from './perturb.ts';
import { type MicroBatch, type MicroResult, type ParameterValues, StepRunner } from './step-runner.ts';
import type { TrainingProgram } from './training-program.ts';
import { type GatedData, NativeGate } from '../native-gate.ts';

/** What one thread is told, and what it answers. Weights lie in shared memory, and are not sent. */
export interface StepThreadData {
  readonly program: TrainingProgram;
  readonly box: Box | null;
  readonly weights: readonly Float32Array[];
  readonly running: readonly Float32Array[];
}
export type StepOrder = { readonly batches: readonly MicroBatch[] } | 'close';
export type StepAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: MicroResult }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | null };

/** The sources run as they are; what is published has been emitted. */
const THREAD = new URL(`./step-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Runs the micro-batches of a step, here or spread over threads, and adds up their gradients. */
export interface StepPool {
  /** Values that the steps use; change them in place between steps. */
  readonly parameters: ParameterValues;
  /** @returns gradients of the mean loss over all micro-batches, mean loss, number correct, mean statistics. */
  run(batches: readonly MicroBatch[]): Promise<MicroResult>;
  close(): Promise<void>;
}

/**
 * @param threads 1: steps run in this thread. Otherwise each thread takes every `threads`-th micro-batch, with sessions of one thread of
 * their own; sums are added in the order of the threads, so that a run can be repeated bit for bit with as many threads.
 */
export async function openStepPool(
  program: TrainingProgram,
  box: Box | null,
  initial: ParameterValues,
  threads: number,
): Promise<StepPool> {
  if (threads <= 1) {
    const runner = await StepRunner.open(program, box);
    return { parameters: initial, run: (batches) => runAll(runner, initial, batches), close: () => runner.close() };
  }
  const parameters = { weights: initial.weights.map(share), running: initial.running.map(share) };
  const workers = Array.from({ length: threads }, () => {
    const gate = new NativeGate();
    const workerData: StepThreadData & GatedData = { program, box, ...parameters, ...gate.data };
    return new StepThread(new Worker(THREAD, { workerData }), gate);
  });
  await Promise.all(workers.map((worker) => worker.next()));
  return {
    parameters,
    async run(batches) {
      const parts = workers.map((_, index) => batches.filter((__, at) => at % threads === index));
      const busy = workers.filter((_, index) => parts[index]!.length > 0);
      const results = await Promise.all(busy.map((worker, index) => worker.order({ batches: parts[index]! })));
      const shares = busy.map((_, index) => parts[index]!.length / batches.length);
      return combine(results, shares);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

function share(values: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

/** Runs micro-batches one after the other; a sum is kept, and not each one's gradients. */
export async function runAll(
  runner: StepRunner,
  parameters: ParameterValues,
  batches: readonly MicroBatch[],
): Promise<MicroResult> {
  const share = 1 / batches.length;
  let sum = null as MicroResult | null;
  for (const batch of batches) {
    const result: MicroResult = await runner.run(parameters, batch, { share, before: sum?.gradients ?? null });
    for (const one of result.statistics) for (let i = 0; i < one.length; i++) one[i]! *= share;
    const { statistics }: MicroResult = sum ?? result;
    if (sum !== null) {
      result.statistics.forEach((one, which) => one.forEach((value, i) => (statistics[which]![i]! += value)));
    }
    sum = {
      gradients: result.gradients,
      statistics,
      loss: share * result.loss + (sum?.loss ?? 0),
      correct: result.correct + (sum?.correct ?? 0),
    };
  }
  return sum!;
}

/** Means over threads; what each did is `shares` of the whole. */
function combine(results: readonly MicroResult[], shares: readonly number[]): MicroResult {
  const mix = (pick: (result: MicroResult) => readonly Float32Array[]): readonly Float32Array[] =>
    pick(results[0]!).map((first, which) => {
      for (let i = 0; i < first.length; i++) first[i]! *= shares[0]!;
      for (let other = 1; other < results.length; other++) {
        const more = pick(results[other]!)[which]!;
        const share_ = shares[other]!;
        for (let i = 0; i < first.length; i++) first[i]! += share_ * more[i]!;
      }
      return first;
    });
  if (results.length === 1) return results[0]!;
  return {
    gradients: mix((result) => result.gradients),
    statistics: mix((result) => result.statistics),
    loss: results.reduce((total, { loss }, index) => total + loss * shares[index]!, 0),
    correct: results.reduce((total, { correct }) => total + correct, 0),
  };
}

interface Waiting {
  readonly resolve: (answer: StepAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** One thread, one order at a time. */
class StepThread {
  readonly #worker: Worker;
  readonly #gate: NativeGate;
  #waiting: Waiting | null = null;
  #ended: Fault | null = null;

  constructor(worker: Worker, gate: NativeGate) {
    this.#worker = worker;
    this.#gate = gate;
    worker.on('message', (answer: StepAnswer) => this.#settle((waiting) => waiting.resolve(answer)));
    worker.on('error', (cause) => this.#end(new Fault('ERR_INTERNAL', 'A training thread failed.', { cause })));
    worker.on('exit', () => this.#end(new Fault('ERR_INTERNAL', 'A training thread ended.')));
  }

  #settle(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) how(waiting);
  }

  #end(fault: Fault): void {
    this.#ended ??= fault;
    this.#settle((waiting) => waiting.reject(fault));
  }

  next(): Promise<StepAnswer> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise<StepAnswer>((resolve, reject) => (this.#waiting = { resolve, reject })).then((answer) => {
      if (answer.kind !== 'failed') return answer;
      throw new Fault(
        answer.code === 'ERR_MODEL_UNSUPPORTED' ? 'ERR_MODEL_UNSUPPORTED' : 'ERR_INTERNAL',
        `A training step failed: ${answer.message}`,
      );
    });
  }

  async order(order: StepOrder): Promise<MicroResult> {
    const answer = this.next();
    this.#worker.postMessage(order);
    const settled = await answer;
    if (settled.kind !== 'done') throw new Fault('ERR_INTERNAL', 'A training thread gave no result.');
    return settled.result;
  }

  async close(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    await this.#gate.end(this.#worker);
  }
}
