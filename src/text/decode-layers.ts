import { Fault } from '../core/fault.ts';
import { findBlocks } from './decode-blocks.ts';
import { findCodes } from './decode-codes.ts';
import { findEscapes } from './decode-escapes.ts';
import { textOf, writePiece, type DecodedPiece } from './decoded-piece.ts';
import { foldWords } from './fold-words.ts';
import { chained, MappedTextBuilder, type MappedText, type UndoneStretch } from './mapped-text.ts';
import { normalise } from './normalise.ts';
import { OffsetMap } from './offset-map.ts';
import { rememberLast } from './remember-last.ts';
import { scanWords } from './scan-words.ts';
import { turnBack, turnedLines, type Turn } from './turned-words.ts';

/** A text as one way of undoing shows it. */
export interface View {
  readonly text: string;
  /** What was undone to get here, in order: `['confusables', 'base64', 'rot13']`. Empty when the text is plain as it stands. */
  readonly via: readonly string[];
  /** From this text back to the original. */
  readonly map: OffsetMap;
  /** What the last step before this view undid, and where in the original. */
  readonly undone: readonly UndoneStretch[];
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
  const found: (View & { more: boolean })[] = [];
  const seen = new Set<string>();
  let total = 0;
  const add = (mapped: MappedText, via: readonly string[], undone: readonly UndoneStretch[]): boolean => {
    if (seen.has(mapped.text)) return false;
    if (total + mapped.text.length > limits.total && found.length > 0) {
      found.at(-1)!.more = true;
      return false;
    }
    seen.add(mapped.text);
    total += mapped.text.length;
    found.push({ text: mapped.text, via, map: mapped.map, undone, more: false });
    return true;
  };
  add(first, first.undone, first.stretches);

  // Along one line: each layer undoes what the one before it shows.
  let current: MappedText = first;
  let via: readonly string[] = first.undone;
  for (let depth = 0; ; depth++) {
    const { map } = current;
    const words = scanWords(current.text);
    const folded = foldWords(current.text, words);
    if (folded !== null)
      add(chained(current, folded), [...via, ...kindsOf(folded.stretches)], inOriginal(folded.stretches, map));
    const layer = decodeLayer(current.text, limits.pieces, words.turn);
    if (layer === null) break;
    if (depth === limits.depth) {
      found.at(-1)!.more = true;
      break;
    }
    const decoded = chained(current, layer);
    const again = normalise(decoded.text);
    const changed = again.undone.length > 0 || again.text !== decoded.text;
    via = [...via, ...kindsOf(layer.stretches)];
    const undone = [...inOriginal(layer.stretches, map), ...inOriginal(again.stretches, decoded.map)];
    current = changed ? chained(decoded, again) : decoded;
    const isNew = add(current, via, undone);
    if (layer.more) found.at(-1)!.more = true;
    if (!isNew) break;
  }
  return found;
}

/** `views` within `VIEW_LIMITS`, remembered, for detectors that look at the same text. */
export const viewsOf: (text: string) => readonly View[] = rememberLast((text) => views(text));

function kindsOf(stretches: readonly UndoneStretch[]): readonly string[] {
  return [...new Set(stretches.map(({ via }) => via))];
}

function inOriginal(stretches: readonly UndoneStretch[], map: OffsetMap): readonly UndoneStretch[] {
  return stretches.map((one) => ({ ...one, ...map.span(one.start, one.end) }));
}

interface Layer extends MappedText {
  readonly stretches: readonly UndoneStretch[];
  readonly more: boolean;
}

/** Undoes what is encoded in a text, or turns the text as a whole; null when there is nothing to undo. */
function decodeLayer(text: string, most: number, turn: Turn | null): Layer | null {
  const pieces = [...findBlocks(text)];
  const escapes = findEscapes(text);
  for (const piece of escapes) pieces.push(piece);
  for (const piece of findCodes(text)) pieces.push(piece);
  const apart = pieces.length === escapes.length ? pieces : withoutOverlap(pieces);
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
      return {
        ...decoded,
        stretches: taken.map((piece) => ({ via: piece.via, start: piece.start, end: piece.end, plain: textOf(piece) })),
        more: apart.length > most,
      };
  }
  if (turn !== null)
    return {
      text: turnBack(text, turn),
      map: turn.via === 'reversed' ? OffsetMap.reversed(text.length) : OffsetMap.identity(text.length),
      stretches: [{ via: turn.via, start: turn.start, end: turn.end }],
      more: false,
    };
  const lines = turnedLines(text);
  if (lines.length === 0) return null;
  let plain = '';
  let end = 0;
  for (const line of lines) {
    plain += text.slice(end, line.start) + turnBack(text.slice(line.start, line.end), line);
    ({ end } = line);
  }
  return {
    text: plain + text.slice(end),
    map: OffsetMap.identity(text.length),
    stretches: lines.map(({ via, start, end: to }) => ({ via, start, end: to })),
    more: false,
  };
}

/** Blocks before escapes where they overlap: `=3D` inside base64 is base64. */
function withoutOverlap(pieces: readonly DecodedPiece[]): DecodedPiece[] {
  const kept: DecodedPiece[] = [];
  for (const piece of pieces.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (kept.length === 0 || kept.at(-1)!.end <= piece.start) kept.push(piece);
  }
  return kept;
}
