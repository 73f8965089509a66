import type { ByteSource } from '../../bytes/byte-source.ts';

/** Bytes that are looked at in one go. Long values are skipped over without reading them. */
const WINDOW = 1 << 20;
/** The first look is short: most bytes are no pickle, and that shows at once. */
const FIRST = 1 << 12;

/** A place in a source that moves forward, over a window that is read ahead. Its own copy, so that others may read the source meanwhile. */
export class PickleWindow {
  readonly #source: ByteSource;
  #buffer: Buffer;
  /** Offset in the source of the window's first byte. */
  #base: number;
  #length = 0;
  /** Index in the window of the next byte. */
  #at = 0;

  constructor(source: ByteSource, start: number) {
    this.#source = source;
    this.#buffer = Buffer.allocUnsafe(FIRST);
    this.#base = start;
    this.#load();
  }

  get position(): number {
    return this.#base + this.#at;
  }

  /** The bytes of the window, of which the first `filled` count, and the offset in the source of the first: for loops over many opcodes. */
  get bytes(): Uint8Array {
    return this.#buffer;
  }

  get base(): number {
    return this.#base;
  }

  get filled(): number {
    return this.#length;
  }

  /** Index in the window of the next byte. */
  get index(): number {
    return this.#at;
  }

  set index(at: number) {
    this.#at = at;
  }

  #load(): void {
    // Four times as much each time, until it is the whole window.
    if (this.#length > 0 && this.#buffer.length < WINDOW) this.#buffer = Buffer.allocUnsafe(this.#buffer.length * 4);
    const bytes = this.#source.read(this.#base, this.#buffer.length);
    this.#buffer.set(bytes);
    this.#length = bytes.length;
    this.#at = 0;
  }

  /** Makes `count` bytes available from here on, where the source has them. */
  #ensure(count: number): boolean {
    if (this.#at + count <= this.#length) return true;
    this.#base += this.#at;
    this.#load();
    return count <= this.#length;
  }

  /** The next byte, or -1 at the end. */
  byte(): number {
    if (this.#at < this.#length || this.#ensure(1)) return this.#buffer[this.#at++]!;
    return -1;
  }

  /** The byte `ahead` of the next one, without moving (at most 64 ahead), or -1. */
  peek(ahead: number): number {
    return this.#at + ahead < this.#length || this.#ensure(ahead + 1) ? this.#buffer[this.#at + ahead]! : -1;
  }

  /** A byte near the place, wherever the window is now; -1 where it cannot be had. */
  byteAt(offset: number): number {
    const index = offset - this.#base;
    if (index >= 0 && index < this.#length) return this.#buffer[index]!;
    return this.#source.read(offset, 1)[0] ?? -1;
  }

  /** An unsigned little-endian number of 1, 2, 4 or 8 bytes. @throws RangeError at the end. */
  need(count: 1 | 2 | 4 | 8): number {
    if (!this.#ensure(count)) throw new RangeError('end of source');
    const at = this.#at;
    this.#at += count;
    if (count === 1) return this.#buffer[at]!;
    if (count === 2) return this.#buffer.readUInt16LE(at);
    const low = this.#buffer.readUInt32LE(at);
    return count === 4 ? low : low + this.#buffer.readUInt32LE(at + 4) * 4294967296;
  }

  /** A signed little-endian number of four bytes. @throws RangeError at the end. */
  int32(): number {
    if (!this.#ensure(4)) throw new RangeError('end of source');
    this.#at += 4;
    return this.#buffer.readInt32LE(this.#at - 4);
  }

  skip(count: number): void {
    if (this.#at + count <= this.#length) this.#at += count;
    else {
      this.#base += this.#at + count;
      this.#load();
    }
  }

  /** A line without its end, as Latin-1; null when it does not end within `limit` bytes. */
  line(limit: number): string | null {
    this.#ensure(Math.min(limit + 1, this.#buffer.length));
    const end = this.#buffer.indexOf(0x0a, this.#at);
    if (end === -1 || end >= this.#length || end - this.#at > limit) return null;
    const text = this.#buffer.toString('latin1', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** Moves behind the next line end. Returns how many bytes stood before it, or -1 when there is none. */
  skipLine(): number {
    const start = this.position;
    for (;;) {
      const end = this.#buffer.subarray(0, this.#length).indexOf(0x0a, this.#at);
      if (end !== -1) {
        this.#at = end + 1;
        return this.#base + end - start;
      }
      this.#base += this.#length;
      this.#load();
      if (this.#length === 0) return -1;
    }
  }
}
