import type { ByteSource } from '../bytes/byte-source.ts';
import type { PieceStream } from './piece-stream.ts';

/** What the runtime's own libraries unpack: raw deflate data (RFC 1951), and frames of Zstandard (RFC 8878). */
export type NativeKind = 'deflate' | 'zstandard';

/** A stream that something outside of this thread's memory works for, until it is told that nobody reads on. */
export interface NativeStream extends PieceStream {
  /**
   * What ended it early: `damaged` may come before everything that is whole has come out, `lost` says that whoever unpacks does not answer.
   * Null while it runs, where it is complete, and where the data is cut off.
   */
  readonly trouble: 'damaged' | 'lost' | null;
  free(): void;
}

/**
 * Unpacks by the runtime's own libraries, in bounded memory. They are several times as fast as what is written here, and begin at the beginning only:
 * worth it for what is long.
 */
export interface NativeUnpacker {
  /**
   * @param from offset of the first packed byte
   * @param endOf where what begins at an offset ends: it is unpacked by itself before more is handed over, so that damage in what follows takes nothing of
   * it. The offset itself says that there is no more. Left out, it is the end of the source.
   */
  open(kind: NativeKind, source: ByteSource, from: number, endOf?: (at: number) => number): NativeStream;
}

/** Memory that one such stream holds, on both sides. */
export const NATIVE_STREAM_BYTES = 3 << 20;
