/** Bits that the first table is asked with; longer codes are followed bit by bit. */
export const PRIMARY_BITS = 10;
/** No code of deflate is longer (RFC 1951 §3.2.7). */
export const LONGEST_CODE = 15;

/** A code of Huffman's: entries `length | symbol << 4` for the first bits, and counts for what is longer. */
export interface HuffmanCode {
  readonly primary: Uint16Array;
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

export function newHuffmanCode(symbols: number): HuffmanCode {
  return {
    primary: new Uint16Array(1 << PRIMARY_BITS),
    counts: new Uint16Array(LONGEST_CODE + 1),
    symbols: new Uint16Array(symbols),
  };
}

const offsets = new Uint16Array(LONGEST_CODE + 2);
const firsts = new Uint16Array(LONGEST_CODE + 2);

/**
 * Fills a code from the lengths of its symbols.
 * @returns null for more codes than fit; too few are allowed, and damage when one that is not there is read
 */
export function fillHuffmanCode(into: HuffmanCode, lengths: Uint8Array): HuffmanCode | null {
  const { primary, counts, symbols } = into;
  counts.fill(0);
  primary.fill(0);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  offsets.fill(0);
  firsts.fill(0);
  let left = 1;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) return null;
    offsets[length + 1] = offsets[length]! + counts[length]!;
    firsts[length + 1] = (firsts[length]! + counts[length]!) << 1;
  }
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    symbols[offsets[length]!++] = symbol;
    const code = firsts[length]!++;
    if (length > PRIMARY_BITS) continue;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
    for (let place = reversed; place < primary.length; place += 1 << length) primary[place] = (symbol << 4) | length;
  }
  return into;
}

/** A code longer than the table, bit by bit, as canonical codes count (RFC 1951 §3.2.2): an entry like those of the table, or 0 where there is none. */
export function longHuffmanCode({ counts, symbols }: HuffmanCode, bits: number): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    code |= (bits >>> (length - 1)) & 1;
    const count = counts[length]!;
    if (code - count < first) return (symbols[index + code - first]! << 4) | length;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return 0;
}

let literals: HuffmanCode | undefined;
let distances: HuffmanCode | undefined;

/** The code of literals and lengths of blocks that bring none (RFC 1951 §3.2.6). */
export function fixedLiterals(): HuffmanCode {
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
  return (literals ??= fillHuffmanCode(newHuffmanCode(288), lengths)!);
}

export function fixedDistances(): HuffmanCode {
  return (distances ??= fillHuffmanCode(newHuffmanCode(30), new Uint8Array(30).fill(5))!);
}
