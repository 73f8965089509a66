/** Unpacked bytes that every thread may hold at any time. */
export const SMALL_UNPACKED = 8 << 20;
/** Milliseconds between two looks at whether the turn has come. */
const LOOK = 500;

/**
 * Lets one thread at a time hold much unpacked data, so that memory does not grow with the number of threads. One turn, not a budget: a
 * thread that waits for more while it holds some can never wait for another that does the same.
 */
export interface MemoryTurn {
  /** Tells how many unpacked bytes are or will be held. Waits, blocking the thread, where these are many and another thread holds many. */
  hold(bytes: number): void;
  /** Tells of time that was spent waiting for something else than the file. */
  excuse(milliseconds: number): void;
  /** Milliseconds that were spent waiting, which are not the file's. */
  readonly waited: number;
}

/** Memory that threads share: whose turn it is, and for how long each has waited. */
export function turnMemory(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (threads + 1));
}

/** @param thread number of the thread, from 1 */
export function memoryTurn(shared: SharedArrayBuffer, thread: number): MemoryTurn {
  const cells = new Int32Array(shared);
  let mine = false;
  return {
    hold: (bytes) => {
      if (bytes <= SMALL_UNPACKED) {
        if (mine) releaseTurn(shared, thread);
        mine = false;
        return;
      }
      if (mine) return;
      let began = performance.now();
      for (;;) {
        const owner = Atomics.compareExchange(cells, 0, 0, thread);
        if (owner === 0 || owner === thread) break;
        Atomics.wait(cells, 0, owner, LOOK);
        const now = performance.now();
        Atomics.add(cells, thread, Math.round(now - began));
        began = now;
      }
      mine = true;
    },
    excuse: (milliseconds) => {
      Atomics.add(cells, thread, Math.round(milliseconds));
    },
    get waited() {
      return Atomics.load(cells, thread);
    },
  };
}

/** Ends a turn, of a thread that is no more, too. */
export function releaseTurn(shared: SharedArrayBuffer, thread: number): void {
  const cells = new Int32Array(shared);
  if (Atomics.compareExchange(cells, 0, thread, 0) === thread) Atomics.notify(cells, 0);
}
