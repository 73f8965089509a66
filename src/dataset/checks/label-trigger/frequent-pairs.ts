const SLOTS = 1 << 20;
const MOST = Math.floor(SLOTS * 0.7);

/**
 * Counts of the frequent among very many things, in memory that does not grow (Misra and Gries 1982, in batches): when the table is full, the median
 * count is taken off all. What remains is counted at most `lost` too low, and everything that occurs more often than that is there.
 */
export class FrequentPairs {
  #keys = new Float64Array(SLOTS);
  #counts = new Uint32Array(SLOTS);
  #size = 0;
  /** How much too low a count may be. */
  lost = 0;
  /** Different things that were counted, those dropped and met again counted again. */
  distinct = 0;

  /** @param key above 0, an integer below 2^53 */
  add(key: number): void {
    let at = slotOf(key);
    for (;;) {
      const held = this.#keys[at]!;
      if (held === key) {
        this.#counts[at]!++;
        return;
      }
      if (held === 0) break;
      at = (at + 1) & (SLOTS - 1);
    }
    if (this.#size === MOST) {
      this.#shrink();
      this.add(key);
      return;
    }
    this.#keys[at] = key;
    this.#counts[at] = 1;
    this.#size++;
    this.distinct++;
  }

  count(key: number): number {
    for (let at = slotOf(key); ; at = (at + 1) & (SLOTS - 1)) {
      const held = this.#keys[at]!;
      if (held === key) return this.#counts[at]!;
      if (held === 0) return 0;
    }
  }

  *entries(): Generator<readonly [key: number, count: number]> {
    for (let at = 0; at < SLOTS; at++) if (this.#keys[at] !== 0) yield [this.#keys[at]!, this.#counts[at]!];
  }

  #shrink(): void {
    const [keys, counts] = [this.#keys, this.#counts];
    const held = counts.filter((count) => count > 0).sort();
    const cut = held[held.length >> 1]!;
    this.lost += cut;
    this.#keys = new Float64Array(SLOTS);
    this.#counts = new Uint32Array(SLOTS);
    this.#size = 0;
    for (let from = 0; from < SLOTS; from++) {
      if (counts[from]! <= cut) continue;
      let at = slotOf(keys[from]!);
      while (this.#keys[at] !== 0) at = (at + 1) & (SLOTS - 1);
      this.#keys[at] = keys[from]!;
      this.#counts[at] = counts[from]! - cut;
      this.#size++;
    }
  }
}

function slotOf(key: number): number {
  const low = (key % 0x100000000) | 0;
  const high = (key / 0x100000000) | 0;
  let h = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 15;
  return Math.imul(h, 0xc2b2ae35) >>> 12;
}
