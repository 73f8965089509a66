import { Worker } from 'node:worker_threads';
import type { ArtifactContext } from './artifact.ts';
import type { FileResult } from './file-result.ts';
import { failed } from './scan-file.ts';
import { SCAN_LIMITS, type ScanLimits } from './scan-limits.ts';
import { answerRange, type RangeRequest, type RemoteBytes, remoteChannel } from './remote-source.ts';
import { releaseTurn, turnMemory } from './memory-turn.ts';
import type { UnpackRequest } from './native/unpack-channel.ts';
import { UnpackService } from './native/unpack-service.ts';
import type { ScanOrder, ThreadData } from './scan-thread.ts';

/** The sources run as they are; what is published has been emitted. */
const THREAD = new URL(`./scan-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Heap of a thread in MiB: what a hostile file makes of it ends the thread, not the program. */
const HEAP_MEGABYTES = 256;
/** Part of it for what has just been made: little, for there is one in every thread. */
const YOUNG_MEGABYTES = 8;
/** Milliseconds beyond the time limit after which a thread is taken to be stuck. */
const GRACE = 10_000;

export interface ScanTask {
  readonly path: string;
  /** The name that results show. */
  readonly shown: string;
  readonly context?: ArtifactContext;
  /** Where the name leads, if it is that of a symbolic link. */
  readonly link?: string;
  /** Bytes that are no file of the disk; `path` says nothing then. */
  readonly remote?: RemoteBytes;
}

interface Thread {
  readonly data: ThreadData;
  readonly unpacking: UnpackService;
  worker: Worker;
  ended: boolean;
  task: {
    readonly order: ScanOrder;
    readonly done: (result: FileResult) => void;
    readonly remote?: RemoteBytes;
  } | null;
  watch: NodeJS.Timeout | null;
}

/**
 * Looks at files on threads that can be ended: a file that makes one run out of memory or time is reported as such, and the others
 * go on. Results come in the order of the files; none after `signal` says stop, which ends the threads in the middle of their files.
 */
export async function* scanFiles(
  tasks: AsyncIterable<ScanTask> | Iterable<ScanTask>,
  options: { readonly threads: number; readonly limits?: ScanLimits; readonly signal?: AbortSignal },
): AsyncGenerator<FileResult> {
  const limits = options.limits ?? SCAN_LIMITS;
  const threads: Thread[] = [];
  const shared = turnMemory(options.threads);
  const unpacking = new UnpackService();
  const waiting: Promise<FileResult>[] = [];
  let next = 0;
  const { signal } = options;
  const stopped = stop(signal);
  try {
    for await (const task of tasks) {
      if (signal?.aborted === true) return;
      if (threads.length < options.threads && threads.every((thread) => thread.task !== null)) {
        threads.push(begin({ shared, thread: threads.length + 1 }, unpacking));
      }
      // Enough work in hand that no thread waits for the consumer.
      while (waiting.length >= options.threads * 4) {
        const result = await Promise.race([waiting.shift()!, stopped]);
        if (result === null) return;
        yield result;
      }
      const thread = threads.find((one) => one.task === null) ?? (await Promise.race([idle(threads), stopped]));
      if (thread === null) return;
      const { remote, link: _, ...local } = task;
      const order: ScanOrder = { ...local, id: next++, limits };
      waiting.push(give(thread, order, limits, remote));
    }
    while (waiting.length > 0) {
      const result = await Promise.race([waiting.shift()!, stopped]);
      if (result === null) return;
      yield result;
    }
  } finally {
    for (const thread of threads) thread.ended = true;
    await Promise.all([...threads.map((thread) => thread.worker.terminate()), unpacking.end()]);
    for (const thread of threads) if (thread.watch !== null) clearTimeout(thread.watch);
  }
}

/** Null as soon as somebody interrupts: a file that takes minutes is not waited for. */
function stop(signal: AbortSignal | undefined): Promise<null> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve(null);
    else signal?.addEventListener('abort', () => resolve(null), { once: true });
  });
}

function begin(data: ThreadData, unpacking: UnpackService): Thread {
  const thread: Thread = { data, unpacking, worker: start(data), ended: false, task: null, watch: null };
  attach(thread);
  return thread;
}

function start(workerData: ThreadData): Worker {
  return new Worker(THREAD, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  });
}

function attach(thread: Thread): void {
  const { worker } = thread;
  worker.on('message', (message: { readonly result: FileResult } | RangeRequest | UnpackRequest) => {
    if ('result' in message) return finish(thread, message.result);
    if ('unpack' in message) return thread.unpacking.serve(message);
    const { remote, order } = thread.task ?? {};
    if (remote !== undefined && order?.remote !== undefined) void answerRange(order.remote.channel, remote, message);
  });
  const lost = (why: string): void => {
    if (thread.worker !== worker || thread.ended) return;
    const shown = thread.task?.order.shown;
    releaseTurn(thread.data.shared, thread.data.thread);
    thread.worker = start(thread.data);
    attach(thread);
    if (shown !== undefined) finish(thread, failed(shown, why));
  };
  worker.on('error', (error: NodeJS.ErrnoException) => {
    lost(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? 'it needs more memory than is allowed'
        : `the reader failed (${error.name})`,
    );
  });
  worker.on('exit', (code) => {
    if (code !== 0) lost('the thread that looked at it ended');
  });
}

const freed = new Set<() => void>();

function finish(thread: Thread, result: FileResult): void {
  const { task } = thread;
  thread.task = null;
  if (thread.watch !== null) clearTimeout(thread.watch);
  thread.watch = null;
  task?.done(result);
  for (const wake of freed) wake();
}

async function idle(threads: readonly Thread[]): Promise<Thread> {
  for (;;) {
    const found = threads.find((thread) => thread.task === null);
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        freed.delete(wake);
        resolve();
      };
      freed.add(wake);
    });
  }
}

function give(thread: Thread, given: ScanOrder, limits: ScanLimits, remote?: RemoteBytes): Promise<FileResult> {
  return new Promise((resolve) => {
    const order = remote === undefined ? given : { ...given, remote: { size: remote.size, channel: remoteChannel() } };
    thread.task = { order, done: resolve, ...(remote === undefined ? {} : { remote }) };
    const waited = (): number => Atomics.load(new Int32Array(thread.data.shared), thread.data.thread);
    const watch = (before: number): void => {
      thread.watch = setTimeout(() => {
        // Time that it waited for its turn is not the file's.
        if (waited() > before) return watch(waited());
        const stuck = thread.worker;
        thread.worker = start(thread.data);
        attach(thread);
        void stuck.terminate().then(() => releaseTurn(thread.data.shared, thread.data.thread));
        finish(thread, failed(order.shown, `it takes longer than ${(limits.time + GRACE) / 1000} s`));
      }, limits.time + GRACE);
    };
    watch(waited());
    thread.worker.postMessage(order);
  });
}
