import type { ByteSource } from '../../bytes/byte-source.ts';
import { type Inflated, inflateSource } from '../inflate-source.ts';

const HEADER = 10;
/** Bytes of a name or comment in a header. */
const LONGEST_FIELD = 1 << 16;
const MAX_PARTS = 10_000;

/**
 * Unpacks gzip data (RFC 1952): all members, one after another. Checksums are not verified, and what follows the last member is left alone. Never throws.
 * @param limit bytes that may come out in all
 */
export function readGzip(source: ByteSource, limit: number): Inflated {
  const parts: Uint8Array[] = [];
  let total = 0;
  let at = 0;
  let end: Inflated['end'] = 'damaged';
  while (parts.length < MAX_PARTS) {
    const data = afterGzipHeader(source, at);
    if (data === null) {
      if (parts.length === 0) end = at + HEADER > source.size ? 'cut off' : 'damaged';
      break;
    }
    const part = inflateSource(source, data, limit - total, stated(source));
    ({ end } = part);
    total += part.bytes.length;
    parts.push(part.bytes);
    // CRC-32 and length.
    at = part.next + 8;
    if (end !== 'complete') break;
  }
  if (parts.length === MAX_PARTS) end = 'limit';
  return { bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts, total), end, next: Math.min(at, source.size) };
}

/** Unpacks zlib data (RFC 1950) without a preset dictionary. Never throws. */
export function readZlib(source: ByteSource, from: number, limit: number): Inflated {
  return inflateSource(source, from + 2, limit);
}

/** The length that the last member states, modulo 2^32: a first guess. */
function stated(source: ByteSource): number {
  return source.size < 18 ? 0 : Buffer.from(source.read(source.size - 4, 4)).readUInt32LE(0);
}

/** Offset of the deflate data of the gzip member at `at`, or null where there is none. */
export function afterGzipHeader(source: ByteSource, at: number): number | null {
  const head = source.read(at, HEADER).slice();
  if (head.length < HEADER || head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8) return null;
  const flags = head[3]!;
  let next = at + HEADER;
  if ((flags & 4) !== 0) {
    const length = source.read(next, 2);
    if (length.length < 2) return null;
    next += 2 + length[0]! + length[1]! * 256;
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = source.read(next, LONGEST_FIELD).indexOf(0);
    if (end === -1) return null;
    next += end + 1;
  }
  return (flags & 2) === 0 ? next : next + 2;
}
