import { PieceError } from '../piece-stream.ts';

/** What an error says where more would have to follow. */
export const CUT_OFF = 'the data is cut off';

/**
 * LZMA and LZMA2 (7-Zip's LZMA specification, `lzma-specification.txt`; xz-file-format 1.2.0 §5.3.1). Written for hostile input: the output
 * never exceeds what the caller allows, whatever sizes are claimed, and every read is checked.
 */
export class LzmaError extends PieceError {
  constructor(message: string) {
    super(message === CUT_OFF ? 'cut off' : 'damaged', message);
    this.name = 'LzmaError';
  }
}

const STATES = 12;
const TOP = 0x1000000;
const HALF = 1024;

/** Where unpacked bytes go, and where matches find them again. */
export interface LzmaSink {
  /** Bytes that have come out in all. */
  readonly length: number;
  put(byte: number): void;
  append(bytes: Uint8Array): void;
  /** The byte that came out `distance` bytes before the next. */
  back(distance: number): number;
  copy(distance: number, length: number): void;
}

function probabilities(count: number): Uint16Array {
  return new Uint16Array(count).fill(HALF);
}

interface LengthCoder {
  readonly choice: Uint16Array;
  readonly low: Uint16Array;
  readonly mid: Uint16Array;
  readonly high: Uint16Array;
}

function lengthCoder(): LengthCoder {
  return { choice: probabilities(2), low: probabilities(16 * 8), mid: probabilities(16 * 8), high: probabilities(256) };
}

/** The state of one LZMA stream between chunks. */
export class LzmaDecoder {
  readonly #out: LzmaSink;
  #input: Uint8Array = new Uint8Array();
  #at = 0;
  #end = 0;
  #refill: (() => Uint8Array) | null = null;
  #range = 0;
  #code = 0;
  #lc = 0;
  #lp = 0;
  #pb = 0;
  #state = 0;
  #reps = [0, 0, 0, 0];
  /** Where the dictionary begins: matches may not reach behind it. */
  dictionaryStart = 0;
  dictionarySize = 0xffffffff;
  #literal = probabilities(0);
  #isMatch = probabilities(0);
  #isRep = probabilities(0);
  #isRepG0 = probabilities(0);
  #isRepG1 = probabilities(0);
  #isRepG2 = probabilities(0);
  #isRep0Long = probabilities(0);
  #slot = probabilities(0);
  #special = probabilities(0);
  #align = probabilities(0);
  #length = lengthCoder();
  #repLength = lengthCoder();

  constructor(out: LzmaSink) {
    this.#out = out;
  }

  setProperties(byte: number): void {
    if (byte >= 225) throw new LzmaError('the properties are out of range');
    this.#lc = byte % 9;
    const rest = Math.floor(byte / 9);
    this.#lp = rest % 5;
    this.#pb = Math.floor(rest / 5);
  }

  get literalBits(): number {
    return this.#lc + this.#lp;
  }

  resetState(): void {
    this.#state = 0;
    this.#reps = [0, 0, 0, 0];
    this.#literal = probabilities(0x300 << (this.#lc + this.#lp));
    this.#isMatch = probabilities(STATES << 4);
    this.#isRep = probabilities(STATES);
    this.#isRepG0 = probabilities(STATES);
    this.#isRepG1 = probabilities(STATES);
    this.#isRepG2 = probabilities(STATES);
    this.#isRep0Long = probabilities(STATES << 4);
    this.#slot = probabilities(4 * 64);
    this.#special = probabilities(115 + 14);
    this.#align = probabilities(16);
    this.#length = lengthCoder();
    this.#repLength = lengthCoder();
  }

  /** @param refill gives what follows the input, where there is more of it */
  startRange(input: Uint8Array, at: number, end: number, refill: (() => Uint8Array) | null = null): void {
    this.#refill = refill;
    this.#input = input;
    this.#at = at;
    this.#end = end;
    if (this.#byte() !== 0) throw new LzmaError('the range coder does not begin with zero');
    this.#range = 0xffffffff;
    this.#code = 0;
    for (let index = 0; index < 4; index++) this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }

  get position(): number {
    return this.#at;
  }

  #byte(): number {
    if (this.#at >= this.#end) {
      this.#input = this.#refill?.() ?? new Uint8Array();
      this.#at = 0;
      this.#end = this.#input.length;
      if (this.#end === 0) throw new LzmaError('the data is cut off');
    }
    return this.#input[this.#at++]!;
  }

  #bit(table: Uint16Array, index: number): number {
    const probability = table[index]!;
    const bound = (this.#range >>> 11) * probability;
    let bit: number;
    if (this.#code < bound) {
      this.#range = bound;
      table[index] = probability + ((2048 - probability) >> 5);
      bit = 0;
    } else {
      this.#range -= bound;
      this.#code -= bound;
      table[index] = probability - (probability >> 5);
      bit = 1;
    }
    if (this.#range < TOP) {
      this.#range = (this.#range << 8) >>> 0;
      this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
    }
    return bit;
  }

  #direct(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++) {
      this.#range >>>= 1;
      let bit = 0;
      if (this.#code >= this.#range) {
        this.#code -= this.#range;
        bit = 1;
      }
      value = value * 2 + bit;
      if (this.#range < TOP) {
        this.#range = (this.#range << 8) >>> 0;
        this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
      }
    }
    return value;
  }

  #tree(table: Uint16Array, offset: number, bits: number): number {
    let node = 1;
    for (let index = 0; index < bits; index++) node = (node << 1) | this.#bit(table, offset + node);
    return node - (1 << bits);
  }

  #reverseTree(table: Uint16Array, offset: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let index = 0; index < bits; index++) {
      const bit = this.#bit(table, offset + node);
      node = (node << 1) | bit;
      value |= bit << index;
    }
    return value;
  }

  #matchLength(coder: LengthCoder, positionState: number): number {
    if (this.#bit(coder.choice, 0) === 0) return 2 + this.#tree(coder.low, positionState << 3, 3);
    if (this.#bit(coder.choice, 1) === 0) return 10 + this.#tree(coder.mid, positionState << 3, 3);
    return 18 + this.#tree(coder.high, 0, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(this.#slot, Math.min(length - 2, 3) << 6, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + this.#reverseTree(this.#special, base - slot, bits);
    return base + this.#direct(bits - 4) * 16 + this.#reverseTree(this.#align, 0, 4);
  }

  #copy(distance: number, length: number): void {
    if (distance > this.#out.length - this.dictionaryStart || distance > this.dictionarySize) {
      throw new LzmaError('a match reaches behind the beginning');
    }
    this.#out.copy(distance, length);
  }

  /**
   * Unpacks until `limit` bytes are out in all or the end mark comes.
   * @param pause bytes in all after which it returns earlier, up to 272 of them too late
   * @returns true when the end mark came.
   */
  run(limit: number, pause = limit): boolean {
    const out = this.#out;
    const literalMask = (1 << this.#lp) - 1;
    const positionMask = (1 << this.#pb) - 1;
    const stop = Math.min(limit, pause);
    while (out.length < stop) {
      const position = out.length - this.dictionaryStart;
      const positionState = position & positionMask;
      if (this.#bit(this.#isMatch, (this.#state << 4) + positionState) === 0) {
        this.#literalByte(position, literalMask);
        continue;
      }
      let length: number;
      if (this.#bit(this.#isRep, this.#state) === 0) {
        this.#reps = [0, this.#reps[0]!, this.#reps[1]!, this.#reps[2]!];
        length = this.#matchLength(this.#length, positionState);
        this.#state = this.#state < 7 ? 7 : 10;
        const distance = this.#distance(length);
        if (distance === 0xffffffff) return true;
        this.#reps[0] = distance;
      } else {
        if (out.length === this.dictionaryStart) throw new LzmaError('a repeated match at the beginning');
        if (this.#bit(this.#isRepG0, this.#state) === 0) {
          if (this.#bit(this.#isRep0Long, (this.#state << 4) + positionState) === 0) {
            this.#state = this.#state < 7 ? 9 : 11;
            this.#copy(this.#reps[0]! + 1, 1);
            continue;
          }
        } else this.#rotate();
        length = this.#matchLength(this.#repLength, positionState);
        this.#state = this.#state < 7 ? 8 : 11;
      }
      const room = limit - out.length;
      if (length > room) throw new LzmaError('a match goes beyond the stated size');
      this.#copy(this.#reps[0]! + 1, length);
    }
    return false;
  }

  #rotate(): void {
    const [a, b, c, d] = this.#reps as [number, number, number, number];
    if (this.#bit(this.#isRepG1, this.#state) === 0) this.#reps = [b, a, c, d];
    else if (this.#bit(this.#isRepG2, this.#state) === 0) this.#reps = [c, a, b, d];
    else this.#reps = [d, a, b, c];
  }

  #literalByte(position: number, literalMask: number): void {
    const out = this.#out;
    const previous = position > 0 ? out.back(1) : 0;
    const offset = 0x300 * (((position & literalMask) << this.#lc) + (previous >> (8 - this.#lc)));
    let symbol = 1;
    if (this.#state >= 7) {
      if (this.#reps[0]! + 1 > position) throw new LzmaError('a match reaches behind the beginning');
      let match = out.back(this.#reps[0]! + 1);
      do {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        const bit = this.#bit(this.#literal, offset + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(this.#literal, offset + symbol);
    out.put(symbol & 0xff);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }
}
