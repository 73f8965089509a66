import { confusableWith } from './confusables.ts';
import { invisibleKind } from './invisible.ts';

/** A piece of a text as a person should see it who has to decide on it. */
export interface RevealedPiece {
  readonly text: string;
  /** What is odd about it, in words; null for ordinary text. */
  readonly says: string | null;
}

const INVISIBLE = {
  tag: 'an invisible copy of an ASCII character',
  'variation-selector': 'an invisible variation selector',
  bidi: 'turns the direction of what follows',
  joiner: 'an invisible joiner',
  'soft-hyphen': 'an invisible hyphen',
  'zero-width': 'invisible',
} as const;

const WORD = /[\p{L}\p{M}\p{N}_\-.@]+/gu;
const ASCII_LETTER = /[A-Za-z]/;
const OTHER_LETTER = /[^\p{ASCII}]/u;
const MOST_PIECES = 2000;

/**
 * Cuts a text so that nothing in it hides: invisible and direction-changing characters become `[U+202E]`, control characters
 * too, and letters that are taken for Latin ones are pointed at where they stand among Latin letters or make up a
 * whole word that could be read as Latin. Line breaks and tabs stay. Linear.
 */
export function reveal(text: string): readonly RevealedPiece[] {
  const suspects = lookalikes(text);
  const pieces: RevealedPiece[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') pieces.push({ text: plain, says: null });
    plain = '';
  };
  let at = 0;
  for (const character of text) {
    const says = sayOf(character, suspects.has(at));
    if (says === null) plain += character;
    else {
      flush();
      pieces.push({ text: suspects.has(at) ? character : codePoint(character), says });
      if (pieces.length >= MOST_PIECES) {
        pieces.push({ text: text.slice(at + character.length), says: 'not looked through: too much is odd before it' });
        return pieces;
      }
    }
    at += character.length;
  }
  flush();
  return pieces;
}

/** Whether there is something in it that a reader could miss. */
export function hidesSomething(pieces: readonly RevealedPiece[]): boolean {
  return pieces.some(({ says }) => says !== null);
}

function sayOf(character: string, suspect: boolean): string | null {
  const cp = character.codePointAt(0)!;
  if (suspect) return `${codePoint(character)} looks like "${confusableWith(cp)}" and is another letter`;
  if ((cp < 0x20 && cp !== 9 && cp !== 10) || (cp >= 0x7f && cp < 0xa0)) return 'a control character';
  if (cp >= 0xd800 && cp <= 0xdfff) return 'half a character';
  const kind = invisibleKind(cp);
  return kind === null ? null : INVISIBLE[kind];
}

/** Offsets of characters that are taken for Latin letters, in words where they could be meant to be. */
function lookalikes(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  if (!OTHER_LETTER.test(text)) return found;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!OTHER_LETTER.test(word)) continue;
    const here: number[] = [];
    let latin = ASCII_LETTER.test(word);
    let whole = true;
    let at = index;
    for (const character of word) {
      const cp = character.codePointAt(0)!;
      if (cp > 0x7f) {
        // Letters with accents are Latin without being ASCII, and look like themselves.
        if (confusableWith(cp) !== null) here.push(at);
        else if (/\p{Script=Latin}/u.test(character)) latin = true;
        else if (/\p{L}/u.test(character)) whole = false;
      }
      at += character.length;
    }
    if (latin || (whole && here.length > 1)) for (const place of here) found.add(place);
  }
  return found;
}

function codePoint(character: string): string {
  return `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`;
}
