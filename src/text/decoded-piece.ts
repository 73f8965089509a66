import type { MappedTextBuilder } from './mapped-text.ts';

/** A stretch of a text that was decoded. */
export interface DecodedPiece {
  readonly start: number;
  readonly end: number;
  /** Name of the encoding: `base64`, `hex`, `percent`. */
  readonly via: string;
  /** What it spells, character by character, each with the stretch of the text that it comes from. */
  readonly characters: readonly DecodedCharacter[];
}

export interface DecodedCharacter {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

export function textOf(piece: DecodedPiece): string {
  return piece.characters.map(({ text }) => text).join('');
}

export function writePiece(piece: DecodedPiece, out: MappedTextBuilder): void {
  for (const { text, from, to } of piece.characters) out.replace(text, from, to);
}

/**
 * Reads bytes as UTF-8. `from(i)` and `to(i)` say which stretch of the text byte `i` comes from. Null when the bytes are
 * not UTF-8.
 */
export function readUtf8(
  bytes: Uint8Array,
  from: (byte: number) => number,
  to: (byte: number) => number,
): DecodedCharacter[] | null {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
  const characters: DecodedCharacter[] = [];
  let at = 0;
  for (const character of text) {
    const cp = character.codePointAt(0)!;
    const size = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    characters.push({ text: character, from: from(at), to: to(at + size - 1) });
    at += size;
  }
  return characters;
}
