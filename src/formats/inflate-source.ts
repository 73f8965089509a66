import type { ByteSource } from '../bytes/byte-source.ts';
import { freeBytes } from '../bytes/free-bytes.ts';
import { grownSize } from '../bytes/grown-size.ts';

/** Packed bytes that are read at once. */
const BLOCK = 1 << 16;
const PRIMARY = 10;
const LONGEST = 15;
/** No code of deflate makes more than 258 bytes out of two bits. */
const MAX_RATIO = 1032;

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const DISTANCE_BITS = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** What came out, and how it ended. Everything before a damaged place is there: a reader that streams has used it by then. */
export interface Inflated {
  readonly bytes: Uint8Array;
  /** `limit`: more would have come out than is allowed. */
  readonly end: 'complete' | 'cut off' | 'damaged' | 'limit';
  /** Offset in the source after the last byte of the data, where it is complete. */
  readonly next: number;
}

class Ended extends Error {
  readonly end: 'cut off' | 'damaged' | 'limit';
  constructor(end: 'cut off' | 'damaged' | 'limit') {
    super(end);
    this.end = end;
  }
}

/** A code of Huffman's: entries `length | symbol << 4` for the first bits, and counts for what is longer. */
interface Code {
  readonly primary: Uint16Array;
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/**
 * Unpacks raw deflate data (RFC 1951) out of a source, reading it block by block, so that memory holds what comes out and little else. zlib's
 * synchronous calls leave a handle each behind until the program yields, which a thread that reads an archive of thousands of members does not.
 * Never throws.
 * @param from offset of the first packed byte
 * @param limit bytes that may come out
 * @param expected bytes that the archive says come out: only decides how much is allocated first
 */
export function inflateSource(source: ByteSource, from: number, limit: number, expected = 0): Inflated {
  const inflater = new Inflater(source, from, limit, expected);
  let end: Inflated['end'] = 'complete';
  try {
    inflater.run();
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    ({ end } = error);
  }
  return { bytes: inflater.bytes(), end, next: inflater.next() };
}

class Inflater {
  readonly #source: ByteSource;
  readonly #limit: number;
  #out: Uint8Array;
  #length = 0;
  #block: Uint8Array = new Uint8Array();
  #at = 0;
  /** Offset in the source after the block. */
  #read: number;
  #bits = 0;
  #count = 0;

  constructor(source: ByteSource, from: number, limit: number, expected: number) {
    this.#source = source;
    this.#read = from;
    this.#limit = limit;
    const possible = Math.min(limit, (source.size - from) * MAX_RATIO);
    this.#out = new Uint8Array(Math.max(0, Math.min(possible, expected > 0 ? expected : 4096)));
  }

  bytes(): Uint8Array {
    return this.#out.subarray(0, this.#length);
  }

  next(): number {
    return this.#read - this.#block.length + this.#at - (this.#count >> 3);
  }

  run(): void {
    for (;;) {
      const last = this.#take(1);
      const type = this.#take(2);
      if (type === 0) this.#stored();
      else if (type === 1) this.#packed(fixedLiterals(), fixedDistances());
      else if (type === 2) this.#dynamic();
      else throw new Ended('damaged');
      if (last === 1) return;
    }
  }

  #byte(): number {
    if (this.#at === this.#block.length) {
      // A copy: the source may hand out the same memory next time.
      this.#block = this.#source.read(this.#read, BLOCK).slice();
      this.#read += this.#block.length;
      this.#at = 0;
      if (this.#block.length === 0) throw new Ended('cut off');
    }
    return this.#block[this.#at++]!;
  }

  #take(count: number): number {
    while (this.#count < count) {
      this.#bits |= this.#byte() << this.#count;
      this.#count += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    return value;
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#out.length) return;
    if (needed > this.#limit) throw new Ended('limit');
    const larger = new Uint8Array(grownSize(this.#out.length, needed, this.#limit));
    larger.set(this.#out.subarray(0, this.#length));
    freeBytes(this.#out);
    this.#out = larger;
  }

  #stored(): void {
    this.#bits >>>= this.#count & 7;
    this.#count -= this.#count & 7;
    const length = this.#take(16);
    if ((this.#take(16) ^ 0xffff) !== length) throw new Ended('damaged');
    for (let left = length; left > 0;) {
      if (this.#count > 0) {
        this.#room(1);
        this.#out[this.#length++] = this.#take(8);
        left--;
        continue;
      }
      if (this.#at === this.#block.length) {
        this.#byte();
        this.#at--;
      }
      const part = Math.min(left, this.#block.length - this.#at);
      this.#room(part);
      this.#out.set(this.#block.subarray(this.#at, this.#at + part), this.#length);
      this.#length += part;
      this.#at += part;
      left -= part;
    }
  }

  #dynamic(): void {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const lengths = new Uint8Array(19);
    for (let index = this.#take(4) + 4, place = 0; place < index; place++) lengths[CODE_ORDER[place]!] = this.#take(3);
    if (literals > 286 || distances > 30) throw new Ended('damaged');
    const code = makeCode(lengths, CODES);
    const all = new Uint8Array(literals + distances);
    for (let index = 0; index < all.length;) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        all[index++] = symbol;
        continue;
      }
      if (symbol === 16 && index === 0) throw new Ended('damaged');
      const value = symbol === 16 ? all[index - 1]! : 0;
      const repeat = symbol === 16 ? this.#take(2) + 3 : symbol === 17 ? this.#take(3) + 3 : this.#take(7) + 11;
      if (index + repeat > all.length) throw new Ended('damaged');
      all.fill(value, index, index + repeat);
      index += repeat;
    }
    this.#packed(makeCode(all.subarray(0, literals), LITERALS), makeCode(all.subarray(literals), DISTANCES));
  }

  #symbol({ primary, counts, symbols }: Code): number {
    // Bits beyond the end read as none; a code that needs them is cut off.
    while (this.#count < LONGEST) {
      if (this.#at === this.#block.length && !this.#more()) break;
      this.#bits |= this.#block[this.#at++]! << this.#count;
      this.#count += 8;
    }
    const entry = primary[this.#bits & ((1 << PRIMARY) - 1)]!;
    let length = entry & 15;
    let symbol = entry >> 4;
    if (length === 0) {
      // Codes longer than the table: bit by bit, as canonical codes count (RFC 1951 §3.2.2).
      let code = 0;
      let first = 0;
      let index = 0;
      symbol = -1;
      for (length = 1; length <= LONGEST; length++) {
        code |= (this.#bits >>> (length - 1)) & 1;
        const count = counts[length]!;
        if (code - count < first) {
          symbol = symbols[index + code - first]!;
          break;
        }
        index += count;
        first = (first + count) << 1;
        code <<= 1;
      }
      if (symbol < 0) throw new Ended(this.#count < LONGEST ? 'cut off' : 'damaged');
    }
    if (length > this.#count) throw new Ended('cut off');
    this.#bits >>>= length;
    this.#count -= length;
    return symbol;
  }

  #more(): boolean {
    this.#block = this.#source.read(this.#read, BLOCK).slice();
    this.#read += this.#block.length;
    this.#at = 0;
    return this.#block.length > 0;
  }

  #packed(literals: Code, distances: Code): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol < 256) {
        if (this.#length === this.#out.length) this.#room(1);
        this.#out[this.#length++] = symbol;
        continue;
      }
      if (symbol === 256) return;
      if (symbol > 285) throw new Ended('damaged');
      const length = LENGTH_BASE[symbol - 257]! + this.#take(LENGTH_BITS[symbol - 257]!);
      const code = this.#symbol(distances);
      if (code > 29) throw new Ended('damaged');
      const distance = DISTANCE_BASE[code]! + this.#take(DISTANCE_BITS[code]!);
      if (distance > this.#length) throw new Ended('damaged');
      this.#room(length);
      const out = this.#out;
      let to = this.#length;
      if (distance >= length) out.copyWithin(to, to - distance, to - distance + length);
      else if (distance === 1) out.fill(out[to - 1]!, to, to + length);
      else for (const stop = to + length; to < stop; to++) out[to] = out[to - distance]!;
      this.#length += length;
    }
  }
}

function newCode(symbols: number): Code {
  return {
    primary: new Uint16Array(1 << PRIMARY),
    counts: new Uint16Array(LONGEST + 1),
    symbols: new Uint16Array(symbols),
  };
}

/** Tables of the block that is being read: only one is at a time, and thousands of blocks would leave as many behind. */
const [CODES, LITERALS, DISTANCES] = [newCode(19), newCode(286), newCode(30)];

/** @throws Ended for more codes than fit; too few are allowed, and damage when one that is not there is read. */
function makeCode(lengths: Uint8Array, into: Code): Code {
  const { primary, counts, symbols } = into;
  counts.fill(0);
  primary.fill(0);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  const offsets = new Uint16Array(LONGEST + 2);
  const firsts = new Uint16Array(LONGEST + 2);
  let left = 1;
  for (let length = 1; length <= LONGEST; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) throw new Ended('damaged');
    offsets[length + 1] = offsets[length]! + counts[length]!;
    firsts[length + 1] = (firsts[length]! + counts[length]!) << 1;
  }
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    symbols[offsets[length]!++] = symbol;
    const code = firsts[length]!++;
    if (length > PRIMARY) return;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
    for (let place = reversed; place < primary.length; place += 1 << length) primary[place] = (symbol << 4) | length;
  });
  return into;
}

let literals: Code | undefined;
let distances: Code | undefined;

function fixedLiterals(): Code {
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
  return (literals ??= makeCode(lengths, newCode(288)));
}

function fixedDistances(): Code {
  return (distances ??= makeCode(new Uint8Array(30).fill(5), newCode(30)));
}
