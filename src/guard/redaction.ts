import type { Finding } from '../core/finding.ts';

/** A range of a text that gives way to a placeholder. Offsets in UTF-16 units. */
export interface Redaction {
  readonly start: number;
  readonly end: number;
  /** What stands there instead: `[GITHUB_TOKEN]`. */
  readonly placeholder: string;
}

export function toRedaction(finding: Finding, offset = 0): Redaction {
  return {
    start: finding.span.start + offset,
    end: finding.span.end + offset,
    placeholder: `[${finding.label}]`,
  };
}

/** Sorted by start; overlapping and touching ranges become one, with the placeholder of the earliest. */
export function mergeRedactions(redactions: readonly Redaction[]): readonly Redaction[] {
  if (redactions.length < 2) return redactions;
  const sorted = redactions.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const merged: Redaction[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && next.start < last.end) {
      if (next.end > last.end) merged[merged.length - 1] = { ...last, end: next.end };
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
