import { Fault } from '../core/fault.ts';

/**
 * A text as a row of numbers: its code points, then zeros up to `length`. So a text is a sample like any other: it is saved, logged and
 * predicted again from the same bytes. Code points are whole numbers below 2^24, which float32 holds exactly.
 */
export function encodeText(text: string, length: number, where = 'text'): Float32Array {
  const row = new Float32Array(length);
  let at = 0;
  for (const character of text) {
    if (at === length) {
      throw new Fault('ERR_DATA', `A text has more than the ${length} characters that the target takes.`, {
        where,
        hint: 'Raise text.length in the target file, or leave the text out.',
      });
    }
    // Zero ends a text, and is no character of any.
    row[at++] = character === '\0' ? 0xfffd : character.codePointAt(0)!;
  }
  return row;
}

/** @throws Fault `ERR_DATA` where a number is no code point */
export function decodeText(row: Float32Array): string {
  let end = row.length;
  while (end > 0 && row[end - 1] === 0) end--;
  let text = '';
  for (let at = 0; at < end; at++) {
    const point = row[at]!;
    if (!(Number.isInteger(point) && point > 0 && point <= 0x10ffff)) {
      throw new Fault('ERR_DATA', 'A row of numbers is no text: a value is no code point.', {
        where: `character ${at}`,
        hint: 'Texts are given to a text target as encodeText writes them.',
      });
    }
    text += String.fromCodePoint(point);
  }
  return text;
}
