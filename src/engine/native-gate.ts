import { type Worker, workerData } from 'node:worker_threads';
import { endThread, GRACE_MILLIS } from '../core/end-thread.ts';

/** Numbers that a thread and its owner share: calls of native code that run now, and whether the thread is to end. */
const INSIDE = 0;
const ENDING = 1;

/** The key of `workerData` under which a thread finds what it shares. */
export interface GatedData {
  readonly nativeGate: SharedArrayBuffer;
}

const mine: Int32Array | null = ((): Int32Array | null => {
  const shared = (workerData as Partial<GatedData> | null)?.nativeGate;
  return shared instanceof SharedArrayBuffer ? new Int32Array(shared) : null;
})();

/**
 * Runs native code, unless the thread is to end: then the thread ends here, before or after the call. Native code that comes back to a thread which was
 * terminated meanwhile cannot make its results, and takes the whole process down.
 */
export async function throughGate<T>(call: () => Promise<T>): Promise<T> {
  if (mine === null) return call();
  Atomics.add(mine, INSIDE, 1);
  endIfTold(mine);
  try {
    return await call();
  } finally {
    Atomics.sub(mine, INSIDE, 1);
    endIfTold(mine);
  }
}

/** In a thread this ends the thread alone. */
function endIfTold(gate: Int32Array): void {
  if (Atomics.load(gate, ENDING) !== 0) process.exit(0);
}

/** The owner's side of a thread that runs native code. */
export class NativeGate {
  readonly #numbers = new Int32Array(new SharedArrayBuffer(8));

  /** Goes into the thread's `workerData`. */
  get data(): GatedData {
    return { nativeGate: this.#numbers.buffer as SharedArrayBuffer };
  }

  /**
   * Ends a thread: at once where it runs no native code, else when that returns.
   * @param grace milliseconds after which it is left behind (see `endThread`)
   * @returns whether the thread is gone
   */
  end(worker: Worker, grace: number = GRACE_MILLIS): Promise<boolean> {
    return endThread(
      worker,
      () => {
        Atomics.store(this.#numbers, ENDING, 1);
        // What is not inside by now cannot get inside any more: it counts itself first and looks then.
        if (Atomics.load(this.#numbers, INSIDE) === 0) void worker.terminate();
      },
      grace,
    );
  }
}
