import type { ByteSource } from '../../bytes/byte-source.ts';
import { freeBytes } from '../../bytes/free-bytes.ts';
import { grownSize } from '../../bytes/grown-size.ts';
import type { Inflated } from '../inflate-source.ts';

const MAGIC = 0x184d2204;
const LARGEST_BLOCK = 4 << 20;

class Ended extends Error {
  readonly end: 'cut off' | 'damaged' | 'limit';
  constructor(end: 'cut off' | 'damaged' | 'limit') {
    super(end);
    this.end = end;
  }
}

/**
 * Unpacks LZ4 frames (LZ4 Frame Format 1.6.4 and Block Format), as joblib writes them. Checksums are not verified. Never throws.
 * @param limit bytes that may come out
 */
export function readLz4(source: ByteSource, limit: number): Inflated {
  const out = new Output(limit);
  let at = 0;
  let end: Inflated['end'] = 'complete';
  try {
    while (at < source.size) {
      const next = readFrame(source, at, out);
      if (next === null) break;
      at = next;
    }
    if (at === 0) end = 'damaged';
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    ({ end } = error);
  }
  return { bytes: out.take(), end, next: at };
}

/**
 * Unpacks one block without a frame (LZ4 Block Format), as Parquet has them.
 * @param length bytes that must come out
 * @returns null where it is damaged, or of another length
 */
export function unpackLz4Block(block: Uint8Array, length: number): Uint8Array | null {
  const out = new Output(length);
  try {
    unpackBlock(block, out);
  } catch (error) {
    if (error instanceof Ended) return null;
    throw error;
  }
  return out.length === length ? out.take() : null;
}

class Output {
  bytes = new Uint8Array(1 << 12);
  length = 0;
  /** Matches do not reach behind the frame. */
  start = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  room(more: number): void {
    const needed = this.length + more;
    if (needed > this.#limit) throw new Ended('limit');
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(grownSize(this.bytes.length, needed, this.#limit));
    larger.set(this.bytes.subarray(0, this.length));
    freeBytes(this.bytes);
    this.bytes = larger;
  }

  append(part: Uint8Array): void {
    this.room(part.length);
    this.bytes.set(part, this.length);
    this.length += part.length;
  }

  take(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

function need(source: ByteSource, at: number, length: number): Buffer {
  const bytes = source.read(at, length).slice();
  if (bytes.length < length) throw new Ended('cut off');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Returns the offset after the frame, or null where none begins. */
function readFrame(source: ByteSource, start: number, out: Output): number | null {
  const magic = need(source, start, 4).readUInt32LE(0);
  if (magic >>> 4 === 0x184d2a5) return start + 8 + need(source, start + 4, 4).readUInt32LE(0);
  if (magic !== MAGIC) {
    if (start === 0) throw new Ended('damaged');
    return null;
  }
  const [flags, descriptor] = need(source, start + 4, 2);
  if (flags! >> 6 !== 1) throw new Ended('damaged');
  const independent = (flags! & 0x20) !== 0;
  const largest = Math.min(LARGEST_BLOCK, 2 ** (8 + 2 * ((descriptor! >> 4) & 7)));
  let at = start + 7 + ((flags! & 8) === 0 ? 0 : 8) + ((flags! & 1) === 0 ? 0 : 4);
  out.start = out.length;
  for (;;) {
    const word = need(source, at, 4).readUInt32LE(0);
    at += 4;
    if (word === 0) break;
    const size = word & 0x7fffffff;
    if (size > largest) throw new Ended('damaged');
    const block = need(source, at, size);
    if (independent) out.start = out.length;
    if (word >>> 31 === 1) out.append(block);
    else unpackBlock(block, out);
    at += size + ((flags! & 0x10) === 0 ? 0 : 4);
  }
  return at + ((flags! & 4) === 0 ? 0 : 4);
}

function unpackBlock(block: Uint8Array, out: Output): void {
  let at = 0;
  const more = (length: number): number => {
    let sum = length;
    if (length === 15) {
      for (let byte = 255; byte === 255; sum += byte) {
        if (at >= block.length) throw new Ended('damaged');
        byte = block[at++]!;
      }
    }
    return sum;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = more(token >> 4);
    if (at + literals > block.length) throw new Ended('damaged');
    out.append(block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) return;
    if (at + 2 > block.length) throw new Ended('damaged');
    const distance = block[at]! + block[at + 1]! * 256;
    at += 2;
    const length = more(token & 15) + 4;
    if (distance === 0 || distance > out.length - out.start) throw new Ended('damaged');
    out.room(length);
    const { bytes } = out;
    let to = out.length;
    if (distance >= length) bytes.copyWithin(to, to - distance, to - distance + length);
    else for (const stop = to + length; to < stop; to++) bytes[to] = bytes[to - distance]!;
    out.length += length;
  }
}
