/** Milliseconds within which what a provider sends is taken together, and the bytes that do not wait for it. */
const TOGETHER_MILLIS = 4;
const TOGETHER_BYTES = 16 * 1024;
/** Takes at the beginning of a stream that are never put together: an answer that is stopped early is stopped at once. */
const TOGETHER_AFTER = 32;

/**
 * Takes bytes at once when the last ones came a moment ago, otherwise together with what comes until then. A model's
 * tokens come slower than that and never wait; a burst is worked on and leaves as one.
 */
export class ChunkGatherer {
  readonly #now: () => number;
  readonly #taken: (bytes: Buffer) => void;
  #incoming: Buffer[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #lastTake = 0;
  #takes = 0;

  constructor(now: () => number, taken: (bytes: Buffer) => void) {
    this.#now = now;
    this.#taken = taken;
  }

  add(chunk: Buffer): void {
    this.#incoming.push(chunk);
    this.#bytes += chunk.length;
    const since = this.#now() - this.#lastTake;
    if (this.#takes < TOGETHER_AFTER || since >= TOGETHER_MILLIS || this.#bytes >= TOGETHER_BYTES) this.take();
    else this.#timer ??= setTimeout(() => this.take(), TOGETHER_MILLIS - since);
  }

  /** Hands on what waits. */
  take(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#incoming.length === 0) return;
    const bytes = this.#incoming.length === 1 ? this.#incoming[0]! : Buffer.concat(this.#incoming, this.#bytes);
    this.#incoming = [];
    this.#bytes = 0;
    this.#takes += 1;
    this.#lastTake = this.#now();
    this.#taken(bytes);
  }

  /** Forgets what waits. @returns how many bytes that was */
  drop(): number {
    const dropped = this.#bytes;
    this.#incoming = [];
    this.#bytes = 0;
    return dropped;
  }
}
