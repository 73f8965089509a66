import { crc32 } from '../crc-32.ts';
import { type Part, PartStream } from '../part-stream.ts';
import { PieceError } from '../piece-stream.ts';
import { InflateStream } from './inflate-stream.ts';
import { afterGzipHeader } from './read-gzip.ts';

/** CRC-32 and length behind each member. */
const TRAILER = 8;

/**
 * Unpacks gzip data (RFC 1952) piece by piece, all members, one after another. What follows the last member is left alone. Checksums and lengths are
 * compared of each member that is read from its beginning.
 */
export class GzipStream extends PartStream<Member> {
  /** One for all members: there may be many of a few bytes each. */
  #inflate: InflateStream | null = null;
  /** Bytes that had come out before the member. */
  #before = 0;
  #members = 0;
  #mismatch: string | null = null;

  get next(): number {
    return this.part?.inflate.next ?? this.at;
  }

  get mismatch(): string | null {
    return this.#mismatch;
  }

  protected open(): Member | null {
    const data = afterGzipHeader(this.source, this.at);
    if (data === null) {
      if (this.#members > 0) return null;
      throw new PieceError(this.at + 10 > this.source.size ? 'cut off' : 'damaged');
    }
    this.#members++;
    this.#before = this.made;
    if (this.#inflate === null) this.#inflate = this.#begin(data);
    else this.#inflate.restart(this.source, data);
    return new Member(this.#inflate, true);
  }

  #begin(data: number): InflateStream {
    const { source, offer } = this;
    if (offer === null) return new InflateStream(source, data);
    return new InflateStream(source, data, (at, capture) => {
      const made = this.#before + at;
      offer(made, () => {
        const resume = capture();
        return () => {
          const stream = new GzipStream(source, 0, null, made);
          stream.#members = 1;
          stream.part = new Member(resume() as InflateStream, false);
          return stream;
        };
      });
    });
  }

  protected close({ inflate, crc, length }: Member): void {
    const { end, next } = inflate;
    if (end !== 'complete') throw new PieceError(end ?? 'damaged');
    const trailer = Buffer.from(this.source.read(next, TRAILER).slice());
    if (trailer.length < TRAILER) throw new PieceError('cut off');
    if (crc !== null) {
      if (trailer.readUInt32LE(0) !== crc) this.#mismatch ??= 'the checksum is not that of the data';
      else if (trailer.readUInt32LE(4) !== length % 2 ** 32) this.#mismatch ??= 'the length is not that of the data';
    }
    this.at = next + TRAILER;
  }
}

class Member implements Part {
  readonly inflate: InflateStream;
  /** Checksum of what has come out; null where the beginning was not read. */
  crc: number | null;
  length = 0;

  constructor(inflate: InflateStream, whole: boolean) {
    this.inflate = inflate;
    this.crc = whole ? 0 : null;
  }

  get done(): boolean {
    return this.inflate.end !== null;
  }

  fill(into: Uint8Array, from: number): number {
    const { inflate } = this;
    const part = into.subarray(from, from + inflate.fill(into.subarray(from)));
    if (this.crc !== null) this.crc = crc32(part, this.crc);
    this.length += part.length;
    return part.length;
  }
}
