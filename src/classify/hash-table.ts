import { Fault } from '../core/fault.ts';

/** An open-addressed table from 32-bit hashes to rows `0 … size - 1`. Look-ups allocate nothing. */
export class HashTable {
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
    this.size = keys.length;
    for (let row = 0; row < keys.length; row++) {
      const key = keys[row]!;
      let slot = spread(key) & this.#mask;
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
    let slot = spread(key) & this.#mask;
    for (;;) {
      const row = this.#rows[slot]!;
      if (row === -1 || this.#keys[slot] === key) return row;
      slot = (slot + 1) & this.#mask;
    }
  }
}

function spread(key: number): number {
  const mixed = Math.imul(key ^ (key >>> 16), 0x7feb352d);
  return mixed ^ (mixed >>> 15);
}
