/** A thread behind `GradientModel`: one program, one run at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { type FaultCode, isFault } from '../core/fault.ts';
import type { Loss, LossGradient } from './loss.ts';
import type { ModelPlan } from './model-plan.ts';
import { ModelProgram } from './model-program.ts';
import { loadOnnxRuntime, type RuntimeKind } from './onnx-runtime.ts';

export interface GradientThreadData {
  readonly plan: ModelPlan;
  readonly runtime: RuntimeKind;
}

/** What a thread, or the program in this one, is asked: `x` has `count` samples, and the graph is compiled for `batch`. */
export type GradientOrder = { readonly x: Float32Array; readonly count: number; readonly batch: number } & (
  | { readonly kind: 'forward' }
  | { readonly kind: 'loss'; readonly loss: Loss; readonly from: number }
  | { readonly kind: 'activations'; readonly names: readonly string[] }
);

export type GradientResult = Float32Array | LossGradient | Readonly<Record<string, Float32Array>>;

export interface GradientFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;
}

export type GradientAnswer =
  | { readonly id: number; readonly result: GradientResult }
  | { readonly id: number; readonly fault: GradientFault };

/** Does one order with a program. */
export function obey(program: ModelProgram, order: GradientOrder): Promise<GradientResult> {
  const { x, count, batch } = order;
  switch (order.kind) {
    case 'forward':
      return program.forward(x, count, batch);
    case 'loss':
      return program.lossGradient(x, count, batch, order.loss, order.from);
    case 'activations':
      return program.activations(x, count, batch, order.names);
  }
}

function toFault(error: unknown): GradientFault {
  if (isFault(error)) return { code: error.code, message: error.message, where: error.where, hint: error.hint };
  const said = error instanceof Error ? error.message : String(error);
  return { code: 'ERR_TARGET', message: `The model failed: ${said.slice(0, 400)}`, where: undefined, hint: undefined };
}

/** The buffers that an answer may move instead of copying: those that nothing else looks into. */
function buffersOf(result: GradientResult): ArrayBuffer[] {
  const arrays = result instanceof Float32Array ? [result] : (Object.values(result) as Float32Array[]);
  const whole = arrays.filter((one) => one.byteLength === one.buffer.byteLength);
  return [...new Set(whole.map((one) => one.buffer as ArrayBuffer))];
}

if (parentPort !== null && workerData !== null && typeof workerData === 'object' && 'plan' in workerData) {
  const port = parentPort;
  const { plan, runtime } = workerData as GradientThreadData;
  const program = loadOnnxRuntime(runtime).then((loaded) => new ModelProgram(plan, loaded));
  program.catch(() => {});
  port.on('message', (message: { readonly id: number; readonly order: GradientOrder } | 'close') => {
    if (message === 'close') {
      void program.then((one) => one.close()).finally(() => port.close());
      return;
    }
    const { id, order } = message;
    program
      .then((one) => obey(one, order))
      .then(
        (result) => port.postMessage({ id, result } satisfies GradientAnswer, buffersOf(result)),
        (error: unknown) => port.postMessage({ id, fault: toFault(error) } satisfies GradientAnswer),
      );
  });
}
