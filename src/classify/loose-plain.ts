import { chained, MappedTextBuilder, unchanged, type MappedText } from '../text/mapped-text.ts';

/** Signs for letters, each for the one that it stands for most often. */
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};
const WORD = /[A-Za-z0-9@$]+/g;
/** Words with a sign between letters that a text must have before all its words are read so, and their least share. */
const LEET_WORDS = 3;
const LEET_SHARE = 0.2;
/** Letters standing alone, one after the other, before they are read as words. */
const ALONE = 12;

export interface LoosePlain extends MappedText {
  readonly undone: readonly string[];
}

/**
 * A text with every word in leet and every spelt-out word as an ordinary one, known or not, where there is so much of it
 * that it is no accident; null elsewhere. For classifiers only: what is not leet may be misread, which costs a score nothing
 * and would cost a redaction much.
 */
export function loosePlain(text: string): LoosePlain | null {
  if (!mayBeDisguised(text)) return null;
  const joined = joinAlone(text);
  const base = joined ?? unchanged(text);
  const leet = readLeet(base.text);
  if (leet === null) return joined === null ? null : { ...joined, undone: ['spaced-letters'] };
  return joined === null
    ? { ...leet, undone: ['leet'] }
    : { ...chained(joined, leet), undone: ['spaced-letters', 'leet'] };
}

/** One cheap look: enough signs, or enough letters that stand alone. */
function mayBeDisguised(text: string): boolean {
  let signs = 0;
  let alone = 0;
  let word = 0;
  for (let i = 0; i <= text.length; i++) {
    const unit = i < text.length ? text.charCodeAt(i) : 0x20;
    const lower = unit | 0x20;
    const isDigit = unit >= 0x30 && unit <= 0x39;
    if (isDigit || unit === 0x40 || unit === 0x24) signs++;
    if (isDigit || (lower >= 0x61 && lower <= 0x7a)) word++;
    else {
      if (word === 1) alone++;
      word = 0;
    }
  }
  return signs >= LEET_WORDS || alone >= ALONE;
}

function readLeet(text: string): MappedText | null {
  let words = 0;
  let disguised = 0;
  for (const [word] of text.matchAll(WORD)) {
    words++;
    if (hasSignInside(word)) disguised++;
  }
  if (disguised < LEET_WORDS || disguised < words * LEET_SHARE) return null;
  const plain = text.replace(WORD, (word) =>
    /[A-Za-z]/.test(word) ? word.replace(/[013457@$]/g, (sign) => LEET[sign]!) : word,
  );
  return { text: plain, map: unchanged(text).map };
}

function hasSignInside(word: string): boolean {
  for (let i = 1; i < word.length; i++) {
    const [a, b] = [isLetter(word, i - 1), isLetter(word, i)];
    if (a !== b && (a || i + 1 < word.length)) return true;
  }
  return false;
}

function joinAlone(text: string): MappedText | null {
  const out = new MappedTextBuilder(text);
  let plain = 0;
  let i = 0;
  while (i < text.length) {
    if (!standsAlone(text, i)) {
      i++;
      continue;
    }
    const letters = [i];
    let next = nextAlone(text, i);
    while (next > 0) {
      letters.push(next);
      next = nextAlone(text, next);
    }
    const last = letters.at(-1)!;
    if (letters.length >= ALONE) {
      out.copy(plain, letters[0]!);
      for (const [k, at] of letters.entries()) {
        if (k > 0 && at - letters[k - 1]! > 2) out.replace(' ', letters[k - 1]! + 1, at);
        out.copy(at, at + 1);
      }
      plain = last + 1;
    }
    i = last + 1;
  }
  if (plain === 0) return null;
  out.copy(plain, text.length);
  return out.build();
}

/** Separators that may stand between two letters of a text that is spelt out. */
const GAP = 4;

function nextAlone(text: string, at: number): number {
  for (let next = at + 2; next <= at + 1 + GAP && next < text.length; next++)
    if (standsAlone(text, next)) return next;
    else if (isLetter(text, next)) return 0;
  return 0;
}

function standsAlone(text: string, at: number): boolean {
  return isWordUnit(text, at) && !isWordUnit(text, at - 1) && !isWordUnit(text, at + 1);
}

function isWordUnit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (unit >= 0x30 && unit <= 0x39) || isLetter(text, at);
}

function isLetter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at) | 0x20;
  return unit >= 0x61 && unit <= 0x7a;
}
