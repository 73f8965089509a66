import type { Span } from '../core/span.ts';

/** A run without white space that is shorter is no encoding of twelve characters or more. */
const SHORTEST_RUN = 12;
/** Groups of digits side by side (`48 65 6c 6c`) that may be codes of characters. */
const FEWEST_GROUPS = 4;

/** Units of groups of codes: digits of all bases with their prefixes, and what stands between them. */
const CODE_UNIT = new Uint8Array(128);
for (const unit of '0123456789abcdefABCDEFxX,:;-') CODE_UNIT[unit.charCodeAt(0)] = 1;

/**
 * Where in a text an encoded passage can stand: long runs without white space, and rows of short groups of digits. Prose has
 * hardly any, so that the patterns of encodings need not be tried on it. One pass; regions are in order of their ends and
 * may overlap, each text unit being in two at most.
 */
export function encodedRegions(text: string): Span[] {
  const regions: Span[] = [];
  let groups = 0; // groups of codes so far in this row
  let rowStart = 0;
  let rowEnd = 0;
  const closeRow = (): void => {
    if (groups >= FEWEST_GROUPS) regions.push({ start: rowStart, end: rowEnd });
    groups = 0;
  };
  const { length } = text;
  let i = 0;
  while (i < length) {
    if (text.charCodeAt(i) <= 0x20) {
      i++;
      continue;
    }
    const start = i;
    let code = 1;
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit <= 0x20) break;
      code &= unit < 128 ? CODE_UNIT[unit]! : 0;
    }
    if (i - start >= SHORTEST_RUN) regions.push({ start, end: i });
    if (code === 0) closeRow();
    else {
      if (groups++ === 0) rowStart = start;
      rowEnd = i;
    }
  }
  closeRow();
  return regions;
}
