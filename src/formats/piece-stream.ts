/** How unpacking ended. Everything before a damaged place has come out. */
export type PieceEnd = 'complete' | 'cut off' | 'damaged';

/** Packed data that is unpacked piece by piece, in bounded memory, however much comes out. */
export interface PieceStream {
  /**
   * Fills `into` with what comes next, and returns how many bytes that are: fewer only where it ends. Never throws on any bytes, but
   * passes on what reading the source throws.
   */
  fill(into: Uint8Array): number;
  /** Null while more may come. */
  readonly end: PieceEnd | null;
  /** Offset in the source of what is read next: after the end, what follows the packed data. */
  readonly next: number;
  /** Why what came out is not what was packed, where the format brings a checksum or a length that says so. */
  readonly mismatch?: string | null;
  /** Lets go of what it holds outside of this thread's memory. Nothing is read of it afterwards. */
  free?(): void;
}

/** Goes on from a place that was passed before, without what was checked from the beginning. */
export type Resume = () => PieceStream;

/**
 * Offers a place to which unpacking can return.
 * @param at bytes that have come out before it
 * @param capture keeps what is needed to go on from there; called at once, or never
 */
export type OfferMark = (at: number, capture: () => Resume) => void;

/** Ends unpacking inside of a decoder. */
export class PieceError extends Error {
  readonly end: 'cut off' | 'damaged';
  constructor(end: 'cut off' | 'damaged', message: string = end) {
    super(message);
    this.name = 'PieceError';
    this.end = end;
  }
}
