import { LzmaError, type LzmaSink } from './lzma-decoder.ts';

/** Dictionaries that are kept; `xz -9` has one of 64 MiB. */
export const LARGEST_DICTIONARY = 64 << 20;
/** Memory that the dictionary of a header needs; nothing where there is no header. */
export function dictionaryBytes(header: { readonly dictionary: number } | null): number {
  return Math.min(header?.dictionary ?? 0, LARGEST_DICTIONARY);
}

/** Bytes that come out before they must be taken. */
export const LZMA_AHEAD = 1 << 16;
/** Bytes that one match, or one chunk of plain bytes, may add beyond that. */
const BEYOND = 1 << 16;

/** The last bytes that came out, as a ring: what matches can reach and what has not been taken yet. It grows up to the dictionary. */
export class LzmaWindow implements LzmaSink {
  length: number;
  #bytes = new Uint8Array(1 << 18);
  readonly #largest: number;
  readonly #dictionary: number;
  #to = 0;
  #taken: number;

  constructor(dictionary: number, length = 0) {
    this.length = length;
    this.#taken = length;
    this.#dictionary = Math.min(dictionary, LARGEST_DICTIONARY);
    this.#largest = this.#dictionary + LZMA_AHEAD + BEYOND + 512;
  }

  /** Bytes that have not been taken. */
  get waiting(): number {
    return this.length - this.#taken;
  }

  put(byte: number): void {
    if (this.#to === this.#bytes.length) this.#wrap();
    this.#bytes[this.#to++] = byte;
    this.length++;
  }

  #wrap(): void {
    if (this.#bytes.length >= this.#largest) {
      this.#to = 0;
      return;
    }
    const larger = new Uint8Array(Math.min(this.#largest, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#to === this.#bytes.length) this.#wrap();
      const part = bytes.subarray(at, at + this.#bytes.length - this.#to);
      this.#bytes.set(part, this.#to);
      this.#to += part.length;
      this.length += part.length;
      at += part.length;
    }
  }

  back(distance: number): number {
    if (distance > this.#dictionary) throw new LzmaError('a match reaches further back than is kept');
    const at = this.#to - distance;
    return this.#bytes[at < 0 ? at + this.#bytes.length : at]!;
  }

  copy(distance: number, length: number): void {
    const from = this.#to - distance;
    if (from < 0 || this.#to + length > this.#bytes.length || distance > this.#dictionary) {
      for (let index = 0; index < length; index++) this.put(this.back(distance));
      return;
    }
    const bytes = this.#bytes;
    for (let put = this.#to, stop = put + length; put < stop; put++) bytes[put] = bytes[put - distance]!;
    this.#to += length;
    this.length += length;
  }

  take(into: Uint8Array, from: number): number {
    const count = Math.min(this.waiting, into.length - from);
    let at = this.#to - this.waiting;
    if (at < 0) at += this.#bytes.length;
    const first = Math.min(count, this.#bytes.length - at);
    into.set(this.#bytes.subarray(at, at + first), from);
    into.set(this.#bytes.subarray(0, count - first), from + first);
    this.#taken += count;
    return count;
  }
}
