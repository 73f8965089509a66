import type { Counters } from '../store/counters.ts';

interface Change {
  readonly key: string;
  readonly by: number;
  readonly expiresAt: number;
}

/** Counters whose debts are kept while they cannot be written. */
const MOST_OWED = 10_000;

/**
 * Writes what reservations came to. When the counters cannot be reached, usage beyond the reservation is kept by
 * counter and written with the next settlement. What would be given back is not kept: a write that timed out may
 * have happened, and giving back twice would let more through than the budget allows. Until its window ends the
 * budget then counts what was reserved instead of what was used.
 */
export class Settlements {
  readonly #counters: Counters;
  readonly #onError: (error: unknown) => void;
  #owed = new Map<string, Change>();

  constructor(counters: Counters, onError: (error: unknown) => void) {
    this.#counters = counters;
    this.#onError = onError;
  }

  /** Never throws. Synchronous with counters in memory. */
  write(changes: readonly Change[]): void | Promise<void> {
    let due = changes.filter((change) => change.by !== 0);
    if (this.#owed.size > 0) {
      due = [...this.#owed.values(), ...due];
      this.#owed = new Map();
    }
    if (due.length === 0) return;
    try {
      const written = this.#counters.adjust(due);
      if (written instanceof Promise) return written.catch((error: unknown) => this.#keep(due, error));
    } catch (error) {
      this.#keep(due, error);
    }
  }

  #keep(due: readonly Change[], error: unknown): void {
    for (const { key, by, expiresAt } of due) {
      if (by < 0) continue;
      const held = this.#owed.get(key);
      if (held === undefined && this.#owed.size >= MOST_OWED) continue;
      this.#owed.set(key, { key, by: (held?.by ?? 0) + by, expiresAt });
    }
    this.#onError(error);
  }
}
