/** The polynomial of CRC-32, the highest bit first: bzip2 goes through bytes the other way round than zip and gzip do. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** CRC-32 as bzip2 uses it, of a part of bytes behind those whose checksum is `before`. */
export function bzip2Crc(bytes: Uint8Array, from: number, to: number, before = 0): number {
  let crc = ~before;
  for (let at = from; at < to; at++) crc = (crc << 8) ^ TABLE[(crc >>> 24) ^ bytes[at]!]!;
  return ~crc >>> 0;
}

/** The checksum of a stream: that of the blocks before, turned by one bit, and that of the next. */
export function combinedBzip2Crc(before: number, block: number): number {
  return (((before << 1) | (before >>> 31)) ^ block) >>> 0;
}
