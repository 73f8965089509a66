import { type ByteSource, memorySource } from '../bytes/byte-source.ts';
import { freeBytes } from '../bytes/free-bytes.ts';
import { collectPieces } from '../formats/collect-pieces.ts';
import type { Inflated } from '../formats/inflate-source.ts';
import type { Observer } from './reader.ts';
import { type StreamedPacking, type StreamedPieces, streamWithin } from './stream-within.ts';
import { unpackWithin } from './unpack-within.ts';

/** What came out, in memory or to be unpacked again where it is read; to be freed when it has been looked at. */
export type Unpacked = Pick<StreamedPieces, 'source' | 'end' | 'mismatch' | 'next' | 'free'>;

/**
 * Unpacks what is packed by itself: in memory where it fits, and piece by piece where it does not.
 * @param ratio bytes for each packed one, beyond which this is a bomb
 * @param expected bytes that a header announces; 0 where none does
 * @returns null where nothing more may be unpacked
 */
export function unpackPacked(
  observer: Observer,
  packing: StreamedPacking,
  source: ByteSource,
  ratio: number,
  expected = 0,
): Unpacked | null {
  const { unpackedAtOnce } = observer.limits;
  const first = expected > 0 ? expected : Math.min(Math.max(source.size * 4, 1 << 12), 1 << 23);
  const tooLong = source.size > unpackedAtOnce || expected > unpackedAtOnce;
  const held = tooLong
    ? null
    : unpackWithin(observer, (limit) => inMemory(packing, source, limit, first, observer), expected);
  const bomb = held?.end === 'limit' && source.size * ratio < held.room;
  if (held === null || (held.end === 'limit' && !bomb)) {
    const streamed = streamWithin(observer, packing, source, ratio);
    if (streamed !== null || held === null) {
      if (held !== null) freeBytes(held.bytes);
      return streamed;
    }
  }
  const { bytes, end, mismatch = null, next } = held;
  return {
    source: memorySource(bytes),
    end: bomb ? 'ratio' : end === 'limit' ? 'room' : end,
    mismatch,
    next,
    free: () => freeBytes(bytes),
  };
}

function inMemory(
  { open }: StreamedPacking,
  packed: ByteSource,
  limit: number,
  first: number,
  { native }: Observer,
): Inflated {
  const stream = open(packed, null, native);
  try {
    return collectPieces(stream, limit, first);
  } finally {
    stream.free?.();
  }
}
