export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly rule: string;
}

/** A run of text under the same marks. Joined, the texts of all pieces are the text again. */
export interface Piece {
  readonly text: string;
  /** Rules whose evidence covers this run, each once; empty for plain text. */
  readonly rules: readonly string[];
}

/**
 * Cuts a text where marks begin and end. Marks may overlap, touch, repeat, be empty or reach beyond the text; one that
 * would split a surrogate pair is widened to the whole character.
 */
export function splitMarks(text: string, marks: readonly Mark[]): readonly Piece[] {
  const spans = marks
    .map(({ start, end, rule }) => ({
      start: widen(text, clamp(start, text.length), -1),
      end: widen(text, clamp(end, text.length), 1),
      rule,
    }))
    .filter(({ start, end }) => start < end);
  const cuts = [...new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const start = cuts[i]!;
    const end = cuts[i + 1]!;
    const rules = [...new Set(spans.filter((span) => span.start <= start && span.end >= end).map(({ rule }) => rule))];
    pieces.push({ text: text.slice(start, end), rules });
  }
  return pieces;
}

function clamp(index: number, length: number): number {
  return Number.isFinite(index) ? Math.min(Math.max(0, Math.trunc(index)), length) : 0;
}

function widen(text: string, index: number, by: -1 | 1): number {
  const before = text.charCodeAt(index - 1);
  const after = text.charCodeAt(index);
  const inPair = before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
  return inPair ? index + by : index;
}
