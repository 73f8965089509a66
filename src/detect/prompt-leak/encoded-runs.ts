/** A stretch of one encoding's letters, long enough to be looked into. */
export interface EncodedRun {
  readonly start: number;
  readonly end: number;
}

export interface EncodedRuns {
  readonly runs: readonly EncodedRun[];
  /** Where a stretch begins that the text's end cuts off; the text's length when none does. */
  readonly open: number;
}

/** Units below which a stretch spells less than a few words. */
const SHORTEST = 40;
/** An encoder breaks lines at this many units or later. */
const LINE = 40;

/** Stretches of base64 (either alphabet) or hex, also broken into lines. */
export function findEncodedRuns(text: string): EncodedRuns {
  const runs: EncodedRun[] = [];
  let start = -1;
  let line = 0; // beginning of the current line of the stretch
  const { length } = text;
  let i = 0;
  for (; i < length; i++) {
    if (isEncodingUnit(text.charCodeAt(i))) {
      if (start < 0) start = line = i;
      continue;
    }
    if (start < 0) continue;
    const next = lineBreakEnd(text, i);
    if (next > 0 && i - line >= LINE && (next >= length || isEncodingUnit(text.charCodeAt(next)))) {
      i = next - 1;
      line = next;
      continue;
    }
    if (i - start >= SHORTEST) runs.push({ start, end: i });
    start = -1;
  }
  if (start < 0) return { runs, open: length };
  if (length - start >= SHORTEST) runs.push({ start, end: length });
  return { runs, open: start };
}

/** What a stretch spells, as hex where it can be that, and as base64 otherwise. */
export function decodeRun(text: string): string {
  const letters = text.replace(/[\r\n]/g, '');
  return Buffer.from(letters, /^[0-9a-f]+$/i.test(letters) ? 'hex' : 'base64').toString('utf8');
}

/** End of the line break at `at`, or -1. A CR at the end of a text may be the beginning of one. */
function lineBreakEnd(text: string, at: number): number {
  if (text[at] === '\n') return at + 1;
  if (text[at] !== '\r') return -1;
  return at + 1 === text.length || text[at + 1] === '\n' ? at + 2 : -1;
}

/** A–Z a–z 0–9 + / - _ = */
function isEncodingUnit(unit: number): boolean {
  const lower = unit | 0x20;
  return (
    (lower >= 97 && lower <= 122) ||
    (unit >= 47 && unit <= 57) ||
    unit === 43 ||
    unit === 45 ||
    unit === 95 ||
    unit === 61
  );
}
