import { nameTagger } from '../../classify/tagger/name-tagger.ts';
import { type TaggedSpan } from '../../classify/tagger/tag.ts';
import type { Candidate } from './draft.ts';
import type { Kind } from './kind.ts';
import { ADDRESS, LOCATION, ORGANISATION, PERSON } from './kinds/name.ts';

/** What the tagger says of a text, as candidates. */
export interface Names {
  readonly candidates: readonly Candidate[];
  readonly live: number;
}

export interface NameOptions {
  readonly enabled: (kind: Kind) => boolean;
  readonly minConfidence: number;
}

/** Rank behind every kind that a pattern finds. */
const RANK = 2000;
/** How far behind its street an address goes on, in units and in pieces, and how much stands between two of them. */
const ADDRESS_REACH = 120;
const ADDRESS_PIECES = 5;
const WIDEST_SEPARATOR = 5;

/** Makes a finder of names and addresses, or null where none is asked for. */
export function createNameFinder({ enabled, minConfidence }: NameOptions): ((text: string) => Names) | null {
  const kinds: readonly (readonly [TaggedSpan['tag'], Kind])[] = [
    ['person', PERSON],
    ['organisation', ORGANISATION],
    ['location', LOCATION],
  ];
  const wanted = new Map(kinds.filter(([, kind]) => enabled(kind)));
  const addresses = enabled(ADDRESS);
  if (wanted.size === 0 && !addresses) return null;
  const tag = nameTagger();
  // Where only addresses are asked for, nothing is done about words that no number is near.
  const how = wanted.size === 0 ? { behindNumbers: ADDRESS_REACH + WIDEST_SEPARATOR } : {};
  return (text) => {
    const { spans, decided } = tag(text, how);
    const candidates: Candidate[] = [];
    let live = decided;
    for (let i = 0; i < spans.length; i++) {
      const span = spans[i]!;
      if (addresses && isHead(text, span)) {
        const { end, last, open } = addressFrom(text, spans, i, decided);
        if (span.confidence >= minConfidence) {
          if (open && span.start < live) live = span.start;
          candidates.push({ kind: ADDRESS, start: span.start, end, score: span.confidence, rank: RANK });
          i = last;
          continue;
        }
      }
      const kind = wanted.get(span.tag);
      if (kind === undefined || span.confidence < minConfidence || isTooShort(text, span)) continue;
      candidates.push({ kind, start: span.start, end: trimmed(text, span), score: span.confidence, rank: RANK });
    }
    return { candidates, live };
  };
}

/** A street with its number: what an address has to have. */
function isHead(text: string, { tag, start, end }: TaggedSpan): boolean {
  if (tag !== 'address') return false;
  const written = text.slice(start, end);
  if (!/\d/.test(written) || !/\p{L}{3}/u.test(written)) return false;
  // `12,179 students`, `2013-2016 Jane Doe`, `September 14, 1916`.
  if (/[\d][.,]$/.test(text.slice(Math.max(0, start - 2), start)) || /^\d{4}[-–]\d{4}\b/.test(written)) return false;
  return !MONTH.test(written);
}

/** Town, code and country behind a street, as far as they follow it directly; `open` while more text could bring some. */
function addressFrom(
  text: string,
  spans: readonly TaggedSpan[],
  head: number,
  decided: number,
): { readonly end: number; readonly last: number; readonly open: boolean } {
  let { end } = spans[head]!;
  const limit = end + ADDRESS_REACH;
  let last = head;
  for (let pieces = 0; pieces < ADDRESS_PIECES; pieces++) {
    const code = postcodeEnd(text, end);
    const next = spans[last + 1];
    if (next !== undefined && isPart(next) && next.end <= limit && isSeparator(text, end, next.start)) {
      last++;
      end = next.end;
    } else if (code > end && code <= limit) end = code;
    else break;
    while (spans[last + 1] !== undefined && spans[last + 1]!.end <= end) last++;
  }
  const open = end >= decided || (decided - end <= WIDEST_SEPARATOR && isSeparator(text, end, decided));
  return { end: text[end - 1] === '.' ? end - 1 : end, last, open };
}

const MONTHS =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
/** A date is no street, however much a number beside a word looks like one. */
const MONTH = new RegExp(
  `\\b${MONTHS}[. ]{0,2}\\d{1,4}(?:st|nd|rd|th)?$|^\\d{1,2}(?:st|nd|rd|th)? ${MONTHS}(?:,? \\d{4})?$`,
  'i',
);

function isPart({ tag }: TaggedSpan): boolean {
  return tag === 'address' || tag === 'location';
}

/** As codes are written in Britain, Canada, the Netherlands, and with digits everywhere else, perhaps behind a state's letters. */
const POSTCODE =
  /^[ ,\n]{1,3}(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}|(?:[A-Z]{1,3}[- ])?\d{4,6}(?:-\d{3,4})?|\d{3} \d{2})(?![\p{L}\p{N}_-])/u;

/** End of a postal code that follows `from` directly, or `from`. */
function postcodeEnd(text: string, from: number): number {
  return from + (POSTCODE.exec(text.slice(from, from + 20))?.[0].length ?? 0);
}

function isSeparator(text: string, from: number, to: number): boolean {
  if (to - from > WIDEST_SEPARATOR) return false;
  for (let i = from; i < to; i++) if (!' ,;\n\r\t-'.includes(text[i]!)) return false;
  return true;
}

/** A single initial, or a letter and its full stop. */
function isTooShort(text: string, { start, end }: TaggedSpan): boolean {
  return end - start < 3 && !/\p{L}{2}/u.test(text.slice(start, end));
}

/** End of a span without the full stop of an abbreviation, but for those that names end with. */
function trimmed(text: string, { start, end }: TaggedSpan): number {
  if (text[end - 1] !== '.' || /\b(?:Jr|Sr|Inc|Co|Corp|Ltd|Bros)\.$/i.test(text.slice(Math.max(start, end - 6), end)))
    return end;
  return end - 1;
}
