import { type Steps, wait } from '../core/drive.ts';
import type { Finding } from '../core/finding.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Span } from '../core/span.ts';
import type { Stage } from '../core/verdict.ts';
import type { Segment } from '../conversation/segment.ts';
import { inspectText } from './inspect-text.ts';
import type { Rule } from './rule.ts';
import { toSubject } from './to-subject.ts';

/** How far on either side of a border a match that spans it is looked for. */
const BORDER = 512;
/** Short parts are looked at many at a time, so that a text cut into single letters costs no more than a whole one. */
const WINDOW = 8192;

/** A part of a segment within a window. */
interface Part {
  readonly segment: Segment;
  /** Where in the segment it begins, and where in the window. */
  readonly from: number;
  readonly at: number;
  readonly length: number;
}

interface Piece {
  readonly segment: Segment;
  readonly span: Span;
}

/** Something found that begins in one segment and ends in another. */
export interface Crossing {
  readonly finding: Finding;
  readonly pieces: readonly [Piece, ...Piece[]];
}

export type Across =
  | (Extract<Outcome, { status: 'failed' }> & { readonly segment: Segment })
  | { readonly status: 'looked'; readonly crossings: readonly Crossing[] };

const NOTHING: Across = { status: 'looked', crossings: [] };

/**
 * Follows segments that a model reads one after the other as one speaker's words, and looks for what spans their borders,
 * over as many of them as it takes. Time is linear in the text.
 */
export class NeighbourRun {
  readonly #rule: Rule;
  readonly #stage: Stage;
  readonly #border: number;
  readonly #window: number;
  #parts: Part[] = [];
  #text = '';
  /** Units at the beginning of the window that the window before ended with. */
  #carried = 0;
  #last: Segment | null = null;

  constructor(rule: Rule, stage: Stage) {
    this.#rule = rule;
    this.#stage = stage;
    this.#window = Math.min(WINDOW, rule.maxText);
    this.#border = Math.min(BORDER, Math.ceil(rule.maxText / 4));
  }

  /** True when `segment` goes on with what the last one said. */
  continues(segment: Segment): boolean {
    const last = this.#last;
    if (last === null) return true;
    if (last.role !== segment.role || last.kind !== segment.kind || last.origin !== segment.origin) return false;
    const step = segment.message - last.message;
    if (segment.kind === 'text') return step === 0 || step === 1;
    return segment.kind === 'tool-result' && step === 0 && segment.call === last.call;
  }

  *add(segment: Segment): Steps<Across> {
    this.#last = segment;
    const { length } = segment.text;
    const border = this.#border;
    if (length <= 2 * border) {
      const across = this.#text.length + length > this.#window ? yield* this.#look() : NOTHING;
      this.#append(segment, 0, length);
      return across;
    }
    // Only the ends of a long text can be part of something that goes over its border.
    const before = this.#text.length + border > this.#window ? yield* this.#look() : NOTHING;
    this.#append(segment, 0, border);
    const across = join(before, yield* this.#look());
    this.#clear();
    this.#append(segment, length - border, length);
    return across;
  }

  /** No neighbour follows. */
  *finish(): Steps<Across> {
    const across = yield* this.#look();
    this.#clear();
    this.#last = null;
    return across;
  }

  #append(segment: Segment, from: number, to: number): void {
    this.#parts.push({ segment, from, at: this.#text.length, length: to - from });
    this.#text += segment.text.slice(from, to);
  }

  #clear(): void {
    this.#parts = [];
    this.#text = '';
    this.#carried = 0;
  }

  /** Inspects the window and keeps its end for the next one. */
  *#look(): Steps<Across> {
    const parts = this.#parts;
    const last = parts.at(-1);
    if (parts.length < 2 || last === undefined) return NOTHING;
    const outcome = yield* wait(inspectText(this.#rule, this.#text, toSubject(this.#stage, last.segment)));
    if (outcome.status === 'failed') {
      this.#clear();
      return { ...outcome, segment: last.segment };
    }
    const crossings: Crossing[] = [];
    for (const finding of outcome.status === 'found' ? outcome.findings : []) {
      if (finding.span.end <= this.#carried) continue;
      const [first, second, ...others] = piecesOf(finding.span, parts);
      if (first !== undefined && second !== undefined) crossings.push({ finding, pieces: [first, second, ...others] });
    }
    this.#carry();
    return { status: 'looked', crossings };
  }

  #carry(): void {
    const from = Math.max(0, this.#text.length - this.#border);
    this.#parts = this.#parts
      .filter(({ at, length }) => at + length > from)
      .map(({ segment, from: start, at, length }) => {
        const cut = Math.max(0, from - at);
        return { segment, from: start + cut, at: at + cut - from, length: length - cut };
      });
    this.#text = this.#text.slice(from);
    this.#carried = this.#text.length;
  }
}

function piecesOf({ start, end }: Span, parts: readonly Part[]): Piece[] {
  const pieces: Piece[] = [];
  for (const { segment, from, at, length } of parts) {
    const [low, high] = [Math.max(start, at), Math.min(end, at + length)];
    if (low < high) pieces.push({ segment, span: { start: from + low - at, end: from + high - at } });
  }
  return pieces;
}

function join(a: Across, b: Across): Across {
  if (a.status === 'failed') return a;
  if (b.status === 'failed') return b;
  return { status: 'looked', crossings: [...a.crossings, ...b.crossings] };
}
