import type { ByteSource } from '../../bytes/byte-source.ts';
import { adler32 } from '../adler-32.ts';
import type { NativeUnpacker } from '../native-unpacker.ts';
import { type Part, PartStream } from '../part-stream.ts';
import { PieceError } from '../piece-stream.ts';
import { DeflateStream } from './deflate-stream.ts';

/** Method and flags before the data, Adler-32 behind it. */
const HEADER = 2;
const TRAILER = 4;

/** Unpacks zlib data (RFC 1950) without a preset dictionary, piece by piece. The checksum is compared; what follows is left alone. */
export class ZlibStream extends PartStream<Data> {
  readonly #native: NativeUnpacker | null;
  #opened = false;

  constructor(source: ByteSource, from = 0, native: NativeUnpacker | null = null) {
    super(source, from);
    this.#native = native;
  }

  get next(): number {
    return this.part?.inflate.next ?? this.at;
  }

  protected open(): Data | null {
    if (this.#opened) return null;
    this.#opened = true;
    return new Data(new DeflateStream(this.source, this.at + HEADER, this.#native));
  }

  protected close({ inflate: { end, next }, sum }: Data): void {
    if (end !== 'complete') throw new PieceError(end ?? 'damaged');
    const trailer = Buffer.from(this.source.read(next, TRAILER).slice());
    if (trailer.length < TRAILER) throw new PieceError('cut off');
    if (trailer.readUInt32BE(0) !== sum) this.differs('the checksum is not that of the data');
    this.at = next + TRAILER;
  }
}

class Data implements Part {
  readonly inflate: DeflateStream;
  /** Checksum of what has come out. */
  sum = 1;

  constructor(inflate: DeflateStream) {
    this.inflate = inflate;
  }

  get done(): boolean {
    return this.inflate.end !== null;
  }

  fill(into: Uint8Array, from: number): number {
    const part = into.subarray(from, from + this.inflate.fill(into.subarray(from)));
    this.sum = adler32(part, this.sum);
    return part.length;
  }

  free(): void {
    this.inflate.free();
  }
}
