import { type ByteSource, memorySource } from '../bytes/byte-source.ts';
import { DeflateStream } from './gzip/deflate-stream.ts';
import { InflateStream } from './gzip/inflate-stream.ts';
import type { NativeUnpacker } from './native-unpacker.ts';
import { collectPieces } from './collect-pieces.ts';

/** No code of deflate makes more than 258 bytes out of two bits. */
const MAX_RATIO = 1032;

const EMPTY = memorySource(new Uint8Array());

/** What came out, and how it ended. Everything before a damaged place is there: a reader that streams has used it by then. */
export interface Inflated {
  readonly bytes: Uint8Array;
  /** `limit`: more would have come out than is allowed. */
  readonly end: 'complete' | 'cut off' | 'damaged' | 'limit';
  /** Offset in the source after the last byte of the data, where it is complete. */
  readonly next: number;
  /** Why what came out is not what was packed, where the format brings a checksum or a length that says so. */
  readonly mismatch?: string | null;
}

/** One stream for all, because an archive may have thousands of small members; busy while a source that is read unpacks by itself. */
let spare: InflateStream | null = null;

/**
 * Unpacks raw deflate data (RFC 1951) out of a source, reading it block by block, so that memory holds what comes out and little else. Never throws.
 * @param from offset of the first packed byte
 * @param limit bytes that may come out
 * @param expected bytes that the archive says come out: only decides how much is allocated first
 * @param native unpacks what is long
 */
export function inflateSource(
  source: ByteSource,
  from: number,
  limit: number,
  expected = 0,
  native: NativeUnpacker | null = null,
): Inflated {
  const own = spare ?? new InflateStream(source, from);
  spare = null;
  const stream = new DeflateStream(source, from, native, own);
  try {
    const possible = Math.min(limit, (source.size - from) * MAX_RATIO);
    return collectPieces(stream, limit, Math.min(possible, expected > 0 ? expected : 4096));
  } finally {
    // Holds on to nothing of what it read.
    stream.restart(EMPTY, 0);
    spare = own;
  }
}
