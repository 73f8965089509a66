import { grownSize } from '../../bytes/grown-size.ts';

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

class Bits {
  readonly #bytes: Uint8Array;
  #at: number;
  #buffer = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  read(count: number): number {
    let value = 0;
    while (count > 0) {
      if (this.#count === 0) {
        if (this.#at >= this.#bytes.length) throw new Bzip2Error('the data is cut off');
        this.#buffer = this.#bytes[this.#at++]!;
        this.#count = 8;
      }
      const take = Math.min(count, this.#count);
      this.#count -= take;
      value = value * 2 ** take + ((this.#buffer >> this.#count) & ((1 << take) - 1));
      count -= take;
    }
    return value;
  }

  /** Offset of the next whole byte. */
  get next(): number {
    return this.#at;
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

/**
 * Unpacks all streams of a .bz2 file.
 * @throws Bzip2Error
 */
export function readBzip2(input: Uint8Array, limit: number): Uint8Array {
  const out = new Growing(limit);
  let at = 0;
  do {
    if (input[at] !== 0x42 || input[at + 1] !== 0x5a || input[at + 2] !== 0x68)
      throw new Bzip2Error('this is no bzip2 data');
    const level = input[at + 3]! - 0x30;
    if (!(level >= 1 && level <= 9)) throw new Bzip2Error('the block size is out of range');
    const bits = new Bits(input, at + 4);
    for (;;) {
      const magic = bits.read(48);
      bits.read(32);
      if (magic === END) break;
      if (magic !== BLOCK) throw new Bzip2Error('a block is damaged');
      readBlock(bits, level * 100_000, out);
    }
    at = bits.next;
  } while (at + 4 <= input.length && input[at] === 0x42 && input[at + 1] === 0x5a && input[at + 2] === 0x68);
  return out.take();
}

class Growing {
  #bytes: Uint8Array;
  #length = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(Math.min(limit, 1 << 16));
  }

  put(byte: number): void {
    if (this.#length === this.#bytes.length) {
      if (this.#length >= this.#limit) throw new Bzip2Error(`more than ${this.#limit} bytes unpacked`, true);
      const larger = new Uint8Array(grownSize(this.#bytes.length, this.#length + 1, this.#limit));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

function readBlock(bits: Bits, size: number, out: Growing): void {
  if (bits.read(1) === 1) throw new Bzip2Error('randomised blocks are not supported');
  const origin = bits.read(24);
  const used = usedBytes(bits);
  const alphabet = used.length + 2;
  const groups = bits.read(3);
  const selectorCount = bits.read(15);
  if (groups < 2 || groups > 6 || selectorCount === 0) throw new Bzip2Error('a table is damaged');
  const selectors = readSelectors(bits, groups, selectorCount);
  const tables = Array.from({ length: groups }, () => readTable(bits, alphabet));

  const block = new Int32Array(size);
  const counts = new Int32Array(256);
  let length = 0;
  let run = 0;
  let weight = 1;
  let selector = 0;
  let left = 0;
  let table = tables[0]!;
  const endRun = (): void => {
    if (run === 0) return;
    if (run > size - length) throw new Bzip2Error('a block is too long');
    const byte = used[0]!;
    counts[byte]! += run;
    block.fill(byte, length, length + run);
    length += run;
    run = 0;
  };
  for (;;) {
    if (left === 0) {
      if (selector >= selectors.length) throw new Bzip2Error('a block is damaged');
      table = tables[selectors[selector++]!]!;
      left = 50;
    }
    left--;
    const symbol = readSymbol(bits, table);
    if (symbol <= 1) {
      run += weight * (symbol + 1);
      weight *= 2;
      if (run > size) throw new Bzip2Error('a block is too long');
      continue;
    }
    endRun();
    weight = 1;
    if (symbol === alphabet - 1) break;
    const byte = used[symbol - 1]!;
    used.copyWithin(1, 0, symbol - 1);
    used[0] = byte;
    if (length >= size) throw new Bzip2Error('a block is too long');
    counts[byte]!++;
    block[length++] = byte;
  }
  if (origin >= length) throw new Bzip2Error('a block is damaged');
  untransform(block, length, counts, origin, out);
}

/** Burrows-Wheeler backwards, then the run lengths of the first step. */
function untransform(block: Int32Array, length: number, counts: Int32Array, origin: number, out: Growing): void {
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
  let place = block[origin]! >>> 8;
  let repeated = 0;
  let previous = -1;
  for (let index = 0; index < length; index++) {
    const entry = block[place]!;
    const byte = entry & 0xff;
    place = entry >>> 8;
    if (repeated === 4) {
      for (let more = 0; more < byte; more++) out.put(previous);
      repeated = 0;
      previous = -1;
      continue;
    }
    repeated = byte === previous ? repeated + 1 : 1;
    previous = byte;
    out.put(byte);
  }
}

function usedBytes(bits: Bits): Uint8Array {
  const map = bits.read(16);
  const used: number[] = [];
  for (let high = 0; high < 16; high++) {
    if (((map >> (15 - high)) & 1) === 0) continue;
    const row = bits.read(16);
    for (let low = 0; low < 16; low++) if (((row >> (15 - low)) & 1) === 1) used.push(high * 16 + low);
  }
  if (used.length === 0) throw new Bzip2Error('a block uses no bytes');
  return Uint8Array.from(used);
}

function readSelectors(bits: Bits, groups: number, count: number): Uint8Array {
  const order = Array.from({ length: groups }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= groups) throw new Bzip2Error('a table is damaged');
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
      if (length < 1 || length > MAX_LENGTH) throw new Bzip2Error('a table is damaged');
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
    if (code > 2 ** bit) throw new Bzip2Error('a table is damaged');
  }
  return { limit, base, symbols, minimum };
}

function readSymbol(bits: Bits, table: Table): number {
  let length = table.minimum;
  let code = bits.read(length);
  for (;;) {
    if (code <= table.limit[length]!) {
      const symbol = table.symbols[table.base[length]! + code];
      if (symbol === undefined) throw new Bzip2Error('a code is damaged');
      return symbol;
    }
    if (++length > MAX_LENGTH) throw new Bzip2Error('a code is damaged');
    code = code * 2 + bits.read(1);
  }
}
