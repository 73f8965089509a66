import { readUtf8, type DecodedCharacter, type DecodedPiece } from './decoded-piece.ts';

/**
 * Characters written as escapes: percent-encoding (RFC 3986), HTML character references, `\uXXXX`, `\u{X}`, `\UXXXXXXXX`,
 * `\xXX`, and quoted-printable (RFC 2045). Neighbours of one kind are one piece, so that bytes become UTF-8 together.
 */
export function findEscapes(text: string): DecodedPiece[] {
  if (!/[%&\\=]/.test(text)) return [];
  const found: DecodedPiece[] = [];
  let run: Escape[] = [];
  let printable = 0;
  const flush = (): void => {
    const piece = pieceOf(run);
    if (piece !== null) found.push(piece);
    run = [];
  };
  for (const { 0: match, index } of text.matchAll(ESCAPE)) {
    const escape = read(match, index);
    if (escape === null) continue;
    if (escape.via === 'quoted-printable' && escape.bytes) printable++;
    const last = run.at(-1);
    if (last !== undefined && (last.end !== index || last.via !== escape.via)) flush();
    run.push(escape);
  }
  if (run.length > 0) flush();
  // `a=10` is an assignment; a text in quoted-printable is full of such.
  return printable >= QUOTED_PRINTABLE ? found : found.filter(({ via }) => via !== 'quoted-printable');
}

const ESCAPE =
  /%[0-9A-Fa-f]{2}|&#[xX][0-9A-Fa-f]{1,6};?|&#\d{1,7};?|&(?:amp|lt|gt|quot|apos|nbsp);|\\u\{[0-9A-Fa-f]{1,6}\}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}|=[0-9A-F]{2}|=\r?\n/g;
const QUOTED_PRINTABLE = 4;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

interface Escape {
  readonly via: string;
  readonly start: number;
  readonly end: number;
  readonly value: number;
  /** Whether the value is a byte of UTF-8 and not a code point. */
  readonly bytes: boolean;
}

/** Value of a soft line break, which spells nothing. */
const NOTHING = -1;

function read(match: string, start: number): Escape | null {
  const end = start + match.length;
  const of = (via: string, value: number, bytes: boolean): Escape | null =>
    value >= 0 && (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff && via !== 'unicode-escape'))
      ? null
      : { via, start, end, value, bytes };
  switch (match[0]) {
    case '%':
      return of('percent', Number.parseInt(match.slice(1), 16), true);
    case '=':
      return match[1] === '\n' || match[1] === '\r'
        ? of('quoted-printable', NOTHING, false)
        : of('quoted-printable', Number.parseInt(match.slice(1), 16), true);
    case '&': {
      if (match[1] !== '#') return of('html-entity', NAMED[match.slice(1, -1)]!.charCodeAt(0), false);
      const hex = (match.charCodeAt(2) | 0x20) === 0x78;
      return of('html-entity', Number.parseInt(match.slice(hex ? 3 : 2), hex ? 16 : 10), false);
    }
    default:
      if (match[1] === 'x') return of('hex-escape', Number.parseInt(match.slice(2), 16), true);
      return of('unicode-escape', Number.parseInt(match.replace(/^\\[uU]\{?/, ''), 16), false);
  }
}

function pieceOf(run: readonly Escape[]): DecodedPiece | null {
  const first = run[0];
  if (first === undefined) return null;
  const { start, via } = first;
  const end = run.at(-1)!.end;
  const spelling = run.filter(({ value }) => value !== NOTHING);
  let characters: DecodedCharacter[] | null;
  if (spelling.length > 0 && spelling[0]!.bytes) {
    characters = readUtf8(
      Uint8Array.from(spelling, ({ value }) => value),
      (byte) => spelling[byte]!.start,
      (byte) => spelling[byte]!.end,
    );
  } else characters = joinSurrogates(spelling);
  if (characters === null || characters.some(({ text }) => isControl(text))) return null;
  return { start, end, via, characters };
}

function joinSurrogates(run: readonly Escape[]): DecodedCharacter[] | null {
  const characters: DecodedCharacter[] = [];
  for (let i = 0; i < run.length; i++) {
    const { value, start, end } = run[i]!;
    if (value < 0xd800 || value > 0xdfff) {
      characters.push({ text: String.fromCodePoint(value), from: start, to: end });
      continue;
    }
    const low = run[i + 1];
    if (value > 0xdbff || low === undefined || low.value < 0xdc00 || low.value > 0xdfff) return null;
    characters.push({ text: String.fromCharCode(value, low.value), from: start, to: low.end });
    i++;
  }
  return characters;
}

function isControl(text: string): boolean {
  const unit = text.charCodeAt(0);
  return (unit < 32 && unit !== 9 && unit !== 10 && unit !== 13) || (unit >= 0x7f && unit < 0xa0);
}
