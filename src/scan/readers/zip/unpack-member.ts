import { type ByteSource, memorySource } from '../../../bytes/byte-source.ts';
import { freeBytes } from '../../../bytes/free-bytes.ts';
import { Bzip2Stream } from '../../../formats/bzip2/bzip2-stream.ts';
import { DeflateStream } from '../../../formats/gzip/deflate-stream.ts';
import { LzmaStream, lzmaZipHeader } from '../../../formats/lzma/lzma-stream.ts';
import { dictionaryBytes, LARGEST_DICTIONARY } from '../../../formats/lzma/lzma-window.ts';
import { XzStream } from '../../../formats/lzma/xz-stream.ts';
import { collectPieces } from '../../../formats/collect-pieces.ts';
import { crc32 } from '../../../formats/crc-32.ts';
import { type Inflated, inflateSource } from '../../../formats/inflate-source.ts';
import type { NativeUnpacker } from '../../../formats/native-unpacker.ts';
import type { ZipEntry } from '../../../formats/zip/zip-walk.ts';
import { HAS_ZSTANDARD, zstandardWindow, ZstandardStream } from '../../../formats/zstandard/zstandard-stream.ts';
import type { Observer } from '../../reader.ts';
import { type StreamedPacking, streamWithin } from '../../stream-within.ts';
import { unpackWithin } from '../../unpack-within.ts';

/** Unpacked bytes for each packed one, beyond which a member is meant to fill memory. */
export const MAX_RATIO = 200;

/** A way in which members are packed. */
export interface ZipPacking {
  /** Unpacks in memory, at most `limit` bytes. */
  unpack(packed: ByteSource, limit: number, expected: number, native: NativeUnpacker | null): Inflated;
  /** Unpacks piece by piece, what is too long for that. */
  readonly streamed: StreamedPacking;
}

/** Ways of packing that are read, by their numbers (APPNOTE.TXT 4.4.5). */
export const PACKINGS: Readonly<Record<number, ZipPacking>> = {
  8: {
    unpack: (packed, limit, expected, native) => inflateSource(packed, 0, limit, expected, native),
    streamed: { open: (packed, _offer, native) => new DeflateStream(packed, 0, native), native: true },
  },
  12: packing({ open: (packed, offer) => new Bzip2Stream(packed, 0, offer) }),
  // A member may end with a mark, whatever size is announced; without one it ends with the packed bytes.
  14: packing({
    open: (packed) => new LzmaStream(packed, lzmaZipHeader(packed, null)),
    holds: (packed) => dictionaryBytes(lzmaZipHeader(packed, null)),
  }),
  ...(HAS_ZSTANDARD
    ? {
        93: packing({
          open: (packed, _offer, native) => new ZstandardStream(packed, native),
          holds: zstandardWindow,
          native: true,
        }),
      }
    : {}),
  95: packing({ open: (packed, offer) => new XzStream(packed, 0, offer), holds: () => LARGEST_DICTIONARY }),
};

function packing(streamed: StreamedPacking): ZipPacking {
  return {
    streamed,
    unpack: (packed, limit, expected, native) => {
      const stream = streamed.open(packed, null, native);
      try {
        return collectPieces(stream, limit, Math.min(expected, 1 << 20));
      } finally {
        stream.free?.();
      }
    },
  };
}

/** What came out of a member: it is `free`d when it has been looked at. */
export interface UnpackedMember {
  readonly source: ByteSource;
  readonly end: 'complete' | 'cut off' | 'damaged' | 'stopped';
  free(): void;
}

/** Unpacks a member, its beginning at least, in memory or, where it is too long, piece by piece; null when nothing comes out. */
export function unpackMember(
  packing: ZipPacking,
  packed: ByteSource,
  entry: ZipEntry,
  observer: Observer,
): UnpackedMember | null {
  const name = `"${entry.name.slice(0, 80)}"`;
  const inMemory = (): ReturnType<typeof unpackWithin> =>
    unpackWithin(observer, (limit) => packing.unpack(packed, limit, entry.size, observer.native), entry.size);
  const tooLong = entry.size > observer.limits.unpackedAtOnce && entry.size !== 0xffffffff;
  let held = tooLong ? null : inMemory();
  const more = tooLong || held === null || held.end === 'limit';
  const streamed = more ? streamWithin(observer, packing.streamed, packed, MAX_RATIO) : null;
  if (streamed === null) {
    // Its beginning at least.
    held ??= inMemory();
    if (held === null) {
      observer.incomplete('more would have to be unpacked than is allowed', entry.localOffset);
      return null;
    }
    const { bytes, end, room } = held;
    if (end === 'limit') observer.incomplete(`${name} unpacks to more than ${room} bytes`, entry.localOffset);
    else tellEnd(entry, end, bytes.length, end === 'complete' ? crc32(bytes) : 0, held.mismatch, observer);
    if (bytes.length === 0 && end !== 'complete') return null;
    return { source: memorySource(bytes), end: end === 'limit' ? 'stopped' : end, free: () => freeBytes(bytes) };
  }
  if (held !== null) freeBytes(held.bytes);
  const { source, end, crc } = streamed;
  if (end === 'ratio') {
    const detail = `${packed.size} bytes that unpack to more than ${source.size}`;
    observer.fact({ kind: 'archive', offset: entry.localOffset, issue: 'ratio', detail });
    observer.incomplete(`${name} is an archive bomb`, entry.localOffset);
  } else if (end === 'room') {
    observer.incomplete(`${name} unpacks to more than ${source.size} bytes`, entry.localOffset);
  } else tellEnd(entry, end, source.size, crc, streamed.mismatch, observer);
  if (source.size === 0) return null;
  return { source, end: end === 'ratio' || end === 'room' ? 'stopped' : end, free: () => streamed.free() };
}

/** Says where what came out is not what the archive announced. */
function tellEnd(
  entry: ZipEntry,
  end: 'complete' | 'cut off' | 'damaged',
  size: number,
  crc: number,
  mismatch: string | null | undefined,
  observer: Observer,
): void {
  const name = `"${entry.name.slice(0, 80)}"`;
  if (end === 'damaged') return observer.incomplete(`${name} cannot be unpacked`, entry.localOffset);
  if (typeof mismatch === 'string') observer.incomplete(`${name} is damaged: ${mismatch}`, entry.localOffset);
  const announced = entry.size !== 0xffffffff;
  if (end === 'cut off' || (size < entry.size && announced))
    return observer.incomplete(`${name} is cut off`, entry.localOffset);
  const [offset, detail] = [entry.localOffset, `${name} unpacks to ${size} bytes and not to ${entry.size}`];
  if (size > entry.size && announced) observer.fact({ kind: 'archive', offset, issue: 'size-mismatch', detail });
  else if (crc !== entry.crc) {
    const differ = `the checksum of ${name} is ${hex(crc)} and not ${hex(entry.crc)}`;
    observer.fact({ kind: 'archive', offset, issue: 'checksum-mismatch', detail: differ });
  }
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
