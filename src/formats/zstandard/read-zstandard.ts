import * as zlib from 'node:zlib';
import type { ByteSource } from '../../bytes/byte-source.ts';
import type { Inflated } from '../inflate-source.ts';

const MAGIC = 0xfd2fb528;

/** Whether the runtime brings a decoder (Node 22.15 and later). */
export const HAS_ZSTANDARD = typeof (zlib as { zstdDecompressSync?: unknown }).zstdDecompressSync === 'function';

/**
 * Unpacks Zstandard frames (RFC 8878), with the runtime's decoder, which stops at the limit. Never throws.
 * @param limit bytes that may come out
 */
export function readZstandard(source: ByteSource, limit: number): Inflated {
  const next = source.size;
  const none = new Uint8Array();
  if (!HAS_ZSTANDARD) return { bytes: none, end: 'damaged', next };
  const window = windowOf(source);
  // The window is memory that a header asks for, whatever follows.
  if (window > Math.max(limit, 8 << 20)) return { bytes: none, end: 'limit', next };
  try {
    const bytes = zlib.zstdDecompressSync(source.read(0, source.size).slice(), { maxOutputLength: limit });
    return { bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), end: 'complete', next };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { bytes: none, end: code === 'ERR_BUFFER_TOO_LARGE' ? 'limit' : 'damaged', next };
  }
}

/** Bytes of history that the first frame needs (RFC 8878 §3.1.1.1.2). */
function windowOf(source: ByteSource): number {
  const head = Buffer.from(source.read(0, 18).slice());
  if (head.length < 6 || head.readUInt32LE(0) !== MAGIC) return 0;
  const descriptor = head[4]!;
  if ((descriptor & 0x20) !== 0) return 0;
  const exponent = head[5]! >> 3;
  const base = 2 ** (10 + exponent);
  return base + (base / 8) * (head[5]! & 7);
}
