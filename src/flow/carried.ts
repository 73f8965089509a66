import { comparable, isExternal } from './canonical.ts';
import { isPrivate, LEVELS, levelOf, namesReaders } from './confidentiality.ts';
import type { FlowState, Source } from './flow-state.ts';
import { identifierWords } from './words.ts';

/** Words of a quotation that is no coincidence, units of it, and quotations that are looked up at most. */
const QUOTED_WORDS = 4;
const SHORTEST = 12;
const MOST_QUOTATIONS = 256;
/** Quotations of one source whose records are looked for. */
const MOST_LOCATED = 4;
/** Texts above this are searched and not indexed, in units. */
const MOST_INDEXED = 256 * 1024;

/** Private words that a text repeats, and for whom they are. */
export interface Carried {
  readonly source: Source;
  /** Addresses that the records with these words name as their people, comparable. */
  readonly readers: ReadonlySet<string>;
}

/**
 * What a text that goes out repeats of what was read in private, the most confidential first: four words in a row, whatever stands between them, that are not the
 * user's own and stand in nothing public. A paraphrase is not seen.
 * @param text canonical.
 */
export function* carriedIn(state: FlowState, text: string): Generator<Carried> {
  const sources = state.sources
    .filter(isPrivate)
    .toSorted((a, b) => LEVELS.indexOf(levelOf(b)) - LEVELS.indexOf(levelOf(a)));
  const said = wordsOf(text);
  if (sources.length === 0 || said.length < QUOTED_WORDS) return;
  const open = state.sources.filter((source) => levelOf(source) === 'public' && !source.written).map(quotationsOf);
  const own = quotationsIn(state.trusted);
  const step = Math.max(1, Math.ceil(said.length / MOST_QUOTATIONS));
  const pieces = new Map<string, Piece>();
  for (let at = 0; at + QUOTED_WORDS <= said.length; at += step) {
    const text = said.slice(at, at + QUOTED_WORDS).join(' ');
    if (text.length < SHORTEST || pieces.has(text)) continue;
    const piece: Piece = { text, mark: marksOf(text).values().next().value ?? 0 };
    if (!own.has(piece) && !open.some((one) => one.has(piece))) pieces.set(text, piece);
  }
  for (const source of sources) {
    const quotations = quotationsOf(source);
    const found: string[] = [];
    for (const piece of pieces.values()) {
      if (quotations.has(piece)) found.push(piece.text);
      if (found.length >= MOST_LOCATED) break;
    }
    if (found.length > 0) yield { source, readers: readersOf(source, found) };
  }
}

/** People whom every record that holds one of the pieces names; nobody beside the user where it is no record. */
function readersOf(source: Source, pieces: readonly string[]): ReadonlySet<string> {
  let readers: Set<string> | null = null;
  const sought = pieces.map((piece) => ({ piece, words: piece.split(' ') }));
  for (const { leaves } of source.index.records) {
    const holds = leaves.some(({ value }) => {
      if (value.length < SHORTEST) return false;
      const near = sought.filter(({ words }) => words.every((word) => value.includes(word)));
      if (near.length === 0) return false;
      const text = wordsOf(value).join(' ');
      return near.some(({ piece }) => text.includes(piece));
    });
    if (!holds) continue;
    const named = leaves
      .filter(({ key, kind }) => isExternal(kind) && namesReaders(identifierWords(key)))
      .map(({ value, kind }) => comparable(value, kind));
    readers = new Set(readers === null ? named : named.filter((name) => readers!.has(name)));
    if (readers.size === 0) break;
  }
  return readers ?? new Set();
}

/** Four words in a row, and their mark. */
interface Piece {
  readonly text: string;
  readonly mark: number;
}

interface Quotations {
  has(piece: Piece): boolean;
}

const bySource = new WeakMap<Source['index'], Quotations>();
let last: { readonly text: string; readonly quotations: Quotations } | null = null;

/** Made once for each result, however often it is sent again. */
function quotationsOf({ index }: Source): Quotations {
  let known = bySource.get(index);
  if (known === undefined) bySource.set(index, (known = index.text === '' ? NOTHING : made(index.text)));
  return known;
}

/** Of the user's own words, which are the same from call to call. */
function quotationsIn(text: string): Quotations {
  if (last?.text !== text) last = { text, quotations: made(text) };
  return last.quotations;
}

const NOTHING: Quotations = { has: () => false };

function made(text: string): Quotations {
  // Numbers tell that a piece may be there, the words that it is.
  const marks = text.length > MOST_INDEXED ? null : marksOf(text);
  let joined: string | null = null;
  return {
    has({ text: piece, mark }) {
      if (marks !== null && !marks.has(mark)) return false;
      joined ??= wordsOf(text).join(' ');
      return joined.includes(piece);
    },
  };
}

const SMALL = 0x3fffffff;

/** A number for each four words in a row. */
function marksOf(text: string): ReadonlySet<number> {
  const marks = new Set<number>();
  let [a, b, c] = [0, 0, 0];
  let count = 0;
  let word = 0;
  for (let at = 0; at <= text.length; at++) {
    const unit = at === text.length ? 0x20 : text.charCodeAt(at);
    if (isWordUnit(unit, text, at)) {
      word = (Math.imul(word, 31) + unit + 1) | 0;
      continue;
    }
    if (word === 0) continue;
    count++;
    if (count >= QUOTED_WORDS) marks.add((Math.imul(Math.imul(Math.imul(a, 131) + b, 137) + c, 139) + word) & SMALL);
    [a, b, c, word] = [b, c, word, 0];
  }
  return marks;
}

function isWordUnit(unit: number, text: string, at: number): boolean {
  if (unit < 0x80)
    return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a);
  return /[\p{L}\p{N}]/u.test(
    String.fromCodePoint(text.codePointAt((unit & 0xfc00) === 0xdc00 && at > 0 ? at - 1 : at)!),
  );
}

function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}
