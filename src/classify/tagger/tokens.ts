import { DIGIT, LOWER, NEWLINE, OTHER, SPACE, UNCASED, UPPER, unitTables } from './units.ts';

/** Kinds of tokens. What a token looks like is most of what a name is known by. */
export const BREAK = 0;
export const SMALL = 1;
export const TITLE = 2;
export const CAPS = 3;
export const MIXED = 4;
export const INITIAL = 5;
export const NUMBER = 6;
export const CODE = 7;
export const STOP = 8;
export const MARK = 9;
export const HANDLE = 10;
export const JUNK = 11;
export const PLAIN = 12;

/** Longest word that is read as one, and longest text without a space that is read at all; beyond, it is junk. */
const LONGEST_WORD = 40;
export const LONGEST_BLOB = 120;
/** Most spaces between two words of one name; more end the line. */
export const WIDEST_GAP = 3;

/** FNV-1a over units. */
export const SEED = 0x811c9dc5 | 0;
export function mixUnit(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** Hash of a word as tokens carry it. */
export function hashOf(word: string): number {
  let hash = SEED;
  for (let i = 0; i < word.length; i++) hash = mixUnit(hash, word.charCodeAt(i));
  return hash;
}

/** Abbreviations whose full stop belongs to the word. */
const ABBREVIATIONS = new Set(
  [
    'mr', 'mrs', 'ms', 'dr', 'prof', 'st', 'ste', 'jr', 'sr', 'inc', 'co', 'corp', 'ltd', 'bros', 'ave', 'rd', 'blvd', 'ln', 'apt',
    'no', 'nr', 'str', 'hr', 'fr', 'sra', 'sig', 'mme', 'mlle', 'rev', 'gen', 'sen', 'gov', 'col', 'capt', 'lt', 'sgt', 'hon', 'messrs', 'mt', 'ft',
  ].map(hashOf),
); // prettier-ignore

/** The words and marks of a text. Arrays may be longer than `count`. */
export interface Tokens {
  count: number;
  /** How many of them stay as they are, whatever text follows. */
  settled: number;
  start: Int32Array;
  end: Int32Array;
  kind: Uint8Array;
  /** Of the word in lower case; of a mark, its code; constant for breaks, numbers of one length, handles and junk. */
  hash: Int32Array;
}

export function createTokens(capacity = 1024): Tokens {
  return {
    count: 0,
    settled: 0,
    start: new Int32Array(capacity),
    end: new Int32Array(capacity),
    kind: new Uint8Array(capacity),
    hash: new Int32Array(capacity),
  };
}

/**
 * Splits a text into words and marks, one pass. A word is letters with inner hyphens and apostrophes; `'s` is a word of its
 * own; initials and a few abbreviations keep their full stop. Addresses, handles and links are one token without content.
 */
export function tokenize(text: string, into: Tokens): Tokens {
  const { kind: kinds } = unitTables();
  into.count = 0;
  const { length } = text;
  let settled = 0;
  for (let at = 0; at < length;) {
    const unit = kinds[text.charCodeAt(at)]!;
    const from = at;
    settled = into.count;
    if (unit === SPACE || unit === NEWLINE) {
      let broken = false;
      for (; at < length; at++) {
        const next = kinds[text.charCodeAt(at)]!;
        if (next === NEWLINE) broken = true;
        else if (next !== SPACE) break;
      }
      if (broken || at - from > WIDEST_GAP) add(into, from, at, BREAK, 1);
      settled = into.count;
    } else if (unit === UNCASED) {
      let hash = SEED;
      for (; at < length && kinds[text.charCodeAt(at)] === UNCASED; at++)
        if (at - from < LONGEST_WORD) hash = mixUnit(hash, text.charCodeAt(at));
      if (at - from < LONGEST_WORD) add(into, from, at, PLAIN, hash);
      else add(into, from, at, JUNK, 3);
    } else {
      while (at < length && kinds[text.charCodeAt(at)]! < UNCASED) at++;
      if (at - from > LONGEST_BLOB) add(into, from, at, JUNK, 3);
      else readBlob(text, from, at, into);
    }
    if (at < length) settled = into.count;
  }
  into.settled = settled;
  return into;
}

function readBlob(text: string, from: number, to: number, into: Tokens): void {
  const { kind: kinds, lower } = unitTables();
  for (let at = from; at < to;) {
    const code = text.charCodeAt(at);
    if (kinds[code] !== OTHER) {
      at = readWord(text, at, to, kinds, lower, into);
    } else if ((code === 64 || code === 35) && isWordUnit(kinds[text.charCodeAt(at + 1)])) {
      const start = at++;
      while (at < to && (isWordUnit(kinds[text.charCodeAt(at)]) || text.charCodeAt(at) === 95)) at++;
      add(into, start, at, HANDLE, 2);
    } else {
      add(into, at, at + 1, code === 46 || code === 33 || code === 63 ? STOP : MARK, code << 8);
      at++;
    }
  }
}

function isWordUnit(unit: number | undefined): boolean {
  return unit === LOWER || unit === UPPER || unit === DIGIT;
}

function readWord(
  text: string,
  from: number,
  length: number,
  kinds: Uint8Array,
  lower: Uint16Array,
  into: Tokens,
): number {
  let hash = SEED;
  // Most words are a few small letters and nothing else.
  let plain = from;
  for (; plain < length; plain++) {
    const code = text.charCodeAt(plain);
    if (code < 97 || code > 122) break;
    hash = mixUnit(hash, code);
  }
  if (plain > from && plain - from <= LONGEST_WORD && (plain === length || isPlainEnd(text.charCodeAt(plain)))) {
    add(into, from, plain, SMALL, hash);
    return plain;
  }
  hash = SEED;
  let uppers = 0;
  let lowers = 0;
  let digits = 0;
  let at = from;
  let linked = false;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    const unit = kinds[code]!;
    if (unit === UPPER) uppers++;
    else if (unit === LOWER) lowers++;
    else if (unit === DIGIT) digits++;
    else if (code === 39 || code === 0x2019 || code === 45) {
      // `'s` is split off; a hyphen or apostrophe stays only between letters.
      const next = text.charCodeAt(at + 1);
      const nextUnit = kinds[next];
      if (nextUnit !== LOWER && nextUnit !== UPPER) break;
      if (code !== 45 && (next | 32) === 115 && !isWordUnit(kinds[text.charCodeAt(at + 2)])) break;
      if (digits > 0) break;
    } else if (
      code === 95 ||
      code === 64 ||
      (code === 58 && text.charCodeAt(at + 1) === 47) ||
      isDotInside(text, at, kinds)
    ) {
      if (code === 46 && at === from + 1 && uppers === 1) break;
      linked = true;
      break;
    } else break;
    hash = mixUnit(hash, lower[code]!);
  }
  if (linked) {
    while (at < length) {
      const code = text.charCodeAt(at);
      if (code === 34 || code === 60 || code === 62 || code === 41 || code === 44) break;
      at++;
    }
    add(into, from, at, HANDLE, 2);
    return at;
  }
  const size = at - from;
  if (size > LONGEST_WORD) {
    add(into, from, at, JUNK, 3);
    return at;
  }
  let kind: number;
  if (digits > 0) {
    kind = uppers + lowers === 0 ? NUMBER : CODE;
    if (kind === NUMBER) hash = 0x100 + Math.min(size, 8);
  } else if (uppers === 0) kind = SMALL;
  else if (uppers === 1 && size === 1) kind = INITIAL;
  else if (lowers === 0 && uppers > 1) kind = CAPS;
  else if (kinds[text.charCodeAt(from)] === UPPER) kind = TITLE;
  else kind = MIXED;
  if (kind === TITLE && uppers > 1 && isCamel(text, from, at, kinds)) kind = MIXED;
  if (at < length && text.charCodeAt(at) === 46) {
    if (kind === INITIAL) {
      // `J.`, and `J.R.R.` and `U.S.` in one.
      at++;
      while (kinds[text.charCodeAt(at)] === UPPER && text.charCodeAt(at + 1) === 46) {
        hash = mixUnit(hash, lower[text.charCodeAt(at)]!);
        at += 2;
      }
    } else if (size <= 6 && ABBREVIATIONS.has(hash)) at++;
  }
  add(into, from, at, kind, hash);
  return at;
}

/** Marks that a word ends with whatever follows. */
function isPlainEnd(code: number): boolean {
  return code === 44 || code === 59 || code === 33 || code === 63 || code === 34 || code === 41;
}

/** A full stop between letters: a host or a file's name. */
function isDotInside(text: string, at: number, kinds: Uint8Array): boolean {
  if (text.charCodeAt(at) !== 46) return false;
  const before = kinds[text.charCodeAt(at - 1)];
  const behind = kinds[text.charCodeAt(at + 1)];
  return (before === LOWER || before === DIGIT) && (behind === LOWER || (before === LOWER && behind === DIGIT));
}

/** `JavaScript`, `IoT`: capitals inside that neither a hyphen, an apostrophe nor `Mc` explains. */
function isCamel(text: string, from: number, to: number, kinds: Uint8Array): boolean {
  for (let i = from + 1; i < to; i++) {
    if (kinds[text.charCodeAt(i)] !== UPPER) continue;
    const before = text.charCodeAt(i - 1);
    if (before === 45 || before === 39 || before === 0x2019) continue;
    const lead = i - from;
    if (lead === 2 && (before | 32) === 99) continue; // Mc
    if (lead === 3 && (before | 32) === 99 && (text.charCodeAt(from) | 32) === 109) continue; // Mac
    if (lead === 2 && (before | 32) === 101) continue; // DeVito, LeBron
    return true;
  }
  return false;
}

function add(into: Tokens, start: number, end: number, kind: number, hash: number): void {
  if (into.count === into.start.length) grow(into);
  const i = into.count++;
  into.start[i] = start;
  into.end[i] = end;
  into.kind[i] = kind;
  into.hash[i] = hash;
}

function grow(into: Tokens): void {
  const capacity = into.start.length * 2;
  const wider = <T extends Int32Array | Uint8Array>(make: new (size: number) => T, old: T): T => {
    const next = new make(capacity);
    next.set(old);
    return next;
  };
  into.start = wider(Int32Array, into.start as Int32Array<ArrayBuffer>);
  into.end = wider(Int32Array, into.end as Int32Array<ArrayBuffer>);
  into.kind = wider(Uint8Array, into.kind as Uint8Array<ArrayBuffer>);
  into.hash = wider(Int32Array, into.hash as Int32Array<ArrayBuffer>);
}
