import { Fault } from '../core/fault.ts';
import { spread } from './hash-table.ts';

/**
 * Weights by 32-bit hash for a model with one head. A feature that weighs nothing is left out, so that an empty slot is one whose weight is 0: most
 * look-ups end at one byte, and these bytes fit into a processor's second cache.
 */
export class WeightTable {
  readonly #keys: Int32Array;
  readonly #weights: Int8Array;
  readonly #mask: number;

  /**
   * @param keys each once
   * @param weights one a key
   * @throws Fault when a key occurs twice
   */
  constructor(keys: Int32Array, weights: Int8Array) {
    let room = 16;
    while (room < keys.length * 2) room *= 2;
    this.#mask = room - 1;
    this.#keys = new Int32Array(room);
    this.#weights = new Int8Array(room);
    for (let row = 0; row < keys.length; row++) {
      if (weights[row] === 0) continue;
      const key = keys[row]!;
      let slot = spread(key) & this.#mask;
      while (this.#weights[slot] !== 0) {
        if (this.#keys[slot] === key) throw new Fault('ERR_CONFIG', `Key ${key >>> 0} is in a table twice.`);
        slot = (slot + 1) & this.#mask;
      }
      this.#keys[slot] = key;
      this.#weights[slot] = weights[row]!;
    }
  }

  /** Sum of the weights of the first `count` keys; one that is not there weighs nothing. */
  sum(keys: Int32Array, count: number): number {
    const mask = this.#mask;
    const known = this.#keys;
    const weights = this.#weights;
    let sum = 0;
    for (let at = 0; at < count; at++) {
      const key = keys[at]!;
      let slot = spread(key) & mask;
      let weight = weights[slot]!;
      while (weight !== 0 && known[slot] !== key) {
        slot = (slot + 1) & mask;
        weight = weights[slot]!;
      }
      sum += weight;
    }
    return sum;
  }
}
