import { Worker } from 'node:worker_threads';
import { endThread } from '../core/end-thread.ts';
import { Fault } from '../core/fault.ts';
import type { ClassifierFolder } from './classifier-folder.ts';
import type { ThreadAnswer, ThreadData, ThreadFault, ThreadOrder } from './classifier-thread.ts';
import { type GatedData, NativeGate } from './native-gate.ts';
import type { RuntimeKind } from './onnx-runtime.ts';
import type { WindowScores } from './sequence-classifier.ts';

/** The sources run as they are; what is published has been emitted. */
const THREAD = new URL(`./classifier-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Units of text that wait in all. */
const MAX_WAITING_UNITS = 16 * 1024 * 1024;
/** A text that takes longer than this holds its thread for good: the thread is ended, and the next text gets a new one. */
const STUCK_MILLIS = 120_000;
/** After a thread died or could not begin, texts fail at once for this long. */
const REST_MILLIS = 2000;
/** Heap of a thread. A vocabulary of 250,000 pieces takes some 300 MB; weights are not on the heap. */
const HEAP_MEGABYTES = 1024;

export interface ThreadedClassifierOptions {
  readonly folder: ClassifierFolder;
  /** Absent: native where it works. */
  readonly runtime?: RuntimeKind | undefined;
  /** Texts worked on at once, each by a thread with a session of its own. */
  readonly threads: number;
  /** Texts that may wait; one more fails at once. */
  readonly queue: number;
  /** Milliseconds after which a text is taken to be stuck and its thread is ended. Default: two minutes. */
  readonly stuckAfter?: number;
}

export interface ClassifierInfo {
  readonly runtime: RuntimeKind;
  readonly labels: readonly string[];
  readonly exclusive: boolean;
}

interface Job {
  readonly id: number;
  readonly text: string;
  readonly done: (scores: WindowScores) => void;
  readonly failed: (error: unknown) => void;
  /** Nobody waits for it any more. */
  dropped: boolean;
}

interface Thread {
  readonly worker: Worker;
  readonly gate: NativeGate;
  job: Job | null;
  ready: boolean;
  watch: NodeJS.Timeout | null;
}

/**
 * A sequence classifier on threads of its own, because a run blocks the thread that asked for it. Bounded: so many texts
 * at once, so many waiting; beyond that a text fails, and what fails is never clean. Threads begin with the first text.
 */
export class ThreadedClassifier {
  readonly #options: ThreadedClassifierOptions;
  readonly #threads = new Set<Thread>();
  /** Threads that were given up and still run native code: they end when that returns. */
  readonly #leaving = new Set<Thread>();
  readonly #waiting: Job[] = [];
  /** Runs while texts wait and no thread may begin. */
  #held: NodeJS.Timeout | null = null;
  #waitingUnits = 0;
  #jobs = 0;
  #closed = false;
  #restUntil = 0;
  #unfit: Fault | null = null;
  #info: ClassifierInfo | null = null;
  #infoWanted: { readonly resolve: (info: ClassifierInfo) => void; readonly reject: (error: unknown) => void }[] = [];

  constructor(options: ThreadedClassifierOptions) {
    this.#options = options;
  }

  /** What the folder says that the model tells apart; null when only the model knows. */
  get labels(): readonly string[] | null {
    return this.#options.folder.labels;
  }

  /** Texts that wait for a thread. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Loads the model, if it is not loaded yet, and says what it is.
   * @throws Fault `ERR_CONFIG` when it cannot be loaded.
   */
  info(): Promise<ClassifierInfo> {
    if (this.#closed) return Promise.reject(new Fault('ERR_CHECK_FAILED', 'The classifier was closed.'));
    if (this.#info !== null) return Promise.resolve(this.#info);
    return new Promise((resolve, reject) => {
      this.#infoWanted.push({ resolve, reject });
      if (this.#threads.size === 0) this.#start();
      for (const { worker } of this.#threads) worker.ref();
    });
  }

  /**
   * @throws Fault `ERR_OVERLOADED` when too many texts wait, `ERR_CHECK_FAILED` when the text is too long or the model
   * fails, the signal's reason when it is aborted.
   */
  score(text: string, signal?: AbortSignal): Promise<WindowScores> {
    if (this.#closed) return Promise.reject(new Fault('ERR_CHECK_FAILED', 'The classifier was closed.'));
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (this.#threads.size === 0 && this.#unfit !== null && performance.now() < this.#restUntil) {
      return Promise.reject(this.#unfit);
    }
    const full = this.#waiting.length >= this.#options.queue && this.#idle() === undefined;
    if (full || this.#waitingUnits + text.length > MAX_WAITING_UNITS) {
      return Promise.reject(new Fault('ERR_OVERLOADED', 'Too many texts wait for the classifier.', { retryAfter: 1 }));
    }
    return new Promise((resolve, reject) => {
      const settle = (): void => signal?.removeEventListener('abort', abort);
      const job: Job = {
        id: (this.#jobs += 1),
        text,
        done: (scores) => {
          settle();
          resolve(scores);
        },
        failed: (error) => {
          settle();
          reject(error as Error);
        },
        dropped: false,
      };
      const abort = (): void => {
        this.#drop(job);
        job.failed(signal!.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(job);
      this.#waitingUnits += text.length;
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#releaseHeld();
    const fault = new Fault('ERR_CHECK_FAILED', 'The classifier was closed.');
    for (const job of this.#waiting.splice(0)) job.failed(fault);
    this.#waitingUnits = 0;
    const leaving = [...this.#leaving].map(({ gate, worker }) => gate.end(worker));
    await Promise.all([...[...this.#threads].map((thread) => this.#end(thread)), ...leaving]);
  }

  #idle(): Thread | undefined {
    for (const thread of this.#threads) if (thread.ready && thread.job === null) return thread;
    return undefined;
  }

  /** Hands waiting texts to threads that have nothing to do, and starts threads while there are more texts than those. */
  #next(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle();
      if (thread === undefined) {
        const starting = [...this.#threads].filter(({ ready }) => !ready).length;
        const { threads } = this.#options;
        // Those that leave still work: no more of them than may work at once.
        if (this.#threads.size < threads && this.#leaving.size < threads && starting < this.#waiting.length)
          this.#start();
        if (this.#threads.size === 0) this.#watchHeld();
        return;
      }
      const job = this.#waiting.shift()!;
      this.#waitingUnits -= job.text.length;
      thread.job = job;
      thread.watch = setTimeout(() => this.#giveUp(thread), this.#options.stuckAfter ?? STUCK_MILLIS);
      thread.watch.unref();
      thread.worker.ref();
      post(thread, { id: job.id, text: job.text });
    }
  }

  #releaseHeld(): void {
    if (this.#held !== null) clearTimeout(this.#held);
    this.#held = null;
  }

  #drop(job: Job): void {
    job.dropped = true;
    const at = this.#waiting.indexOf(job);
    if (at !== -1) {
      this.#waiting.splice(at, 1);
      this.#waitingUnits -= job.text.length;
      return;
    }
    for (const thread of this.#threads) if (thread.job === job) post(thread, { abort: job.id });
  }

  #start(): void {
    const { folder, runtime } = this.#options;
    const gate = new NativeGate();
    const workerData: ThreadData & GatedData = { folder, runtime, ...gate.data };
    const worker = new Worker(THREAD, {
      workerData,
      // Credentials in the environment are none of a model's business.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    const thread: Thread = { worker, gate, job: null, ready: false, watch: null };
    this.#threads.add(thread);
    worker.on('message', (answer: ThreadAnswer) => this.#answered(thread, answer));
    worker.on('error', () => {});
    worker.on('exit', () => this.#ended(thread));
  }

  #answered(thread: Thread, answer: ThreadAnswer): void {
    switch (answer.kind) {
      case 'ready': {
        const { runtime, labels, exclusive } = answer;
        this.#info = { runtime, labels, exclusive };
        this.#unfit = null;
        thread.ready = true;
        for (const { resolve } of this.#infoWanted.splice(0)) resolve(this.#info);
        thread.worker.unref();
        break;
      }
      case 'unfit':
        this.#unfit = toFault(answer.fault);
        void thread.gate.end(thread.worker);
        return;
      case 'scores':
      case 'failed': {
        const { job } = thread;
        this.#free(thread);
        if (job !== null && !job.dropped) {
          if (answer.kind === 'failed') job.failed(toFault(answer.fault));
          else if (answer.scores === null) job.failed(new Fault('ERR_CHECK_FAILED', 'The check was given up.'));
          else job.done(answer.scores);
        }
      }
    }
    this.#next();
  }

  #free(thread: Thread): void {
    if (thread.watch !== null) clearTimeout(thread.watch);
    thread.watch = null;
    thread.job = null;
    thread.worker.unref();
  }

  /** A text holds its thread for good: it fails, and the next one gets another thread. */
  #giveUp(thread: Thread): void {
    this.#leaving.add(thread);
    void thread.gate.end(thread.worker, Infinity).then(() => {
      this.#leaving.delete(thread);
      this.#releaseHeld();
      if (!this.#closed) this.#next();
    });
    this.#ended(thread);
  }

  /** All threads leave, and none may begin before one is gone: what waits for that waits no longer than a text may take. */
  #watchHeld(): void {
    if (this.#held !== null) return;
    this.#held = setTimeout(() => {
      this.#held = null;
      const fault = new Fault('ERR_CHECK_FAILED', 'Texts that do not end hold all threads of the classifier.');
      if (this.#threads.size === 0) this.#fail(fault);
    }, this.#options.stuckAfter ?? STUCK_MILLIS);
    this.#held.unref();
  }

  /** A thread ended: closed, stuck, out of memory, or without a model that works. */
  #ended(thread: Thread): void {
    if (!this.#threads.delete(thread)) return;
    const { job } = thread;
    this.#free(thread);
    if (this.#closed) {
      job?.failed(new Fault('ERR_CHECK_FAILED', 'The classifier was closed.'));
      this.#fail(new Fault('ERR_CHECK_FAILED', 'The classifier was closed.'));
      return;
    }
    const fault = this.#unfit ?? new Fault('ERR_CHECK_FAILED', 'The thread of the classifier ended.');
    if (job !== null && !job.dropped) job.failed(fault);
    if (!thread.ready) {
      // It would fail the same way for everybody who waits.
      this.#unfit = fault;
      this.#restUntil = performance.now() + REST_MILLIS;
      if (this.#threads.size === 0) this.#fail(fault);
      return;
    }
    this.#next();
  }

  #fail(fault: Fault): void {
    for (const { reject } of this.#infoWanted.splice(0)) reject(fault);
    this.#waitingUnits = 0;
    for (const job of this.#waiting.splice(0)) job.failed(fault);
  }

  async #end(thread: Thread): Promise<void> {
    // A running native call cannot be interrupted; an idle thread releases its session first.
    if (thread.job !== null || !thread.ready) {
      await thread.gate.end(thread.worker);
      return;
    }
    await endThread(thread.worker, () => post(thread, 'close'));
  }
}

function post(thread: Thread, order: ThreadOrder): void {
  thread.worker.postMessage(order);
}

function toFault({ code, message, where, hint }: ThreadFault): Fault {
  return new Fault(code, message, {
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
  });
}
