import { codePointAt } from './code-point.ts';

/**
 * Code points that a reader does not see and a model does. Sources: Unicode `Default_Ignorable_Code_Point`
 * (DerivedCoreProperties), UAX #9 for bidirectional controls, UTS #51 for emoji tag sequences.
 */
export type InvisibleKind =
  | 'tag' // U+E0000–E007F, a copy of ASCII
  | 'variation-selector'
  | 'bidi' // marks, embeddings, overrides, isolates
  | 'joiner' // ZWJ and ZWNJ: ordinary in Arabic, Indic scripts and emoji
  | 'soft-hyphen'
  | 'zero-width'; // everything else

/** What kind of invisible code point this is, or null for one that shows. */
export function invisibleKind(cp: number): InvisibleKind | null {
  if (cp < 0xad) return null;
  if (cp === 0xad) return 'soft-hyphen';
  if (cp < 0x2000) {
    if (cp === 0x61c) return 'bidi';
    return cp === 0x34f || cp === 0x115f || cp === 0x1160 || cp === 0x17b4 || cp === 0x17b5 || cp === 0x180e
      ? 'zero-width'
      : isMongolianSelector(cp)
        ? 'variation-selector'
        : null;
  }
  if (cp === 0x200c || cp === 0x200d) return 'joiner';
  if (cp === 0x200b) return 'zero-width';
  if (cp === 0x200e || cp === 0x200f || (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069)) return 'bidi';
  if ((cp >= 0x2060 && cp <= 0x2065) || (cp >= 0x206a && cp <= 0x206f)) return 'zero-width';
  if (cp < 0xfe00) return cp === 0x3164 ? 'zero-width' : null;
  if (cp <= 0xfe0f) return 'variation-selector';
  if (cp === 0xfeff || cp === 0xffa0 || (cp >= 0xfff0 && cp <= 0xfff8)) return 'zero-width';
  if (cp >= 0x1bca0 && cp <= 0x1bca3) return 'zero-width';
  if (cp >= 0x1d173 && cp <= 0x1d17a) return 'zero-width';
  if (cp >= 0xe0000 && cp <= 0xe007f) return 'tag';
  if (cp >= 0xe0100 && cp <= 0xe01ef) return 'variation-selector';
  return cp >= 0xe0080 && cp <= 0xe0fff ? 'zero-width' : null;
}

function isMongolianSelector(cp: number): boolean {
  return (cp >= 0x180b && cp <= 0x180d) || cp === 0x180f;
}

/** The byte that a variation selector stands for in the smuggling scheme: VS1–VS256 are 0–255. */
export function selectorByte(cp: number): number | null {
  if (cp >= 0xfe00 && cp <= 0xfe0f) return cp - 0xfe00;
  if (cp >= 0xe0100 && cp <= 0xe01ef) return cp - 0xe0100 + 16;
  return null;
}

/** The printable ASCII character that a tag character copies, or null. */
export function tagCharacter(cp: number): string | null {
  return cp >= 0xe0020 && cp <= 0xe007e ? String.fromCharCode(cp - 0xe0000) : null;
}

const BLACK_FLAG = '\u{1f3f4}';
/** Subdivisions whose flags are drawn: England, Scotland, Wales, Northern Ireland, states of the USA, provinces of Canada. */
const FLAG = /^(?:gb(?:eng|sct|wls|nir)|(?:us|ca)[a-z]{2})$/;
const LONGEST_FLAG = 5;

/** End of the emoji flag whose tag characters begin at `at` (after the black flag), or -1 where there is none. */
export function flagEnd(text: string, at: number): number {
  if (!text.startsWith(BLACK_FLAG, at - 2)) return -1;
  let spelt = '';
  for (let i = at; i <= at + 2 * LONGEST_FLAG; i += 2) {
    const cp = codePointAt(text, i);
    if (cp === 0xe007f) return FLAG.test(spelt) ? i + 2 : -1;
    const letter = tagCharacter(cp);
    if (letter === null) return -1;
    spelt += letter;
  }
  return -1;
}

/** A mark of the blocks made for Latin, Greek and Cyrillic, of which a stack is no writing system's. */
export function isGenericMark(cp: number): boolean {
  return (
    (cp >= 0x300 && cp <= 0x36f && cp !== 0x34f) ||
    (cp >= 0x483 && cp <= 0x489) ||
    (cp >= 0x1ab0 && cp <= 0x1aff) ||
    (cp >= 0x1dc0 && cp <= 0x1dff) ||
    (cp >= 0x20d0 && cp <= 0x20ff) ||
    (cp >= 0xfe20 && cp <= 0xfe2f)
  );
}
