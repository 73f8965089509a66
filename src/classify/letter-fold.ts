/** What a UTF-16 unit is to the tokeniser. */
export const SEPARATOR = 0;
/** Part of a word of several letters. */
export const LETTER = 1;
/** A token by itself: scripts that are written without spaces, and Hangul, whose endings would hide the words. */
export const SINGLE = 2;
/** Belongs to the word but is left out of it: apostrophes inside, combining marks. */
export const SILENT = 3;

/** Kind of each UTF-16 unit. */
export const UNIT_KIND = new Uint8Array(1 << 16);
/** Each unit in lower case and without its accent. */
export const UNIT_FOLD = new Uint16Array(1 << 16);

const LAST_ALPHABETIC = 0x2000;
const SINGLES: readonly (readonly [number, number])[] = [
  [0x0e00, 0x0eff], // Thai, Lao
  [0x1000, 0x109f], // Myanmar
  [0x1780, 0x17ff], // Khmer
  [0x3040, 0x30ff], // kana
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff], // ideographs
  [0xac00, 0xd7a3], // Hangul
  [0xf900, 0xfaff],
];

/** Letters that Unicode does not decompose, but that readers of the language write without the stroke. */
const STROKES = 'øo łl đd ıi ħh ŧt æa œo ßs';

function fill(): void {
  const letter = /[\p{L}\p{N}]/u;
  const mark = /\p{M}/u;
  for (let unit = 0; unit < LAST_ALPHABETIC; unit++) {
    const character = String.fromCharCode(unit);
    const lower = character.toLowerCase();
    // The accent goes where a Latin, Greek or Cyrillic letter carries one; elsewhere marks are spelling.
    const base = unit < 0x530 || unit >= 0x1e00 ? lower.normalize('NFD').charCodeAt(0) : lower.charCodeAt(0);
    UNIT_FOLD[unit] = base;
    if (letter.test(character)) UNIT_KIND[unit] = LETTER;
    else if (mark.test(character)) UNIT_KIND[unit] = unit < 0x370 ? SILENT : LETTER;
  }
  for (let unit = LAST_ALPHABETIC; unit < 1 << 16; unit++) UNIT_FOLD[unit] = unit;
  for (const [from, to] of SINGLES)
    for (let unit = from; unit <= to; unit++)
      if (UNIT_KIND[unit] !== SEPARATOR || unit >= 0x3000) UNIT_KIND[unit] = SINGLE;
  for (const apostrophe of [0x27, 0x2019, 0x640]) UNIT_KIND[apostrophe] = SILENT;
  const strokes = new Map(STROKES.split(' ').map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)]));
  for (let unit = 0; unit < LAST_ALPHABETIC; unit++)
    UNIT_FOLD[unit] = strokes.get(UNIT_FOLD[unit]!) ?? UNIT_FOLD[unit]!;
}

fill();
