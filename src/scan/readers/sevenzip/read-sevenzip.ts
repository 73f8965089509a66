import type { ByteSource } from '../../../bytes/byte-source.ts';
import { memorySource } from '../../../bytes/byte-source.ts';
import { readBzip2 } from '../../../formats/bzip2/read-bzip2.ts';
import { inflateSource } from '../../../formats/inflate-source.ts';
import { decodeLzma, decodeLzma2, LzmaOutput } from '../../../formats/lzma/lzma-decoder.ts';
import { collectPieces } from '../../../formats/collect-pieces.ts';
import { HAS_ZSTANDARD, ZstandardStream } from '../../../formats/zstandard/zstandard-stream.ts';
import { undoDelta, undoX86 } from '../../../formats/sevenzip/filters.ts';
import {
  type Coder,
  type Folder,
  HeaderReader,
  SevenZipError,
  type SevenZipFile,
  sizeOf,
  type Streams,
} from '../../../formats/sevenzip/sevenzip-header.ts';

const SIGNATURE = Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]);
const SIGNATURE_HEADER = 32;
const MAX_HEADER = 32 << 20;
/** Headers that are packed inside packed headers. */
const MAX_LEVELS = 4;

export interface SevenZipFolder {
  /** Files in it, in order, with their places in what comes out. */
  readonly files: readonly { readonly name: string; readonly offset: number; readonly size: number }[];
  /** Bytes that come out, as the header says. */
  readonly size: number;
  /** Packed bytes. */
  readonly packed: number;
  /** Why it cannot be unpacked, or null: a method that is not known, or a password. */
  readonly obstacle: string | null;
  /** @throws Error where the data is damaged or `limit` is not enough. */
  unpack(limit: number): Uint8Array;
}

export interface SevenZip {
  readonly folders: readonly SevenZipFolder[];
  /** Offset after the last byte that belongs to the archive. */
  readonly end: number;
}

const METHODS: Readonly<Record<string, string>> = {
  '00': 'Copy',
  '21': 'LZMA2',
  '030101': 'LZMA',
  '03': 'Delta',
  '04': 'x86',
  '03030103': 'x86',
  '040108': 'Deflate',
  '040202': 'BZip2',
  ...(HAS_ZSTANDARD ? { '04f71101': 'Zstandard' } : {}),
};
const KNOWN: Readonly<Record<string, string>> = {
  '0303011b': 'BCJ2',
  '040109': 'Deflate64',
  '030401': 'PPMd',
  '06f10701': 'AES, which needs a password',
  '05': 'PowerPC', '07': 'ARM', '08': 'ARM Thumb', '09': 'SPARC', '0a': 'ARM64',
}; // prettier-ignore

/**
 * Lists a 7z archive (7-Zip's `7zFormat.txt`). Folders are unpacked one at a time, when they are asked for.
 * @param room bytes that a packed header may unpack to
 * @throws SevenZipError, or the error of a decoder, where the header is damaged
 */
export function readSevenZip(source: ByteSource, room: number): SevenZip {
  const head = Buffer.from(source.read(0, SIGNATURE_HEADER).slice());
  if (head.length < SIGNATURE_HEADER || !head.subarray(0, 6).equals(SIGNATURE))
    throw new SevenZipError('this is no 7z archive');
  const offset = SIGNATURE_HEADER + Number(head.readBigUInt64LE(12));
  const size = Number(head.readBigUInt64LE(20));
  if (offset + size > source.size) throw new SevenZipError('the header lies beyond the end');
  if (size > MAX_HEADER) throw new SevenZipError(`a header of ${size} bytes`);
  if (size === 0) return { folders: [], end: offset };
  let header: Uint8Array = source.read(offset, size).slice();
  for (let level = 0; header[0] === 0x17; level++) {
    if (level >= MAX_LEVELS) throw new SevenZipError('headers in headers in headers');
    const streams = new HeaderReader(header, 1).streams();
    const folder = streams.folders[0];
    if (folder === undefined) throw new SevenZipError('a packed header without a folder');
    header = toFolder(source, streams, 0, SIGNATURE_HEADER + streams.position, 0, [], 0).unpack(
      Math.min(room, MAX_HEADER),
    );
  }
  const reader = new HeaderReader(header);
  if (reader.byte() !== 1) throw new SevenZipError('this is no header');
  let streams: Streams = { position: 0, packedSizes: [], folders: [] };
  let files: readonly SevenZipFile[] = [];
  for (let id = reader.byte(); id !== 0; id = reader.byte()) {
    if (id === 4) streams = reader.streams();
    else if (id === 5) files = reader.files();
    else if (id === 3) reader.streams();
    else if (id === 2) {
      for (let part = reader.byte(); part !== 0; part = reader.byte()) reader.take(reader.number());
    } else throw new SevenZipError(`property ${id} of the header is not known`);
  }
  const named = files.filter((file) => file.hasStream);
  const folders: SevenZipFolder[] = [];
  let packed = 0;
  let start = SIGNATURE_HEADER + streams.position;
  let file = 0;
  streams.folders.forEach((folder, index) => {
    folders.push(toFolder(source, streams, index, start, packed, named, file));
    for (const _ of folder.packed) start += streams.packedSizes[packed++] ?? 0;
    file += folder.files.length;
  });
  return { folders, end: offset + size };
}

function toFolder(
  source: ByteSource,
  { packedSizes, folders }: Streams,
  index: number,
  start: number,
  firstPacked: number,
  names: readonly SevenZipFile[],
  firstName: number,
): SevenZipFolder {
  const folder = folders[index]!;
  const packed = packedSizes[firstPacked] ?? 0;
  let offset = 0;
  const files = folder.files.map((size, place) => {
    const entry = { name: names[firstName + place]?.name ?? `file ${firstName + place}`, offset, size };
    offset += size;
    return entry;
  });
  const size = sizeOf(folder);
  return {
    files,
    size,
    packed,
    obstacle: obstacleOf(folder),
    unpack: (limit) => {
      if (start + packed > source.size) throw new SevenZipError('packed data lies beyond the end');
      return unpackChain(folder, source, start, packed, limit);
    },
  };
}

function obstacleOf(folder: Folder): string | null {
  for (const { method, inputs, outputs } of folder.coders) {
    if (METHODS[method] === undefined) return `method ${KNOWN[method] ?? method}`;
    if (inputs !== 1 || outputs !== 1) return 'a method with several streams';
  }
  return null;
}

/** Coders from the one that is fed with packed bytes to the one whose output goes nowhere else. */
function unpackChain(folder: Folder, source: ByteSource, start: number, packed: number, limit: number): Uint8Array {
  let bytes: Uint8Array | null = null;
  let index = folder.packed[0]!;
  for (let step = 0; step < folder.coders.length; step++) {
    const coder = folder.coders[index];
    if (coder === undefined) throw new SevenZipError('a folder whose methods do not fit together');
    bytes = unpackOne(coder, bytes, source, start, packed, folder.unpackedSizes[index] ?? 0, limit);
    const next = folder.pairs.find(([, output]) => output === index);
    if (next === undefined) break;
    index = next[0];
  }
  return bytes!;
}

function unpackOne(
  { method, properties }: Coder,
  before: Uint8Array | null,
  source: ByteSource,
  start: number,
  packed: number,
  size: number,
  limit: number,
): Uint8Array {
  if (size > limit) throw new SevenZipError(`it unpacks to ${size} bytes, more than is allowed`);
  if (packed > limit) throw new SevenZipError(`packed data of ${packed} bytes`);
  const input = before ?? source.read(start, packed).slice();
  switch (METHODS[method]) {
    case 'Copy':
      return input.subarray(0, size);
    case 'LZMA': {
      if (properties.length < 5) throw new SevenZipError('LZMA without properties');
      return decodeLzma(input, 0, properties[0]!, Buffer.from(properties).readUInt32LE(1), size, limit);
    }
    case 'LZMA2': {
      const bits = properties[0] ?? 0;
      if (bits > 40) throw new SevenZipError('a dictionary that is out of range');
      const out = new LzmaOutput(Math.min(limit, size));
      decodeLzma2(input, 0, bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11), out);
      return out.take();
    }
    case 'Deflate': {
      const { bytes, end } = inflateSource(memorySource(input), 0, Math.min(limit, size), size);
      if (end === 'damaged' && bytes.length === 0) throw new SevenZipError('deflate data is damaged');
      return bytes;
    }
    case 'Zstandard': {
      const { bytes, end } = collectPieces(new ZstandardStream(memorySource(input)), Math.min(limit, size), size);
      if (end !== 'complete') throw new SevenZipError('Zstandard data is damaged');
      return bytes;
    }
    case 'BZip2':
      return readBzip2(input, Math.min(limit, size));
    case 'x86': {
      const bytes = input.slice();
      undoX86(bytes);
      return bytes;
    }
    case 'Delta': {
      const bytes = input.slice();
      undoDelta(bytes, (properties[0] ?? 0) + 1);
      return bytes;
    }
    default:
      throw new SevenZipError(
        KNOWN[method] === undefined ? `method ${method} is not known` : `it is packed by method ${KNOWN[method]}`,
      );
  }
}
