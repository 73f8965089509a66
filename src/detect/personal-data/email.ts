import { parse } from 'tldts';
import { keepLive, offer, type Draft } from './draft.ts';
import { EMAIL } from './kinds/contact.ts';
import { ALNUM, LOCAL, isUnit, skipBack } from './unit.ts';

/** RFC 5321 §4.5.3.1. */
export const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 253;

/** Reads the address around an `@`. Its domain must end in a suffix that exists (public suffix list, ICANN part). */
export function readEmail(draft: Draft, at: number): void {
  const { text } = draft;
  let start = skipBack(text, at, LOCAL, LONGEST_LOCAL + 1);
  if (start === at || at - start > LONGEST_LOCAL) return;
  while (start < at && !isUnit(text, start, ALNUM) && text[start] !== '_') start++;
  if (start === at || text[at - 1] === '.') return;

  let end = at + 1;
  const limit = at + 1 + LONGEST_DOMAIN;
  while (end < limit && (isUnit(text, end, ALNUM) || text[end] === '.' || text[end] === '-')) end++;
  if (end === text.length) keepLive(draft, start);
  if (end === limit) return;
  // `a@example.com.Then`: a full stop without a space, so two labels may be given up.
  for (let tries = 0; tries < 3; tries++) {
    while (end > at + 1 && !isUnit(text, end - 1, ALNUM)) end--;
    const domain = text.slice(at + 1, end);
    if (!domain.includes('.')) return;
    const { isIcann, domain: registered } = parse(domain, { allowPrivateDomains: false });
    if (isIcann === true && registered !== null) return offer(draft, EMAIL, null, 0.95, { start, end }, 0);
    end = at + 1 + domain.lastIndexOf('.');
  }
}
