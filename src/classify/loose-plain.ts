import { mostLoneLetters } from '../text/lone-letters.ts';
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
  const joined = mostLoneLetters(text) >= ALONE ? joinAlone(text) : null;
  const leet = readLeet(joined === null ? text : joined.text);
  if (leet === null) return joined === null ? null : { ...joined, undone: ['spaced-letters'] };
  return joined === null
    ? { ...leet, undone: ['leet'] }
    : { ...chained(joined, leet), undone: ['spaced-letters', 'leet'] };
}

function readLeet(text: string): MappedText | null {
  if (!isLeet(text)) return null;
  const plain = text.replace(WORD, (word) =>
    /[A-Za-z]/.test(word) ? word.replace(/[013457@$]/g, (sign) => LEET[sign]!) : word,
  );
  return { text: plain, map: unchanged(text).map };
}

const [OUTSIDE, LETTER, SIGN, PENDING, INSIDE] = [0, 1, 2, 3, 4] as const;
/** What units are in a word of leet; `OUTSIDE` for all others. */
const KIND = new Uint8Array(128);
for (let unit = 0; unit < 128; unit++) {
  const character = String.fromCharCode(unit);
  if (/[A-Za-z]/.test(character)) KIND[unit] = LETTER;
  else if (/[0-9@$]/.test(character)) KIND[unit] = SIGN;
}
/**
 * By what was last (a letter, a sign, a letter behind a sign, a sign inside) and what comes: a letter behind a sign tells nothing where the
 * word ends with it (`3D`).
 */
const NEXT = Uint8Array.from(
  [
    [OUTSIDE, LETTER, SIGN, 0],
    [OUTSIDE, LETTER, INSIDE, 0],
    [OUTSIDE, PENDING, SIGN, 0],
    [OUTSIDE, INSIDE, INSIDE, 0],
    [OUTSIDE, INSIDE, INSIDE, 0],
  ].flat(),
);

/** Whether enough words of a text have a sign inside: behind a letter, or before one that is not the last of the word. */
export function isLeet(text: string): boolean {
  const disguised = countSignsInside(text);
  return disguised >= LEET_WORDS && disguised >= (text.match(WORD)?.length ?? 0) * LEET_SHARE;
}

function countSignsInside(text: string): number {
  const { length } = text;
  let count = 0;
  let state: number = OUTSIDE;
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    const next = NEXT[state * 4 + (unit < 128 ? KIND[unit]! : OUTSIDE)]!;
    if (next === INSIDE && state !== INSIDE) count++;
    state = next;
  }
  return count;
}

/** The text with long runs of letters that stand alone as words; null where there are none. */
export function joinAlone(text: string): MappedText | null {
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
