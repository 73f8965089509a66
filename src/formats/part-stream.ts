import type { ByteSource } from '../bytes/byte-source.ts';
import { type OfferMark, type PieceEnd, PieceError, type PieceStream } from './piece-stream.ts';

/** What is packed by itself within a stream: a block, a member. */
export interface Part {
  /** Fills from a place on, and returns how many bytes that are. @throws PieceError */
  fill(into: Uint8Array, from: number): number;
  readonly done: boolean;
  free?(): void;
}

/** Packed data in parts, of which one is open at a time. */
export abstract class PartStream<Own extends Part> implements PieceStream {
  protected readonly source: ByteSource;
  protected readonly offer: OfferMark | null;
  /** Offset in the source of the next part, while none is open. */
  protected at: number;
  /** Bytes that have come out, also before a place from which unpacking goes on. */
  protected made: number;
  protected part: Own | null = null;
  #end: PieceEnd | null = null;
  #mismatch: string | null = null;

  constructor(source: ByteSource, from = 0, offer: OfferMark | null = null, made = 0) {
    this.source = source;
    this.at = from;
    this.offer = offer;
    this.made = made;
  }

  get end(): PieceEnd | null {
    return this.#end;
  }

  abstract readonly next: number;

  get mismatch(): string | null {
    return this.#mismatch;
  }

  /** Says that what came out is not what was packed: the first reason is kept. */
  protected differs(why: string): void {
    this.#mismatch ??= why;
  }

  free(): void {
    this.part?.free?.();
  }

  /** The next part, or null where there is none and the data is complete. @throws PieceError */
  protected abstract open(): Own | null;

  /** Called with a part of which everything has come out. @throws PieceError */
  protected abstract close(part: Own): void;

  fill(into: Uint8Array): number {
    let filled = 0;
    try {
      while (filled < into.length && this.#end === null) {
        this.part ??= this.open();
        if (this.part === null) this.#end = 'complete';
        else {
          const length = this.part.fill(into, filled);
          filled += length;
          this.made += length;
          if (!this.part.done) continue;
          const { part } = this;
          this.part = null;
          this.close(part);
        }
      }
    } catch (error) {
      if (!(error instanceof PieceError)) throw error;
      this.#end = error.end;
    }
    return filled;
  }
}
