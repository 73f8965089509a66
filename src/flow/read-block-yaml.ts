import { trimEndOf } from '../text/trim-end-of.ts';

/** Levels and values that a result may have before it is taken for text. */
const MAX_DEPTH = 24;
const MAX_NODES = 200_000;

/**
 * Reads the block YAML that serialisers write: mappings, sequences, plain, quoted and block scalars, empty collections.
 * All else (flow collections, anchors, tags, comments, several documents, a key twice) is refused: what is read here is
 * taken for a machine's words, so it has to look like nothing else. Scalars stay strings. Linear time.
 *
 * Source: YAML 1.2.2, chapters 7 and 8.
 * @returns undefined when the text is not of that form.
 */
export function readBlockYaml(text: string): unknown {
  // A mapping or a sequence begins with one of these; all other texts are refused without a look at the rest.
  if (!/^(?:- |-\n|"[^"\n]*":|'[^'\n]*':|[\p{L}\p{N}_][^:#\n]*:(?:\s|$))/u.test(text)) return undefined;
  try {
    const reader = new Reader(text);
    return reader.document();
  } catch (error) {
    if (error === REFUSED) return undefined;
    throw error;
  }
}

const REFUSED = new Error('not block YAML');

class Reader {
  readonly #text: string;
  #at = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    const value = this.#block(this.#indent(), 0);
    this.#blankLines();
    if (this.#at < this.#text.length) throw REFUSED;
    return value;
  }

  /** Skips blank lines; `#at` is then at the beginning of a line that has something, or at the end. */
  #blankLines(): void {
    const text = this.#text;
    for (;;) {
      let i = this.#at;
      while (text[i] === ' ') i++;
      if (i >= text.length) {
        this.#at = text.length;
        return;
      }
      if (text[i] !== '\n') return;
      this.#at = i + 1;
    }
  }

  /** Indent of the next line that has something, or -1 at the end. Does not advance beyond blank lines. */
  #indent(): number {
    this.#blankLines();
    if (this.#at >= this.#text.length) return -1;
    let i = this.#at;
    while (this.#text[i] === ' ') i++;
    return i - this.#at;
  }

  /** The mapping or sequence whose lines begin at `indent`. `#at` is at the line's beginning. */
  #block(indent: number, depth: number): unknown {
    if (depth > MAX_DEPTH || indent < 0) throw REFUSED;
    return this.#isDash(this.#at + indent)
      ? this.#sequence(indent, depth)
      : this.#mapping(indent, depth, this.#at + indent);
  }

  #isDash(at: number): boolean {
    const next = this.#text[at + 1];
    return this.#text[at] === '-' && (next === ' ' || next === '\n' || next === undefined);
  }

  #sequence(indent: number, depth: number): unknown[] {
    const items: unknown[] = [];
    while (this.#indent() === indent && this.#isDash(this.#at + indent)) {
      this.#count();
      let at = this.#at + indent + 1;
      while (this.#text[at] === ' ') at++;
      const column = at - this.#at;
      if (this.#text[at] === '\n' || at >= this.#text.length) {
        this.#at = Math.min(at + 1, this.#text.length);
        const inner = this.#indent();
        items.push(inner > indent ? this.#block(inner, depth + 1) : null);
      } else if (this.#isDash(at)) {
        throw REFUSED;
      } else if (this.#keyEnd(at) !== -1) {
        items.push(this.#mapping(column, depth + 1, at));
      } else {
        items.push(this.#scalar(at, indent));
      }
    }
    return items;
  }

  /** @param first where the first key begins: behind a dash, or at the line's indent. */
  #mapping(indent: number, depth: number, first: number): Record<string, unknown> {
    if (depth > MAX_DEPTH) throw REFUSED;
    const entries = new Map<string, unknown>();
    let at = first;
    for (;;) {
      this.#count();
      const end = this.#keyEnd(at);
      if (end === -1) throw REFUSED;
      const key = unquote(this.#text.slice(at, end).trim());
      if (entries.has(key)) throw REFUSED;
      let value = end + 1;
      while (this.#text[value] === ' ') value++;
      if (this.#text[value] === '\n' || value >= this.#text.length) {
        this.#at = Math.min(value + 1, this.#text.length);
        const inner = this.#indent();
        const dash = inner === indent && this.#isDash(this.#at + inner);
        entries.set(key, inner > indent || dash ? this.#block(inner, depth + 1) : null);
      } else {
        entries.set(key, this.#scalar(value, indent));
      }
      if (this.#indent() !== indent || this.#isDash(this.#at + indent)) break;
      at = this.#at + indent;
    }
    if (this.#indent() > indent) throw REFUSED;
    return Object.fromEntries(entries);
  }

  /** Index of the colon that ends the key at `at`, or -1. */
  #keyEnd(at: number): number {
    const text = this.#text;
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      for (let i = at + 1; i < text.length && text[i] !== '\n'; i++) {
        if (text[i] === quote) return text[i + 1] === ':' && isBreak(text[i + 2]) ? i + 1 : -1;
        if (text[i] === '\\') return -1;
      }
      return -1;
    }
    if (quote === undefined || '[]{}&*!|>%@`#,?'.includes(quote)) return -1;
    for (let i = at; i < text.length && text[i] !== '\n'; i++) {
      if (text[i] === ':' && isBreak(text[i + 1])) return i;
      if (text[i] === ' ' && text[i + 1] === '#') return -1;
    }
    return -1;
  }

  /** The scalar at `at`, and advances to the next line. @param parent indent of the collection that it belongs to. */
  #scalar(at: number, parent: number): unknown {
    const mark = this.#text[at]!;
    if (mark === "'") return this.#singleQuoted(at + 1);
    if (mark === '"') return this.#doubleQuoted(at + 1);
    if (mark === '|' || mark === '>') return this.#blockScalar(at, parent, mark === '>');
    const end = this.#lineEnd(at);
    const line = this.#text.slice(at, end).trimEnd();
    if (line === '[]' || line === '{}') {
      this.#at = Math.min(end + 1, this.#text.length);
      return line === '[]' ? [] : {};
    }
    if ('[]{}&*!%@`#,'.includes(mark) || line.includes(' #') || /:\s|:$/.test(line)) throw REFUSED;
    return this.#plain(line, end, parent);
  }

  #plain(first: string, end: number, parent: number): string {
    const parts = [first];
    this.#at = Math.min(end + 1, this.#text.length);
    for (;;) {
      const before = this.#at;
      const indent = this.#indent();
      if (indent <= parent || this.#isDash(this.#at + indent)) break;
      const blank = this.#text.slice(before, this.#at).split('\n').length - 1;
      const stop = this.#lineEnd(this.#at);
      const line = this.#text.slice(this.#at + indent, stop).trimEnd();
      if (/:\s|:$/.test(line) || line.includes(' #')) throw REFUSED;
      parts.push(blank > 0 ? '\n'.repeat(blank) : ' ', line);
      this.#at = Math.min(stop + 1, this.#text.length);
    }
    return parts.join('');
  }

  #singleQuoted(start: number): string {
    const text = this.#text;
    let value = '';
    let from = start;
    for (;;) {
      const quote = text.indexOf("'", from);
      if (quote === -1) throw REFUSED;
      value += text.slice(from, quote);
      if (text[quote + 1] !== "'") {
        this.#endOfScalar(quote + 1);
        return fold(value);
      }
      value += "'";
      from = quote + 2;
    }
  }

  #doubleQuoted(start: number): string {
    const text = this.#text;
    let i = start;
    while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
    if (i >= text.length) throw REFUSED;
    this.#endOfScalar(i + 1);
    return unescape(fold(text.slice(start, i), true));
  }

  #blockScalar(at: number, parent: number, folded: boolean): string {
    const end = this.#lineEnd(at);
    if (!/^[|>][+-]?\d?[+-]?\s*$/.test(this.#text.slice(at, end))) throw REFUSED;
    this.#at = Math.min(end + 1, this.#text.length);
    const lines: string[] = [];
    let indent = -1;
    while (this.#at < this.#text.length) {
      const stop = this.#lineEnd(this.#at);
      const line = this.#text.slice(this.#at, stop);
      const own = line.length - line.trimStart().length;
      if (line.trim() !== '') {
        if (indent === -1) indent = own;
        if (own <= parent || own < indent) break;
      }
      lines.push(line.slice(Math.max(0, indent)));
      this.#at = Math.min(stop + 1, this.#text.length);
    }
    const value = lines.join('\n').trimEnd();
    return folded ? fold(value) : value;
  }

  #endOfScalar(at: number): void {
    const end = this.#lineEnd(at);
    if (this.#text.slice(at, end).trim() !== '') throw REFUSED;
    this.#at = Math.min(end + 1, this.#text.length);
  }

  #lineEnd(at: number): number {
    const end = this.#text.indexOf('\n', at);
    return end === -1 ? this.#text.length : end;
  }

  #count(): void {
    if (++this.#nodes > MAX_NODES) throw REFUSED;
  }
}

function isBreak(unit: string | undefined): boolean {
  return unit === undefined || unit === ' ' || unit === '\n';
}

function unquote(key: string): string {
  const quoted = (key.startsWith('"') && key.endsWith('"')) || (key.startsWith("'") && key.endsWith("'"));
  return quoted && key.length >= 2 ? key.slice(1, -1) : key;
}

/** Line folding: one break is a blank, n breaks are n - 1 (YAML 1.2.2, 6.5). */
function fold(value: string, escaped = false): string {
  if (!value.includes('\n')) return value;
  const joined = escaped ? value.replace(/\\\n[ \t]*(?:\\(?= ))?/g, '') : value;
  const lines = joined.split('\n');
  let folded = '';
  let breaks = 0;
  lines.forEach((line, at) => {
    const begun = at === 0 ? line : line.replace(/^[ \t]+/, '');
    const last = at === lines.length - 1;
    const bare = last ? begun : trimEndOf(begun, ' \t');
    if (at > 0) breaks += 1;
    if (bare === '' && at > 0 && !last) return;
    if (breaks > 0) folded += breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
    breaks = 0;
    folded += bare;
  });
  return folded;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  v: '\v',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

function unescape(value: string): string {
  return value.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (all, x, u, long, one: string) => {
      const hex = (x ?? u ?? long) as string | undefined;
      if (hex === undefined) return ESCAPES[one] ?? one;
      const point = Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : all;
    },
  );
}
