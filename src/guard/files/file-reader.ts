import { Worker } from 'node:worker_threads';
import { endThread } from '../../core/end-thread.ts';
import type { FileLimits, Gap, Reading } from '../../formats/extraction.ts';
import { isHeavy, readFileText } from '../../formats/read-file.ts';
import { ReadingCache } from './reading-cache.ts';
import type { ReadAnswer, ReadOrder } from './file-reader-thread.ts';

/** The sources run as they are; what is published has been emitted. */
const THREAD = new URL(`./file-reader-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Files up to this many bytes, of formats that are quick to read, do not need a thread: posting them would take longer. */
const INLINE_BYTES = 16 * 1024;
/** Between two looks at the memory while a file is being read. */
const WATCH_MILLIS = 50;
const MIB = 1024 * 1024;

export interface FileReaderOptions {
  /** Threads at most; each starts with the first file that needs it. Default 2. */
  readonly threads?: number;
  /** Files that may wait for a thread. Default 64. */
  readonly queue?: number;
  /** MiB of JavaScript objects that one thread may have, and that the process may grow by while a file is read. Default 256 and 512. */
  readonly heap?: number;
  readonly growth?: number;
}

interface Order {
  readonly heavy: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly limits: FileLimits;
  /** When it must be done, by `performance.now()`. */
  readonly deadline: number;
  readonly done: (reading: Reading) => void;
  timer: NodeJS.Timeout;
}

interface Running {
  readonly id: number;
  readonly order: Order;
  readonly memory: number;
}

/**
 * Reads files away from the thread that serves requests, because some formats take seconds and hostile files take for ever. A file that
 * takes too long, or too much memory, ends its thread, and nothing else: what it was is a gap in the reading.
 */
export class FileReader {
  readonly #threads: number;
  readonly #queueLimit: number;
  readonly #heap: number;
  readonly #growth: number;
  readonly #waiting: Order[] = [];
  readonly #idle: Worker[] = [];
  readonly #cache = new ReadingCache();
  readonly #running = new Map<Worker, Running>();
  #orders = 0;
  #watch: NodeJS.Timeout | null = null;
  #closed = false;

  constructor({ threads = 2, queue = 64, heap = 256, growth = 512 }: FileReaderOptions = {}) {
    this.#threads = threads;
    this.#queueLimit = queue;
    this.#heap = heap;
    this.#growth = growth * MIB;
  }

  /**
   * Reads a file. Never rejects: what went wrong is a gap whose part is ''. The bytes are given away and must not be used again.
   * @param timeout milliseconds, waiting for a thread included.
   */
  async read(bytes: Uint8Array<ArrayBuffer>, limits: FileLimits, timeout: number): Promise<Reading> {
    const heavy = isHeavy(bytes);
    if (bytes.length <= INLINE_BYTES && !heavy) return readFileText(bytes, limits);
    const key = ReadingCache.key(bytes, limits);
    const known = this.#cache.get(key);
    if (known !== null) return known;
    const reading = await this.#onThread(bytes, limits, timeout, heavy);
    if (!this.#closed) this.#cache.put(key, reading);
    return reading;
  }

  #onThread(bytes: Uint8Array<ArrayBuffer>, limits: FileLimits, timeout: number, heavy: boolean): Promise<Reading> {
    if (this.#closed || this.#waiting.length >= this.#queueLimit || timeout <= 0) {
      return Promise.resolve(
        unread('busy', timeout <= 0 ? 'no time was left to read it' : 'too many files are being read'),
      );
    }
    return new Promise((done) => {
      const order: Order = {
        heavy,
        bytes,
        limits,
        deadline: performance.now() + timeout,
        done,
        timer: setTimeout(() => this.#late(order, timeout), timeout),
      };
      this.#waiting.push(order);
      this.#next();
    });
  }

  /** Ends the threads; what is being read becomes a gap. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cache.clear();
    for (const order of this.#waiting.splice(0)) this.#finish(order, unread('busy', 'the gateway is about to stop'));
    const threads = [...this.#idle.splice(0), ...this.#running.keys()];
    await Promise.all(threads.map((thread) => endThread(thread)));
  }

  #next(): void {
    for (let order = this.#nextOrder(); order !== null; order = this.#nextOrder()) {
      const thread = this.#idle.pop() ?? this.#start();
      this.#waiting.splice(this.#waiting.indexOf(order), 1);
      const id = (this.#orders += 1);
      this.#running.set(thread, { id, order, memory: process.memoryUsage.rss() });
      this.#watch ??= setInterval(() => this.#lookAtMemory(), WATCH_MILLIS);
      thread.ref();
      const { bytes, limits } = order;
      thread.postMessage({ id, bytes, limits } satisfies ReadOrder, [bytes.buffer]);
    }
  }

  /**
   * The first that waits for a free thread. One thread is kept from the heavy ones, so that slow documents do not hold up every picture.
   */
  #nextOrder(): Order | null {
    const running = [...this.#running.values()];
    if (running.length >= this.#threads) return null;
    const heavy = running.filter(({ order }) => order.heavy).length;
    const mayBeHeavy = heavy < Math.max(1, this.#threads - 1);
    return this.#waiting.find((order) => mayBeHeavy || !order.heavy) ?? null;
  }

  #start(): Worker {
    const thread = new Worker(THREAD, {
      env: {},
      // What a library prints about a file would be a stranger's words in our log.
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: this.#heap, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    });
    thread.stdout.resume();
    thread.stderr.resume();
    thread.on('message', ({ id, reading }: ReadAnswer) => {
      const running = this.#running.get(thread);
      if (running === undefined || running.id !== id) return;
      this.#running.delete(thread);
      this.#idle.push(thread);
      thread.unref();
      this.#finish(running.order, reading);
      this.#next();
    });
    let cause: unknown = null;
    thread.on('error', (error) => (cause = error));
    thread.on('exit', () => {
      const at = this.#idle.indexOf(thread);
      if (at !== -1) this.#idle.splice(at, 1);
      const running = this.#running.get(thread);
      this.#running.delete(thread);
      if (running !== undefined) {
        const outOfMemory = (cause as NodeJS.ErrnoException | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
        this.#finish(
          running.order,
          outOfMemory ? unread('limit', 'reading it takes too much memory') : unread('damaged', 'the reader failed'),
        );
      }
      if (!this.#closed) this.#next();
    });
    return thread;
  }

  #late(order: Order, timeout: number): void {
    const at = this.#waiting.indexOf(order);
    if (at !== -1) {
      this.#waiting.splice(at, 1);
      this.#finish(order, unread('busy', `no reader was free within ${Math.round(timeout)} ms`));
      return;
    }
    this.#stop(order, unread('timeout', `it could not be read within ${Math.round(timeout)} ms`));
  }

  /** Ends the thread that reads this file. */
  #stop(order: Order, reading: Reading): void {
    for (const [thread, running] of this.#running) {
      if (running.order !== order) continue;
      this.#running.delete(thread);
      this.#finish(order, reading);
      void thread.terminate();
    }
    this.#next();
  }

  /**
   * A thread's limits hold for objects only, not for the buffers that a library unpacks into: the process is watched for those. With
   * several files at once the one that began first is ended; the others have their own turn of the watch.
   */
  #lookAtMemory(): void {
    const now = process.memoryUsage.rss();
    const [first] = [...this.#running.values()].filter(({ memory }) => now - memory > this.#growth);
    if (first !== undefined) this.#stop(first.order, unread('limit', 'reading it takes too much memory'));
  }

  #finish(order: Order, reading: Reading): void {
    clearTimeout(order.timer);
    order.done(reading);
    if (this.#running.size === 0 && this.#watch !== null) {
      clearInterval(this.#watch);
      this.#watch = null;
    }
  }
}

function unread(reason: Gap['reason'], what: string): Reading {
  return { formats: [], pieces: [], gaps: [{ reason, part: '', what }], notes: [] };
}
