import { looseConfusableWith } from './confusables.ts';
import { invisibleKind } from './invisible.ts';

/** What a reader does not take for a part of any word: white space, punctuation, symbols. */
export const APART = 1;
/** What may stand inside a word without being one of its letters: invisible characters, accents that stand alone. */
export const UNSEEN = 3;
/** A letter or digit that is no ASCII one and looks like none. */
export const OTHER = 2;

const TABLE_SIZE = 0x20000;
const UNKNOWN = 0;
const folded = new Uint8Array(TABLE_SIZE);
const LETTER = /^[\p{L}\p{N}\p{M}]$/u;

/**
 * One character as its lower-case ASCII letter or digit (the code of it), `APART`, `UNSEEN` or `OTHER`, whatever stands around it:
 * full-width, mathematical and enclosed forms by NFKC, look-alikes of other scripts by shape. Being a function of one
 * character alone, it works on a text that is still arriving. Not for words that somebody reads: genuine Cyrillic is
 * folded as much as forged Latin.
 */
export function foldCharacter(cp: number): number {
  if (cp >= TABLE_SIZE) return invisibleKind(cp) === null ? OTHER : UNSEEN;
  const known = folded[cp]!;
  return known === UNKNOWN ? (folded[cp] = compute(cp)) : known;
}

/** Code points below this are found in `FOLDED_ASCII`. */
export const FOLDED_ASCII = Uint8Array.from({ length: 0x80 }, (_, cp) => foldCharacter(cp));

function compute(cp: number): number {
  if (cp < 0x80) return asciiOf(cp) ?? APART;
  if (invisibleKind(cp) !== null) return UNSEEN;
  if (cp >= 0xd800 && cp <= 0xdfff) return OTHER;
  const character = String.fromCodePoint(cp);
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '');
  if (plain.length === 1 && plain.charCodeAt(0) < 0x80) return asciiOf(plain.charCodeAt(0)) ?? APART;
  if (plain === '') return UNSEEN;
  const likeness = looseConfusableWith(cp);
  if (likeness !== null) return asciiOf(likeness.charCodeAt(0)) ?? APART;
  return LETTER.test(character) ? OTHER : APART;
}

function asciiOf(code: number): number | null {
  if (code >= 0x41 && code <= 0x5a) return code + 0x20;
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) ? code : null;
}
