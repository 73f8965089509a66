import type { CountryCode } from 'libphonenumber-js/max';
import { readColons, readIpv4 } from './address.ts';
import { SHAPED_KINDS } from './catalogue.ts';
import { createContextTest, type ContextTest } from './context.ts';
import { createDraft, keepLive, offer, type Candidate, type Draft } from './draft.ts';
import { LONGEST_LOCAL, readEmail } from './email.ts';
import { IBAN_LENGTHS, isIban } from './iban.ts';
import type { Kind } from './kind.ts';
import { COORDINATES, EMAIL, IPV4, IPV6, MAC, PHONE } from './kinds/contact.ts';
import { CARD, IBAN } from './kinds/finance.ts';
import { BIRTH_DATE } from './kinds/document.ts';
import { readPhone } from './phone.ts';
import { monthTail, readCoordinates, readWrittenDate } from './place-and-date.ts';
import { CLASSES, classOf, createShapeTrie, type Rule } from './shape-trie.ts';
import { ALNUM, DIGIT, HEX, LETTER, LOCAL, LONGEST_WORD, UPPER, isUnit, skip, skipBack } from './unit.ts';

/** What stands in a text. */
export interface Scan {
  readonly candidates: readonly Candidate[];
  /** From here on more text could change what was found. */
  readonly live: number;
}

export interface ScanOptions {
  readonly enabled: (kind: Kind) => boolean;
  /** Where national phone numbers may be from. */
  readonly regions: readonly CountryCode[];
  /** Numbers of other countries count where a word for them stands directly before. */
  readonly anyPlan: boolean;
  /** How many units before a value a context word may begin. */
  readonly contextWindow: number;
}

/** Most letters of a word without digits that a value may begin with: `QQ 12 34 56 C`. */
const LONGEST_LEAD = 3;
/** Longest run of hexadecimal groups with colons. */
const LONGEST_HEX = 48;
const NOTHING: readonly Candidate[] = Object.freeze([]);

/** 1: a digit, 2: a capital, 3: `@`. Everything else is passed over. */
const ANCHORS = Uint8Array.from({ length: 128 }, (_, code) => {
  const unit = String.fromCharCode(code);
  return /[0-9]/.test(unit) ? 1 : /[A-Z]/.test(unit) ? 2 : unit === '@' ? 3 : 0;
});

/** Makes a scanner: one pass over the text that stops at digits, runs of capitals and `@` only. */
export function createScanner({ enabled, regions, anyPlan, contextWindow }: ScanOptions): (text: string) => Scan {
  const shaped = SHAPED_KINDS.filter(enabled);
  const trie = createShapeTrie(shaped);
  const tests = new Map<Kind, ContextTest>(shaped.map((kind) => [kind, createContextTest(kind.context)]));
  const on = {
    iban: enabled(IBAN),
    email: enabled(EMAIL),
    phone: enabled(PHONE),
    ipv4: enabled(IPV4),
    colons: enabled(IPV6) || enabled(MAC),
    coordinates: enabled(COORDINATES),
    birth: enabled(BIRTH_DATE),
  };

  /** @param bare the value without separators, in capitals */
  function judge(draft: Draft, rule: Rule, start: number, end: number, bare: string): void {
    const { text } = draft;
    const { kind, shape, rank } = rule;
    const written = text.slice(start, end);
    if (!kind.check(kind.asWritten === true ? written : bare)) return;
    const sure =
      shape.alone !== undefined &&
      (kind.asWritten === true || !/[a-z]/.test(written)) &&
      (kind === CARD || shape.form.startsWith('X') || !isCrowded(text, start, end));
    offer(draft, kind, tests.get(kind)!, sure ? shape.alone : undefined, { start, end }, rank);
  }

  function walk(draft: Draft, start: number): void {
    const { text } = draft;
    const previous = text[start - 1];
    if (previous === '_' || ((previous === '-' || previous === '.') && isUnit(text, start - 2, DIGIT))) return;
    let node = 0;
    for (let at = start; ; at++) {
      if (at === text.length) {
        if (trie.inner[node] === 1) keepLive(draft, start);
        return;
      }
      node = trie.next[node * CLASSES + classOf(text.charCodeAt(at))]!;
      if (node === 0) return;
      const rules = trie.rules[node];
      if (rules === undefined || isUnit(text, at + 1, ALNUM)) continue;
      if (endsHere(draft, start, at + 1)) {
        const bare = plain(text.slice(start, at + 1));
        for (const rule of rules) judge(draft, rule, start, at + 1, bare);
      }
    }
  }

  function readWord(draft: Draft, start: number, end: number): void {
    const { text } = draft;
    const rules = trie.words[end - start];
    if (rules === undefined || text[start - 1] === '_' || !endsHere(draft, start, end)) return;
    if (text[start - 1] === '-' && isUnit(text, start - 2, DIGIT)) return;
    // A word has no separators.
    const bare = text.slice(start, end).toUpperCase();
    for (const rule of rules) judge(draft, rule, start, end, bare);
  }

  function readDigits(draft: Draft, start: number, end: number): void {
    const { text } = draft;
    readWord(draft, start, end);
    walk(draft, start);
    if (isUnit(text, start, DIGIT)) {
      const lead = leadBefore(text, start);
      if (lead !== start) walk(draft, lead);
      if (on.phone) readPhone(draft, start, regions, anyPlan);
      if (on.birth) readWrittenDate(draft, start);
      if (text[end] === '.') {
        if (on.ipv4) readIpv4(draft, start);
        if (on.coordinates) readCoordinates(draft, start);
      }
    } else if (on.iban && isUnit(text, start + 2, DIGIT)) readIban(draft, start);
    if (on.colons && end - start <= 4) readColons(draft, start, end);
  }

  return (text) => {
    const draft = createDraft(text, contextWindow);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      const anchor = code < 128 ? ANCHORS[code]! : 0;
      if (anchor === 0) continue;
      if (anchor === 3) {
        if (on.email) readEmail(draft, i);
        continue;
      }
      if (anchor === 2 && !isUnit(text, i + 1, UPPER)) continue;
      const start = skipBack(text, i, ALNUM, LONGEST_WORD);
      let end = skip(text, i, ALNUM, LONGEST_WORD);
      if (end - start > LONGEST_WORD || isUnit(text, end, ALNUM) || isUnit(text, start - 1, ALNUM)) {
        while (isUnit(text, end, ALNUM)) end++;
      } else if (anchor === 1 || hasDigit(text, i, end)) readDigits(draft, start, end);
      else if (end - start === 8 || end - start === 11) readWord(draft, start, end);
      i = end - 1;
    }
    if (text.length > 0) holdTail(draft);
    return { candidates: draft.candidates.length === 0 ? NOTHING : draft.candidates, live: draft.live };
  };

  /** What could begin at the end of the text and has no anchor yet. */
  function holdTail(draft: Draft): void {
    const { text } = draft;
    let start = skipBack(text, text.length, LOCAL, LONGEST_LOCAL);
    while (start > text.length - LONGEST_LOCAL - 2 && (text[start - 1] === '(' || text[start - 1] === '+')) start--;
    keepLive(draft, start);
    // `dead:beef:` and `QQ `.
    let hex = text.length;
    while (hex > text.length - LONGEST_HEX && (text[hex - 1] === ':' || isUnit(text, hex - 1, HEX))) hex--;
    if (text.indexOf(':', hex) !== -1) keepLive(draft, hex);
    const separator = text.length - 1;
    if (classOf(text.charCodeAt(separator)) > 2 && isUnit(text, separator - 1, LETTER)) {
      const lead = skipBack(text, separator, LETTER, LONGEST_LEAD + 1);
      if (separator - lead <= LONGEST_LEAD) keepLive(draft, lead);
    }
    if (on.birth) keepLive(draft, monthTail(text));
  }
}

/** True when no more of a value can follow. Keeps it live until that is known. */
function endsHere(draft: Draft, start: number, end: number): boolean {
  const { text } = draft;
  if (end >= text.length - 1) keepLive(draft, start);
  const next = text[end];
  if (next === '_') return false;
  return !((next === '-' || next === '.') && isUnit(text, end + 1, DIGIT));
}

/** True when another group of digits stands beside: then the groups may belong to something longer. */
function isCrowded(text: string, start: number, end: number): boolean {
  const behind = text[end] === ' ' && isUnit(text, end + 1, DIGIT);
  return behind || (text[start - 1] === ' ' && isUnit(text, start - 2, DIGIT));
}

function plain(written: string): string {
  return written.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
}

function hasDigit(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isUnit(text, i, DIGIT)) return true;
  return false;
}

/** Start of a short word of letters just before `start`, or `start`. */
function leadBefore(text: string, start: number): number {
  if (classOf(text.charCodeAt(start - 1)) < 3) return start;
  const lead = skipBack(text, start - 1, LETTER, LONGEST_LEAD + 1);
  return start - 1 - lead > LONGEST_LEAD || isUnit(text, lead - 1, ALNUM) ? start : lead;
}

/** An IBAN from `start`: unbroken, or in fours with spaces or hyphens between. */
function readIban(draft: Draft, start: number): void {
  const { text } = draft;
  const length = IBAN_LENGTHS.get(text.slice(start, start + 2).toUpperCase());
  if (length === undefined || !isUnit(text, start + 3, DIGIT) || text[start - 1] === '_') return;
  const separator = classOf(text.charCodeAt(start + 4));
  const spaced = separator === classOf(32) || separator === classOf(45);
  let at = start;
  for (let count = 0; count < length; at++) {
    if (at === text.length) return keepLive(draft, start);
    if (isUnit(text, at, ALNUM)) {
      if (spaced && count > 0 && count % 4 === 0 && isUnit(text, at - 1, ALNUM)) return;
      count++;
    } else if (!spaced || count % 4 !== 0 || classOf(text.charCodeAt(at)) !== separator || !isUnit(text, at - 1, ALNUM))
      return;
  }
  if (at >= text.length) keepLive(draft, start);
  if (isUnit(text, at, ALNUM) || text[at] === '_') return;
  if (isIban(plain(text.slice(start, at)))) offer(draft, IBAN, null, 0.98, { start, end: at }, 0);
}
