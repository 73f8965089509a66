import { LOCATED_LIMITS } from './located.ts';

/** A value of HCL: what is written out; everything that has to be computed is `expression` with its text. */
export type HclValue =
  | { readonly kind: 'string' | 'number' | 'boolean'; readonly text: string; readonly start: number }
  | { readonly kind: 'list'; readonly items: readonly HclValue[]; readonly start: number }
  | { readonly kind: 'object'; readonly members: readonly HclAttribute[]; readonly start: number }
  | { readonly kind: 'expression'; readonly text: string; readonly start: number };

export interface HclAttribute {
  readonly name: string;
  readonly start: number;
  readonly value: HclValue;
}

export interface HclBlock {
  /** `resource`, `module`, `ingress`. */
  readonly type: string;
  readonly labels: readonly string[];
  readonly start: number;
  readonly attributes: readonly HclAttribute[];
  readonly blocks: readonly HclBlock[];
}

export type HclResult =
  | { readonly ok: true; readonly body: HclBlock }
  | { readonly ok: false; readonly at: number; readonly reason: string };

class Damage extends Error {
  readonly at: number;
  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

/**
 * HCL 2 native syntax (github.com/hashicorp/hcl, spec.md) as far as it is written out: blocks, attributes, strings, numbers, lists, objects,
 * here-documents. Expressions are kept as text and never evaluated.
 */
export function parseHcl(text: string): HclResult {
  const parser = new Parser(text);
  try {
    return { ok: true, body: parser.body({ type: '', labels: [], start: 0 }, 0, true) };
  } catch (error) {
    if (error instanceof Damage) return { ok: false, at: error.at, reason: error.message };
    throw error;
  }
}

const IDENTIFIER = /[A-Za-z_][\w-]{0,200}/y;
const NUMBER = /-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,5})?(?![\w.])/y;
const HEREDOC = /<<-?([A-Za-z_]\w{0,60})[^\n]{0,10}\n/y;

class Parser {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  body(
    head: { readonly type: string; readonly labels: readonly string[]; readonly start: number },
    depth: number,
    top = false,
  ): HclBlock {
    if (depth > LOCATED_LIMITS.depth) throw new Damage(this.#at, 'it is nested too deep');
    const attributes: HclAttribute[] = [];
    const blocks: HclBlock[] = [];
    for (;;) {
      this.#space(true);
      if (this.#at >= this.#text.length) {
        if (top) return { ...head, attributes, blocks };
        throw new Damage(head.start, 'a block does not end');
      }
      if (this.#text[this.#at] === '}') {
        if (top) throw new Damage(this.#at, 'a brace closes nothing');
        this.#at++;
        return { ...head, attributes, blocks };
      }
      const start = this.#at;
      const name = this.#match(IDENTIFIER)?.[0];
      if (name === undefined) throw new Damage(start, 'a name was expected');
      this.#count();
      this.#space(false);
      if (this.#text[this.#at] === '=' && this.#text[this.#at + 1] !== '=') {
        this.#at++;
        attributes.push({ name, start, value: this.#value(depth + 1, '\n}') });
        continue;
      }
      const labels: string[] = [];
      for (;;) {
        this.#space(false);
        const next = this.#text[this.#at];
        if (next === '{') break;
        const label = next === '"' ? this.#string().text : this.#match(IDENTIFIER)?.[0];
        if (label === undefined) throw new Damage(this.#at, 'a block or a value was expected');
        labels.push(label);
      }
      this.#at++;
      blocks.push(this.body({ type: name, labels, start }, depth + 1));
    }
  }

  /** @param ends characters that end an expression outside of brackets */
  #value(depth: number, ends: string): HclValue {
    if (depth > LOCATED_LIMITS.depth) throw new Damage(this.#at, 'it is nested too deep');
    this.#count();
    this.#space(ends.includes(']') || !ends.includes('\n'));
    const start = this.#at;
    const first = this.#text[start];
    if (first === '"') {
      const { text, plain } = this.#string();
      if (this.#ended(ends)) return plain ? { kind: 'string', text, start } : { kind: 'expression', text, start };
    } else if (first === '<' && this.#text.startsWith('<<', start)) {
      return { kind: 'string', text: this.#heredoc(), start };
    } else if (first === '[') {
      const list = this.#list(depth, start);
      if (list !== null && this.#ended(ends)) return list;
    } else if (first === '{') {
      const object = this.#object(depth, start);
      if (object !== null && this.#ended(ends)) return object;
    } else {
      const number = this.#match(NUMBER)?.[0];
      if (number !== undefined && this.#ended(ends)) return { kind: 'number', text: number, start };
      this.#at = start;
      const word = this.#match(IDENTIFIER)?.[0];
      if ((word === 'true' || word === 'false') && this.#ended(ends)) return { kind: 'boolean', text: word, start };
    }
    this.#at = start;
    return { kind: 'expression', text: this.#expression(ends), start };
  }

  #ended(ends: string): boolean {
    this.#space(!ends.includes('\n'));
    const next = this.#text[this.#at];
    return next === undefined || next === '\r' || ends.includes(next);
  }

  #list(depth: number, start: number): HclValue | null {
    this.#at++;
    const items: HclValue[] = [];
    for (;;) {
      this.#space(true);
      const next = this.#text[this.#at];
      if (next === undefined) throw new Damage(start, 'a list does not end');
      if (next === ']') {
        this.#at++;
        return { kind: 'list', items, start };
      }
      if (/^for\s/.test(this.#text.slice(this.#at, this.#at + 4))) return null;
      items.push(this.#value(depth + 1, ',]'));
      this.#space(true);
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== ']') return null;
    }
  }

  #object(depth: number, start: number): HclValue | null {
    this.#at++;
    const members: HclAttribute[] = [];
    for (;;) {
      this.#space(true);
      const at = this.#at;
      const next = this.#text[at];
      if (next === undefined) throw new Damage(start, 'an object does not end');
      if (next === '}') {
        this.#at++;
        return { kind: 'object', members, start };
      }
      const name = next === '"' ? this.#string().text : this.#match(IDENTIFIER)?.[0];
      if (name === undefined || name === 'for') return null;
      this.#space(false);
      const sign = this.#text[this.#at];
      if (sign !== '=' && sign !== ':') return null;
      this.#at++;
      members.push({ name, start: at, value: this.#value(depth + 1, ',\n}') });
      this.#space(true);
      if (this.#text[this.#at] === ',') this.#at++;
    }
  }

  /** Text up to what ends it, with brackets and strings kept whole. */
  #expression(ends: string): string {
    const start = this.#at;
    const open: string[] = [];
    while (this.#at < this.#text.length) {
      const next = this.#text[this.#at]!;
      if (open.length === 0 && ends.includes(next)) break;
      if (next === '"') this.#string();
      else if (next === '#' || this.#text.startsWith('//', this.#at)) this.#line();
      else if (this.#text.startsWith('/*', this.#at)) this.#comment();
      else if (next === '<' && /^<<-?[A-Za-z_]/.test(this.#text.slice(this.#at, this.#at + 4))) this.#heredoc();
      else {
        if ('([{'.includes(next)) open.push(next === '(' ? ')' : next === '[' ? ']' : '}');
        else if (')]}'.includes(next) && open.pop() !== next) throw new Damage(this.#at, 'a bracket closes nothing');
        if (open.length > 200) throw new Damage(this.#at, 'it is nested too deep');
        this.#at++;
      }
    }
    if (open.length > 0) throw new Damage(start, 'a bracket is not closed');
    return this.#text.slice(start, this.#at).trim();
  }

  /** A quoted string; `plain` when nothing in it has to be computed. */
  #string(): { readonly text: string; readonly plain: boolean } {
    const start = this.#at++;
    let text = '';
    let plain = true;
    let inside = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const next = this.#text[this.#at]!;
      if (next === '\\') {
        const escaped = this.#text[++this.#at] ?? '';
        text += escaped === 'n' ? '\n' : escaped === 't' ? '\t' : escaped;
        continue;
      }
      if ((next === '$' || next === '%') && this.#text[this.#at + 1] === '{' && this.#text[this.#at - 1] !== next) {
        plain = false;
        inside++;
      } else if (inside > 0 && next === '}') inside--;
      else if (next === '"' && inside === 0) {
        this.#at++;
        return { text, plain };
      } else if (next === '\n' && inside === 0) break;
      text += next;
    }
    throw new Damage(start, 'a string does not end');
  }

  #heredoc(): string {
    const start = this.#at;
    const head = this.#match(HEREDOC);
    if (head === null) throw new Damage(start, 'a here-document has no name');
    const body: string[] = [];
    while (this.#at < this.#text.length) {
      const end = this.#text.indexOf('\n', this.#at);
      const line = this.#text.slice(this.#at, end === -1 ? undefined : end);
      this.#at = end === -1 ? this.#text.length : end;
      if (line.trim() === head[1]) return body.join('\n');
      body.push(line);
      this.#at++;
    }
    throw new Damage(start, 'a here-document does not end');
  }

  #space(newlines: boolean): void {
    for (; this.#at < this.#text.length;) {
      const next = this.#text[this.#at]!;
      if (next === ' ' || next === '\t' || next === '\r' || next === '\ufeff' || (newlines && next === '\n'))
        this.#at++;
      else if (next === '#' || this.#text.startsWith('//', this.#at)) this.#line();
      else if (this.#text.startsWith('/*', this.#at)) this.#comment();
      else return;
    }
  }

  #line(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #comment(): void {
    const end = this.#text.indexOf('*/', this.#at + 2);
    if (end === -1) throw new Damage(this.#at, 'a comment does not end');
    this.#at = end + 2;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  #count(): void {
    if (++this.#values > LOCATED_LIMITS.values)
      throw new Damage(this.#at, `it has more than ${LOCATED_LIMITS.values} values`);
  }
}
