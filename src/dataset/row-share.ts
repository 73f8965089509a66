/**
 * Batches of rows divided among threads that all read the same files in the same order. A thread takes a batch when it comes to it and no other has: what is
 * taken is always a beginning of all batches, so that one number in shared memory says what is left.
 */
export class RowShare {
  /** True for a thread that takes batches only when it is done with what is its own. */
  readonly later: boolean;
  readonly #next: Int32Array | null;
  #at = 0;

  /** @param taken four bytes of shared memory, 0 at first; null: there is one thread, which takes everything */
  constructor(taken: SharedArrayBuffer | null, later: boolean) {
    this.#next = taken === null ? null : new Int32Array(taken);
    this.later = later;
  }

  /** Called once for each batch in order. @returns whether its rows are this thread's to look at */
  take(): boolean {
    const at = this.#at++;
    return this.#next === null || Atomics.compareExchange(this.#next, 0, at, at + 1) === at;
  }
}
