import { constants, gunzipSync, inflateSync } from 'node:zlib';
import { memorySource } from '../../../bytes/byte-source.ts';
import { readBzip2 } from '../../../formats/bzip2/read-bzip2.ts';
import { decodeLzmaAlone } from '../../../formats/lzma/lzma-decoder.ts';
import { readXz } from '../../../formats/lzma/read-xz.ts';
import type { Artifact } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';

const MAX_RATIO = 1000;
const RATIO_FLOOR = 8 << 20;

interface Compression {
  readonly name: string;
  readonly suffixes: RegExp;
  sniff(head: Uint8Array): boolean;
  /** Absent: known, and not read here. */
  unpack?(packed: Uint8Array, limit: number): Uint8Array;
}

const COMPRESSIONS: readonly Compression[] = [
  {
    name: 'gzip',
    suffixes: /\.(gz|gzip)$/i,
    sniff: (head) => head[0] === 0x1f && head[1] === 0x8b,
    unpack: (packed, limit) => gunzipSync(packed, { maxOutputLength: limit, finishFlush: constants.Z_SYNC_FLUSH }),
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
    unpack: (packed, limit) => inflateSync(packed, { maxOutputLength: limit, finishFlush: constants.Z_SYNC_FLUSH }),
  },
  {
    name: 'bzip2',
    suffixes: /\.bz2$/i,
    sniff: (head) => head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && head[4] === 0x31 && head[5] === 0x41,
    unpack: readBzip2,
  },
  {
    name: 'xz',
    suffixes: /\.xz$/i,
    sniff: (head) => head[0] === 0xfd && head[1] === 0x37 && head[2] === 0x7a && head[3] === 0x58 && head[4] === 0x5a,
    unpack: readXz,
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
    unpack: decodeLzmaAlone,
  },
  {
    name: 'joblib ZFILE',
    suffixes: /\.z$/i,
    // joblib before 0.10: `ZF`, a length in hexadecimal digits, zlib data.
    sniff: (head) => head[0] === 0x5a && head[1] === 0x46 && head[2] === 0x30 && head[3] === 0x78,
    unpack: (packed, limit) => {
      const start = Buffer.from(packed.buffer, packed.byteOffset, Math.min(packed.length, 64)).indexOf(0x78, 4);
      return inflateSync(packed.subarray(start === -1 ? 21 : start), {
        maxOutputLength: limit,
        finishFlush: constants.Z_SYNC_FLUSH,
      });
    },
  },
  {
    name: 'Zstandard',
    suffixes: /\.zst$/i,
    sniff: (head) => head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd,
  },
  {
    name: 'LZ4',
    suffixes: /\.lz4$/i,
    sniff: (head) => head[0] === 0x04 && head[1] === 0x22 && head[2] === 0x4d && head[3] === 0x18,
  },
  {
    name: '7-Zip',
    suffixes: /\.7z$/i,
    sniff: (head) => head[0] === 0x37 && head[1] === 0x7a && head[2] === 0xbc && head[3] === 0xaf,
  },
  {
    name: 'RAR',
    suffixes: /\.rar$/i,
    sniff: (head) => head[0] === 0x52 && head[1] === 0x61 && head[2] === 0x72 && head[3] === 0x21,
  },
];

function compressionOf({ head }: Artifact): Compression | undefined {
  return COMPRESSIONS.find((one) => one.sniff(head));
}

/** One file packed by itself, as joblib and operating systems do it. What cannot be unpacked here is not clean. */
export const compressed: Reader<'compressed'> = {
  id: 'compressed',
  title: 'compressed data',
  extensions: ['.gz', '.bz2', '.xz', '.lzma', '.z', '.7z', '.rar', '.zst', '.lz4'],
  sniff: (artifact) => compressionOf(artifact) !== undefined,
  read: (artifact, observer) => {
    const { source, name } = artifact;
    const found = compressionOf(artifact)!;
    if (found.unpack === undefined) return observer.incomplete(`${found.name} archives are not unpacked`);
    const room = observer.mayUnpack(observer.limits.unpackedAtOnce);
    if (source.size > observer.limits.unpackedAtOnce || room === 0) {
      return observer.incomplete(`${found.name} data of ${source.size} bytes is not unpacked`);
    }
    let bytes: Uint8Array;
    try {
      bytes = found.unpack(source.read(0, source.size).slice(), room);
    } catch (error) {
      const tooLarge =
        (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ||
        (error as { tooLarge?: boolean }).tooLarge === true;
      if (tooLarge && source.size * MAX_RATIO < room) {
        observer.fact({
          kind: 'archive',
          offset: 0,
          issue: 'ratio',
          detail: `${source.size} bytes that unpack to more than ${room}`,
        });
      }
      // Two bytes look like zlib by chance: only a name or a place that says so makes damage worth a word.
      if (found.name === 'zlib' && !tooLarge && !/\.(z|zlib|joblib|pkl|gz)$/i.test(name)) return;
      return observer.incomplete(
        tooLarge ? `${found.name} data unpacks to more than ${room} bytes` : `${found.name} data is damaged`,
      );
    }
    observer.unpacked(bytes.length);
    if (bytes.length > RATIO_FLOOR && bytes.length > source.size * MAX_RATIO) {
      observer.fact({
        kind: 'archive',
        offset: 0,
        issue: 'ratio',
        detail: `${source.size} bytes that unpack to ${bytes.length}`,
      });
    }
    if (bytes.length > 0) observer.member(name.replace(found.suffixes, ''), memorySource(bytes));
  },
};
