import type { ByteSource } from '../../../bytes/byte-source.ts';
import { Bzip2Stream } from '../../../formats/bzip2/bzip2-stream.ts';
import { GzipStream } from '../../../formats/gzip/gzip-stream.ts';
import { ZlibStream } from '../../../formats/gzip/zlib-stream.ts';
import { LZ4_STREAM_BYTES, Lz4Stream } from '../../../formats/lz4/lz4-stream.ts';
import { lzmaAloneHeader, LzmaStream } from '../../../formats/lzma/lzma-stream.ts';
import { dictionaryBytes, LARGEST_DICTIONARY } from '../../../formats/lzma/lzma-window.ts';
import { XzStream } from '../../../formats/lzma/xz-stream.ts';
import { HAS_ZSTANDARD, zstandardWindow, ZstandardStream } from '../../../formats/zstandard/zstandard-stream.ts';
import type { Artifact } from '../../artifact.ts';
import type { Observer, Reader } from '../../reader.ts';
import { RATIO_FLOOR, type StreamedPacking } from '../../stream-within.ts';
import { type Unpacked, unpackPacked } from '../../unpack-packed.ts';

const MAX_RATIO = 1000;

interface Compression {
  readonly name: string;
  readonly suffixes: RegExp;
  sniff(head: Uint8Array): boolean;
  /** Absent: the format is known and not read here. */
  readonly packing?: StreamedPacking;
}

const COMPRESSIONS: readonly Compression[] = [
  {
    name: 'gzip',
    suffixes: /\.(gz|gzip)$/i,
    sniff: (head) => head[0] === 0x1f && head[1] === 0x8b,
    packing: { open: (packed, _offer, native) => new GzipStream(packed, native), native: true },
  },
  {
    name: 'zlib',
    suffixes: /\.(z|zlib)$/i,
    sniff: (head) =>
      head.length > 2 &&
      (head[0]! & 0x0f) === 8 &&
      head[0]! >> 4 <= 7 &&
      (head[1]! & 0x20) === 0 &&
      (head[0]! * 256 + head[1]!) % 31 === 0,
    packing: { open: (packed, _offer, native) => new ZlibStream(packed, 0, native), native: true },
  },
  {
    name: 'bzip2',
    suffixes: /\.bz2$/i,
    sniff: (head) => head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && head[4] === 0x31 && head[5] === 0x41,
    packing: { open: (packed, offer) => new Bzip2Stream(packed, 0, offer) },
  },
  {
    name: 'xz',
    suffixes: /\.xz$/i,
    sniff: (head) => head[0] === 0xfd && head[1] === 0x37 && head[2] === 0x7a && head[3] === 0x58 && head[4] === 0x5a,
    packing: { open: (packed, offer) => new XzStream(packed, 0, offer), holds: () => LARGEST_DICTIONARY },
  },
  {
    name: 'LZMA',
    suffixes: /\.lzma$/i,
    // No magic: properties that encoders write, a dictionary of 2^n or 2^n + 2^(n-1) bytes, and a plausible size.
    sniff: (head) => {
      if (head.length < 18 || head[0] !== 0x5d || head[13] !== 0) return false;
      const dictionary = Buffer.from(head.subarray(1, 5)).readUInt32LE(0);
      const top = Math.clz32(dictionary);
      const exact =
        dictionary === 0xffffffff || (dictionary << (top + 1)) >>> 0 === 0 || (dictionary << (top + 2)) >>> 0 === 0;
      const size = Buffer.from(head.subarray(5, 13)).readBigUInt64LE(0);
      return exact && (size === 0xffffffffffffffffn || size < 1n << 40n);
    },
    packing: {
      open: (packed) => new LzmaStream(packed, lzmaAloneHeader(packed)),
      holds: (packed) => dictionaryBytes(lzmaAloneHeader(packed)),
    },
  },
  {
    name: 'joblib ZFILE',
    suffixes: /\.z$/i,
    // joblib before 0.10: `ZF`, a length in hexadecimal digits, zlib data.
    sniff: (head) => head[0] === 0x5a && head[1] === 0x46 && head[2] === 0x30 && head[3] === 0x78,
    packing: {
      open: (packed, _offer, native) => new ZlibStream(packed, zfileStart(packed), native),
      native: true,
    },
  },
  {
    name: 'Zstandard',
    suffixes: /\.zst$/i,
    sniff: (head) => head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd,
    ...(HAS_ZSTANDARD
      ? {
          packing: {
            open: (packed, _offer, native) => new ZstandardStream(packed, native),
            holds: zstandardWindow,
            native: true as const,
          },
        }
      : {}),
  },
  {
    name: 'LZ4',
    suffixes: /\.lz4$/i,
    sniff: (head) => head[0] === 0x04 && head[1] === 0x22 && head[2] === 0x4d && head[3] === 0x18,
    packing: { open: (packed, offer) => new Lz4Stream(packed, 0, offer), holds: () => LZ4_STREAM_BYTES },
  },
  {
    name: 'RAR',
    suffixes: /\.rar$/i,
    sniff: (head) => head[0] === 0x52 && head[1] === 0x61 && head[2] === 0x72 && head[3] === 0x21,
  },
];

/** Where the zlib data of a ZFILE begins: behind its length, in 19 characters or fewer. */
function zfileStart(packed: ByteSource): number {
  const start = Buffer.from(packed.read(0, 64)).indexOf(0x78, 4);
  return start === -1 ? 21 : start;
}

function compressionOf({ head }: Artifact): Compression | undefined {
  return COMPRESSIONS.find((one) => one.sniff(head));
}

/** One file packed by itself, as joblib and operating systems do it. What cannot be unpacked here is not clean. */
export const compressed: Reader<'compressed'> = {
  id: 'compressed',
  title: 'compressed data',
  extensions: ['.gz', '.bz2', '.xz', '.lzma', '.z', '.rar', '.zst', '.lz4'],
  sniff: (artifact) => compressionOf(artifact) !== undefined,
  read: (artifact, observer) => {
    const { source } = artifact;
    const found = compressionOf(artifact)!;
    if (found.packing === undefined) return observer.incomplete(`${found.name} archives are not unpacked`);
    const unpacked = unpackPacked(observer, found.packing, source, MAX_RATIO);
    if (unpacked === null) return observer.incomplete(`${found.name} data of ${source.size} bytes is not unpacked`);
    tell(artifact, found, unpacked, observer);
    unpacked.free();
  },
};

function tell(
  { source, name }: Artifact,
  found: Compression,
  { source: unpacked, end, mismatch, next }: Unpacked,
  observer: Observer,
): void {
  if (end === 'ratio' || (unpacked.size > RATIO_FLOOR && unpacked.size > source.size * MAX_RATIO)) {
    const detail = `${source.size} bytes that unpack to ${end === 'ratio' ? 'more than ' : ''}${unpacked.size}`;
    observer.fact({ kind: 'archive', offset: 0, issue: 'ratio', detail });
  }
  // Two bytes look like zlib by chance: only a name or a place that says so makes damage worth a word.
  const wrong = end === 'damaged' || (mismatch !== null && next !== source.size);
  const chance = found.name === 'zlib' && wrong && !/\.(z|zlib|joblib|pkl|gz)$/i.test(name);
  if (chance && unpacked.size < 64) return;
  if (end === 'room' || end === 'ratio')
    observer.incomplete(`${found.name} data unpacks to more than ${unpacked.size} bytes`);
  else if (end !== 'complete' && !chance) observer.incomplete(`${found.name} data is ${end}`);
  else if (mismatch !== null && !chance) observer.incomplete(`${found.name} data is damaged: ${mismatch}`);
  // A loader that streams sees what comes before the damage.
  if (unpacked.size > 0) observer.member(name.replace(found.suffixes, ''), unpacked);
}
