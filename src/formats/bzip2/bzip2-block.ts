import type { Part } from '../part-stream.ts';
import { PieceError } from '../piece-stream.ts';
import type { Bzip2Bits } from './bzip2-bits.ts';
import { bzip2Crc } from './bzip2-crc.ts';

const MAX_LENGTH = 20;

interface Table {
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
  readonly minimum: number;
}

/** A block whose bytes are in order, to be read from `origin` on. */
export class Bzip2Block implements Part {
  /** The checksum that it brings, and that of what has come out. */
  readonly stated: number;
  crc = 0;
  readonly #entries: Int32Array;
  readonly #length: number;
  #place: number;
  #index = 0;
  #repeated = 0;
  #previous = -1;
  /** Copies of the last byte that are still to come. */
  #more = 0;

  constructor(stated: number, entries: Int32Array, length: number, origin: number) {
    this.stated = stated;
    this.#entries = entries;
    this.#length = length;
    this.#place = entries[origin]! >>> 8;
  }

  get done(): boolean {
    return this.#index === this.#length && this.#more === 0;
  }

  /** The run lengths of the first step backwards: four equal bytes are followed by the number of further ones. */
  fill(into: Uint8Array, from: number): number {
    const entries = this.#entries;
    let to = from;
    let [place, index, repeated, previous] = [this.#place, this.#index, this.#repeated, this.#previous];
    while (to < into.length) {
      if (this.#more > 0) {
        const part = Math.min(this.#more, into.length - to);
        into.fill(previous, to, to + part);
        to += part;
        this.#more -= part;
        if (this.#more === 0) previous = -1;
        continue;
      }
      if (index === this.#length) break;
      index++;
      const entry = entries[place]!;
      const byte = entry & 0xff;
      place = entry >>> 8;
      if (repeated === 4) {
        this.#more = byte;
        repeated = 0;
        if (byte === 0) previous = -1;
        continue;
      }
      repeated = byte === previous ? repeated + 1 : 1;
      previous = byte;
      into[to++] = byte;
    }
    [this.#place, this.#index, this.#repeated, this.#previous] = [place, index, repeated, previous];
    this.crc = bzip2Crc(into, from, to, this.crc);
    return to - from;
  }
}

/**
 * Reads a block behind its magic number: its checksum, its tables, its symbols. Written for hostile input: tables are checked before they are followed.
 * @param size bytes that it holds at most, before runs are undone
 * @param block memory for at least `size` bytes and their places
 * @throws PieceError
 */
export function readBzip2Block(bits: Bzip2Bits, size: number, block: Int32Array): Bzip2Block {
  const stated = bits.read32();
  if (bits.read(1) === 1) throw new PieceError('damaged');
  const origin = bits.read(24);
  const used = usedBytes(bits);
  const alphabet = used.length + 2;
  const groups = bits.read(3);
  const selectorCount = bits.read(15);
  if (groups < 2 || groups > 6 || selectorCount === 0) throw new PieceError('damaged');
  const selectors = readSelectors(bits, groups, selectorCount);
  const tables = Array.from({ length: groups }, () => readTable(bits, alphabet));

  const counts = new Int32Array(256);
  let length = 0;
  let run = 0;
  let weight = 1;
  let selector = 0;
  let left = 0;
  let table = tables[0]!;
  const endRun = (): void => {
    if (run === 0) return;
    if (run > size - length) throw new PieceError('damaged');
    const byte = used[0]!;
    counts[byte]! += run;
    block.fill(byte, length, length + run);
    length += run;
    run = 0;
  };
  for (;;) {
    if (left === 0) {
      if (selector >= selectors.length) throw new PieceError('damaged');
      table = tables[selectors[selector++]!]!;
      left = 50;
    }
    left--;
    const symbol = readSymbol(bits, table);
    if (symbol <= 1) {
      run += weight * (symbol + 1);
      weight *= 2;
      if (run > size) throw new PieceError('damaged');
      continue;
    }
    endRun();
    weight = 1;
    if (symbol === alphabet - 1) break;
    const byte = used[symbol - 1]!;
    used.copyWithin(1, 0, symbol - 1);
    used[0] = byte;
    if (length >= size) throw new PieceError('damaged');
    counts[byte]!++;
    block[length++] = byte;
  }
  if (origin >= length) throw new PieceError('damaged');
  return untransform(stated, block, length, counts, origin);
}

/** Burrows-Wheeler backwards. */
function untransform(
  stated: number,
  block: Int32Array,
  length: number,
  counts: Int32Array,
  origin: number,
): Bzip2Block {
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte]!;
    counts[byte] = sum;
    sum += count;
  }
  for (let index = 0; index < length; index++) {
    const byte = block[index]! & 0xff;
    block[counts[byte]!++]! |= index << 8;
  }
  return new Bzip2Block(stated, block, length, origin);
}

function usedBytes(bits: Bzip2Bits): Uint8Array {
  const map = bits.read(16);
  const used: number[] = [];
  for (let high = 0; high < 16; high++) {
    if (((map >> (15 - high)) & 1) === 0) continue;
    const row = bits.read(16);
    for (let low = 0; low < 16; low++) if (((row >> (15 - low)) & 1) === 1) used.push(high * 16 + low);
  }
  if (used.length === 0) throw new PieceError('damaged');
  return Uint8Array.from(used);
}

function readSelectors(bits: Bzip2Bits, groups: number, count: number): Uint8Array {
  const order = Array.from({ length: groups }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= groups) throw new PieceError('damaged');
    const [chosen] = order.splice(place, 1);
    order.unshift(chosen!);
    selectors[index] = chosen!;
  }
  return selectors;
}

function readTable(bits: Bzip2Bits, alphabet: number): Table {
  const lengths = new Uint8Array(alphabet);
  let length = bits.read(5);
  for (let symbol = 0; symbol < alphabet; symbol++) {
    for (;;) {
      if (length < 1 || length > MAX_LENGTH) throw new PieceError('damaged');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  const limit = new Int32Array(MAX_LENGTH + 2).fill(-1);
  const base = new Int32Array(MAX_LENGTH + 2);
  const symbols = new Uint16Array(alphabet);
  let minimum = MAX_LENGTH;
  let code = 0;
  let index = 0;
  for (let bit = 1; bit <= MAX_LENGTH; bit++) {
    code *= 2;
    base[bit] = index - code;
    for (let symbol = 0; symbol < alphabet; symbol++) {
      if (lengths[symbol] !== bit) continue;
      symbols[index++] = symbol;
      code++;
      minimum = Math.min(minimum, bit);
    }
    limit[bit] = code - 1;
    if (code > 2 ** bit) throw new PieceError('damaged');
  }
  return { limit, base, symbols, minimum };
}

function readSymbol(bits: Bzip2Bits, table: Table): number {
  let length = table.minimum;
  let code = bits.read(length);
  for (;;) {
    if (code <= table.limit[length]!) {
      const symbol = table.symbols[table.base[length]! + code];
      if (symbol === undefined) throw new PieceError('damaged');
      return symbol;
    }
    if (++length > MAX_LENGTH) throw new PieceError('damaged');
    code = code * 2 + bits.read(1);
  }
}
