import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { createContextTest } from './context.ts';
import { before, hasContext, keepLive, type Draft } from './draft.ts';
import { PHONE } from './kinds/contact.ts';
import { classOf } from './shape-trie.ts';
import { ALNUM, DIGIT, isUnit, skip } from './unit.ts';

/** E.164: at most fifteen digits. */
const MOST_DIGITS = 15;
const LEAST_DIGITS = 7;
/** Ends that are tried: what follows a number may look like a part of it. */
const MOST_ENDS = 2;
const RANK = 900;

const near = createContextTest(PHONE.context);

/**
 * Reads a phone number whose first digit stands at `at`. With `+` it has to be valid; without, it has to be valid in one of the
 * regions and a context word has to stand near, or it has to be written as North American numbers are; with `anyPlan`, a word
 * directly before it is enough.
 */
export function readPhone(draft: Draft, at: number, regions: readonly CountryCode[], anyPlan: boolean): void {
  const { text } = draft;
  let start = at;
  while (start > at - 2 && (text[start - 1] === '(' || text[start - 1] === '+')) start--;
  const international = start < at && text.slice(start, at).includes('+');
  if (isUnit(text, start - 1, ALNUM) || text[start - 1] === '_') return;
  if (
    !international &&
    (classOf(text.charCodeAt(start - 1)) > 2 || text[start - 1] === ':') &&
    isUnit(text, start - 2, DIGIT)
  )
    return;

  const ends = readEnds(draft, start, at);
  for (const end of ends) {
    const written = text.slice(start, end);
    if (international) {
      if (parsePhoneNumberFromString(written)?.isValid() === true)
        return void draft.candidates.push({ kind: PHONE, start, end, score: 0.95, rank: RANK });
      continue;
    }
    if (/^\d{4}([-./])\d\d?\1\d\d?$|^\d\d?([-./])\d\d?\2\d{4}$|^\d{1,3}(?:\.\d{1,3}){3}$/.test(written)) continue;
    // `4532-1234-5678-9012`: the beginning of something longer.
    if ((text[end] === '-' || text[end] === '.') && isUnit(text, end + 1, DIGIT)) continue;
    const spoken = hasContext(draft, near, start, end);
    const formatted = /^(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?:x\d+)?$/.test(written);
    if (!spoken && !formatted) continue;
    if (anyPlan && isSaid(draft, start, end))
      return void draft.candidates.push({ kind: PHONE, start, end, score: 0.6, rank: RANK });
    const tried = spoken ? regions : regions.filter((region) => region === 'US' || region === 'CA');
    if (tried.some((region) => parsePhoneNumberFromString(written, region)?.isValid() === true))
      return void draft.candidates.push({ kind: PHONE, start, end, score: spoken ? 0.85 : 0.6, rank: RANK });
  }
}

/** How near a word has to stand before a number of which nothing else is known. */
const CLOSE = 24;

/**
 * True for a number in groups directly behind a word for it: numbers of other countries, short local ones, made-up ones. A person
 * who writes `tel. 601 234 567` means one, whatever plan it is of.
 */
function isSaid(draft: Draft, start: number, end: number): boolean {
  const written = draft.text.slice(start, end);
  if (!/^\(?\d{1,4}\)?(?:[-. /]{1,2}\(?\d{2,5}\)?){1,5}(?:x\d+)?$/.test(written)) return false;
  if (/^(?:19|20)\d\d[-. /](?:19|20)\d\d$/.test(written)) return false;
  return near(before(draft, start).slice(-CLOSE));
}

/** Where the number may end, longest first. Keeps it live while the text could go on with it. */
function readEnds(draft: Draft, start: number, at: number): readonly number[] {
  const { text } = draft;
  const ends: number[] = [];
  let digits = 0;
  let i = at;
  for (let gap = 0; i < text.length; i++) {
    if (isUnit(text, i, DIGIT)) {
      gap = 0;
      if (++digits > MOST_DIGITS) break;
      if (isUnit(text, i + 1, DIGIT) || digits < LEAST_DIGITS) continue;
      const extension = text[i + 1] === 'x' ? skip(text, i + 2, DIGIT, 6) : i + 1;
      if (extension > i + 2) ends.unshift(extension);
      else if (!isUnit(text, i + 1, ALNUM) && text[i + 1] !== '_') ends.unshift(i + 1);
      if (extension >= text.length - 1) keepLive(draft, start);
    } else {
      const separator = classOf(text.charCodeAt(i));
      const bracket = text[i] === '(' || text[i] === ')';
      if (separator < 3 || text[i] === '+' || (!bracket && gap > 0 && text[i - 1] !== ')') || gap > 1) break;
      gap++;
    }
  }
  if (i === text.length) keepLive(draft, start);
  return ends.slice(0, MOST_ENDS);
}
