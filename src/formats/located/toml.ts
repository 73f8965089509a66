import { type Located, type LocatedResult, LOCATED_LIMITS } from './located.ts';

/**
 * TOML 1.0. Dates and times are kept as their text. What the specification forbids about defining a table twice is taken as an addition to
 * it: two readers may differ there, and whoever judges wants to see both.
 */
export function parseToml(text: string): LocatedResult {
  try {
    return { ok: true, root: new TomlParser(text).document() };
  } catch (error) {
    if (error instanceof Damage)
      return error.limit
        ? { ok: false, at: error.at, reason: error.message, limit: true }
        : { ok: false, at: error.at, reason: error.message };
    throw error;
  }
}

class Damage extends Error {
  readonly at: number;
  readonly limit: boolean;
  constructor(at: number, reason: string, limit = false) {
    super(reason);
    this.at = at;
    this.limit = limit;
  }
}

/** A table while it grows. */
interface Table {
  readonly kind: 'map';
  start: number;
  end: number;
  readonly members: { readonly name: string; readonly at: number; readonly value: Growing }[];
}
interface List {
  readonly kind: 'list';
  readonly start: number;
  end: number;
  readonly items: Growing[];
}
type Growing = Table | List | Extract<Located, { kind: 'scalar' }>;

const BARE = /[A-Za-z0-9_-]+/y;
const WORD = /[^\s,#=[\]{}"']+/y;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', '"': '"', '\\': '\\', e: '\u001b' }; // prettier-ignore

class TomlParser {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Located {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at++;
    const root: Table = { kind: 'map', start: 0, end: this.#text.length, members: [] };
    let table = root;
    for (;;) {
      this.#blank();
      if (this.#at >= this.#text.length) return root;
      if (this.#text[this.#at] === '[') table = this.#header(root);
      else this.#pair(table, 0);
      this.#lineEnd();
    }
  }

  #header(root: Table): Table {
    const start = this.#at;
    const many = this.#text.startsWith('[[', this.#at);
    this.#at += many ? 2 : 1;
    const path = this.#key();
    if (!this.#text.startsWith(many ? ']]' : ']', this.#at)) throw new Damage(this.#at, 'a table header does not end');
    this.#at += many ? 2 : 1;
    const last = path.pop()!;
    const parent = this.#descend(root, path, start);
    if (!many) return this.#descend(parent, [last], start);
    const table: Table = { kind: 'map', start, end: this.#at, members: [] };
    const known = parent.members.findLast(({ name }) => name === last.name)?.value;
    if (known === undefined) {
      parent.members.push({
        name: last.name,
        at: last.at,
        value: { kind: 'list', start, end: this.#at, items: [table] },
      });
    } else if (known.kind === 'list') known.items.push(table);
    else throw new Damage(start, 'a list of tables has the name of something else');
    return table;
  }

  /** The table of that path, made where it is missing; of a list of tables the last one. */
  #descend(from: Table, path: readonly { readonly name: string; readonly at: number }[], start: number): Table {
    let table = from;
    for (const { name, at } of path) {
      let next: Growing | undefined = table.members.findLast((member) => member.name === name)?.value;
      if (next?.kind === 'list') next = next.items.at(-1);
      if (next === undefined) {
        next = { kind: 'map', start, end: this.#at, members: [] };
        table.members.push({ name, at, value: next });
      }
      if (next.kind !== 'map') throw new Damage(at, 'a table has the name of something else');
      table = next;
    }
    return table;
  }

  #pair(table: Table, depth: number): void {
    const path = this.#key();
    if (this.#text[this.#at] !== '=') throw new Damage(this.#at, 'an equals sign is missing');
    this.#at++;
    this.#blanks();
    const last = path.pop()!;
    const parent = this.#descend(table, path, last.at);
    parent.members.push({ name: last.name, at: last.at, value: this.#value(depth) });
  }

  #key(): { name: string; at: number }[] {
    const path: { name: string; at: number }[] = [];
    for (;;) {
      this.#blanks();
      const at = this.#at;
      const quote = this.#text[at];
      if (quote === '"' || quote === "'") path.push({ name: this.#string(quote), at });
      else {
        BARE.lastIndex = at;
        const name = BARE.exec(this.#text)?.[0];
        if (name === undefined) throw new Damage(at, 'a name is missing');
        this.#at += name.length;
        path.push({ name, at });
      }
      if (path.length > LOCATED_LIMITS.depth)
        throw new Damage(at, `it is nested deeper than ${LOCATED_LIMITS.depth} levels`, true);
      this.#blanks();
      if (this.#text[this.#at] !== '.') return path;
      this.#at++;
    }
  }

  #value(depth: number): Growing {
    const start = this.#at;
    if (depth > LOCATED_LIMITS.depth)
      throw new Damage(start, `it is nested deeper than ${LOCATED_LIMITS.depth} levels`, true);
    if (++this.#values > LOCATED_LIMITS.values)
      throw new Damage(start, `it has more than ${LOCATED_LIMITS.values} values`, true);
    const first = this.#text[start];
    if (first === '"' || first === "'") {
      const value = this.#string(first);
      return { kind: 'scalar', start, end: this.#at, value, text: value };
    }
    if (first === '[') return this.#list(start, depth);
    if (first === '{') return this.#inline(start, depth);
    WORD.lastIndex = start;
    const text = WORD.exec(this.#text)?.[0];
    if (text === undefined) throw new Damage(start, 'there is no value here');
    this.#at = start + text.length;
    // A date and a time may be parted by a space (RFC 3339).
    const time = /^ \d\d:\d\d[^\s,#\]}]{0,40}/.exec(this.#text.slice(this.#at, this.#at + 48))?.[0];
    if (/^\d{4}-\d\d-\d\d$/.test(text) && time !== undefined) this.#at += time.length;
    const whole = this.#text.slice(start, this.#at);
    return { kind: 'scalar', start, end: this.#at, value: plainValue(whole, start), text: whole };
  }

  #list(start: number, depth: number): List {
    const items: Growing[] = [];
    this.#at++;
    for (;;) {
      this.#blank();
      if (this.#text[this.#at] === ']') break;
      items.push(this.#value(depth + 1));
      this.#blank();
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== ']') throw new Damage(this.#at, 'a list does not end');
    }
    this.#at++;
    return { kind: 'list', start, end: this.#at, items };
  }

  #inline(start: number, depth: number): Table {
    const table: Table = { kind: 'map', start, end: start, members: [] };
    this.#at++;
    for (;;) {
      this.#blank();
      if (this.#text[this.#at] === '}') break;
      this.#pair(table, depth + 1);
      this.#blank();
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== '}') throw new Damage(this.#at, 'an inline table does not end');
    }
    this.#at++;
    table.end = this.#at;
    return table;
  }

  #string(quote: string): string {
    const text = this.#text;
    const start = this.#at;
    const long = text.startsWith(quote.repeat(3), start);
    const mark = long ? quote.repeat(3) : quote;
    let at = start + mark.length;
    if (long) {
      if (text[at] === '\r') at++;
      if (text[at] === '\n') at++;
    }
    const parts: string[] = [];
    let from = at;
    for (;;) {
      const unit = text[at];
      if (unit === undefined || (!long && unit === '\n')) throw new Damage(start, 'a string does not end');
      if (text.startsWith(mark, at)) {
        // Up to two quotes may stand right before the closing three.
        while (long && text[at + 3] === quote && at + 3 - from < text.length) at++;
        break;
      }
      if (unit === '\\' && quote === '"') {
        parts.push(text.slice(from, at));
        at = this.#escape(at + 1, long, parts);
        from = at;
      } else at++;
    }
    parts.push(text.slice(from, at));
    this.#at = at + mark.length;
    return parts.join('');
  }

  /** @returns the place after the escape whose letter stands at `at`. */
  #escape(at: number, long: boolean, parts: string[]): number {
    const letter = this.#text[at] ?? '';
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (plain !== undefined) {
      parts.push(plain);
      return at + 1;
    }
    const digits = { x: 2, u: 4, U: 8 }[letter];
    if (digits !== undefined) {
      const hex = this.#text.slice(at + 1, at + 1 + digits);
      const cp = /^[0-9a-fA-F]+$/.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : 0x110000;
      if (cp > 0x10ffff) throw new Damage(at, 'a string has a wrong escape');
      parts.push(String.fromCodePoint(cp));
      return at + 1 + digits;
    }
    if (long && /[ \t\r\n]/.test(letter)) {
      let end = at;
      while (end < this.#text.length && ' \t\r\n'.includes(this.#text[end]!)) end++;
      return end;
    }
    throw new Damage(at, 'a string has a wrong escape');
  }

  /** Spaces and tabs. */
  #blanks(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++;
  }

  /** Spaces, line ends and comments. */
  #blank(): void {
    for (;;) {
      const unit = this.#text[this.#at];
      if (unit === ' ' || unit === '\t' || unit === '\n' || unit === '\r') this.#at++;
      else if (unit === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end === -1 ? this.#text.length : end;
      } else return;
    }
  }

  #lineEnd(): void {
    this.#blanks();
    const unit = this.#text[this.#at];
    if (unit !== undefined && unit !== '\n' && unit !== '\r' && unit !== '#') {
      throw new Damage(this.#at, 'something follows a value on its line');
    }
  }
}

function plainValue(text: string, at: number): string | number | boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  const digits = text.replaceAll('_', '');
  if (/^[+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|inf|nan)$/.test(digits)) {
    return digits.endsWith('inf')
      ? digits.startsWith('-')
        ? -Infinity
        : Infinity
      : digits.endsWith('nan')
        ? NaN
        : Number(digits);
  }
  if (/^0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)$/.test(digits)) return Number(digits);
  if (/^\d{4}-\d\d-\d\d|^\d\d:\d\d/.test(text)) return text;
  throw new Damage(at, 'there is no value here');
}
