import { before, keepLive, offer, type Draft } from './draft.ts';
import { IPV4, IPV6, MAC } from './kinds/contact.ts';
import { ALNUM, DIGIT, HEX, isUnit, skip, skipBack } from './unit.ts';

const LONGEST_IPV6 = 45;
const MAC_UNITS = 17;

/** Reads an IPv4 address that begins with the word at `start`. */
export function readIpv4(draft: Draft, start: number): void {
  const { text } = draft;
  if (text[start - 1] === '.' || text[start - 1] === '-') return;
  let at = start;
  let small = true;
  for (let octet = 0; octet < 4; octet++) {
    const end = skip(text, at, DIGIT, 4);
    const value = Number(text.slice(at, end));
    if (end === at || end - at > 3 || value > 255 || (end - at > 1 && text[at] === '0')) {
      if (end === text.length) keepLive(draft, start);
      return;
    }
    if (value > 9) small = false;
    at = end;
    if (octet === 3) break;
    if (text[at] !== '.') {
      if (at === text.length) keepLive(draft, start);
      return;
    }
    at++;
  }
  if (at >= text.length - 1) keepLive(draft, start);
  if (isUnit(text, at, ALNUM) || text[at] === '_' || (/[.-]/.test(text[at] ?? '') && isUnit(text, at + 1, DIGIT)))
    return;
  const value = text.slice(start, at);
  // Nobody's: this host, masks, documentation (RFC 5737), and what is more likely a version.
  if (
    /^(?:0\.|127\.|255\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)/.test(value) ||
    small ||
    /\bversion|\bv\.? ?$/.test(before(draft, start).slice(-12))
  )
    return;
  offer(draft, IPV4, null, 0.75, { start, end: at }, 1);
}

/** Reads an IPv6 or MAC address with colons, or a MAC address with hyphens, that the word from `start` is part of. */
export function readColons(draft: Draft, start: number, end: number): void {
  const { text } = draft;
  if (start < draft.hexEnd) return;
  if (text[start - 1] === ':' || text[end] === ':') readHexRun(draft, start);
  else if (end - start === 2 && (text[start - 1] === '-' || text[end] === '-')) readHyphens(draft, start);
}

function readHexRun(draft: Draft, word: number): void {
  const { text } = draft;
  let start = word;
  while (start > word - LONGEST_IPV6 && isColonOrHex(text, start - 1)) start--;
  let end = word;
  while (end < start + LONGEST_IPV6 + 1 && isColonOrHex(text, end)) end++;
  draft.hexEnd = end;
  if (end === text.length) keepLive(draft, start);
  // `at:2001:db8::1` and `::1:` have a colon that is not theirs.
  if (text[start] === ':' && text[start + 1] !== ':') start++;
  if (text[end - 1] === ':' && text[end - 2] !== ':') end--;
  if (isUnit(text, start - 1, ALNUM) || isUnit(text, end, ALNUM) || text[start - 1] === '_' || text[end] === '_')
    return;
  const value = text.slice(start, end);
  if (isMac(value)) offer(draft, MAC, null, 0.9, { start, end }, 1);
  else if (isIpv6(value) && !/^2001:0?db8:/i.test(value)) offer(draft, IPV6, null, 0.9, { start, end }, 1);
}

function isColonOrHex(text: string, at: number): boolean {
  return text.charCodeAt(at) === 58 || isUnit(text, at, HEX);
}

function readHyphens(draft: Draft, word: number): void {
  const { text } = draft;
  let start = word;
  for (let group = 0; group < 5 && text[start - 1] === '-' && skipBack(text, start - 1, HEX, 2) === start - 3; group++)
    start -= 3;
  const end = start + MAC_UNITS;
  if (end >= text.length - 1) keepLive(draft, start);
  if (
    /[\w-]/.test(text[start - 1] ?? '') ||
    /\w/.test(text[end] ?? '') ||
    (text[end] === '-' && isUnit(text, end + 1, ALNUM))
  )
    return;
  const value = text.slice(start, end);
  if (isMac(value)) offer(draft, MAC, null, 0.9, { start, end }, 1);
}

function isMac(value: string): boolean {
  if (!/^[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i.test(value)) return false;
  return !/^(?:00[:-]?)+$|^(?:ff[:-]?)+$/i.test(value);
}

/** RFC 4291 §2.2, without a scope and without dotted decimals; `::`, `::1` and the like are nobody's. */
export function isIpv6(value: string): boolean {
  const halves = value.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 2 ? groups.length >= 3 && groups.length <= 7 : groups.length === 8;
}
