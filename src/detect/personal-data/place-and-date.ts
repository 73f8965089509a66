import { isDay } from './checksum.ts';
import { createContextTest } from './context.ts';
import { before, keepLive, offer, type Draft } from './draft.ts';
import { COORDINATES } from './kinds/contact.ts';
import { BIRTH_DATE } from './kinds/document.ts';
import { LETTER, isUnit } from './unit.ts';

/** Longest pair of coordinates and longest date with a month's name that are read. */
const PAIR_UNITS = 72;
const DATE_UNITS = 32;

const PAIR =
  /^\d{1,3}\.\d{3,15}°?(?: ?([NSns]))?["']?[,; ]{1,2}["']?(?:(?:lon|lng|long|longitude)["']?[:=] ?["']?)?[-+]?(\d{1,3}\.\d{3,15})°?(?: ?([EWew])(?![a-z]))?/;
const nearPlace = createContextTest(COORDINATES.context);
const nearBirth = createContextTest(BIRTH_DATE.context);

/** Reads latitude and longitude in decimal degrees from the word at `word`. */
export function readCoordinates(draft: Draft, word: number): void {
  const { text } = draft;
  const piece = text.slice(word, word + PAIR_UNITS);
  if (!/^\d{1,3}\.\d{3}/.test(piece)) return;
  const start = text[word - 1] === '-' || text[word - 1] === '+' ? word - 1 : word;
  if (/[\w.]/.test(text[start - 1] ?? '')) return;
  if (word + PAIR_UNITS >= text.length) keepLive(draft, start);
  const match = PAIR.exec(piece);
  if (match === null || Number.parseFloat(piece) > 90 || Number(match[2]) > 180) return;
  const end = word + match[0].length;
  if (/[\d.]/.test(text[end] ?? '') && isUnit(text, end, 1)) return;
  offer(
    draft,
    COORDINATES,
    nearPlace,
    match[1] !== undefined && match[3] !== undefined ? 0.85 : undefined,
    { start, end },
    950,
  );
}

const MONTHS = [
  ['january', 'jan', 'januar', 'janvier', 'enero', 'gennaio', 'janeiro', 'januari'],
  ['february', 'feb', 'februar', 'février', 'febrero', 'febbraio', 'fevereiro', 'februari'],
  ['march', 'mar', 'märz', 'mars', 'marzo', 'março', 'maart'],
  ['april', 'apr', 'avril', 'abril', 'aprile'],
  ['may', 'mai', 'mayo', 'maggio', 'maio', 'mei', 'maj'],
  ['june', 'jun', 'juni', 'juin', 'junio', 'giugno', 'junho'],
  ['july', 'jul', 'juli', 'juillet', 'julio', 'luglio', 'julho'],
  ['august', 'aug', 'août', 'agosto', 'augustus', 'augusti'],
  ['september', 'sep', 'sept', 'septembre', 'septiembre', 'settembre', 'setembro'],
  ['october', 'oct', 'oktober', 'octobre', 'octubre', 'ottobre', 'outubro', 'okt'],
  ['november', 'nov', 'novembre', 'noviembre', 'novembro'],
  ['december', 'dec', 'dezember', 'décembre', 'diciembre', 'dicembre', 'dezembro', 'dez'],
];
const MONTH_NUMBERS: ReadonlyMap<string, number> = new Map(
  MONTHS.flatMap((names, i) => names.map((name) => [name, i + 1])),
);
const MONTH_BEFORE = /(?:^|[^\p{L}])(\p{L}{3,10})\.? $/u;

/** Start of a month's name that ends a text, or its length: a day may follow. */
export function monthTail(text: string): number {
  const match = MONTH_BEFORE.exec(text.slice(-14));
  return match !== null && MONTH_NUMBERS.has(match[1]!.toLowerCase())
    ? text.length - match[1]!.length - (text.endsWith('. ') ? 2 : 1)
    : text.length;
}

/** Reads a date with its month as a word, or in Chinese or Japanese, from the day (or year) at `word`; only where a birth is spoken of. */
export function readWrittenDate(draft: Draft, word: number): void {
  const { text } = draft;
  const piece = text.slice(word, word + DATE_UNITS);
  const unsettled = word + DATE_UNITS >= text.length;
  if (!unsettled && !DAY_OR_YEAR.test(piece)) return;
  const lead = text.slice(Math.max(0, word - 14), word);
  const month = MONTH_BEFORE.exec(lead)?.[1];
  const known = month === undefined ? undefined : MONTH_NUMBERS.get(month.toLowerCase());
  const start = known === undefined ? word : word - (lead.length - lead.lastIndexOf(month!));
  if (!nearBirth(before(draft, start))) return;
  if (unsettled) keepLive(draft, start);
  let length = 0;
  const cjk = /^(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]/.exec(piece);
  const dayFirst =
    /^(\d{1,2})(?:st|nd|rd|th|\.|er|º)?(?: (?:of|de|di))? (\p{L}{3,10})\.?,?(?: (?:de|del))? (\d{4})(?!\d)/u.exec(
      piece,
    );
  const monthFirst = /^(\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)/.exec(piece);
  if (cjk !== null && isDay(Number(cjk[1]), Number(cjk[2]), Number(cjk[3]))) length = cjk[0].length;
  else if (
    dayFirst !== null &&
    isDay(Number(dayFirst[3]), MONTH_NUMBERS.get(dayFirst[2]!.toLowerCase()) ?? 0, Number(dayFirst[1]))
  )
    length = dayFirst[0].length;
  else if (known !== undefined && monthFirst !== null && isDay(Number(monthFirst[2]), known, Number(monthFirst[1])))
    length = monthFirst[0].length;
  if (length > 0 && !isUnit(text, word + length, LETTER))
    offer(draft, BIRTH_DATE, nearBirth, undefined, { start, end: word + length }, 800);
}

/** How a date goes on after its first number; what most numbers are not. */
const DAY_OR_YEAR = /^(?:\d{4} ?[年년]|\d{1,2}(?:st|nd|rd|th|\.|er|º|,)? (?:\p{L}{2}|\d{4}))/u;
