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

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Whether bytes are well-formed UTF-8 (RFC 3629) without control characters but tab, line feed and carriage return. */
export function isText(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < 0x80) {
      if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 0x7f) return false;
      continue;
    }
    const more = byte < 0xc2 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf5 ? 3 : 0;
    if (more === 0 || i + more >= bytes.length) return false;
    // Overlong forms, surrogates and what is beyond U+10FFFF show in the second byte.
    const second = bytes[i + 1]!;
    if (
      (byte === 0xe0 && second < 0xa0) ||
      (byte === 0xed && second > 0x9f) ||
      (byte === 0xf0 && second < 0x90) ||
      (byte === 0xf4 && second > 0x8f)
    )
      return false;
    for (let k = 1; k <= more; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return false;
    i += more;
  }
  return true;
}

/**
 * Reads bytes as UTF-8. `from(i)` and `to(i)` say which stretch of the text byte `i` comes from. Null when the bytes are
 * not UTF-8, or have control characters in them.
 */
export function readUtf8(
  bytes: Uint8Array,
  from: (byte: number) => number,
  to: (byte: number) => number,
): DecodedCharacter[] | null {
  // Most of what is tried is no text, and an exception is a dear way to learn that.
  if (!isText(bytes)) return null;
  const text = DECODER.decode(bytes);
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
