import { Worker } from 'node:worker_threads';
import { endThread } from '../core/end-thread.ts';
import { Fault, type FaultCode } from '../core/fault.ts';
import type { DataMessage, DataOrder, DataResults } from './data-order.ts';

/** The sources run as they are; what is published has been emitted. */
const THREAD = new URL(`./data-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Heap of the thread in MiB: one row may be 64 MiB long, and what is made of it is larger. */
const HEAP_MEGABYTES = 1024;
/** Part of it for what has just been made. Left to itself it grows with the number of rows that were read, up to a hundred. */
const YOUNG_MEGABYTES = 12;

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** @param rows so far; null where a file begins */
  readonly onProgress?: (file: string, rows: number | null) => void;
}

/**
 * Carries out an order on a thread of its own, whose heap has a bound: memory does not depend on how much data there is, and a row that needs more
 * than there is ends the thread and not the program.
 * @throws Fault of the work; `ERR_USAGE` where the signal came first; `ERR_DATA` where memory was not enough
 */
export async function runDataOrder<Order extends DataOrder>(
  order: Order,
  options: RunOptions = {},
): Promise<DataResults[Order['work']]> {
  const { signal, onProgress } = options;
  if (signal?.aborted === true) throw interrupted();
  const worker = new Worker(THREAD, {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  });
  let stop: () => void = () => {};
  try {
    return await new Promise<DataResults[Order['work']]>((resolve, reject) => {
      stop = () => reject(interrupted());
      signal?.addEventListener('abort', stop);
      worker.on('message', (message: DataMessage) => {
        if (message.kind === 'progress') onProgress?.(message.file, message.rows);
        else if (message.kind === 'done') resolve(message.result as DataResults[Order['work']]);
        else reject(toError(message));
      });
      worker.on('error', (error: NodeJS.ErrnoException) => reject(ofThread(error)));
      worker.on('exit', () => reject(new Error('the thread that reads the data ended without a result')));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await endThread(worker);
  }
}

function interrupted(): Fault {
  return new Fault('ERR_USAGE', 'Interrupted: not all rows were looked at.');
}

function toError(message: Extract<DataMessage, { readonly kind: 'fault' }>): Error {
  const { code, where, hint, stack } = message;
  const error =
    code === null
      ? new Error(message.message)
      : new Fault(code as FaultCode, message.message, {
          ...(where === undefined ? {} : { where }),
          ...(hint === undefined ? {} : { hint }),
        });
  if (stack !== undefined) error.stack = stack;
  return error;
}

function ofThread(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new Fault('ERR_DATA', `A row needs more than the ${HEAP_MEGABYTES} MiB of memory that there are for all.`, {
    hint: 'Cut rows or row groups into smaller ones.',
    cause: error,
  });
}
