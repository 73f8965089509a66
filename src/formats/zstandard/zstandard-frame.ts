import type { ByteSource } from '../../bytes/byte-source.ts';
import { PieceError } from '../piece-stream.ts';

const MAGIC = 0xfd2fb528;
/** The lowest of the sixteen numbers that skippable frames begin with (RFC 8878 §3.1.2). */
const SKIPPABLE = 0x184d2a50;
const LARGEST_HEADER = 18;
/** Bytes that a block makes at most (RFC 8878 §3.1.1.2.4). */
export const LARGEST_ZSTANDARD_BLOCK = 128 << 10;

/** A frame of Zstandard (RFC 8878 §3.1.1). */
export interface ZstandardFrame {
  /** Offset of the first block. */
  readonly blocks: number;
  /** Bytes of history that it needs. */
  readonly window: number;
  /** A checksum of four bytes follows the last block. */
  readonly hasChecksum: boolean;
  /** It needs a dictionary that is not in it. */
  readonly hasDictionary: boolean;
}

/**
 * The frame at an offset, behind those that are to be skipped (RFC 8878 §3.1.2).
 * @returns null where none begins, with the offset of what is there
 * @throws PieceError where it is cut off or damaged
 */
export function zstandardFrameAt(
  source: ByteSource,
  at: number,
): { readonly at: number; readonly frame: ZstandardFrame | null } {
  let from = at;
  for (;;) {
    const head = Buffer.from(source.read(from, LARGEST_HEADER).slice());
    const magic = head.length < 4 ? 0 : head.readUInt32LE(0);
    if (magic >>> 4 !== SKIPPABLE >>> 4) return { at: from, frame: magic === MAGIC ? frameOf(head, from) : null };
    if (head.length < 8 || from + 8 + head.readUInt32LE(4) > source.size) throw new PieceError('cut off');
    from += 8 + head.readUInt32LE(4);
  }
}

function frameOf(head: Buffer, at: number): ZstandardFrame {
  const need = (length: number): void => {
    if (head.length < length) throw new PieceError('cut off');
  };
  need(6);
  const descriptor = head[4]!;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const sized = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  if ((descriptor & 8) !== 0) throw new PieceError('damaged');
  const sizeAt = 5 + (single ? 0 : 1) + dictionary;
  need(sizeAt + sized);
  // Without a window of its own, what comes out is the window.
  const window = single ? contentSize(head, sizeAt, sized) : windowOf(head[5]!);
  return {
    blocks: at + sizeAt + sized,
    window,
    hasChecksum: (descriptor & 4) !== 0,
    hasDictionary: dictionary > 0,
  };
}

/** RFC 8878 §3.1.1.1.2. */
function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

/** RFC 8878 §3.1.1.1.4. */
function contentSize(head: Buffer, at: number, bytes: number): number {
  if (bytes === 1) return head[at]!;
  if (bytes === 2) return head.readUInt16LE(at) + 256;
  return bytes === 4 ? head.readUInt32LE(at) : Number(head.readBigUInt64LE(at));
}

/**
 * Where the block at an offset ends (RFC 8878 §3.1.1.2), and whether it is the last; null where it is cut off.
 * @throws PieceError
 */
export function zstandardBlockAt(
  source: ByteSource,
  at: number,
): { readonly end: number; readonly last: boolean } | null {
  const head = source.read(at, 3);
  if (head.length < 3) return null;
  const word = head[0]! | (head[1]! << 8) | (head[2]! << 16);
  const [type, size] = [(word >> 1) & 3, word >> 3];
  if (type === 3 || (type !== 1 && size > LARGEST_ZSTANDARD_BLOCK)) throw new PieceError('damaged');
  // A byte that repeats is one byte, whatever size it has.
  const end = at + 3 + (type === 1 ? 1 : size);
  return end > source.size ? null : { end, last: (word & 1) === 1 };
}
