import type { ContextTest } from './context.ts';
import { windowBefore, windowBehind } from './context.ts';
import { contextScore, type Kind } from './kind.ts';

/** What may be a value of a kind. */
export interface Candidate {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  readonly score: number;
  /** Lower is preferred among equal scores. */
  readonly rank: number;
}

/** What one pass over a text collects. */
export interface Draft {
  readonly text: string;
  readonly reach: number;
  readonly candidates: Candidate[];
  /** From here on more text could change what was found. */
  live: number;
  /** The window before a value, kept because several kinds ask about the same start. */
  windowStart: number;
  window: string;
  /** End of the hexadecimal run that was looked at last. */
  hexEnd: number;
}

export function createDraft(text: string, reach: number): Draft {
  return { text, reach, candidates: [], live: text.length, windowStart: -1, window: '', hexEnd: 0 };
}

/** Says that what begins at `start` is not settled. */
export function keepLive(draft: Draft, start: number): void {
  if (start < draft.live) draft.live = start;
}

export function before(draft: Draft, start: number): string {
  if (draft.windowStart !== start) {
    draft.windowStart = start;
    draft.window = windowBefore(draft.text, start, draft.reach);
  }
  return draft.window;
}

/** True when a context word stands near; keeps the value live where more text could bring one. */
export function hasContext(draft: Draft, test: ContextTest, start: number, end: number): boolean {
  if (test(before(draft, start))) return true;
  const { window, open } = windowBehind(draft.text, end);
  if (open) keepLive(draft, start);
  return test(window);
}

/** Adds a value that is right in itself, where its context or its form is enough. */
export function offer(
  draft: Draft,
  kind: Kind,
  test: ContextTest | null,
  alone: number | undefined,
  span: { readonly start: number; readonly end: number },
  rank: number,
): void {
  const { start, end } = span;
  if (test !== null && hasContext(draft, test, start, end))
    draft.candidates.push({ kind, start, end, score: Math.max(contextScore(kind), alone ?? 0), rank });
  else if (alone !== undefined) draft.candidates.push({ kind, start, end, score: alone, rank });
}
