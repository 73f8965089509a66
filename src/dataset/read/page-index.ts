import type { PagePlace } from './parquet-pages.ts';

const [I32, I64, LIST, STRUCT] = [5, 6, 9, 12] as const;
/** Entries from which on a list's length stands in bytes of its own. */
const LONG_LIST = 15;

/**
 * The places of a flat column's pages as an offset index (parquet.thrift, `OffsetIndex`, in Thrift's compact protocol), as a writer could have put it
 * behind the data: with it the decoder reads those pages alone that hold the rows it is asked for.
 */
export function offsetIndexOf(pages: readonly PagePlace[]): Uint8Array {
  const bytes: number[] = [];
  const unsigned = (value: bigint): void => {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
  };
  /** A number that is not negative, in zigzag. */
  const field = (type: number, value: number): void => {
    bytes.push((1 << 4) | type);
    unsigned(BigInt(value) * 2n);
  };
  bytes.push((1 << 4) | LIST);
  if (pages.length < LONG_LIST) bytes.push((pages.length << 4) | STRUCT);
  else {
    bytes.push((LONG_LIST << 4) | STRUCT);
    unsigned(BigInt(pages.length));
  }
  for (const { offset, size, before } of pages) {
    field(I64, offset);
    field(I32, size);
    field(I64, before);
    bytes.push(0);
  }
  bytes.push(0);
  return Uint8Array.from(bytes);
}
