import type { Span } from '../core/span.ts';

/** Alphabets of which a region has a run that is long enough to be an encoding in them. */
export const BASE64 = 1;
export const HEX = 2;
export const BASE32 = 4;
export const BASE85 = 8;
/** A row of short groups of digits: binary, decimal or hex codes with something between them. */
export const GROUPS = 16;

export interface EncodedRegion extends Span {
  /** Bits of the alphabets that are worth trying. */
  readonly alphabets: number;
}

/** Units that an encoding in an alphabet has at least. */
const SHORTEST_BASE64 = 12;
const SHORTEST_HEX = 16;
const SHORTEST_BASE32 = 16;
const SHORTEST_BASE85 = 20;
/**
 * Groups of digits side by side (`48 65 6c 6c`) that may be codes of characters: four with those at either end, which may have
 * a quote or a bracket beside them.
 */
const FEWEST_GROUPS = 2;

const IN_BASE64 = 1;
const IN_HEX = 2;
const IN_LOWER32 = 4;
const IN_UPPER32 = 8;
/** Units of groups of codes: digits of all bases with their prefixes, and what stands between them. */
const IN_GROUP = 16;
const CLASS = new Uint8Array(128);
const mark = (units: string, bit: number): void => {
  for (let i = 0; i < units.length; i++) CLASS[units.charCodeAt(i)]! |= bit;
};
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-', IN_BASE64);
mark('0123456789abcdefABCDEFxX', IN_HEX);
mark('abcdefghijklmnopqrstuvwxyz234567', IN_LOWER32);
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', IN_UPPER32);
mark('0123456789abcdefABCDEFxX,:;-', IN_GROUP);

/**
 * Where in a text an encoded passage can stand: long runs of ASCII without white space, and rows of short groups of digits.
 * Prose has hardly any, so that the patterns of encodings need not be tried on it. One pass; regions are in order of their
 * ends and may overlap, each unit being in three at most.
 */
export function encodedRegions(text: string): EncodedRegion[] {
  const regions: EncodedRegion[] = [];
  let groups = 0; // groups of codes so far in this row
  let rowStart = 0;
  let rowEnd = 0;
  let before = -1; // beginning of the run before this one
  const closeRow = (): void => {
    if (groups >= FEWEST_GROUPS) regions.push({ start: rowStart, end: rowEnd, alphabets: GROUPS });
    groups = 0;
  };
  const { length } = text;
  let i = 0;
  while (i < length) {
    let unit = text.charCodeAt(i);
    if (unit <= 0x20 || unit > 0x7e) {
      if (unit > 0x7e) {
        closeRow();
        before = -1;
      }
      i++;
      continue;
    }
    const start = i;
    let every = 255;
    let base64 = 0;
    let hex = 0;
    let lower = 0;
    let upper = 0;
    let alphabets = 0;
    for (; i < length; i++) {
      unit = text.charCodeAt(i);
      if (unit <= 0x20 || unit > 0x7e) break;
      every &= CLASS[unit]!;
    }
    // Most words are shorter than any encoding.
    for (let at = i - start < SHORTEST_BASE64 ? i : start; at < i; at++) {
      const kind = CLASS[text.charCodeAt(at)]!;
      base64 = (kind & IN_BASE64) === 0 ? 0 : base64 + 1;
      hex = (kind & IN_HEX) === 0 ? 0 : hex + 1;
      lower = (kind & IN_LOWER32) === 0 ? 0 : lower + 1;
      upper = (kind & IN_UPPER32) === 0 ? 0 : upper + 1;
      if (base64 >= SHORTEST_BASE64) {
        alphabets |= BASE64;
        if (hex >= SHORTEST_HEX) alphabets |= HEX;
        if (lower >= SHORTEST_BASE32 || upper >= SHORTEST_BASE32) alphabets |= BASE32;
      }
    }
    if (i - start >= SHORTEST_BASE85) alphabets |= BASE85;
    const isGroup = (every & IN_GROUP) !== 0;
    if (isGroup && i - start >= SHORTEST_BASE85) alphabets |= GROUPS;
    if (alphabets !== 0) regions.push({ start, end: i, alphabets });
    if (isGroup && groups++ === 0) rowStart = before < 0 ? start : before;
    if (groups > 0) rowEnd = i;
    if (!isGroup) closeRow();
    before = start;
  }
  closeRow();
  return regions;
}
