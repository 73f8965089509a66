import { systemClock, type Clock } from '../core/clock.ts';
import type { Counters, CounterAnswer, CounterAsk } from './counters.ts';

interface Entry {
  value: number;
  expiresAt: number;
}

/** Sweep for expired counters when the table has doubled since the last sweep, but not below this. */
const SWEEP_FLOOR = 1024;

/** Counters of one process. Every method works before it returns; nothing outlives the process. */
export function createMemoryCounters(clock: Clock = systemClock): MemoryCounters {
  return new MemoryCounters(clock);
}

export class MemoryCounters implements Counters {
  readonly kind = 'memory';
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #sweepAt = SWEEP_FLOOR;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(asks: readonly CounterAsk[]): CounterAnswer {
    const now = this.#clock();
    const values: number[] = [];
    for (let i = 0; i < asks.length; i++) {
      const { key, limit, by, expiresAt } = asks[i]!;
      const entry = this.#live(key, now);
      const value = entry?.value ?? 0;
      // Written so that NaN on either side refuses.
      if (by !== 0 && !(value + by <= limit)) {
        for (let j = 0; j < i; j++) this.#giveBack(asks[j]!);
        return { ok: false, failed: i, value };
      }
      if (entry === undefined) this.#insert(key, by, expiresAt, now);
      else entry.value += by;
      values.push(value + by);
    }
    return { ok: true, values };
  }

  adjust(changes: readonly { readonly key: string; readonly by: number; readonly expiresAt: number }[]): void {
    const now = this.#clock();
    for (const { key, by, expiresAt } of changes) {
      const entry = this.#live(key, now);
      if (entry !== undefined) entry.value = Math.max(0, entry.value + by);
      else if (by > 0) this.#insert(key, by, expiresAt, now);
    }
  }

  read(keys: readonly string[]): readonly number[] {
    const now = this.#clock();
    return keys.map((key) => this.#live(key, now)?.value ?? 0);
  }

  async restore(
    values: readonly { readonly key: string; readonly value: number; readonly expiresAt: number }[],
  ): Promise<void> {
    const now = this.#clock();
    for (const { key, value, expiresAt } of values) {
      const entry = this.#live(key, now);
      if (entry !== undefined) entry.value = Math.max(entry.value, value);
      else if (value > 0) this.#insert(key, value, expiresAt, now);
    }
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.#entries.clear();
  }

  /** Counters held, expired ones included until the next sweep. */
  get size(): number {
    return this.#entries.size;
  }

  #giveBack({ key, by }: CounterAsk): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.value -= by;
  }

  #live(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt > now) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #insert(key: string, value: number, expiresAt: number, now: number): void {
    this.#entries.set(key, { value, expiresAt });
    if (this.#entries.size <= this.#sweepAt) return;
    for (const [held, entry] of this.#entries) if (entry.expiresAt <= now) this.#entries.delete(held);
    this.#sweepAt = Math.max(SWEEP_FLOOR, 2 * this.#entries.size);
  }
}
