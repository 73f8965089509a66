import { createHash } from 'node:crypto';
import type { FileLimits, Reading } from '../../formats/extraction.ts';

/** UTF-16 units of text that are kept in all, and how long. */
const MAX_TEXT = 4 << 20;
const KEEP_MILLIS = 5 * 60_000;
/** What a reading counts for beside its text. */
const OVERHEAD = 256;

/**
 * Readings of the files that came last, by the digest of their bytes: a conversation brings its documents along with every turn, and
 * reading a long one takes seconds. A reading says only what the same bytes say, so that it is the same for everybody.
 */
export class ReadingCache {
  readonly #readings = new Map<string, { readonly reading: Reading; readonly cost: number; readonly until: number }>();
  #cost = 0;
  #timer: NodeJS.Timeout | null = null;

  static key(bytes: Uint8Array, limits: FileLimits): string {
    return `${createHash('sha256').update(bytes).digest('base64')} ${JSON.stringify(limits)}`;
  }

  get(key: string): Reading | null {
    const found = this.#readings.get(key);
    if (found === undefined) return null;
    if (found.until < performance.now()) {
      this.#drop(key);
      return null;
    }
    // The last used is the last to go.
    this.#readings.delete(key);
    this.#readings.set(key, found);
    return found.reading;
  }

  /** What a busy or slow moment came to is not kept: the next attempt may do better. */
  put(key: string, reading: Reading): void {
    if (reading.gaps.some(({ reason }) => reason === 'busy' || reason === 'timeout')) return;
    const cost = reading.pieces.reduce((sum, { part, text }) => sum + part.length + text.length + OVERHEAD, OVERHEAD);
    if (cost > MAX_TEXT / 2) return;
    this.#drop(key);
    this.#readings.set(key, { reading, cost, until: performance.now() + KEEP_MILLIS });
    this.#cost += cost;
    while (this.#cost > MAX_TEXT) this.#drop(this.#readings.keys().next().value!);
    // Texts of strangers do not stay longer than they are of use.
    this.#timer ??= setInterval(() => this.#expire(), KEEP_MILLIS);
    this.#timer.unref();
  }

  clear(): void {
    this.#readings.clear();
    this.#cost = 0;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #expire(): void {
    const now = performance.now();
    for (const [key, { until }] of this.#readings) if (until < now) this.#drop(key);
    if (this.#readings.size === 0) this.clear();
  }

  #drop(key: string): void {
    const found = this.#readings.get(key);
    if (found === undefined) return;
    this.#readings.delete(key);
    this.#cost -= found.cost;
  }
}
