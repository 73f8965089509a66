import type { ByteSource } from '../bytes/byte-source.ts';
import { NATIVE_STREAM_BYTES, type NativeUnpacker } from '../formats/native-unpacker.ts';
import type { OfferMark, PieceStream } from '../formats/piece-stream.ts';
import { type UnpackedPieces, unpackPieces } from '../formats/unpacked-source.ts';
import type { Observer } from './reader.ts';

/** Bytes that come out before a ratio says anything. */
export const RATIO_FLOOR = 8 << 20;

/** A way of packing that can be undone piece by piece. */
export interface StreamedPacking {
  open(packed: ByteSource, offer: OfferMark | null, native: NativeUnpacker | null): PieceStream;
  /** Bytes that one decoder holds; 0 where it is left out. */
  holds?(packed: ByteSource): number;
  /** What is long is unpacked by the runtime's library, where it is to be had. */
  readonly native?: true;
}

/** What came out, and why that is not all of it. */
export interface StreamedPieces extends Omit<UnpackedPieces, 'end'> {
  /** `ratio`: an archive bomb. `room`: more would come out than may be unpacked of one file. */
  readonly end: 'complete' | 'cut off' | 'damaged' | 'ratio' | 'room';
}

/**
 * Unpacks piece by piece, within what the observer allows, what is too long to be held: memory does not grow with it. What comes back is to be freed.
 * @param ratio bytes for each packed one, beyond which this is a bomb
 * @returns null where nothing more may be unpacked
 */
export function streamWithin(
  observer: Observer,
  packing: StreamedPacking,
  source: ByteSource,
  ratio: number,
): StreamedPieces | null {
  const { native } = observer;
  const libraries = packing.native === true && native !== null ? NATIVE_STREAM_BYTES : 0;
  const holds = (packing.holds?.(source) ?? 0) + libraries;
  const streaming = observer.mayStream(holds);
  if (streaming === null) return null;
  const packed = source.size;
  let made = 0;
  let stopped: 'ratio' | 'room' | null = null;
  const pieces = unpackPieces(
    (offer) => packing.open(source, offer, native),
    (size) => {
      streaming.progress(size - made);
      streaming.tick();
      made = size;
      if (size > streaming.room) stopped = 'room';
      else if (size > RATIO_FLOOR && size > packed * ratio) stopped = 'ratio';
      return stopped === null;
    },
    streaming.tick,
    holds,
  );
  return { ...pieces, end: pieces.end === 'stopped' ? (stopped ?? 'room') : pieces.end };
}
