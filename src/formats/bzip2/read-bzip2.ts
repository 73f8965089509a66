import { type ByteSource, memorySource } from '../../bytes/byte-source.ts';
import { collectPieces } from '../collect-pieces.ts';
import { PartStream } from '../part-stream.ts';
import { PieceError, type Resume } from '../piece-stream.ts';

/** Packed bytes that are read at once. */
const READ_AT_ONCE = 1 << 16;

/**
 * bzip2 (Seward; the format as described in "bzip2 File Format Specification", Tsai 2016). Written for hostile input: output is
 * bounded by what the caller allows, tables are checked before they are followed. Checksums are not verified.
 */
export class Bzip2Error extends Error {
  readonly tooLarge: boolean;
  constructor(message: string, tooLarge = false) {
    super(message);
    this.name = 'Bzip2Error';
    this.tooLarge = tooLarge;
  }
}

/** Bits of a source, the highest of each byte first. */
class Bits {
  readonly #source: ByteSource;
  #block: Uint8Array = new Uint8Array();
  /** Offset in the source of the block, and where in it the next byte stands. */
  #base: number;
  #at = 0;
  #buffer = 0;
  #count = 0;

  /** @param skip bits of the first byte that have been read */
  constructor(source: ByteSource, at: number, skip = 0) {
    this.#source = source;
    this.#base = at;
    if (skip > 0) this.read(skip);
  }

  /** @param count at most 24 */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#at === this.#block.length) {
        this.#base += this.#block.length;
        this.#block = this.#source.read(this.#base, READ_AT_ONCE).slice();
        this.#at = 0;
        if (this.#block.length === 0) throw new PieceError('cut off');
      }
      this.#buffer = ((this.#buffer & 0xffffff) << 8) | this.#block[this.#at++]!;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#buffer >>> this.#count) & ((1 << count) - 1);
  }

  /** Goes on with the byte at an offset: in the block that is held, where it has it. */
  moveTo(offset: number): void {
    this.#count = 0;
    this.#at = offset - this.#base;
    if (this.#at >= 0 && this.#at <= this.#block.length) return;
    this.#base = offset;
    this.#block = new Uint8Array();
    this.#at = 0;
  }

  /** Offset of the byte that holds the next bit, and how many of its bits have been read. */
  get place(): { readonly at: number; readonly skip: number } {
    const whole = this.#base + this.#at - Math.ceil(this.#count / 8);
    return { at: whole, skip: (8 - (this.#count % 8)) % 8 };
  }

  /** Offset of the next whole byte. */
  get next(): number {
    return this.#base + this.#at - Math.floor(this.#count / 8);
  }
}

const BLOCK = 0x314159265359;
const END = 0x177245385090;
const MAX_LENGTH = 20;

interface Table {
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
  readonly minimum: number;
}

/** Unpacks bzip2 data piece by piece, all streams, one after another. Memory holds one block, of at most 900,000 bytes. */
export class Bzip2Stream extends PartStream<Block> {
  #bits: Bits | null = null;
  #level = 0;
  #streams = 0;
  /** Between the header of a stream and its end. */
  #within = false;
  /** Of the block before, which is done: streams may be of a few bytes each, and there may be many. */
  #entries = new Int32Array();

  get next(): number {
    return this.#within ? this.#bits!.next : this.at;
  }

  protected open(): Block | null {
    for (;;) {
      if (!this.#within) {
        const head = this.source.read(this.at, 4);
        const level = head[3]! - 0x30;
        const begins = head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && level >= 1 && level <= 9;
        if (!begins) {
          if (this.#streams > 0) return null;
          throw new PieceError(this.source.size < this.at + 4 ? 'cut off' : 'damaged');
        }
        this.#streams++;
        this.#level = level;
        this.#bits ??= new Bits(this.source, this.at + 4);
        this.#bits.moveTo(this.at + 4);
        this.#within = true;
      }
      const bits = this.#bits!;
      if (this.offer !== null && this.made > 0) this.offer(this.made, this.#capture);
      const magic = bits.read(24) * 2 ** 24 + bits.read(24);
      bits.read(16);
      bits.read(16);
      if (magic === BLOCK) {
        const size = this.#level * 100_000;
        if (this.#entries.length < size) this.#entries = new Int32Array(size);
        return readBlock(bits, size, this.#entries);
      }
      if (magic !== END) throw new PieceError('damaged');
      this.at = bits.next;
      this.#within = false;
    }
  }

  protected close(): void {
    // What follows a block begins with the very next bit.
  }

  readonly #capture = (): Resume => {
    const [source, level, made, { at, skip }] = [this.source, this.#level, this.made, this.#bits!.place];
    return () => {
      const stream = new Bzip2Stream(source, at, null, made);
      stream.#streams = 1;
      stream.#level = level;
      stream.#bits = new Bits(source, at, skip);
      stream.#within = true;
      return stream;
    };
  };
}

/**
 * Unpacks all streams of a .bz2 file.
 * @throws Bzip2Error
 */
export function readBzip2(input: Uint8Array, limit: number): Uint8Array {
  const { bytes, end } = collectPieces(new Bzip2Stream(memorySource(input)), limit, 1 << 16);
  if (end !== 'complete') throw new Bzip2Error(`the data is ${end}`, end === 'limit');
  return bytes;
}

/** A block whose bytes are in order, to be read from `origin` on. */
class Block {
  readonly #entries: Int32Array;
  readonly #length: number;
  #place: number;
  #index = 0;
  #repeated = 0;
  #previous = -1;
  /** Copies of the last byte that are still to come. */
  #more = 0;

  constructor(entries: Int32Array, length: number, origin: number) {
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
    return to - from;
  }
}

/** @param block memory for at least `size` bytes and their places */
function readBlock(bits: Bits, size: number, block: Int32Array): Block {
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
  return untransform(block, length, counts, origin);
}

/** Burrows-Wheeler backwards. */
function untransform(block: Int32Array, length: number, counts: Int32Array, origin: number): Block {
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
  return new Block(block, length, origin);
}

function usedBytes(bits: Bits): Uint8Array {
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

function readSelectors(bits: Bits, groups: number, count: number): Uint8Array {
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

function readTable(bits: Bits, alphabet: number): Table {
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

function readSymbol(bits: Bits, table: Table): number {
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
