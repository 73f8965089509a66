/** The thread behind `StepPool`: one runner, one list of micro-batches at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { isFault } from '../../core/fault.ts';
import { runAll, type StepAnswer, type StepOrder, type StepThreadData } from './step-pool.ts';
import { StepRunner } from './step-runner.ts';

const port = parentPort!;
const { program, box, weights, running } = workerData as StepThreadData;
/** ONNX Runtime reads from plain memory only: weights are copied from the shared one before each step. */
const own = {
  weights: weights.map((one) => new Float32Array(one)),
  running: running.map((one) => new Float32Array(one)),
};

function say(answer: StepAnswer): void {
  if (answer.kind !== 'done') return port.postMessage(answer);
  const { gradients, statistics } = answer.result;
  port.postMessage(answer, [...new Set([...gradients, ...statistics].map(({ buffer }) => buffer as ArrayBuffer))]);
}

function failed(error: unknown): StepAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', message, code: isFault(error) ? error.code : null };
}

try {
  const runner = await StepRunner.open(program, box);
  port.on('message', (order: StepOrder) => {
    if (order === 'close') return void runner.close().finally(() => port.close());
    own.weights.forEach((copy, index) => copy.set(weights[index]!));
    own.running.forEach((copy, index) => copy.set(running[index]!));
    runAll(runner, own, order.batches).then(
      (result) => say({ kind: 'done', result }),
      (error: unknown) => say(failed(error)),
    );
  });
  say({ kind: 'ready' });
} catch (error) {
  say(failed(error));
}
