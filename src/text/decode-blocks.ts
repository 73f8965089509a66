import type { Span } from '../core/span.ts';
import { readUtf8, textOf, type DecodedCharacter, type DecodedPiece } from './decoded-piece.ts';
import { BASE32, BASE64, BASE85, encodedRegions, GROUPS, HEX, type EncodedRegion } from './encoded-regions.ts';
import { isWritten } from './language-likeness.ts';

/**
 * Stretches that are an encoding of written text as a whole: base64 and base32 (RFC 4648, with and without padding, URL
 * alphabet, broken into lines), hex (also in separated pairs), binary and decimal codes, Ascii85 and base85. A stretch counts
 * only when what it spells is UTF-8 that somebody wrote, so ordinary ids, hashes, keys and images stay as they are.
 */
export function findBlocks(text: string, nested = NESTED): DecodedPiece[] {
  const regions = encodedRegions(text);
  if (regions.length === 0) return NO_PIECES;
  const found: DecodedPiece[] = [];
  let tried = 0;
  for (const { alphabets } of regions) tried |= alphabets;
  for (const [alphabet, via, pattern, read] of FORMS) {
    if ((tried & alphabet) === 0) continue;
    for (const run of joinLines(text, regions, alphabet, pattern)) {
      const characters = read(text, run.start, run.end);
      if (characters === null) continue;
      const piece = { start: run.start, end: run.end, via, characters };
      const spelt = textOf(piece);
      if (isWritten(spelt) || (nested > 0 && isEncoded(spelt, nested))) found.push(piece);
    }
  }
  return withoutOverlap(found);
}

const NO_PIECES: DecodedPiece[] = [];

/** Layers below the first that are looked through to tell whether anybody wrote what a stretch spells. */
const NESTED = 2;

/** Whether a text is an encoding from end to end. */
function isEncoded(text: string, nested: number): boolean {
  if (!/^[\x21-\x7e\s]{16,}$/.test(text)) return false;
  return findBlocks(text, nested - 1).some(({ start, end }) => (end - start) * 10 >= text.length * 9);
}

type Read = (text: string, start: number, end: number) => DecodedCharacter[] | null;

/** Each pattern is a run of one class, or of groups of fixed length with a separator: linear without backtracking. */
const FORMS: readonly (readonly [alphabets: number, via: string, pattern: RegExp, read: Read])[] = [
  [
    GROUPS,
    'binary',
    /(?<![0-9A-Za-z])(?:[01]{8}[ ,]?){3,}[01]{8}(?![0-9A-Za-z])/g,
    bitReader(1, (c) => (c === 48 || c === 49 ? c - 48 : -1)),
  ],
  [HEX, 'hex', /(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{16,}(?![0-9A-Za-z])/g, bitReader(4, hexValue)],
  [
    GROUPS,
    'hex',
    /(?<![0-9A-Za-z])(?:(?:0x)?[0-9A-Fa-f]{2}[ ,:;-]{1,2}){7,}(?:0x)?[0-9A-Fa-f]{2}(?![0-9A-Za-z])/g,
    bitReader(4, hexValue),
  ],
  [GROUPS, 'decimal', /(?<![\d.])(?:\d{2,3}[ ,;]{1,2}){7,}\d{2,3}(?![\d.])/g, readDecimal],
  [
    BASE32,
    'base32',
    /(?<![0-9A-Za-z])(?:[A-Z2-7]{16,}|[a-z2-7]{16,})={0,6}(?![0-9A-Za-z])/g,
    bitReader(5, base32Value),
  ],
  [BASE64, 'base64', /[A-Za-z0-9+/_-]{12,}={0,2}/g, bitReader(6, base64Value)],
  [BASE85, 'ascii85', /[!-uz~]{20,}/g, readAscii85],
  [BASE85, 'base85', /[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{20,}/g, readBase85],
];
/** A line of an encoding that was broken into lines is at least this long, except the last. */
const LINE = 40;

function* joinLines(
  text: string,
  regions: readonly EncodedRegion[],
  alphabet: number,
  pattern: RegExp,
): Generator<Span> {
  let open: { start: number; end: number; line: number } | null = null;
  for (const region of regions) {
    // The last line of a passage that was broken into lines may be short.
    if ((region.alphabets & alphabet) === 0 && (open === null || open.line < LINE)) continue;
    for (const { 0: match, index: at } of text.slice(region.start, region.end).matchAll(pattern)) {
      const index = region.start + at;
      const end = index + match.length;
      if (open !== null && index < open.end) continue; // regions may overlap
      const gap: string = open === null ? '' : text.slice(open.end, Math.min(index, open.end + 3));
      if (open !== null && open.line >= LINE && (gap === '\n' || gap === '\r\n') && open.end + gap.length === index) {
        open = { start: open.start, end, line: match.length };
        continue;
      }
      if (open !== null) yield open;
      open = { start: index, end, line: match.length };
    }
  }
  if (open !== null) yield open;
}

function bitReader(bits: number, valueOf: (unit: number) => number): Read {
  return (text, start, end) => {
    if (!beginsAsText(text, start, end, bits, valueOf)) return null;
    const at: number[] = [];
    const values: number[] = [];
    for (let i = start; i < end; i++) {
      const unit = text.charCodeAt(i);
      if (bits === 4 && unit === 0x30 && (text.charCodeAt(i + 1) | 0x20) === 0x78) {
        i++; // 0x
        continue;
      }
      const value = valueOf(unit);
      if (value < 0) continue;
      at.push(i);
      values.push(value);
    }
    const bytes = new Uint8Array((values.length * bits) >> 3);
    // A symbol whose bits are all left over, or left-over bits that are set, are no encoding's end.
    const rest = values.length * bits - bytes.length * 8;
    if (rest >= bits && bits > 1) return null;
    let held = 0;
    let count = 0;
    let next = 0;
    for (const value of values) {
      held = ((held << bits) | value) & 0xfff;
      count += bits;
      if (count >= 8) {
        count -= 8;
        bytes[next++] = (held >> count) & 0xff;
      }
    }
    return readUtf8(
      bytes,
      (byte) => at[Math.floor((byte * 8) / bits)]!,
      (byte) => at[Math.floor((byte * 8 + 7) / bits)]! + 1,
    );
  };
}

/** Bytes that are looked at before more is done: what is no text shows in the first few. */
const LOOKED_AT = 24;

function beginsAsText(
  text: string,
  start: number,
  end: number,
  bits: number,
  valueOf: (unit: number) => number,
): boolean {
  let held = 0;
  let count = 0;
  let continuing = 0; // bytes of a UTF-8 sequence still to come
  for (let i = start, bytes = 0; i < end && bytes < LOOKED_AT; i++) {
    const unit = text.charCodeAt(i);
    if (bits === 4 && unit === 0x30 && (text.charCodeAt(i + 1) | 0x20) === 0x78) {
      i++;
      continue;
    }
    const value = valueOf(unit);
    if (value < 0) continue;
    held = ((held << bits) | value) & 0xfff;
    count += bits;
    if (count < 8) continue;
    count -= 8;
    bytes++;
    const byte = (held >> count) & 0xff;
    if (continuing > 0) {
      if ((byte & 0xc0) !== 0x80) return false;
      continuing--;
    } else if (byte >= 0x80) {
      if (byte < 0xc2 || byte > 0xf4) return false;
      continuing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    } else if (byte < 9 || byte === 11 || byte === 12 || (byte > 13 && byte < 0x20) || byte === 0x7f) return false;
  }
  return true;
}

function hexValue(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48;
  const lower = unit | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function base32Value(unit: number): number {
  if (unit >= 50 && unit <= 55) return unit - 24;
  const lower = unit | 0x20;
  return lower >= 97 && lower <= 122 ? lower - 97 : -1;
}

function base64Value(unit: number): number {
  if (unit >= 65 && unit <= 90) return unit - 65;
  if (unit >= 97 && unit <= 122) return unit - 71;
  if (unit >= 48 && unit <= 57) return unit + 4;
  if (unit === 43 || unit === 45) return 62;
  return unit === 47 || unit === 95 ? 63 : -1;
}

function readDecimal(text: string, start: number, end: number): DecodedCharacter[] | null {
  const bytes: number[] = [];
  const at: number[] = [];
  const to: number[] = [];
  for (const { 0: digits, index } of text.slice(start, end).matchAll(/\d+/g)) {
    const value = Number(digits);
    if (value > 255) return null;
    bytes.push(value);
    at.push(start + index);
    to.push(start + index + digits.length);
  }
  return readUtf8(
    Uint8Array.from(bytes),
    (byte) => at[byte]!,
    (byte) => to[byte]!,
  );
}

/** Adobe's Ascii85, with or without `<~` and `~>`. */
function readAscii85(text: string, start: number, end: number): DecodedCharacter[] | null {
  let from = start;
  let to = end;
  if (text.startsWith('<~', from)) from += 2;
  if (text.startsWith('~>', to - 2)) to -= 2;
  return readGroupsOfFive(text, from, to, (unit) => (unit >= 33 && unit <= 117 ? unit - 33 : -1), true);
}

const DIGITS_85 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

/** The alphabet of RFC 1924, as git and Python's `b85encode` use it. */
function readBase85(text: string, start: number, end: number): DecodedCharacter[] | null {
  return readGroupsOfFive(text, start, end, (unit) => DIGITS_85.indexOf(String.fromCharCode(unit)), false);
}

function readGroupsOfFive(
  text: string,
  start: number,
  end: number,
  valueOf: (unit: number) => number,
  zeroes: boolean,
): DecodedCharacter[] | null {
  const bytes: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  let i = start;
  while (i < end) {
    if (zeroes && text[i] === 'z') return null; // four zero bytes are no text
    const size = Math.min(5, end - i);
    if (size === 1) return null;
    let value = 0;
    for (let k = 0; k < 5; k++) {
      const digit = k < size ? valueOf(text.charCodeAt(i + k)) : 84;
      if (digit < 0) return null;
      value = value * 85 + digit;
    }
    if (value > 0xffffffff) return null;
    for (let k = 0; k < size - 1; k++) {
      const byte = Math.floor(value / 2 ** (24 - 8 * k)) & 0xff;
      if (byte < 9 || (byte > 13 && byte < 0x20) || (bytes.length === 0 && byte >= 0x80 && byte < 0xc2)) return null;
      bytes.push(byte);
      from.push(i);
      to.push(i + size);
    }
    i += size;
  }
  return readUtf8(
    Uint8Array.from(bytes),
    (byte) => from[byte]!,
    (byte) => to[byte]!,
  );
}

/** In the order of their beginnings; of two that overlap the longer stays. */
function withoutOverlap(pieces: DecodedPiece[]): DecodedPiece[] {
  const kept: DecodedPiece[] = [];
  for (const piece of pieces.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || last.end <= piece.start) kept.push(piece);
    else if (piece.end - piece.start > last.end - last.start) {
      while (kept.length > 0 && kept.at(-1)!.end > piece.start) kept.pop();
      kept.push(piece);
    }
  }
  return kept;
}
