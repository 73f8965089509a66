import type { ByteSource } from '../../bytes/byte-source.ts';
import { InflateStream } from './inflate-stream.ts';
import { crc32 } from '../crc-32.ts';
import type { OfferMark, PieceEnd, PieceStream } from '../piece-stream.ts';
import { afterGzipHeader } from './read-gzip.ts';

/** CRC-32 and length behind each member. */
const TRAILER = 8;

/**
 * Unpacks gzip data (RFC 1952) piece by piece, all members, one after another. What follows the last member is left alone. Checksums and lengths are
 * compared of each member that is read from its beginning.
 */
export class GzipStream implements PieceStream {
  readonly #source: ByteSource;
  readonly #offer: OfferMark | null;
  #inner: InflateStream | null = null;
  /** Offset of the header of the next member, while there is none open. */
  #at: number;
  #members = 0;
  #made: number;
  /** What has come out of the member, and its checksum; null where its beginning was not read. */
  #sum: { crc: number; length: number } | null = null;
  #end: PieceEnd | null = null;
  #mismatch: string | null = null;

  constructor(source: ByteSource, from = 0, offer: OfferMark | null = null, made = 0) {
    this.#source = source;
    this.#at = from;
    this.#offer = offer;
    this.#made = made;
  }

  get end(): PieceEnd | null {
    return this.#end;
  }

  get next(): number {
    return this.#inner?.next ?? this.#at;
  }

  get mismatch(): string | null {
    return this.#mismatch;
  }

  fill(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && this.#end === null) {
      if (this.#inner === null && !this.#open()) break;
      const inner: InflateStream = this.#inner!;
      const part = into.subarray(filled, filled + inner.fill(into.subarray(filled)));
      filled += part.length;
      this.#made += part.length;
      if (this.#sum !== null) {
        this.#sum.crc = crc32(part, this.#sum.crc);
        this.#sum.length += part.length;
      }
      if (inner.end === null) continue;
      if (inner.end === 'complete') this.#close(inner.next);
      else this.#end = inner.end;
    }
    return filled;
  }

  /** Opens the next member; false at the end. */
  #open(): boolean {
    const data = afterGzipHeader(this.#source, this.#at);
    if (data === null) {
      this.#end = this.#members > 0 ? 'complete' : this.#at + 10 > this.#source.size ? 'cut off' : 'damaged';
      return false;
    }
    this.#members++;
    const before = this.#made;
    const offer = this.#offer;
    this.#sum = { crc: 0, length: 0 };
    this.#inner = new InflateStream(
      this.#source,
      data,
      offer === null
        ? null
        : (at, capture) =>
            offer(before + at, () => {
              const resume = capture();
              return () => {
                const stream = new GzipStream(this.#source, 0, null, before + at);
                stream.#members = 1;
                stream.#inner = resume() as InflateStream;
                return stream;
              };
            }),
    );
    return true;
  }

  #close(at: number): void {
    const trailer = Buffer.from(this.#source.read(at, TRAILER).slice());
    if (trailer.length < TRAILER) this.#end = 'cut off';
    else if (this.#sum !== null) {
      if (trailer.readUInt32LE(0) !== this.#sum.crc) this.#mismatch ??= 'the checksum is not that of the data';
      else if (trailer.readUInt32LE(4) !== this.#sum.length % 2 ** 32)
        this.#mismatch ??= 'the length is not that of the data';
    }
    this.#at = at + TRAILER;
    this.#inner = null;
  }
}
