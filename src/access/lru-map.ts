/**
 * A map with a ceiling: when it is full, the entry that was looked up longest ago makes room.
 * Whatever a stranger can put keys into is one of these.
 */
export interface LruMap<K, V> {
  readonly size: number;
  /** Makes the entry the youngest. */
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): boolean;
  clear(): void;
}

export function createLruMap<K, V>(capacity: number): LruMap<K, V> {
  if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError(`capacity must be 1 or more: ${capacity}`);
  // A Map iterates in order of insertion, so its first key is the oldest as long as a look-up inserts again.
  const entries = new Map<K, V>();
  return {
    get size() {
      return entries.size;
    },
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size > capacity) entries.delete(entries.keys().next().value as K);
    },
    delete: (key) => entries.delete(key),
    clear: () => entries.clear(),
  };
}
