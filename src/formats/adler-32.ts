const BASE = 65_521;
/** Bytes after which the sums are reduced: the most with which they stay below 2^32 (RFC 1950 §9). */
const RUN = 5552;

/** Adler-32 of bytes (RFC 1950 §8.2) behind those whose checksum is `before`; 1 is that of nothing. */
export function adler32(bytes: Uint8Array, before = 1): number {
  let a = before & 0xffff;
  let b = before >>> 16;
  for (let at = 0; at < bytes.length;) {
    for (const end = Math.min(bytes.length, at + RUN); at < end; at++) {
      a += bytes[at]!;
      b += a;
    }
    a %= BASE;
    b %= BASE;
  }
  return ((b << 16) | a) >>> 0;
}
