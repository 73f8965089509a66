import type { ByteSource } from '../bytes/byte-source.ts';
import { crc32 } from './crc-32.ts';
import type { OfferMark, PieceEnd, PieceStream, Resume } from './piece-stream.ts';

/** Bytes that are unpacked at once. */
const PIECE = 1 << 18;
/** Pieces that are kept: readers go back a little, and look at the beginning again and again. */
const KEPT = 12;
/** Places that unpacking can return to; each holds up to 32 KiB. */
const MOST_MARKS = 64;
const FIRST_DISTANCE = 1 << 20;

/** Streams that stand at different places, where unpacking cannot return to one in the middle: readers follow members, and look at their ends before. */
const MOST_STREAMS = 3;
/** Bytes that a decoder may hold for there to be more than one stream. */
const LIGHT = 8 << 20;

/** Memory that one such source holds, whatever its size, besides what its decoder does. */
const UNPACKED_SOURCE_BYTES = PIECE * KEPT + MOST_MARKS * (1 << 15) + (1 << 20);

/** Begins unpacking, and is offered places to return to. */
export type OpenPieces = (offer: OfferMark | null) => PieceStream;

/** What the first pass over packed data found. */
export interface UnpackedPieces {
  /** What came out, to be read at any place: what is not kept is unpacked again from the nearest place before it. */
  readonly source: ByteSource;
  /** `stopped`: `goOn` said so. */
  readonly end: PieceEnd | 'stopped';
  readonly crc: number;
  /** Offset after the packed data. */
  readonly next: number;
  readonly mismatch: string | null;
  /** Lets go of what unpacking holds. The source is not read afterwards. */
  free(): void;
}

/** Memory that unpacking to read at any place holds, where one decoder holds so much. */
export function unpackedSourceBytes(holds: number): number {
  return UNPACKED_SOURCE_BYTES + holds * (holds > LIGHT ? 1 : MOST_STREAMS);
}

/**
 * Unpacks everything once, keeping little of it: its size, its checksum, and places to which unpacking can return.
 * @param goOn asked after each piece, with the bytes that have come out and the packed bytes that were used; false ends it
 * @param tick called before each piece is unpacked in answer to a reader, who cannot be told to stop: throws to end it
 * @param holds bytes that one decoder holds
 */
export function unpackPieces(
  open: OpenPieces,
  goOn: (made: number, used: number) => boolean,
  tick: () => void = () => {},
  holds = 0,
): UnpackedPieces {
  const marks = new Marks();
  const stream = open(marks.offer);
  const pieces = new Map<number, Uint8Array>();
  let [size, crc] = [0, 0];
  let end: UnpackedPieces['end'] = 'stopped';
  for (;;) {
    const piece = freshPiece(pieces);
    const length = stream.fill(piece);
    crc = crc32(piece.subarray(0, length), crc);
    pieces.set(size / PIECE, piece.subarray(0, length));
    size += length;
    if (stream.end !== null || length < PIECE) {
      end = stream.end ?? 'damaged';
      break;
    }
    if (!goOn(size, stream.next)) break;
  }
  const { next, mismatch = null } = stream;
  stream.free?.();
  const source = new UnpackedSource(open, marks, pieces, size, tick, holds > LIGHT ? 1 : MOST_STREAMS);
  return { source, end, crc, next, mismatch, free: () => source.free() };
}

/** Memory for a piece: that of the one that was used longest ago, where enough are kept. */
function freshPiece(pieces: Map<number, Uint8Array>): Uint8Array {
  if (pieces.size < KEPT) return new Uint8Array(PIECE);
  const [oldest, piece] = pieces.entries().next().value!;
  pieces.delete(oldest);
  return new Uint8Array(piece.buffer as ArrayBuffer);
}

/** Places to return to, further apart the more comes out, so that their number is bounded. */
class Marks {
  #list: { readonly at: number; readonly resume: Resume }[] = [];
  #distance = FIRST_DISTANCE;

  readonly offer: OfferMark = (at, capture) => {
    if (at < (this.#list.at(-1)?.at ?? 0) + this.#distance) return;
    if (this.#list.length === MOST_MARKS) {
      this.#list = this.#list.filter((_, index) => index % 2 === 1);
      this.#distance *= 2;
      return this.offer(at, capture);
    }
    this.#list.push({ at, resume: capture() });
  };

  /** The last place at or before `at`; null for the beginning. */
  before(at: number): { readonly at: number; readonly resume: Resume } | null {
    return this.#list.findLast((mark) => mark.at <= at) ?? null;
  }
}

/** A stream, and where it is in the bytes that come out. */
interface Place {
  readonly stream: PieceStream;
  at: number;
}

class UnpackedSource implements ByteSource {
  readonly size: number;
  readonly #open: OpenPieces;
  readonly #marks: Marks;
  readonly #pieces: Map<number, Uint8Array>;
  readonly #tick: () => void;
  readonly #most: number;
  /** The one that was used last goes last. */
  readonly #places: Place[] = [];

  constructor(
    open: OpenPieces,
    marks: Marks,
    pieces: Map<number, Uint8Array>,
    size: number,
    tick: () => void,
    most: number,
  ) {
    this.size = size;
    this.#open = open;
    this.#marks = marks;
    this.#pieces = pieces;
    this.#tick = tick;
    this.#most = most;
  }

  free(): void {
    for (const { stream } of this.#places.splice(0)) stream.free?.();
  }

  read(offset: number, length: number): Uint8Array {
    const from = Math.max(0, Math.min(offset, this.size));
    const to = Math.max(from, Math.min(offset + length, this.size));
    const first = Math.floor(from / PIECE);
    if (to <= (first + 1) * PIECE)
      return this.#piece(first, from === to).subarray(from - first * PIECE, to - first * PIECE);
    const out = new Uint8Array(to - from);
    for (let at = from; at < to;) {
      const index = Math.floor(at / PIECE);
      const part = this.#piece(index).subarray(at - index * PIECE, to - index * PIECE);
      out.set(part, at - from);
      at += part.length;
    }
    return out;
  }

  #piece(index: number, nothing = false): Uint8Array {
    if (nothing) return new Uint8Array();
    const kept = this.#pieces.get(index);
    if (kept !== undefined) {
      // The one that was asked for last goes last.
      this.#pieces.delete(index);
      this.#pieces.set(index, kept);
      return kept;
    }
    const start = index * PIECE;
    const place = this.#nearest(start);
    const { stream } = place;
    const scratch = new Uint8Array(Math.min(PIECE, start - place.at));
    while (place.at < start) {
      this.#tick();
      const skipped = stream.fill(scratch.subarray(0, start - place.at));
      if (skipped === 0) throw new RangeError('the packed data has changed');
      place.at += skipped;
    }
    this.#tick();
    const piece = freshPiece(this.#pieces).subarray(0, Math.min(PIECE, this.size - start));
    const filled = stream.fill(piece);
    place.at += filled;
    if (filled < piece.length) throw new RangeError('the packed data has changed');
    this.#pieces.set(index, piece);
    return piece;
  }

  /** The stream that has the shortest way to a place: one that is before it, or a new one from where unpacking can go on, or from the beginning. */
  #nearest(start: number): Place {
    const places = this.#places;
    const mark = this.#marks.before(start);
    let nearest: Place | null = null;
    // Of two at the same place the one that was used last goes on, and the other stays for whoever goes back.
    for (const place of places) if (place.at <= start && place.at >= (nearest?.at ?? 0)) nearest = place;
    if (nearest === null || nearest.at < (mark?.at ?? 0)) {
      if (places.length === this.#most) places.shift()!.stream.free?.();
      nearest = { stream: mark === null ? this.#open(null) : mark.resume(), at: mark?.at ?? 0 };
    } else places.splice(places.indexOf(nearest), 1);
    places.push(nearest);
    return nearest;
  }
}
