import { Fault } from '../core/fault.ts';

/** So many at once, so many waiting; one more is refused at once. */
export class Places {
  readonly #most: number;
  readonly #queue: number;
  readonly #waiting: { readonly enter: () => void }[] = [];
  #taken = 0;

  constructor(most: number, queue: number) {
    this.#most = most;
    this.#queue = queue;
  }

  /**
   * Waits for a place.
   * @returns gives the place back; call it once.
   * @throws Fault `ERR_OVERLOADED` when too many wait; the signal's reason when it is aborted while waiting.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken < this.#most) {
      this.#taken += 1;
      return () => this.#leave();
    }
    if (this.#waiting.length >= this.#queue) {
      throw new Fault('ERR_OVERLOADED', 'Too many texts wait for the judge.', { retryAfter: 1 });
    }
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      const waiter = {
        enter: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiter);
    });
    return () => this.#leave();
  }

  /** The next one that waits takes the place over. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken -= 1;
    else next.enter();
  }
}
