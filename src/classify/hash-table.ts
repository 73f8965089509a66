import { Fault } from '../core/fault.ts';

/** Bits for each key of the filter in front of a table: one absent key in sixteen or fewer gets past it. */
const FILTER = 16;

/** An open-addressed table from 32-bit hashes to rows `0 … size - 1`. Look-ups allocate nothing, and most of absent keys end at one bit. */
export class HashTable {
  readonly #filter: Int32Array;
  readonly #bits: number;
  readonly #keys: Int32Array;
  readonly #rows: Int32Array;
  readonly #mask: number;
  /** Number of keys. */
  readonly size: number;

  /**
   * @param keys each once.
   * @throws Fault when a key occurs twice.
   */
  constructor(keys: Int32Array) {
    let room = 16;
    while (room < keys.length * 2) room *= 2;
    this.#mask = room - 1;
    this.#keys = new Int32Array(room);
    this.#rows = new Int32Array(room).fill(-1);
    this.#bits = room * (FILTER / 2) - 1;
    this.#filter = new Int32Array((room * (FILTER / 2)) >> 5);
    this.size = keys.length;
    for (let row = 0; row < keys.length; row++) {
      const key = keys[row]!;
      const bits = spread(key);
      this.#filter[(bits & this.#bits) >>> 5]! |= 1 << bits;
      let slot = bits & this.#mask;
      while (this.#rows[slot] !== -1) {
        if (this.#keys[slot] === key) throw new Fault('ERR_CONFIG', `Key ${key >>> 0} is in a table twice.`);
        slot = (slot + 1) & this.#mask;
      }
      this.#keys[slot] = key;
      this.#rows[slot] = row;
    }
  }

  /** The row of a key, or -1. */
  row(key: number): number {
    const bits = spread(key);
    if ((this.#filter[(bits & this.#bits) >>> 5]! & (1 << bits)) === 0) return -1;
    let slot = bits & this.#mask;
    for (;;) {
      const row = this.#rows[slot]!;
      if (row === -1 || this.#keys[slot] === key) return row;
      slot = (slot + 1) & this.#mask;
    }
  }
}

/** Bits of a key in an order in which the lowest tell most. */
export function spread(key: number): number {
  const mixed = Math.imul(key ^ (key >>> 16), 0x7feb352d);
  return mixed ^ (mixed >>> 15);
}
