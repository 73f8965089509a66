/** Classes of UTF-16 units, in one table, because every unit of a text is looked up. */
export const DIGIT = 1;
export const UPPER = 2;
export const LOWER = 4;
export const HEX = 8;
/** What the local part of an e-mail address is written with (RFC 5321 allows more; nobody uses it). */
export const LOCAL = 16;

const TABLE = Uint8Array.from({ length: 128 }, (_, code) => {
  const unit = String.fromCharCode(code);
  let bits = 0;
  if (/[0-9]/.test(unit)) bits |= DIGIT;
  if (/[A-Z]/.test(unit)) bits |= UPPER;
  if (/[a-z]/.test(unit)) bits |= LOWER;
  if (/[0-9A-Fa-f]/.test(unit)) bits |= HEX;
  if (/[A-Za-z0-9._%+'&-]/.test(unit)) bits |= LOCAL;
  return bits;
});

/** True when the unit at `at` is in one of the classes; false beyond the ends. */
export function isUnit(text: string, at: number, classes: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 && (TABLE[code]! & classes) !== 0;
}

export const LETTER = UPPER | LOWER;
export const ALNUM = DIGIT | LETTER;

/** Index behind the units of `classes` from `from`, at most `max` of them. */
export function skip(text: string, from: number, classes: number, max: number): number {
  let i = from;
  while (i < from + max && isUnit(text, i, classes)) i++;
  return i;
}

/** Index of the first of the units of `classes` that end at `to`, at most `max` of them. */
export function skipBack(text: string, to: number, classes: number, max: number): number {
  let i = to;
  while (i > to - max && isUnit(text, i - 1, classes)) i--;
  return i;
}

/** Most units in a word that is looked at; the longest that means anything (a segwit address) has 74. */
export const LONGEST_WORD = 128;
