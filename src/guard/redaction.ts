import type { Finding } from '../core/finding.ts';

/** Of what a value is that may be put back: how its placeholder is named, and who found it. */
export interface Reversible {
  readonly label: string;
  readonly detector: string;
}

/** A range of a text that gives way to a placeholder. Offsets in UTF-16 units. */
export interface Redaction {
  readonly start: number;
  readonly end: number;
  /** What stands there instead: `[GITHUB_TOKEN]`. */
  readonly placeholder: string;
  /** Set where the rule wants the value back in the answer; then `conceal` finds the placeholder. */
  readonly reversible?: Reversible;
}

/** @param reversible the rule that found it wants it restored. */
export function toRedaction(finding: Finding, offset = 0, reversible?: Reversible): Redaction {
  return {
    start: finding.span.start + offset,
    end: finding.span.end + offset,
    placeholder: `[${finding.label}]`,
    ...(reversible === undefined ? {} : { reversible }),
  };
}

/**
 * Sorted by start; overlapping and touching ranges become one, with the placeholder of the earliest. What some rule wants
 * gone for good is not restored because another would have: then the whole range goes for good.
 */
export function mergeRedactions(redactions: readonly Redaction[]): readonly Redaction[] {
  if (redactions.length < 2) return redactions;
  const sorted = redactions.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const merged: Redaction[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && next.start < last.end) {
      const winner = last.reversible !== undefined && next.reversible === undefined ? next : last;
      if (winner !== last || next.end > last.end) {
        merged[merged.length - 1] = { ...winner, start: last.start, end: Math.max(last.end, next.end) };
      }
    } else {
      merged.push(next);
    }
  }
  return merged;
}

/**
 * `text` with every redaction applied. When `text` is only a piece of a longer one, `offset` is where it
 * begins there: a placeholder then stands in the piece that holds the start of its range, and what other
 * pieces hold of the range just goes.
 */
export function redact(text: string, redactions: readonly Redaction[], offset = 0): string {
  let result = '';
  let at = 0;
  for (const { start, end, placeholder } of redactions) {
    const from = start - offset;
    const to = end - offset;
    if (to <= at || from >= text.length) continue;
    if (from > at) result += text.slice(at, from);
    if (from >= 0) result += placeholder;
    at = Math.min(to, text.length);
  }
  return result + text.slice(at);
}
