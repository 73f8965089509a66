import type { ByteSource } from '../../bytes/byte-source.ts';
import { crc32 } from '../crc-32.ts';
import { type Part, PartStream } from '../part-stream.ts';
import { PieceError } from '../piece-stream.ts';
import type { NativeUnpacker } from '../native-unpacker.ts';
import { DeflateStream } from './deflate-stream.ts';
import { afterGzipHeader } from './gzip-header.ts';

/** CRC-32 and length behind each member. */
const TRAILER = 8;

/**
 * Unpacks gzip data (RFC 1952) piece by piece, all members, one after another. What follows the last member is left alone. Checksums and lengths are
 * compared.
 */
export class GzipStream extends PartStream<Member> {
  readonly #native: NativeUnpacker | null;
  /** One for all members: there may be many of a few bytes each. */
  #inflate: DeflateStream | null = null;
  #members = 0;

  constructor(source: ByteSource, native: NativeUnpacker | null = null) {
    super(source);
    this.#native = native;
  }

  get next(): number {
    return this.part?.inflate.next ?? this.at;
  }

  protected open(): Member | null {
    const data = afterGzipHeader(this.source, this.at);
    if (data === null) {
      if (this.#members > 0) return null;
      throw new PieceError(this.at + 10 > this.source.size ? 'cut off' : 'damaged');
    }
    this.#members++;
    if (this.#inflate === null) this.#inflate = new DeflateStream(this.source, data, this.#native);
    else this.#inflate.restart(this.source, data);
    return new Member(this.#inflate);
  }

  protected close({ inflate, crc, length }: Member): void {
    const { end, next } = inflate;
    if (end !== 'complete') throw new PieceError(end ?? 'damaged');
    const trailer = Buffer.from(this.source.read(next, TRAILER).slice());
    if (trailer.length < TRAILER) throw new PieceError('cut off');
    if (trailer.readUInt32LE(0) !== crc) this.differs('the checksum is not that of the data');
    else if (trailer.readUInt32LE(4) !== length % 2 ** 32) this.differs('the length is not that of the data');
    this.at = next + TRAILER;
  }
}

class Member implements Part {
  readonly inflate: DeflateStream;
  /** Checksum of what has come out. */
  crc = 0;
  length = 0;

  constructor(inflate: DeflateStream) {
    this.inflate = inflate;
  }

  get done(): boolean {
    return this.inflate.end !== null;
  }

  fill(into: Uint8Array, from: number): number {
    const { inflate } = this;
    const part = into.subarray(from, from + inflate.fill(into.subarray(from)));
    this.crc = crc32(part, this.crc);
    this.length += part.length;
    return part.length;
  }

  free(): void {
    this.inflate.free();
  }
}
