import type { Span } from '../core/span.ts';
import { views, viewsOf, type View } from '../text/decode-layers.ts';
import { chained } from '../text/mapped-text.ts';
import { rememberLast } from '../text/remember-last.ts';
import type { Classifier } from './classifier.ts';
import { loosePlain } from './loose-plain.ts';
import { tokensOf } from './tokens.ts';

/** UTF-16 units that are read at once, and how far parts of a longer text overlap. */
const PART = 1 << 18;
const OVERLAP = 1 << 11;
/** Texts whose views are the same that others look at, in UTF-16 units. */
const SHORT = 1 << 16;
/** Two layers of encoding; views of one part together at most four times as long as the part may be. */
const LIMITS = { units: PART, depth: 2, pieces: 256, total: 4 * PART } as const;

/** The plain forms of a text, shared by the classifiers that read it, and for short texts with all who look at views. */
const formsOf: (text: string) => readonly View[] = rememberLast((text) => {
  const found = text.length <= SHORT ? viewsOf(text) : views(text, LIMITS);
  const last = found.at(-1)!;
  const loose = loosePlain(last.text);
  if (loose === null) return found;
  const { text: plain, map } = chained(last, loose);
  return [...found, { text: plain, map, via: [...last.via, ...loose.undone], undone: [], more: false }];
});

export interface TextScore {
  /** Probability, 0 to 1. */
  readonly score: number;
  /** The words that speak most for it, in the text as it was given. */
  readonly span: Span;
  /** What had to be undone to see it: `['base64']`; empty for plain text. */
  readonly via: readonly string[];
}

/**
 * The highest score of one head over all plain forms of a text: as it stands, with disguised words in plain spelling, and
 * decoded. Linear; long texts are read in parts.
 * @returns null for a text without words.
 */
export function scoreText(classifier: Classifier, head: number, text: string): TextScore | null {
  let best: TextScore | null = null;
  for (let start = 0; start < text.length; start += PART - OVERLAP) {
    const part = text.length <= PART ? text : text.slice(start, start + PART);
    for (const view of formsOf(part)) {
      const found = classifier.score(tokensOf(view.text))[head];
      if (found === undefined || (best !== null && found.score <= best.score)) continue;
      const span = view.map.span(found.span.start, found.span.end);
      best = { score: found.score, span: { start: start + span.start, end: start + span.end }, via: view.via };
    }
    if (start + PART >= text.length) break;
  }
  return best;
}
