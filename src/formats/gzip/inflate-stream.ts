import type { ByteSource } from '../../bytes/byte-source.ts';
import { type OfferMark, type PieceEnd, PieceError, type PieceStream, type Resume } from '../piece-stream.ts';
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

/** Packed bytes that are read at once. */
const BLOCK = 1 << 16;
/** Zeros after the last packed bytes, so that looking ahead needs no check; what is taken of them is found afterwards. */
const PADDING = 64;
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
 * calls either return everything at once or need the program to yield, and leave a handle each behind until then.
 */
export class InflateStream implements PieceStream {
  #source: ByteSource;
  readonly #offer: OfferMark | null;
  readonly #block = new Uint8Array(BLOCK + 2 * PADDING);
  /** Where in the block the next byte stands, and where its bytes end. */
  #at = 0;
  #filled = 0;
  /** Offset in the source after the block. */
  #read: number;
  #drained = false;
  #bits = 0;
  #count = 0;

  readonly #out = new Uint8Array(HISTORY + AHEAD + LONGEST_MATCH);
  #length = 0;
  #taken = 0;
  /** Bytes that came out before those in `#out`. */
  #before = 0;

  #mode: Mode = 'header';
  #last = false;
  #stored = 0;
  readonly #lengthCode = newHuffmanCode(19);
  readonly #ownLiterals = newHuffmanCode(286);
  readonly #ownDistances = newHuffmanCode(30);
  #literals: HuffmanCode = this.#ownLiterals;
  #distances: HuffmanCode = this.#ownDistances;
  #end: PieceEnd | null = null;

  /**
   * @param from offset of the first packed byte
   * @param offer told of the blocks, at whose beginnings unpacking can go on later
   */
  constructor(source: ByteSource, from: number, offer: OfferMark | null = null) {
    this.#source = source;
    this.#read = from;
    this.#offer = offer;
  }

  /** Begins anew with other data, in the same memory; what was read of the same source is not read again. */
  restart(source: ByteSource, from: number): void {
    const at = from - (this.#read - this.#filled);
    if (source === this.#source && at >= 0 && at <= this.#filled) this.#at = at;
    else {
      this.#source = source;
      this.#read = from;
      this.#at = this.#filled = 0;
      this.#drained = false;
    }
    [this.#bits, this.#count] = [0, 0];
    [this.#length, this.#taken, this.#before, this.#stored] = [0, 0, 0, 0];
    this.#mode = 'header';
    this.#last = false;
    this.#end = null;
  }

  get end(): PieceEnd | null {
    return this.#taken < this.#length ? null : this.#end;
  }

  get next(): number {
    return Math.min(this.#source.size, this.#read - this.#filled + this.#at - (this.#count >> 3));
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
    this.#before += this.#length - HISTORY;
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
    if (this.#offer !== null && this.#before + this.#length > 0)
      this.#offer(this.#before + this.#length, () => this.#mark());
    this.#last = this.#take(1) === 1;
    const type = this.#take(2);
    if (type === 0) {
      this.#bits >>>= this.#count & 7;
      this.#count -= this.#count & 7;
      this.#stored = this.#take(16);
      if ((this.#take(16) ^ 0xffff) !== this.#stored) throw new PieceError('damaged');
      this.#mode = 'stored';
    } else if (type === 1) {
      this.#literals = fixedLiterals();
      this.#distances = fixedDistances();
      this.#mode = 'packed';
    } else if (type === 2) this.#readCodes();
    else throw new PieceError('damaged');
  }

  #mark(): Resume {
    const [source, from, bits, count] = [this.#source, this.next, this.#bits, this.#count & 7];
    const history = this.#out.slice(Math.max(0, this.#length - HISTORY), this.#length);
    const at = this.#before + this.#length;
    return () => {
      const stream = new InflateStream(source, from);
      stream.#out.set(history);
      stream.#length = stream.#taken = history.length;
      stream.#before = at - history.length;
      // Bits of the byte before, which is half read.
      stream.#bits = bits & ((1 << count) - 1);
      stream.#count = count;
      return stream;
    };
  }

  /** Reads on in the source; what is left of the block moves to its beginning. */
  #refill(): void {
    const block = this.#block;
    block.copyWithin(0, this.#at, this.#filled);
    const left = this.#filled - this.#at;
    const bytes = this.#source.read(this.#read, BLOCK);
    block.set(bytes, left);
    this.#filled = left + bytes.length;
    this.#read += bytes.length;
    this.#at = 0;
    if (bytes.length < BLOCK) {
      this.#drained = true;
      block.fill(0, this.#filled, this.#filled + PADDING);
    }
  }

  /** @throws PieceError where more was used than there is. */
  #check(): void {
    if (this.#at > this.#filled && this.#at - (this.#count >> 3) > this.#filled) throw new PieceError('cut off');
  }

  /** @param count bits that are needed, at most 16 */
  #ahead(count: number): void {
    if (this.#count >= count) return;
    if (this.#at + 2 > this.#filled && !this.#drained) this.#refill();
    this.#bits |= (this.#block[this.#at]! | (this.#block[this.#at + 1]! << 8)) << this.#count;
    this.#at += 2;
    this.#count += 16;
  }

  /** @param count at most 16 */
  #take(count: number): number {
    this.#ahead(count);
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    this.#check();
    return value;
  }

  #copyStored(): void {
    // Whole bytes that were read ahead as bits go first.
    while (this.#stored > 0 && this.#count > 0 && this.#length < HISTORY + AHEAD) {
      this.#out[this.#length++] = this.#take(8);
      this.#stored--;
    }
    while (this.#stored > 0 && this.#length < HISTORY + AHEAD) {
      if (this.#at >= this.#filled) {
        if (!this.#drained) this.#refill();
        if (this.#at >= this.#filled) throw new PieceError('cut off');
      }
      const part = Math.min(this.#stored, this.#filled - this.#at, HISTORY + AHEAD - this.#length);
      this.#out.set(this.#block.subarray(this.#at, this.#at + part), this.#length);
      this.#length += part;
      this.#at += part;
      this.#stored -= part;
    }
    if (this.#stored === 0) this.#mode = 'header';
  }

  #readCodes(): void {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const lengths = new Uint8Array(19);
    for (let count = this.#take(4) + 4, place = 0; place < count; place++) lengths[CODE_ORDER[place]!] = this.#take(3);
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
      const repeat = symbol === 16 ? this.#take(2) + 3 : symbol === 17 ? this.#take(3) + 3 : this.#take(7) + 11;
      if (index + repeat > all.length) throw new PieceError('damaged');
      all.fill(value, index, index + repeat);
      index += repeat;
    }
    this.#literals = filled(this.#ownLiterals, all.subarray(0, literals));
    this.#distances = filled(this.#ownDistances, all.subarray(literals));
    this.#mode = 'packed';
  }

  #symbol(code: HuffmanCode): number {
    this.#ahead(LONGEST_CODE);
    const entry = code.primary[this.#bits & MASK]! || longHuffmanCode(code, this.#bits);
    if (entry === 0) throw this.#lost(this.#at, this.#count);
    this.#bits >>>= entry & 15;
    this.#count -= entry & 15;
    this.#check();
    return entry >> 4;
  }

  /** A code that is not there: where the data ends within it, it is cut off. */
  #lost(at: number, count: number): PieceError {
    return new PieceError(at > this.#filled && (at - this.#filled) * 8 > count - LONGEST_CODE ? 'cut off' : 'damaged');
  }

  /** Symbols of a block, until it ends or there is no more room. Its state is in variables of its own, which nothing else captures: that is what makes it fast. */
  #unpack(): void {
    const out = this.#out;
    const block = this.#block;
    const literals = this.#literals;
    const distances = this.#distances;
    const firstLiterals = literals.primary;
    const firstDistances = distances.primary;
    let bits = this.#bits;
    let count = this.#count;
    let at = this.#at;
    let filledTo = this.#filled;
    let to = this.#length;
    let failed: PieceError | null = null;
    while (to < HISTORY + AHEAD) {
      if (at + SYMBOL_BYTES > filledTo) {
        if (!this.#drained) {
          this.#at = at;
          this.#refill();
          at = 0;
          filledTo = this.#filled;
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
    this.#bits = bits;
    this.#count = count;
    this.#at = at;
    this.#length = to;
    if (failed !== null) throw failed;
    this.#check();
  }
}

function filled(code: HuffmanCode, lengths: Uint8Array): HuffmanCode {
  const full = fillHuffmanCode(code, lengths);
  if (full === null) throw new PieceError('damaged');
  return full;
}
