/** One counter with its ceiling: the key names subject, budget, unit and window start. */
export interface CounterAsk {
  readonly key: string;
  readonly limit: number;
  readonly by: number;
  /** Milliseconds since the epoch after which the counter may be forgotten. */
  readonly expiresAt: number;
}

export type CounterAnswer =
  | { readonly ok: true; readonly values: readonly number[] }
  /** `failed` is the index of the first counter that would exceed its limit; nothing was changed. */
  | { readonly ok: false; readonly failed: number; readonly value: number };

/**
 * Counters that several gateways can share. `take` is atomic over all its counters: all or none.
 * Memory answers synchronously; Redis (one Lua script) answers with a promise.
 */
export interface Counters {
  readonly kind: 'memory' | 'redis';
  /** Adds each `by` unless some counter would exceed its `limit`. */
  take(asks: readonly CounterAsk[]): CounterAnswer | Promise<CounterAnswer>;
  /** Adds (negative: gives back) without looking at limits; never below zero. */
  adjust(
    changes: readonly { readonly key: string; readonly by: number; readonly expiresAt: number }[],
  ): void | Promise<void>;
  read(keys: readonly string[]): readonly number[] | Promise<readonly number[]>;
  /** Sets counters to at least these values: used once at start to restore usage. */
  restore(
    values: readonly { readonly key: string; readonly value: number; readonly expiresAt: number }[],
  ): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
