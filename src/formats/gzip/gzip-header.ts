import type { ByteSource } from '../../bytes/byte-source.ts';

const HEADER = 10;
/** Bytes of a name or comment in a header. */
const LONGEST_FIELD = 1 << 16;

/** Offset of the deflate data of the gzip member at `at` (RFC 1952 §2.3), or null where there is none. */
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
