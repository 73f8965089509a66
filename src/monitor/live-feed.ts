import type { StoredExchange } from '../store/store.ts';

/** What is going on now, for the console: finished exchanges as they are recorded, and what is in flight. */
export interface LiveFeed {
  /** Called with each exchange after its record was written. Returns the function that unsubscribes. */
  subscribe(listener: (stored: StoredExchange) => void): () => void;
  publish(stored: StoredExchange): void;
  /** Requests in flight by principal id. */
  readonly inFlight: ReadonlyMap<string, number>;
  began(principal: string): void;
  ended(principal: string): void;
}

export function createLiveFeed(): LiveFeed {
  const listeners = new Set<(stored: StoredExchange) => void>();
  const inFlight = new Map<string, number>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish(stored) {
      for (const listener of listeners) listener(stored);
    },
    inFlight,
    began(principal) {
      inFlight.set(principal, (inFlight.get(principal) ?? 0) + 1);
    },
    ended(principal) {
      const left = (inFlight.get(principal) ?? 1) - 1;
      if (left <= 0) inFlight.delete(principal);
      else inFlight.set(principal, left);
    },
  };
}
