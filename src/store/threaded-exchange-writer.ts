import { Worker } from 'node:worker_threads';
import { endThread } from '../core/end-thread.ts';
import { Fault } from '../core/fault.ts';
import type { ExchangeWriter } from './exchange-writer.ts';
import type { WriteAnswer, WriteOrder } from './exchange-writer-thread.ts';
import type { StoredExchange } from './store.ts';

/** The sources run as they are; what is published has been emitted. */
const THREAD = new URL(`./exchange-writer-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** What waits is written first, and a checkpoint on a slow disk takes its time; what is lost is in the ledger. */
const CLOSE_MILLIS = 30_000;

/**
 * Writes exchanges to SQLite on a thread of its own, because `node:sqlite` works in the turn it is called in, and a
 * batch with the write-ahead log's checkpoint behind it would hold every request for tens of milliseconds.
 * The thread starts with the first batch; one that died is started again with the next.
 */
export class ThreadedExchangeWriter implements ExchangeWriter {
  readonly #file: string;
  readonly #waiting = new Map<number, { readonly done: () => void; readonly failed: (fault: Fault) => void }>();
  #thread: Worker | null = null;
  #orders = 0;

  /** @param file absolute path of the database; `:memory:` cannot be shared between threads. */
  constructor(file: string) {
    this.#file = file;
  }

  write(log: number, rows: readonly StoredExchange[]): Promise<void> {
    const id = (this.#orders += 1);
    const order: WriteOrder = {
      id,
      log,
      rows: rows.map(({ index, leaf, doc, exchange }) => [index, leaf, doc ?? JSON.stringify(exchange)]),
    };
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      const thread = (this.#thread ??= this.#start());
      thread.ref();
      thread.postMessage(order);
    });
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    if (thread === null) return;
    this.#thread = null;
    await endThread(thread, () => thread.postMessage('close'), CLOSE_MILLIS);
  }

  #start(): Worker {
    const thread = new Worker(THREAD, { workerData: { file: this.#file } });
    thread.on('message', ({ id, fault }: WriteAnswer) => {
      const order = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) thread.unref();
      if (fault === null) order?.done();
      else order?.failed(toFault(fault));
    });
    let cause: unknown = null;
    thread.on('error', (error) => (cause = error));
    thread.on('exit', () => {
      if (this.#thread === thread) this.#thread = null;
      const orders = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { failed } of orders) {
        failed(
          cause instanceof Fault
            ? cause
            : new Fault('ERR_STORE', 'The thread that writes the database ended.', {
                where: `sqlite:${this.#file}`,
                hint: 'The rows are in the ledger and are written again with the next batch.',
                cause,
              }),
        );
      }
    });
    return thread;
  }
}

function toFault({ message, where, hint }: NonNullable<WriteAnswer['fault']>): Fault {
  return new Fault('ERR_STORE', message, {
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
  });
}
