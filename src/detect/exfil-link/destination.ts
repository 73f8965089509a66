import type { Writing } from './decode.ts';

/** Units of a destination that are read; what is longer is judged by its beginning. */
export const LONGEST = 8192;

/** CommonMark implementations give up on deeper parentheses (spec 0.31, "link destination": at least three; cmark: 32). */
const DEEPEST = 32;

/** Where a URL may stand. `list`: several in one value; `refresh`, `style`, `srcdoc`: inside a value of another kind. */
export type Place =
  | 'image'
  | 'link'
  | 'reference'
  | 'bare'
  | 'html-link'
  | 'html'
  | 'html-list'
  | 'html-refresh'
  | 'html-style'
  | 'html-document'
  | 'css';

/** A place in which a URL is expected, and what stands there. */
export interface Destination {
  readonly place: Place;
  readonly writing: Writing;
  /** End of what announces it; with white space from here on it is still to come. */
  readonly announced: number;
  readonly start: number;
  readonly end: number;
  /** False: the text ends before the destination does. */
  readonly complete: boolean;
}

export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** Finds ends of destinations in one text. Answers are remembered, so that all of them together take linear time. */
export class Ends {
  readonly #text: string;
  readonly #next = new Map<string, number>();
  #unquotedFrom = -1;
  #unquotedEnd = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** Index of the first `mark` at or after `from`, or -1. Calls must come with rising `from`. */
  indexOf(mark: string, from: number): number {
    const known = this.#next.get(mark);
    if (known !== undefined && (known === -1 || known >= from)) return known;
    const found = this.#text.indexOf(mark, from);
    this.#next.set(mark, found);
    return found;
  }

  /** First white space or `>` at or after `from`, or the text's length. */
  unquoted(from: number): number {
    if (from >= this.#unquotedFrom && from <= this.#unquotedEnd) return this.#unquotedEnd;
    let end = from;
    while (end < this.#text.length && !isSpace(this.#text.charCodeAt(end)) && this.#text[end] !== '>') end++;
    this.#unquotedFrom = from;
    return (this.#unquotedEnd = end);
  }

  /**
   * End of a destination in Markdown without angle brackets: white space, or the parenthesis that closes it. `closed`
   * is false for a reference definition, which no parenthesis closes.
   */
  markdown(from: number, closed: boolean): number {
    const text = this.#text;
    let depth = 0;
    let end = from;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (isSpace(code)) break;
      if (code === 92 && end + 1 < text.length && isPunctuation(text.charCodeAt(end + 1))) end++;
      else if (closed && code === 40 && ++depth > DEEPEST) break;
      else if (closed && code === 41 && depth-- === 0) break;
    }
    return Math.min(end, text.length);
  }

  /** End of a URL that stands alone in a text, without the punctuation that closes a sentence (GFM, "autolinks (extended)"). */
  bare(from: number): { readonly end: number; readonly complete: boolean } {
    const text = this.#text;
    let end = from;
    let open = 0;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code <= 32 || code === 34 || code === 60 || code === 62 || code === 96) break;
      if (code === 40) open++;
      else if (code === 41) open--;
    }
    const complete = end < text.length;
    for (; end > from; end--) {
      const unit = text[end - 1]!;
      if (unit === ')' && open++ >= 0) break;
      if (!`.,;:!?'")]}*_~|\\`.includes(unit)) break;
    }
    return { end, complete };
  }
}

function isPunctuation(code: number): boolean {
  return (
    (code >= 33 && code <= 47) ||
    (code >= 58 && code <= 64) ||
    (code >= 91 && code <= 96) ||
    (code >= 123 && code <= 126)
  );
}
