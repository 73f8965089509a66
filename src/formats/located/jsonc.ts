import { type Located, type LocatedMember, type LocatedResult, LOCATED_LIMITS } from './located.ts';

/**
 * JSON (RFC 8259), and what editors allow in their settings beside it: a byte order mark, `//` and block comments, and a comma before a
 * closing bracket.
 */
export function parseJsonc(text: string): LocatedResult {
  const parser = new JsoncParser(text);
  try {
    return { ok: true, root: parser.document() };
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

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

class JsoncParser {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Located {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at++;
    const root = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw new Damage(this.#at, 'something follows the value');
    return root;
  }

  #space(): void {
    const text = this.#text;
    for (;;) {
      const unit = text.charCodeAt(this.#at);
      if (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) this.#at++;
      else if (unit === 0x2f && text.charCodeAt(this.#at + 1) === 0x2f) {
        const end = text.indexOf('\n', this.#at);
        this.#at = end === -1 ? text.length : end + 1;
      } else if (unit === 0x2f && text.charCodeAt(this.#at + 1) === 0x2a) {
        const end = text.indexOf('*/', this.#at + 2);
        if (end === -1) throw new Damage(this.#at, 'a comment does not end');
        this.#at = end + 2;
      } else return;
    }
  }

  #value(depth: number): Located {
    this.#space();
    const start = this.#at;
    if (depth > LOCATED_LIMITS.depth)
      throw new Damage(start, `it is nested deeper than ${LOCATED_LIMITS.depth} levels`, true);
    if (++this.#values > LOCATED_LIMITS.values)
      throw new Damage(start, `it has more than ${LOCATED_LIMITS.values} values`, true);
    switch (this.#text[start]) {
      case '{':
        return this.#map(start, depth);
      case '[':
        return this.#list(start, depth);
      case '"': {
        const value = this.#string();
        return { kind: 'scalar', start, end: this.#at, value, text: value };
      }
      default:
        return this.#plain(start);
    }
  }

  #plain(start: number): Located {
    for (const pattern of [NUMBER, WORD]) {
      pattern.lastIndex = start;
      const text = pattern.exec(this.#text)?.[0];
      if (text === undefined) continue;
      this.#at = start + text.length;
      return { kind: 'scalar', start, end: this.#at, value: JSON.parse(text) as number | boolean | null, text };
    }
    throw new Damage(start, start >= this.#text.length ? 'it ends too early' : 'there is no value here');
  }

  #map(start: number, depth: number): Located {
    const members: LocatedMember[] = [];
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === '}') break;
      const at = this.#at;
      if (this.#text[at] !== '"') throw new Damage(at, 'a name in quotes is missing');
      const name = this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') throw new Damage(this.#at, 'a colon is missing');
      this.#at++;
      members.push({ name, at, value: this.#value(depth + 1) });
      if (!this.#comma('}')) break;
    }
    this.#at++;
    return { kind: 'map', start, end: this.#at, members };
  }

  #list(start: number, depth: number): Located {
    const items: Located[] = [];
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === ']') break;
      items.push(this.#value(depth + 1));
      if (!this.#comma(']')) break;
    }
    this.#at++;
    return { kind: 'list', start, end: this.#at, items };
  }

  /** True after a comma; false before the closing bracket. */
  #comma(close: string): boolean {
    this.#space();
    if (this.#text[this.#at] === ',') {
      this.#at++;
      return true;
    }
    if (this.#text[this.#at] === close) return false;
    throw new Damage(this.#at, this.#at >= this.#text.length ? 'it ends too early' : 'a comma is missing');
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 0x5c) at++;
      else if (unit === 0x22 || unit === 0x0a) break;
    }
    if (text[at] !== '"') throw new Damage(start, 'a string does not end');
    this.#at = at + 1;
    try {
      // A tab in a string is none in JSON; editors take it.
      return JSON.parse(text.slice(start, at + 1).replaceAll('\t', '\\t')) as string;
    } catch {
      throw new Damage(start, 'a string has a wrong escape');
    }
  }
}
