/** A program text whose strings and comments are known, in one pass and without understanding more. */
export interface LexedSource {
  /** The text with the contents of strings and comments blanked out: same length, same lines. */
  readonly code: string;
  /** What was blanked out: the text with everything but the contents of strings blanked out. */
  readonly strings: string;
}

const BLANK = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Splits Python into code and strings. Linear; an unfinished string ends with its line, or with the text where it has three quotes. */
export function lexSource(text: string): LexedSource {
  const code: string[] = [];
  const strings: string[] = [];
  let from = 0;
  let at = 0;
  const flush = (to: number): void => {
    code.push(text.slice(from, to));
    strings.push(BLANK(text.slice(from, to)));
    from = to;
  };
  while (at < text.length) {
    const unit = text[at]!;
    if (unit === '#') {
      flush(at);
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
      code.push(BLANK(text.slice(from, at)));
      strings.push(BLANK(text.slice(from, at)));
      from = at;
    } else if (unit === '"' || unit === "'") {
      const triple = text.startsWith(unit.repeat(3), at);
      const open = at + (triple ? 3 : 1);
      flush(open);
      const end = stringEnd(text, open, unit, triple);
      code.push(BLANK(text.slice(open, end)));
      strings.push(text.slice(open, end));
      from = end;
      at = Math.min(text.length, end + (triple ? 3 : text[end] === unit ? 1 : 0));
    } else at++;
  }
  flush(text.length);
  return { code: code.join(''), strings: strings.join('') };
}

function stringEnd(text: string, open: number, quote: string, triple: boolean): number {
  for (let at = open; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (triple ? text.startsWith(quote.repeat(3), at) : text[at] === quote || text[at] === '\n') return at;
  }
  return text.length;
}
