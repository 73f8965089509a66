import type { ByteSource } from '../../bytes/byte-source.ts';
import { PieceError } from '../piece-stream.ts';

/** Packed bytes that are read at once. */
const READ_AT_ONCE = 1 << 16;

/** Bits of a source, the highest of each byte first. */
export class Bzip2Bits {
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

  /** 32 bits, as a number from 0. */
  read32(): number {
    return this.read(16) * 2 ** 16 + this.read(16);
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
