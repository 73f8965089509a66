import { Fault } from '../core/fault.ts';
import { findBlocks } from './decode-blocks.ts';
import { findEscapes } from './decode-escapes.ts';
import { writePiece, type DecodedPiece } from './decoded-piece.ts';
import { foldWords } from './fold-words.ts';
import { chained, MappedTextBuilder, unchanged, type MappedText } from './mapped-text.ts';
import { normalise } from './normalise.ts';
import { OffsetMap } from './offset-map.ts';
import { reversedWord, rot13, rot13Word } from './word-tricks.ts';

/** A text as one way of undoing shows it. */
export interface View {
  readonly text: string;
  /** What was undone to get here, in order: `['confusables', 'base64', 'rot13']`. Empty when the text is plain as it stands. */
  readonly via: readonly string[];
  /** From this text back to the original. */
  readonly map: OffsetMap;
  /** Whether something encoded is left in it because a limit was reached. */
  readonly more: boolean;
}

export interface ViewLimits {
  /** UTF-16 units of the text; more is a `Fault`. */
  readonly units: number;
  /** Layers of encoding that are undone one inside the other. */
  readonly depth: number;
  /** Encoded stretches that are undone in one layer; the rest stays as it is. */
  readonly pieces: number;
  /** UTF-16 units of all views together; no view is begun beyond it. */
  readonly total: number;
}

export const VIEW_LIMITS: ViewLimits = { units: 1 << 20, depth: 3, pieces: 4096, total: 16 << 20 };

/** Different words that must turn into common ones before a whole text is taken for rot13 or for reversed. */
const TURNED_WORDS = 3;

/**
 * The text in every plain form that was found in it. The first view is the normalised text; then come, as far as they
 * differ from what there is already, the text with disguised words in plain spelling, and with everything that was encoded
 * decoded in its place, layer by layer. A finding in a view is one in the original at `map.span(start, end)`.
 *
 * Linear in the text for given limits: at most `2 + 4 × depth` views, none much longer than the normalised text.
 * @throws Fault `ERR_BODY_TOO_LARGE` when the text is longer than `limits.units`.
 */
export function views(text: string, limits: ViewLimits = VIEW_LIMITS): readonly View[] {
  if (text.length > limits.units)
    throw new Fault('ERR_BODY_TOO_LARGE', `A text of ${text.length} units is too long to be normalised.`, {
      hint: `At most ${limits.units} are read; pass it in parts.`,
    });
  const first = normalise(text);
  const found: { text: string; via: readonly string[]; map: OffsetMap; more: boolean }[] = [];
  const seen = new Set<string>();
  let total = 0;
  const add = (mapped: MappedText, via: readonly string[]): boolean => {
    if (seen.has(mapped.text)) return false;
    if (total + mapped.text.length > limits.total && found.length > 0) {
      found.at(-1)!.more = true;
      return false;
    }
    seen.add(mapped.text);
    total += mapped.text.length;
    found.push({ text: mapped.text, via, map: mapped.map, more: false });
    return true;
  };
  add(first, first.undone);

  // Along one line: each layer undoes what the one before it shows.
  let current: MappedText = first;
  let via: readonly string[] = first.undone;
  for (let depth = 0; ; depth++) {
    const folded = foldWords(current.text);
    if (folded !== null) add(chained(current, folded), [...via, ...folded.undone]);
    const layer = decodeLayer(current.text, limits.pieces);
    if (layer === null) break;
    if (depth === limits.depth) {
      found.at(-1)!.more = true;
      break;
    }
    current = renormalised(chained(current, layer));
    via = [...via, ...layer.undone];
    const isNew = add(current, via);
    if (layer.more) found.at(-1)!.more = true;
    if (!isNew) break;
  }
  return found;
}

interface Layer extends MappedText {
  readonly undone: readonly string[];
  readonly more: boolean;
}

/** Undoes what is encoded in a text, or turns the text as a whole; null when there is nothing to undo. */
function decodeLayer(text: string, most: number): Layer | null {
  const pieces = [...findBlocks(text)];
  const blocks = pieces.length;
  for (const piece of findEscapes(text)) pieces.push(piece);
  const apart = blocks === 0 ? pieces : withoutOverlap(pieces);
  if (apart.length > 0) {
    const taken = apart.slice(0, most);
    const out = new MappedTextBuilder(text);
    let plain = 0;
    for (const piece of taken) {
      out.copy(plain, piece.start);
      writePiece(piece, out);
      plain = piece.end;
    }
    out.copy(plain, text.length);
    const decoded = out.build();
    if (decoded.text !== text)
      return { ...decoded, undone: [...new Set(taken.map(({ via }) => via))], more: apart.length > most };
  }
  const turned = wayTurned(text);
  if (turned === 'rot13') return { ...unchanged(text), text: rot13(text), undone: ['rot13'], more: false };
  if (turned === 'reversed')
    return {
      text: Array.from({ length: text.length }, (_, i) => text[text.length - 1 - i]).join(''),
      map: OffsetMap.reversed(text.length),
      undone: ['reversed'],
      more: false,
    };
  return null;
}

/** Blocks before escapes where they overlap: `=3D` inside base64 is base64. */
function withoutOverlap(pieces: readonly DecodedPiece[]): DecodedPiece[] {
  const kept: DecodedPiece[] = [];
  for (const piece of pieces.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (kept.length === 0 || kept.at(-1)!.end <= piece.start) kept.push(piece);
  }
  return kept;
}

/** Whether common words appear in a text when it is turned, and do not as it stands. */
function wayTurned(text: string): 'rot13' | 'reversed' | null {
  const votes = { rot13: new Set<string>(), reversed: new Set<string>() };
  for (const [word] of text.matchAll(/[A-Za-z]+/g)) {
    const rotated = rot13Word(word);
    if (rotated !== null) votes.rot13.add(rotated);
    const backwards = reversedWord(word);
    if (backwards !== null) votes.reversed.add(backwards);
  }
  const [way, words] =
    votes.rot13.size >= votes.reversed.size
      ? (['rot13', votes.rot13] as const)
      : (['reversed', votes.reversed] as const);
  return words.size >= TURNED_WORDS ? way : null;
}

function renormalised(mapped: MappedText): MappedText {
  const again = normalise(mapped.text);
  return again.undone.length === 0 && again.text === mapped.text ? mapped : chained(mapped, again);
}
