import type { ByteSource } from '../../bytes/byte-source.ts';
import { PieceError } from '../piece-stream.ts';

/** Packed bytes that are read at once. */
const BLOCK = 1 << 16;
/** Zeros after the last packed bytes, so that looking ahead needs no check; what is taken of them is found afterwards. */
const PADDING = 64;

/** Bits of packed data, the lowest of each byte first (RFC 1951 §3.1.1), read block by block. Its state is open to the loop that must be fast. */
export class DeflateBits {
  #source: ByteSource;
  readonly block = new Uint8Array(BLOCK + 2 * PADDING);
  /** Where in the block the next byte stands, and where its bytes end. */
  at = 0;
  filled = 0;
  /** Offset in the source after the block. */
  #read: number;
  /** The source has no more. */
  drained = false;
  /** Bits that have been taken out of the block and not been used: the next is the lowest. */
  bits = 0;
  count = 0;

  constructor(source: ByteSource, from: number) {
    this.#source = source;
    this.#read = from;
  }

  /** Begins anew with other data, in the same memory; what was read of the same source is not read again. */
  restart(source: ByteSource, from: number): void {
    const at = from - (this.#read - this.filled);
    if (source === this.#source && at >= 0 && at <= this.filled) this.at = at;
    else {
      this.#source = source;
      this.#read = from;
      this.at = this.filled = 0;
      this.drained = false;
    }
    [this.bits, this.count] = [0, 0];
  }

  /** Offset in the source of the next whole byte. */
  get next(): number {
    return Math.min(this.#source.size, this.#read - this.filled + this.at - (this.count >> 3));
  }

  /** Reads on in the source; what is left of the block moves to its beginning. */
  refill(): void {
    const { block } = this;
    block.copyWithin(0, this.at, this.filled);
    const left = this.filled - this.at;
    const bytes = this.#source.read(this.#read, BLOCK);
    block.set(bytes, left);
    this.filled = left + bytes.length;
    this.#read += bytes.length;
    this.at = 0;
    if (bytes.length < BLOCK) {
      this.drained = true;
      block.fill(0, this.filled, this.filled + PADDING);
    }
  }

  /** @throws PieceError where more was used than there is. */
  check(): void {
    if (this.at > this.filled && this.at - (this.count >> 3) > this.filled) throw new PieceError('cut off');
  }

  /** @param count bits that are needed, at most 16 */
  ahead(count: number): void {
    if (this.count >= count) return;
    if (this.at + 2 > this.filled && !this.drained) this.refill();
    this.bits |= (this.block[this.at]! | (this.block[this.at + 1]! << 8)) << this.count;
    this.at += 2;
    this.count += 16;
  }

  /** @param count at most 16 */
  take(count: number): number {
    this.ahead(count);
    const value = this.bits & ((1 << count) - 1);
    this.skip(count);
    return value;
  }

  /** Passes over bits that are there. */
  skip(count: number): void {
    this.bits >>>= count;
    this.count -= count;
    this.check();
  }

  /** Passes over what is left of a byte. */
  align(): void {
    this.bits >>>= this.count & 7;
    this.count -= this.count & 7;
  }

  /** Copies whole bytes into a place, as many as there are up to its end. @throws PieceError where there are none */
  copy(into: Uint8Array, from: number, to: number): number {
    let put = from;
    // Whole bytes that were read ahead as bits go first.
    while (put < to && this.count > 0 && this.at - (this.count >> 3) < this.filled) into[put++] = this.take(8);
    while (put < to && this.count === 0) {
      if (this.at >= this.filled && !this.drained) this.refill();
      const part = Math.min(to - put, this.filled - this.at);
      if (part <= 0) break;
      into.set(this.block.subarray(this.at, this.at + part), put);
      put += part;
      this.at += part;
    }
    if (put === from) throw new PieceError('cut off');
    return put - from;
  }
}
