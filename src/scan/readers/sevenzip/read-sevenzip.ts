import { type ByteSource, sliceSource } from '../../../bytes/byte-source.ts';
import { collectPieces } from '../../../formats/collect-pieces.ts';
import {
  HeaderReader,
  SevenZipError,
  type SevenZipFile,
  sizeOf,
  type Streams,
} from '../../../formats/sevenzip/sevenzip-header.ts';
import type { StreamedPacking } from '../../stream-within.ts';
import { folderNeeds, folderObstacle, FolderStream } from './folder-stream.ts';

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
  /** Why it cannot be unpacked, or null: a method that is not known, or a password. */
  readonly obstacle: string | null;
  /** Packed bytes, and how they are unpacked. */
  readonly packed: ByteSource;
  readonly packing: StreamedPacking;
}

export interface SevenZip {
  readonly folders: readonly SevenZipFolder[];
  /** Offset after the last byte that belongs to the archive. */
  readonly end: number;
}

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
    header = unpackHeader(
      toFolder(source, streams, 0, SIGNATURE_HEADER + streams.position, 0, [], 0),
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

/** @throws SevenZipError */
function unpackHeader({ packing, packed, size, obstacle }: SevenZipFolder, limit: number): Uint8Array {
  if (obstacle !== null) throw new SevenZipError(`it is packed by ${obstacle}`);
  if (size > limit) throw new SevenZipError(`a header of ${size} bytes`);
  const { bytes, end, mismatch } = collectPieces(packing.open(packed, null, null), size, size);
  if (end !== 'complete') throw new SevenZipError(`the header is ${end}`);
  if (mismatch !== null) throw new SevenZipError('the checksum of the header is wrong');
  return bytes;
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
  const length = packedSizes[firstPacked] ?? 0;
  let offset = 0;
  const files = folder.files.map(({ size }, place) => {
    const entry = { name: names[firstName + place]?.name ?? `file ${firstName + place}`, offset, size };
    offset += size;
    return entry;
  });
  const size = sizeOf(folder);
  const packed = sliceSource(source, start, length);
  const obstacle = start + length > source.size ? 'data that lies beyond the end' : folderObstacle(folder);
  const { holds, native } = obstacle === null ? folderNeeds(folder, packed) : { holds: 0, native: false };
  return {
    files,
    size,
    obstacle,
    packed,
    packing: {
      open: (input, _offer, unpacker) => new FolderStream(folder, size, input, unpacker),
      holds: () => holds,
      ...(native ? { native: true as const } : {}),
    },
  };
}
