import type { ByteSource } from '../bytes/byte-source.ts';
import type { PieceEnd, PieceStream } from './piece-stream.ts';

/** The bytes of a source as they are, piece by piece. */
export class SourceStream implements PieceStream {
  readonly #source: ByteSource;
  next = 0;
  #end: PieceEnd | null = null;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get end(): PieceEnd | null {
    return this.#end;
  }

  fill(into: Uint8Array): number {
    const bytes = this.#source.read(this.next, into.length);
    into.set(bytes);
    this.next += bytes.length;
    if (bytes.length < into.length) this.#end = 'complete';
    return bytes.length;
  }
}
