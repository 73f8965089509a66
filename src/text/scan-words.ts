import { hashStep, type Turn, TurnVotes } from './turned-words.ts';
import { leet, oddCase, pigLatinWord, stretchedWord } from './word-tricks.ts';

/** A word that is a trick, and the plain word in its place. */
export interface TrickWord {
  readonly via: 'case-flips' | 'leet' | 'stretched' | 'pig-latin';
  readonly start: number;
  readonly end: number;
  readonly plain: string;
}

export interface ScannedWords {
  readonly tricks: readonly TrickWord[];
  /** The way the text as a whole was turned, or null. */
  readonly turn: Turn | null;
}

const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const SIGN = 4;
const CLASS = new Uint8Array(128);
for (let i = 0; i < 26; i++) {
  CLASS[97 + i] = LOWER;
  CLASS[65 + i] = UPPER;
}
for (let i = 48; i < 58; i++) CLASS[i] = DIGIT;
for (const sign of '@$!|+') CLASS[sign.charCodeAt(0)] = SIGN;
/** Fewer different words of pig Latin are chance: `today`, `okay`. */
const PIG_LATIN_WORDS = 3;
const NO_TRICKS: readonly TrickWord[] = Object.freeze([]);

/** Looks once at every word of a text; only those that have something odd about them are looked at closely. */
export function scanWords(text: string): ScannedWords {
  const votes = new TurnVotes();
  const tricks: TrickWord[] = [];
  const pigLatin: TrickWord[] = [];
  const { length } = text;
  let i = 0;
  while (i < length) {
    let unit = text.charCodeAt(i);
    if (unit > 127 || CLASS[unit] === OTHER) {
      i++;
      continue;
    }
    const start = i;
    // Most words are small letters behind the first one.
    if (CLASS[unit]! <= UPPER) {
      let first = unit | 0x20;
      let hash = hashStep(0, first - 97);
      let second = 0;
      let triple = false;
      let kind = OTHER;
      for (i++; i < length; i++) {
        unit = text.charCodeAt(i);
        kind = unit > 127 ? OTHER : CLASS[unit]!;
        if (kind !== LOWER) break;
        if (unit === first && unit === second) triple = true;
        hash = hashStep(hash, unit - 97);
        second = first;
        first = unit;
      }
      if (i === length || kind === OTHER) {
        if (i - start < 4) continue;
        votes.see(text, start, i, hash);
        if (triple) {
          const plain = stretchedWord(text.slice(start, i));
          if (plain !== null) tricks.push({ via: 'stretched', start, end: i, plain });
        } else if (first === 121 && second === 97) {
          const plain = pigLatinWord(text.slice(start, i));
          if (plain !== null) pigLatin.push({ via: 'pig-latin', start, end: i, plain });
        }
        continue;
      }
      i = start;
    }
    let mixed = 0; // digits and signs
    let flips = 0; // capitals after a small letter
    let repeated = 0;
    let longest = 0;
    let hash = 0;
    let letters = 0; // letters in a row up to here
    let before = 0;
    for (; i < length; i++) {
      unit = text.charCodeAt(i);
      const kind = unit > 127 ? OTHER : CLASS[unit]!;
      if (kind === OTHER) break;
      if (kind >= DIGIT) {
        mixed++;
        if (letters > 0) votes.see(text, i - letters, i, hash);
        letters = 0;
        hash = 0;
      } else {
        if (kind === UPPER && before === LOWER) flips++;
        hash = hashStep(hash, (unit | 0x20) - 97);
        letters++;
        repeated = i > start && (text.charCodeAt(i - 1) | 0x20) === (unit | 0x20) ? repeated + 1 : 1;
        if (repeated > longest) longest = repeated;
      }
      before = kind;
    }
    if (letters > 0) votes.see(text, i - letters, i, hash);
    if (i - start < 4) continue;
    if (mixed === 0 && flips === 0 && longest < 3) {
      if ((text.charCodeAt(i - 1) | 0x20) !== 121 || (text.charCodeAt(i - 2) | 0x20) !== 97) continue;
      const plain = pigLatinWord(text.slice(start, i));
      if (plain !== null) pigLatin.push({ via: 'pig-latin', start, end: i, plain });
      continue;
    }
    const word = text.slice(start, i);
    let plain: string | null;
    if (flips > 0 && (plain = oddCase(word)) !== null) tricks.push({ via: 'case-flips', start, end: i, plain });
    else if (mixed > 0 && (plain = leet(word)) !== null) tricks.push({ via: 'leet', start, end: i, plain });
    else if (longest >= 3 && (plain = stretchedWord(word)) !== null)
      tricks.push({ via: 'stretched', start, end: i, plain });
  }
  const turn = votes.result();
  if (new Set(pigLatin.map(({ plain }) => plain)).size >= PIG_LATIN_WORDS)
    return { tricks: [...tricks, ...pigLatin].sort((a, b) => a.start - b.start), turn };
  return { tricks: tricks.length > 0 ? tricks : NO_TRICKS, turn };
}
