import type { ByteSource } from '../../bytes/byte-source.ts';
import { type PieceEnd, PieceError, type PieceStream } from '../piece-stream.ts';
import { DeflateBits } from './deflate-bits.ts';
import {
  fillHuffmanCode,
  fixedDistances,
  fixedLiterals,
  type HuffmanCode,
  LONGEST_CODE,
  longHuffmanCode,
  newHuffmanCode,
  PRIMARY_BITS,
} from './huffman-code.ts';

/** Bytes back that a match may reach. */
const HISTORY = 1 << 15;
/** Bytes that come out before they must be taken. */
const AHEAD = 1 << 16;
const LONGEST_MATCH = 258;
/** Packed bytes that one literal, or one match, takes at most. */
const SYMBOL_BYTES = 8;
const MASK = (1 << PRIMARY_BITS) - 1;

const LENGTH_BASE = Uint16Array.of(
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
); // prettier-ignore
const LENGTH_BITS = Uint8Array.from('00000000111122223333444455550', Number);
const DISTANCE_BASE = Uint16Array.of(
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
); // prettier-ignore
const DISTANCE_BITS = Uint8Array.of(
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
); // prettier-ignore
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

type Mode = 'header' | 'stored' | 'packed' | 'done';

/**
 * Unpacks raw deflate data (RFC 1951) piece by piece: memory holds 32 KiB of what came out, the next 64 KiB, and as much of the source. zlib's own
 * calls either return everything at once or need the program to yield, and give nothing of the piece in which damage is: long data goes to
 * `DeflateStream`, which has both.
 */
export class InflateStream implements PieceStream {
  readonly #bits: DeflateBits;

  readonly #out = new Uint8Array(HISTORY + AHEAD + LONGEST_MATCH);
  #length = 0;
  #taken = 0;
  #mode: Mode = 'header';
  #last = false;
  #stored = 0;
  readonly #lengthCode = newHuffmanCode(19);
  readonly #ownLiterals = newHuffmanCode(286);
  readonly #ownDistances = newHuffmanCode(30);
  #literals: HuffmanCode = this.#ownLiterals;
  #distances: HuffmanCode = this.#ownDistances;
  #end: PieceEnd | null = null;

  /** @param from offset of the first packed byte */
  constructor(source: ByteSource, from: number) {
    this.#bits = new DeflateBits(source, from);
  }

  /** Begins anew with other data, in the same memory; what was read of the same source is not read again. */
  restart(source: ByteSource, from: number): void {
    this.#bits.restart(source, from);
    [this.#length, this.#taken, this.#stored] = [0, 0, 0];
    this.#mode = 'header';
    this.#last = false;
    this.#end = null;
  }

  get end(): PieceEnd | null {
    return this.#taken < this.#length ? null : this.#end;
  }

  get next(): number {
    return this.#bits.next;
  }

  fill(into: Uint8Array): number {
    let filled = 0;
    for (;;) {
      const part = Math.min(into.length - filled, this.#length - this.#taken);
      into.set(this.#out.subarray(this.#taken, this.#taken + part), filled);
      this.#taken += part;
      filled += part;
      if (filled === into.length || this.#end !== null) return filled;
      this.#slide();
      try {
        if (this.#make()) this.#end = 'complete';
      } catch (error) {
        if (!(error instanceof PieceError)) throw error;
        this.#end = error.end;
      }
    }
  }

  /** Keeps of what came out what a match can reach. */
  #slide(): void {
    if (this.#length < HISTORY + AHEAD) return;
    this.#out.copyWithin(0, this.#length - HISTORY, this.#length);
    this.#length = this.#taken = HISTORY;
  }

  /** Unpacks until there is no room or no more. True at the end. */
  #make(): boolean {
    while (this.#length < HISTORY + AHEAD) {
      switch (this.#mode) {
        case 'header':
          this.#header();
          break;
        case 'stored':
          this.#copyStored();
          break;
        case 'packed':
          this.#unpack();
          break;
        case 'done':
          return true;
      }
    }
    return false;
  }

  #header(): void {
    if (this.#last) {
      this.#mode = 'done';
      return;
    }
    const bits = this.#bits;
    this.#last = bits.take(1) === 1;
    const type = bits.take(2);
    if (type === 0) {
      bits.align();
      this.#stored = bits.take(16);
      if ((bits.take(16) ^ 0xffff) !== this.#stored) throw new PieceError('damaged');
      this.#mode = 'stored';
    } else if (type === 1) {
      this.#literals = fixedLiterals();
      this.#distances = fixedDistances();
      this.#mode = 'packed';
    } else if (type === 2) this.#readCodes();
    else throw new PieceError('damaged');
  }

  #copyStored(): void {
    while (this.#stored > 0 && this.#length < HISTORY + AHEAD) {
      const length = this.#bits.copy(this.#out, this.#length, Math.min(HISTORY + AHEAD, this.#length + this.#stored));
      this.#length += length;
      this.#stored -= length;
    }
    if (this.#stored === 0) this.#mode = 'header';
  }

  #readCodes(): void {
    const bits = this.#bits;
    const literals = bits.take(5) + 257;
    const distances = bits.take(5) + 1;
    const lengths = new Uint8Array(19);
    for (let count = bits.take(4) + 4, place = 0; place < count; place++) lengths[CODE_ORDER[place]!] = bits.take(3);
    if (literals > 286 || distances > 30) throw new PieceError('damaged');
    const code = filled(this.#lengthCode, lengths);
    const all = new Uint8Array(literals + distances);
    for (let index = 0; index < all.length;) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        all[index++] = symbol;
        continue;
      }
      if (symbol === 16 && index === 0) throw new PieceError('damaged');
      const value = symbol === 16 ? all[index - 1]! : 0;
      const repeat = symbol === 16 ? bits.take(2) + 3 : symbol === 17 ? bits.take(3) + 3 : bits.take(7) + 11;
      if (index + repeat > all.length) throw new PieceError('damaged');
      all.fill(value, index, index + repeat);
      index += repeat;
    }
    this.#literals = filled(this.#ownLiterals, all.subarray(0, literals));
    this.#distances = filled(this.#ownDistances, all.subarray(literals));
    this.#mode = 'packed';
  }

  #symbol(code: HuffmanCode): number {
    const bits = this.#bits;
    bits.ahead(LONGEST_CODE);
    const entry = code.primary[bits.bits & MASK]! || longHuffmanCode(code, bits.bits);
    if (entry === 0) throw this.#lost(bits.at, bits.count);
    bits.skip(entry & 15);
    return entry >> 4;
  }

  /** A code that is not there: where the data ends within it, it is cut off. */
  #lost(at: number, count: number): PieceError {
    const { filled } = this.#bits;
    return new PieceError(at > filled && (at - filled) * 8 > count - LONGEST_CODE ? 'cut off' : 'damaged');
  }

  /** Symbols of a block, until it ends or there is no more room. Its state is in variables of its own, which nothing else captures: that is what makes it fast. */
  #unpack(): void {
    const out = this.#out;
    const input = this.#bits;
    const { block } = input;
    const literals = this.#literals;
    const distances = this.#distances;
    const firstLiterals = literals.primary;
    const firstDistances = distances.primary;
    let { bits, count, at, filled: filledTo } = input;
    let to = this.#length;
    let failed: PieceError | null = null;
    while (to < HISTORY + AHEAD) {
      if (at + SYMBOL_BYTES > filledTo) {
        if (!input.drained) {
          input.at = at;
          input.refill();
          at = 0;
          filledTo = input.filled;
        } else if (at - (count >> 3) > filledTo) {
          failed = new PieceError('cut off');
          break;
        }
      }
      if (count < LONGEST_CODE) {
        bits |= (block[at]! | (block[at + 1]! << 8)) << count;
        at += 2;
        count += 16;
      }
      let entry = firstLiterals[bits & MASK]!;
      if (entry === 0) {
        entry = longHuffmanCode(literals, bits);
        if (entry === 0) {
          failed = this.#lost(at, count);
          break;
        }
      }
      bits >>>= entry & 15;
      count -= entry & 15;
      const symbol = entry >> 4;
      if (symbol < 256) {
        if (at > filledTo && at - (count >> 3) > filledTo) {
          failed = new PieceError('cut off');
          break;
        }
        out[to++] = symbol;
        continue;
      }
      if (symbol === 256) {
        this.#mode = 'header';
        break;
      }
      if (symbol > 285) {
        failed = new PieceError('damaged');
        break;
      }
      if (count < LONGEST_CODE) {
        bits |= (block[at]! | (block[at + 1]! << 8)) << count;
        at += 2;
        count += 16;
      }
      const more = LENGTH_BITS[symbol - 257]!;
      const length = LENGTH_BASE[symbol - 257]! + (bits & ((1 << more) - 1));
      bits >>>= more;
      count -= more;
      if (count < LONGEST_CODE) {
        bits |= (block[at]! | (block[at + 1]! << 8)) << count;
        at += 2;
        count += 16;
      }
      entry = firstDistances[bits & MASK]!;
      if (entry === 0) {
        entry = longHuffmanCode(distances, bits);
        if (entry === 0) {
          failed = this.#lost(at, count);
          break;
        }
      }
      bits >>>= entry & 15;
      count -= entry & 15;
      const slot = entry >> 4;
      if (slot > 29) {
        failed = new PieceError('damaged');
        break;
      }
      if (count < LONGEST_CODE) {
        bits |= (block[at]! | (block[at + 1]! << 8)) << count;
        at += 2;
        count += 16;
      }
      const far = DISTANCE_BITS[slot]!;
      const distance = DISTANCE_BASE[slot]! + (bits & ((1 << far) - 1));
      bits >>>= far;
      count -= far;
      if (distance > to || (at > filledTo && at - (count >> 3) > filledTo)) {
        failed = new PieceError(at > filledTo && at - (count >> 3) > filledTo ? 'cut off' : 'damaged');
        break;
      }
      if (distance >= length && length > 16) out.copyWithin(to, to - distance, to - distance + length);
      else if (distance === 1) out.fill(out[to - 1]!, to, to + length);
      else for (let from = to - distance, stop = from + length, put = to; from < stop;) out[put++] = out[from++]!;
      to += length;
    }
    input.bits = bits;
    input.count = count;
    input.at = at;
    this.#length = to;
    if (failed !== null) throw failed;
    input.check();
  }
}

function filled(code: HuffmanCode, lengths: Uint8Array): HuffmanCode {
  const full = fillHuffmanCode(code, lengths);
  if (full === null) throw new PieceError('damaged');
  return full;
}
