import { COMMON_WORDS, INSTRUCTION_WORDS } from './common-words.ts';

/** Units that are looked at; what a text is shows in its beginning. */
const LOOKED_AT = 4096;
const WORD = /[A-Za-z]{3,}/g;

/** Share of common English words among the words (three letters or more) of a text, and how many there are. */
export function commonWords(text: string): { readonly known: number; readonly words: number } {
  let known = 0;
  let words = 0;
  for (const [word] of text.slice(0, LOOKED_AT).matchAll(WORD)) {
    words++;
    if (COMMON_WORDS.has(word.toLowerCase())) known++;
  }
  return { known, words };
}

/** Different words that carry an instruction to a model. */
export function instructionWords(text: string): number {
  const found = new Set<string>();
  for (const [word] of text.slice(0, LOOKED_AT).matchAll(WORD)) {
    const lower = word.toLowerCase();
    if (INSTRUCTION_WORDS.has(lower)) found.add(lower);
  }
  return found.size;
}

/**
 * Whether decoded bytes are something that a person wrote: UTF-8 without control characters, mostly letters, with words.
 * Twelve random bytes are printable ASCII with a chance of 7 in a million, and hardly ever words.
 */
export function isWritten(text: string): boolean {
  if (text.length < 8) return false;
  const part = text.slice(0, LOOKED_AT);
  let letters = 0;
  let spaces = 0;
  let foreign = 0;
  let total = 0;
  for (const character of part) {
    const cp = character.codePointAt(0)!;
    total++;
    if (cp < 0x20) {
      if (cp !== 9 && cp !== 10 && cp !== 13) return false;
      spaces++;
    } else if (cp === 0x20) spaces++;
    else if (cp < 0x7f) {
      if ((cp | 0x20) >= 0x61 && (cp | 0x20) <= 0x7a) letters++;
    } else if (cp < 0xa0 || cp === 0xfffd) return false;
    else if (/\p{L}|\p{M}/u.test(character)) {
      letters++;
      foreign++;
    } else if (!/[\p{P}\p{S}\p{N}\p{Cf}\p{Zs}]/u.test(character)) return false;
  }
  if ((letters + spaces) / total < 0.7) return false;
  const { known, words } = commonWords(part);
  if (known > 0 && known / words >= 0.2) return true;
  // Another language: words of an ordinary length, or a script that no chance writes.
  if (total < 12) return false;
  const mean = letters / (spaces + 1);
  if (foreign > letters / 2) return true;
  return spaces > 0 && mean >= 2 && mean <= 12 && hasVowels(part, letters);
}

/** About two letters in five of any language in Latin letters are vowels. */
function hasVowels(text: string, letters: number): boolean {
  const vowels = text.match(/[aeiouyAEIOUY\u00c0-\u024f]/g)?.length ?? 0;
  return vowels / letters >= 0.25 && vowels / letters <= 0.65;
}
