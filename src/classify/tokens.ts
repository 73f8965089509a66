import { rememberLast } from '../text/remember-last.ts';
import { HASH_START, hashUnit } from './hash.ts';
import { LETTER, SEPARATOR, SILENT, SINGLE, UNIT_FOLD, UNIT_KIND } from './letter-fold.ts';

/** What stands before or after a token. */
export const MARK = {
  /** A sentence or a line ended before it. */
  sentenceStart: 1,
  lineStart: 2,
  /** `<`, `[`, `{`, `|`, `#`, `=` or `*` directly before it. */
  markupBefore: 4,
  colonAfter: 8,
  quoteBefore: 16,
  /** Two capitals or more and no small letter. */
  capitals: 32,
  questionAfter: 64,
} as const;

/** The words of a text, as parallel arrays. */
export interface Tokens {
  readonly text: string;
  readonly count: number;
  /** Hash of the word in lower case without accents; numbers are all the same. */
  readonly hashes: Int32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Bits of `MARK`. */
  readonly marks: Uint8Array;
}

/** The word that stands for every number. */
export const NUMBER_HASH = hashUnit(HASH_START, 0x30);

/**
 * Splits a text into words: runs of letters and digits, or single characters where a script is written without spaces.
 * Linear; five small arrays are all that is allocated.
 */
export function tokenise(text: string): Tokens {
  let room = 16 + (text.length >> 2);
  let hashes = new Int32Array(room);
  let starts = new Uint32Array(room);
  let ends = new Uint32Array(room);
  let marks = new Uint8Array(room);
  let count = 0;
  let pending: number = MARK.sentenceStart | MARK.lineStart;
  let i = 0;
  while (i < text.length) {
    const unit = text.charCodeAt(i);
    // A space says nothing.
    if (unit === 0x20) {
      i++;
      continue;
    }
    const kind = UNIT_KIND[unit]!;
    if (kind === SEPARATOR || kind === SILENT) {
      pending = markOf(unit, pending, marks, count);
      i++;
      continue;
    }
    if (count === room) {
      room *= 2;
      hashes = grown(hashes, new Int32Array(room));
      starts = grown(starts, new Uint32Array(room));
      ends = grown(ends, new Uint32Array(room));
      marks = grown(marks, new Uint8Array(room));
    }
    const start = i;
    let hash = HASH_START;
    if (kind === SINGLE) {
      hash = hashUnit(hash, UNIT_FOLD[unit]!);
      i++;
    } else {
      let letters = 0;
      let capitals = 0;
      let digits = 0;
      for (; i < text.length; i++) {
        const next = text.charCodeAt(i);
        const nextKind = UNIT_KIND[next]!;
        if (nextKind === SILENT) continue;
        if (nextKind !== LETTER) break;
        const folded = UNIT_FOLD[next]!;
        if (next >= 0x30 && next <= 0x39) digits++;
        else letters++;
        if (folded !== next) capitals++;
        hash = hashUnit(hash, folded);
      }
      if (letters === 0 && digits > 0) hash = NUMBER_HASH;
      if (letters > 1 && capitals === letters) pending |= MARK.capitals;
    }
    hashes[count] = hash;
    starts[count] = start;
    ends[count] = i;
    marks[count] = pending;
    count++;
    pending = 0;
  }
  return { text, count, hashes, starts, ends, marks };
}

/** `tokenise`, shared by the classifiers that look at the same text. */
export const tokensOf: (text: string) => Tokens = rememberLast(tokenise);

/** Takes note of a separator: for the token before it, and in what is returned for the token after it. */
function markOf(unit: number, pending: number, marks: Uint8Array, count: number): number {
  switch (unit) {
    case 0x0a: // line feed
    case 0x0d:
      return pending | MARK.sentenceStart | MARK.lineStart;
    case 0x2e: // . ! ; and their kin
    case 0x21:
    case 0x3b:
    case 0x3002:
    case 0xff01:
    case 0x0964:
    case 0x06d4:
      return pending | MARK.sentenceStart;
    case 0x3f: // ?
    case 0xff1f:
    case 0x61f:
      if (count > 0) marks[count - 1]! |= MARK.questionAfter;
      return pending | MARK.sentenceStart;
    case 0x3a: // :
    case 0xff1a:
      if (count > 0 && pending === 0) marks[count - 1]! |= MARK.colonAfter;
      return pending;
    case 0x22: // quotation marks
    case 0x60:
    case 0x201c:
    case 0xab:
    case 0x300c:
      return pending | MARK.quoteBefore;
    case 0x3c: // < [ { | # = *
    case 0x5b:
    case 0x7b:
    case 0x7c:
    case 0x23:
    case 0x3d:
    case 0x2a:
      return pending | MARK.markupBefore;
    default:
      return pending;
  }
}

function grown<T extends Int32Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
