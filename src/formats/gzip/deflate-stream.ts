import type { ByteSource } from '../../bytes/byte-source.ts';
import type { NativeStream, NativeUnpacker } from '../native-unpacker.ts';
import type { PieceEnd, PieceStream } from '../piece-stream.ts';
import { InflateStream } from './inflate-stream.ts';

/** Bytes that come out here before the runtime's library takes over: to ask it costs about as much time. */
const SHORT = 1 << 20;
/** Bytes that are skipped at once. */
const PIECE = 1 << 18;

/**
 * Unpacks raw deflate data (RFC 1951) piece by piece: its beginning here, and what is long by the runtime's library, which begins anew and skips what
 * has come out. That library tells nothing of the piece in which damage is, so damaged data is unpacked here once more: everything before the
 * damaged place comes out, because a loader that streams has used it by then.
 */
export class DeflateStream implements PieceStream {
  readonly #native: NativeUnpacker | null;
  readonly #own: InflateStream;
  #source: ByteSource;
  #from: number;
  #long: NativeStream | null = null;
  /** Whether the library has been asked for this data. */
  #asked = false;
  /** Bytes that have come out, and those that whoever works now has made: fewer while it skips. */
  #given = 0;
  #made = 0;
  /** How the library ended, which is let go of by then. */
  #ended: { readonly end: PieceEnd; readonly next: number } | null = null;

  /**
   * @param from offset of the first packed byte
   * @param native null: everything is unpacked here
   * @param own its memory may be that of another stream which is done
   */
  constructor(
    source: ByteSource,
    from: number,
    native: NativeUnpacker | null = null,
    own: InflateStream = new InflateStream(source, from),
  ) {
    this.#source = source;
    this.#from = from;
    this.#native = native;
    this.#own = own;
    own.restart(source, from);
  }

  /** Begins anew with other data. */
  restart(source: ByteSource, from: number): void {
    this.free();
    this.#source = source;
    this.#from = from;
    this.#asked = false;
    this.#ended = null;
    this.#given = this.#made = 0;
    this.#own.restart(source, from);
  }

  get end(): PieceEnd | null {
    // Trouble of the library's ends nothing.
    if (this.#long !== null && this.#long.trouble !== null) return null;
    return (this.#ended ?? this.#long ?? this.#own).end;
  }

  get next(): number {
    return (this.#ended ?? this.#long ?? this.#own).next;
  }

  fill(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && this.end === null) {
      if (this.#long !== null && this.#long.trouble !== null) {
        this.free();
        this.#own.restart(this.#source, this.#from);
        this.#made = 0;
      }
      const mayHandOver = this.#native !== null && !this.#asked;
      if (mayHandOver && this.#given >= SHORT) {
        this.#long = this.#native.open('deflate', this.#source, this.#from);
        this.#asked = true;
        this.#made = 0;
      } else if (this.#made < this.#given) this.#work(new Uint8Array(Math.min(this.#given - this.#made, PIECE)));
      else {
        const room = mayHandOver ? SHORT - this.#given : into.length;
        const length = this.#work(into.subarray(filled, filled + room));
        filled += length;
        this.#given += length;
      }
    }
    return filled;
  }

  #work(into: Uint8Array): number {
    const length = (this.#long ?? this.#own).fill(into);
    this.#made += length;
    if (this.#long !== null && this.#long.trouble === null && this.#long.end !== null) {
      const { end, next } = this.#long;
      this.free();
      this.#ended = { end, next };
    }
    return length;
  }

  free(): void {
    this.#long?.free();
    this.#long = null;
  }
}
