import { freeBytes } from '../bytes/free-bytes.ts';
import { grownSize } from '../bytes/grown-size.ts';
import type { Inflated } from './inflate-source.ts';
import type { PieceStream } from './piece-stream.ts';

/**
 * Everything that comes out of a stream, in memory. The stream is not freed.
 * @param limit bytes that may come out
 * @param expected bytes that are allocated first, at most `limit`
 */
export function collectPieces(stream: PieceStream, limit: number, expected: number): Inflated {
  let out = new Uint8Array(Math.max(0, Math.min(limit, expected)));
  let length = 0;
  const more = new Uint8Array(1);
  for (;;) {
    length += stream.fill(out.subarray(length));
    if (stream.end !== null) {
      const { end, next, mismatch = null } = stream;
      return { bytes: out.subarray(0, length), end, next, mismatch };
    }
    // Full: whether there is more shows when there is one byte more.
    if (stream.fill(more) === 0) continue;
    if (length >= limit) return { bytes: out, end: 'limit', next: stream.next };
    const larger = new Uint8Array(grownSize(out.length, length + 1, limit));
    larger.set(out);
    freeBytes(out);
    out = larger;
    out[length++] = more[0]!;
  }
}
