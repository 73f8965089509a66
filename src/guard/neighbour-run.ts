import { type Steps, wait } from '../core/drive.ts';
import type { Finding } from '../core/finding.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Span } from '../core/span.ts';
import type { Stage } from '../core/verdict.ts';
import type { Segment } from '../conversation/segment.ts';
import { isAnswer } from './history.ts';
import type { Look } from './inspect-segments.ts';
import type { Rule } from './rule.ts';
import { toSubject } from './to-subject.ts';

/** How far on either side of a border a match that spans it is looked for. */
const BORDER = 512;
/** The same for detectors that measure: what they are to judge must be there for the most part. */
const MEASURED_BORDER = 2048;
/** Short parts are looked at many at a time, so that a text cut into single letters costs no more than a whole one. */
const WINDOW = 8192;

/** A part of a segment within a window. */
interface Part {
  readonly segment: Segment;
  /** Where in the segment it begins, and where in the window. */
  readonly from: number;
  readonly at: number;
  readonly length: number;
  /** The rule has not read it before. */
  readonly fresh: boolean;
  /** The rule found something in the segment by itself. */
  readonly found: boolean;
}

interface Piece {
  readonly segment: Segment;
  readonly span: Span;
}

/**
 * Something found that begins in one segment and ends in another; for a detector that measures also what it says of
 * one segment in the company of its neighbours, and not of it alone.
 */
export interface Crossing {
  readonly finding: Finding;
  readonly pieces: readonly [Piece, ...Piece[]];
}

export type Across =
  | (Extract<Outcome, { status: 'failed' }> & { readonly segment: Segment })
  | { readonly status: 'looked'; readonly crossings: readonly Crossing[] };

const NOTHING: Across = { status: 'looked', crossings: [] };

/** What is between two user messages when the model has not answered the first: prompts and results belong to others. */
const SPOKEN: ReadonlySet<string> = new Set(['user', 'document']);

/** Segments that one run may hold: same speaker, same kind. */
export function speakerOf({ role, origin, kind }: Segment): string {
  return `${role}/${origin}/${kind}`;
}

/**
 * Follows segments that a model reads one after the other as one speaker's words, and looks for what spans their borders,
 * over as many of them as it takes. What a user says goes on until the model answers, whatever stands between: prompts that
 * an application puts there, results of tools, an empty answer, or nothing because an answer was left out. Time is linear
 * in the text.
 */
export class NeighbourRun {
  readonly #rule: Rule;
  readonly #stage: Stage;
  readonly #look: Look;
  readonly #measures: boolean;
  readonly #border: number;
  readonly #window: number;
  #parts: Part[] = [];
  #text = '';
  /** Units at the beginning of the window that the window before ended with. */
  #carried = 0;
  #last: Segment | null = null;

  constructor(rule: Rule, stage: Stage, look: Look) {
    this.#rule = rule;
    this.#stage = stage;
    this.#look = look;
    this.#measures = rule.inspector.score !== undefined;
    this.#window = Math.min(WINDOW, rule.maxText);
    this.#border = Math.min(this.#measures ? MEASURED_BORDER : BORDER, Math.ceil(rule.maxText / 4));
  }

  /** True when `segment`, of the same speaker, goes on with what the last one said. */
  continues(segment: Segment): boolean {
    const last = this.#last;
    if (last === null) return true;
    const step = segment.message - last.message;
    if (segment.file !== undefined || last.file !== undefined) return segment.file !== undefined && step === 0;
    if (segment.kind !== 'text') return segment.kind === 'tool-result' && step === 0 && segment.call === last.call;
    return step === 0 || step === 1 || (step > 1 && SPOKEN.has(segment.origin));
  }

  /** True when what stands between ends the run. */
  endsAt(segment: Segment): boolean {
    const last = this.#last;
    return last !== null && SPOKEN.has(last.origin) && isAnswer(segment);
  }

  /** @param fresh false: the rule has read it before, with what stood before it. */
  *add(segment: Segment, fresh: boolean, found: boolean): Steps<Across> {
    this.#last = segment;
    const { length } = segment.text;
    const border = this.#border;
    if (length <= 2 * border) {
      const across = this.#text.length + length > this.#window ? yield* this.#inspect() : NOTHING;
      this.#append(segment, 0, length, fresh, found);
      return across;
    }
    // Only the ends of a long text can be part of something that goes over its border.
    const before = this.#text.length + border > this.#window ? yield* this.#inspect() : NOTHING;
    this.#append(segment, 0, border, fresh, found);
    const across = join(before, yield* this.#inspect());
    this.#clear();
    this.#append(segment, length - border, length, fresh, found);
    return across;
  }

  /** No neighbour follows. */
  *finish(): Steps<Across> {
    const across = yield* this.#inspect();
    this.#clear();
    this.#last = null;
    return across;
  }

  #append(segment: Segment, from: number, to: number, fresh: boolean, found: boolean): void {
    // A word may be cut between two parts; two messages never are one word, and who measures words has to see them.
    const before = this.#parts.at(-1);
    if (this.#measures && before !== undefined && before.segment.message !== segment.message) this.#text += '\n';
    this.#parts.push({ segment, from, at: this.#text.length, length: to - from, fresh, found });
    this.#text += segment.text.slice(from, to);
  }

  #clear(): void {
    this.#parts = [];
    this.#text = '';
    this.#carried = 0;
  }

  /** Inspects the window and keeps its end for the next one. */
  *#inspect(): Steps<Across> {
    const parts = this.#parts;
    const last = parts.at(-1);
    if (parts.length < 2 || last === undefined) return NOTHING;
    if (!parts.some(({ fresh }) => fresh)) {
      this.#carry();
      return NOTHING;
    }
    const outcome = yield* wait(this.#look(this.#rule, this.#text, toSubject(this.#stage, last.segment)));
    if (outcome.status === 'failed') {
      this.#clear();
      return { ...outcome, segment: last.segment };
    }
    const crossings: Crossing[] = [];
    for (const finding of outcome.status === 'found' ? outcome.findings : []) {
      if (finding.span.end <= this.#carried) continue;
      const touched = partsOf(finding.span, parts);
      const [first, ...others] = touched.map((part) => pieceOf(finding.span, part));
      if (first === undefined || !this.#isNew(touched)) continue;
      crossings.push({ finding, pieces: [first, ...others] });
    }
    this.#carry();
    return { status: 'looked', crossings };
  }

  #isNew(touched: readonly Part[]): boolean {
    if (this.#measures) return this.#parts.some(({ fresh }) => fresh) && !touched.some(({ found }) => found);
    return touched.length > 1 && touched.some(({ fresh }) => fresh);
  }

  #carry(): void {
    const from = Math.max(0, this.#text.length - this.#border);
    this.#parts = this.#parts
      .filter(({ at, length }) => at + length > from)
      .map((part) => {
        const { from: start, at, length } = part;
        const cut = Math.max(0, from - at);
        return { ...part, from: start + cut, at: at + cut - from, length: length - cut };
      });
    this.#text = this.#text.slice(from);
    this.#carried = this.#text.length;
  }
}

function partsOf({ start, end }: Span, parts: readonly Part[]): Part[] {
  return parts.filter(({ at, length }) => Math.max(start, at) < Math.min(end, at + length));
}

function pieceOf({ start, end }: Span, { segment, from, at, length }: Part): Piece {
  const [low, high] = [Math.max(start, at), Math.min(end, at + length)];
  return { segment, span: { start: from + low - at, end: from + high - at } };
}

function join(a: Across, b: Across): Across {
  if (a.status === 'failed') return a;
  if (b.status === 'failed') return b;
  return { status: 'looked', crossings: [...a.crossings, ...b.crossings] };
}
