const SLOTS = 1 << 20;
const MOST = Math.floor(SLOTS * 0.7);
/** Integers of a slot: two of the pair, its count, the last row that it was counted in. */
const SLOT = 4;
const LABELS = 64;
const LOW = 1 << 15;

/**
 * Counts of the frequent among very many pairs of a feature and a label, in memory that does not grow (Misra and Gries 1982, in batches): when the
 * table is full, the median count is taken off all. What remains is counted at most `lost` too low, and everything that occurs more often than that
 * is there.
 */
export class FrequentPairs {
  readonly #table = new Int32Array(SLOTS * SLOT);
  #slots = new Int32Array(1024);
  #size = 0;
  /** What was read ahead: nobody wants it, and what nobody could ask for would not be read. */
  ahead = 0;
  /** How much too low a count may be. */
  lost = 0;
  /** Different pairs that were counted, those dropped and met again counted again. */
  distinct = 0;

  /**
   * Counts pairs of a row, each once. The table is larger than any cache: all of its places are asked for before one is waited for.
   * @param features hashes of 47 bits
   * @param label 0 to 63
   * @param row from 1
   */
  add(features: Float64Array, label: number, row: number): void {
    const { length } = features;
    if (this.#slots.length < length) this.#slots = new Int32Array(length * 2);
    const slots = this.#slots;
    const table = this.#table;
    for (let index = 0; index < length; index++) {
      const feature = features[index]!;
      const high = Math.floor(feature / LOW);
      slots[index] = slotOf(high | 0, (feature - high * LOW) * LABELS + label + 1);
    }
    let touched = 0;
    for (let index = 0; index < length; index++) touched ^= table[slots[index]! + 1]!;
    this.ahead = touched;
    for (let index = 0; index < length; index++) {
      const feature = features[index]!;
      const high = Math.floor(feature / LOW);
      this.#count(high | 0, (feature - high * LOW) * LABELS + label + 1, slots[index]!, row | 0);
    }
  }

  #count(first: number, second: number, slot: number, row: number): void {
    const table = this.#table;
    let at = this.#find(first, second, slot);
    if (table[at + 1] !== 0) {
      if (table[at + 3] === row) return;
      table[at + 2]!++;
      table[at + 3] = row;
      return;
    }
    if (this.#size === MOST) {
      this.#shrink();
      at = this.#find(first, second, slot);
    }
    table[at] = first;
    table[at + 1] = second;
    table[at + 2] = 1;
    table[at + 3] = row;
    this.#size++;
    this.distinct++;
  }

  count(feature: number, label: number): number {
    const high = Math.floor(feature / LOW);
    const second = (feature - high * LOW) * LABELS + label + 1;
    return this.#table[this.#find(high | 0, second, slotOf(high | 0, second)) + 2]! >>> 0;
  }

  *entries(): Generator<{ readonly feature: number; readonly label: number; readonly count: number }> {
    for (let at = 0; at < this.#table.length; at += SLOT) {
      const second = this.#table[at + 1]! - 1;
      if (second === -1) continue;
      const feature = (this.#table[at]! >>> 0) * LOW + Math.floor(second / LABELS);
      yield { feature, label: second % LABELS, count: this.#table[at + 2]! >>> 0 };
    }
  }

  /** The pair's slot, or the free one that is its place. */
  #find(first: number, second: number, slot: number): number {
    let at = slot;
    while (this.#table[at + 1] !== 0 && (this.#table[at] !== first || this.#table[at + 1] !== second)) {
      at = (at + SLOT) & (SLOTS * SLOT - 1);
    }
    return at;
  }

  #shrink(): void {
    const table = this.#table;
    const cut = this.#median();
    this.lost += cut;
    // The larger half at most: what is above the median.
    const kept = new Int32Array((MOST >> 1) * SLOT);
    let filled = 0;
    for (let at = 0; at < table.length; at += SLOT) {
      if (table[at + 1] === 0 || table[at + 2]! >>> 0 <= cut) continue;
      kept.set(table.subarray(at, at + SLOT), filled);
      kept[filled + 2]! -= cut;
      filled += SLOT;
    }
    table.fill(0);
    this.#size = filled / SLOT;
    for (let from = 0; from < filled; from += SLOT) {
      table.set(
        kept.subarray(from, from + SLOT),
        this.#find(kept[from]!, kept[from + 1]!, slotOf(kept[from]!, kept[from + 1]!)),
      );
    }
  }

  #median(): number {
    const counts = new Uint32Array(this.#size);
    let filled = 0;
    for (let at = 0; at < this.#table.length; at += SLOT) {
      if (this.#table[at + 1] !== 0) counts[filled++] = this.#table[at + 2]!;
    }
    return counts.sort()[counts.length >> 1]!;
  }
}

/** Where in the table a pair's search begins. */
function slotOf(first: number, second: number): number {
  let h = Math.imul(first ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 15;
  return (Math.imul(h, 0xc2b2ae35) >>> 12) * SLOT;
}
