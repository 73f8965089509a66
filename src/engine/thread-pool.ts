import { Worker } from 'node:worker_threads';
import { Fault } from '../core/fault.ts';
import type { GradientAnswer, GradientOrder, GradientResult, GradientThreadData } from './gradient-thread.ts';
import { NativeGate } from './native-gate.ts';

/** The sources run as they are; what is published has been emitted. */
const THREAD = new URL(`./gradient-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

interface Job {
  readonly id: number;
  readonly order: GradientOrder;
  readonly resolve: (result: GradientResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly gate: NativeGate;
  job: Job | null;
}

/** Threads with a program each. Orders wait for a free one, first come first served. Idle threads do not keep the process alive. */
export class ThreadPool {
  readonly #data: GradientThreadData;
  readonly #size: number;
  readonly #threads: Thread[] = [];
  readonly #waiting: Job[] = [];
  #jobs = 0;
  #closed = false;

  constructor(data: GradientThreadData, size: number) {
    this.#data = data;
    this.#size = size;
  }

  run(order: GradientOrder): Promise<GradientResult> {
    if (this.#closed) return Promise.reject(new Fault('ERR_TARGET', 'The model was closed.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: (this.#jobs += 1), order, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const fault = new Fault('ERR_TARGET', 'The model was closed.');
    for (const job of this.#waiting.splice(0)) job.reject(fault);
    await Promise.all(
      this.#threads.map(async ({ worker, gate, job }) => {
        job?.reject(fault);
        await gate.end(worker);
      }),
    );
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#threads.find(({ job }) => job === null) ?? this.#start();
      if (thread === null) return;
      const job = this.#waiting.shift()!;
      thread.job = job;
      thread.worker.ref();
      thread.worker.postMessage({ id: job.id, order: job.order }, [job.order.x.buffer as ArrayBuffer]);
    }
  }

  #start(): Thread | null {
    if (this.#threads.length >= this.#size) return null;
    const gate = new NativeGate();
    const workerData = { ...this.#data, ...gate.data };
    const thread: Thread = { worker: new Worker(THREAD, { workerData }), gate, job: null };
    const { worker } = thread;
    this.#threads.push(thread);
    worker.on('message', (answer: GradientAnswer) => {
      const { job } = thread;
      if (job === null || job.id !== answer.id) return;
      thread.job = null;
      worker.unref();
      if ('result' in answer) job.resolve(answer.result);
      else job.reject(new Fault(answer.fault.code, answer.fault.message, detailOf(answer.fault)));
      this.#next();
    });
    const died = (cause: unknown): void => {
      const at = this.#threads.indexOf(thread);
      if (at >= 0) this.#threads.splice(at, 1);
      const { job } = thread;
      thread.job = null;
      job?.reject(new Fault('ERR_TARGET', 'A thread of the model died, perhaps for want of memory.', { cause }));
      if (!this.#closed) this.#next();
    };
    worker.on('error', died);
    worker.on('exit', died);
    return thread;
  }
}

function detailOf({ where, hint }: { readonly where: string | undefined; readonly hint: string | undefined }): {
  where?: string;
  hint?: string;
} {
  return { ...(where === undefined ? {} : { where }), ...(hint === undefined ? {} : { hint }) };
}
