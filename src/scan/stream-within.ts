import { type OpenPieces, type UnpackedPieces, unpackPieces } from '../formats/unpacked-source.ts';
import type { Observer } from './reader.ts';

/** Bytes that come out before a ratio says anything. */
export const RATIO_FLOOR = 8 << 20;

/** What came out, and why that is not all of it. */
export interface StreamedPieces extends Omit<UnpackedPieces, 'end'> {
  /** `ratio`: an archive bomb. `room`: more would come out than may be unpacked of one file. */
  readonly end: 'complete' | 'cut off' | 'damaged' | 'ratio' | 'room';
}

/**
 * Unpacks piece by piece, within what the observer allows, what is too long to be held: memory does not grow with it.
 * @param packed bytes that are packed
 * @param ratio bytes for each packed one, beyond which this is a bomb
 * @param holds bytes that the decoder holds besides
 * @returns null where nothing more may be unpacked
 */
export function streamWithin(
  observer: Observer,
  open: OpenPieces,
  packed: number,
  ratio: number,
  holds = 0,
): StreamedPieces | null {
  const streaming = observer.mayStream(holds);
  if (streaming === null) return null;
  let made = 0;
  let stopped: 'ratio' | 'room' | null = null;
  const pieces = unpackPieces(
    open,
    (size) => {
      streaming.progress(size - made);
      streaming.tick();
      made = size;
      if (size > streaming.room) stopped = 'room';
      else if (size > RATIO_FLOOR && size > packed * ratio) stopped = 'ratio';
      return stopped === null;
    },
    streaming.tick,
  );
  return { ...pieces, end: pieces.end === 'stopped' ? (stopped ?? 'room') : pieces.end };
}
