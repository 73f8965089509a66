import type { PieceEnd, PieceStream } from '../piece-stream.ts';
import type { Filter } from './filters.ts';

const PIECE = 1 << 16;

/** What comes out of a stream behind a filter, piece by piece. */
export class FilterStream implements PieceStream {
  readonly #stream: PieceStream;
  readonly #filter: Filter;
  readonly #bytes = new Uint8Array(PIECE);
  /** Bytes that are there, those of them that are final, and those of these that have been taken. */
  #length = 0;
  #final = 0;
  #taken = 0;

  constructor(stream: PieceStream, filter: Filter) {
    this.#stream = stream;
    this.#filter = filter;
  }

  get end(): PieceEnd | null {
    return this.#taken < this.#length ? null : this.#stream.end;
  }

  get next(): number {
    return this.#stream.next;
  }

  get mismatch(): string | null {
    return this.#stream.mismatch ?? null;
  }

  fill(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && this.end === null) {
      if (this.#taken === this.#final) this.#more();
      const part = this.#bytes.subarray(this.#taken, Math.min(this.#final, this.#taken + into.length - filled));
      into.set(part, filled);
      filled += part.length;
      this.#taken += part.length;
    }
    return filled;
  }

  #more(): void {
    const bytes = this.#bytes;
    bytes.copyWithin(0, this.#final, this.#length);
    this.#length -= this.#final;
    this.#length += this.#stream.fill(bytes.subarray(this.#length));
    this.#taken = 0;
    this.#final = this.#filter.undo(bytes.subarray(0, this.#length), this.#stream.end !== null);
  }

  free(): void {
    this.#stream.free?.();
  }
}
