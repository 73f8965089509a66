/** What is known of a word in lower case. */
export const FIRST_NAME = 1;
export const SURNAME = 2;
export const PLACE = 4;
export const COUNTRY = 8;
export const COMPANY = 16;
/** Written in lower case in ordinary text. */
export const COMMON = 32;
/** A first name that many people have. */
export const FREQUENT = 64;
/** Nearly always written in lower case. */
export const ORDINARY = 128;

/**
 * Word classes by hash: entries of 24 bits of the hash and 8 bits of classes, in open addressing. A word that is not in it
 * looks like one that is with a chance of its size over 2^24, about half a per cent.
 */
export class Lexicon {
  readonly #slots: Uint32Array;
  readonly #mask: number;

  /** @param entries `hash & ~255 | classes`, any order. */
  constructor(entries: Uint32Array) {
    let size = 1024;
    while (size < entries.length * 2) size *= 2;
    this.#slots = new Uint32Array(size);
    this.#mask = size - 1;
    for (const entry of entries) {
      let slot = spread(entry) & this.#mask;
      while (this.#slots[slot] !== 0 && (this.#slots[slot]! ^ entry) >>> 8 !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = this.#slots[slot]! | entry;
    }
  }

  /** Classes of the word with this hash; 0 for a word that is not known. */
  classes(hash: number): number {
    let slot = spread(hash) & this.#mask;
    for (;;) {
      const entry = this.#slots[slot]!;
      if (entry === 0) return 0;
      if ((entry ^ hash) >>> 8 === 0) return entry & 255;
      slot = (slot + 1) & this.#mask;
    }
  }
}

function spread(hash: number): number {
  const key = hash >>> 8;
  return Math.imul(key ^ (key >>> 11), 0x9e3779b1) >>> 8;
}
