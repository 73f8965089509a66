import { codePointAt } from '../../text/code-point.ts';
import { RE2JS, RE2JSSyntaxException } from 're2js';

/** A regular expression whose matches have a greatest length. */
export interface BoundedPattern {
  readonly compiled: RE2JS;
  /** UTF-16 units that a match can have at most. */
  readonly longest: number;
  /** ASCII letters that every match begins with, whatever their case; '' when it has none. */
  readonly prefix: string;
}

/** Units beyond which a match would have a stream held back for too long. */
const LONGEST = 4096;
/** RE2 multiplies repetitions that stand inside each other, and takes no more than this. */
const MOST_REPEATS = 1000;
const MOST_UNITS = 1000;

export type Bounding = BoundedPattern | { readonly problem: string; readonly column: number };

/**
 * Compiles a pattern in RE2 syntax (linear in the text, whatever the pattern) after giving every repetition without an end
 * one of `repeat`, so that how long a match can be is known: only then is it known how much of a stream to hold.
 * @returns what is wrong, in which column of the pattern (from 1), when it cannot be used.
 */
export function boundPattern(source: string, flags: string, repeat: number): Bounding {
  if (source.length > MOST_UNITS) return { problem: `has more than ${MOST_UNITS} characters`, column: MOST_UNITS + 1 };
  const head = flags === '' ? '' : `(?${flags})`;
  try {
    RE2JS.compile(head + source);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) return { problem: 'cannot be compiled', column: 1 };
    const { message, input } = error as unknown as { readonly message: string; readonly input?: string };
    const at = typeof input === 'string' ? source.indexOf(input) : -1;
    return { problem: message.replace(/^error parsing regexp: /, ''), column: Math.max(0, at) + 1 };
  }
  const walker = new Walker(source, repeat);
  const bounded = walker.alternation();
  if (walker.problem !== null) return walker.problem;
  if (bounded.longest === 0) return { problem: 'matches no text but the empty one', column: 1 };
  if (bounded.longest > LONGEST) {
    return {
      problem: `matches up to ${bounded.longest} characters, and ${LONGEST} may be held back; bound its repetitions: {1,20}`,
      column: 1,
    };
  }
  try {
    const prefix = literalPrefix(source, flags.includes('i'));
    return { compiled: RE2JS.compile(head + bounded.text), longest: bounded.longest, prefix };
  } catch {
    return { problem: 'has repetitions that become too large together; bound them: {1,20}', column: 1 };
  }
}

/** Letters that stand at the beginning of a pattern and must be there. Not taken: what another letter may match for. */
function literalPrefix(source: string, ignoresCase: boolean): string {
  if (/\||\(\?[imsU-]/.test(source)) return '';
  let prefix = '';
  for (let i = 0; i < source.length;) {
    const [, anchor, letter] = /^(?:(\\b|\^)|([\w \-"'=:;,<>@#%&!~/]))/.exec(source.slice(i, i + 2)) ?? [];
    if (anchor !== undefined && prefix === '') {
      i += anchor.length;
      continue;
    }
    if (letter === undefined || (ignoresCase && /[ks]/i.test(letter))) break;
    if (/^[*+?{]/.test(source.slice(i + 1, i + 2))) break;
    prefix += letter;
    i++;
  }
  return prefix.length < 2 ? '' : prefix;
}

interface Part {
  /** The part with every repetition bounded. */
  readonly text: string;
  readonly longest: number;
  /** Product of the repetitions inside each other. */
  readonly repeats: number;
}

const EMPTY: Part = { text: '', longest: 0, repeats: 1 };

/** Reads a pattern that RE2 has accepted. */
class Walker {
  readonly #source: string;
  readonly #repeat: number;
  #at = 0;
  #depth = 0;
  problem: { readonly problem: string; readonly column: number } | null = null;

  constructor(source: string, repeat: number) {
    this.#source = source;
    this.#repeat = repeat;
  }

  alternation(): Part {
    let all = this.#sequence();
    while (this.#source[this.#at] === '|') {
      this.#at++;
      const next = this.#sequence();
      all = {
        text: `${all.text}|${next.text}`,
        longest: Math.max(all.longest, next.longest),
        repeats: Math.max(all.repeats, next.repeats),
      };
    }
    return all;
  }

  #sequence(): Part {
    let { text, longest, repeats } = EMPTY;
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at]!) && this.problem === null) {
      const part = this.#repeated(this.#atom());
      text += part.text;
      longest += part.longest;
      repeats = Math.max(repeats, part.repeats);
    }
    return { text, longest, repeats };
  }

  #repeated(atom: Part): Part {
    let part = atom;
    for (;;) {
      const rest = /^(?:[*+?]|\{(\d{1,4})(?:,(\d{0,4}))?\})\??/.exec(this.#source.slice(this.#at, this.#at + 16));
      if (rest === null) return part;
      const [all, from, to] = rest;
      const lazy = all.length > 1 && all.endsWith('?') ? '?' : '';
      const column = this.#at + 1;
      this.#at += all.length;
      const least = from === undefined ? (all[0] === '+' ? 1 : 0) : Number(from);
      const open = from === undefined ? all[0] !== '?' : to === '';
      // As often as RE2 allows around what repeats inside; anchors may repeat freely, they are empty.
      const room = Math.floor(MOST_REPEATS / part.repeats);
      const most = open
        ? Math.max(least, Math.min(this.#repeat, room))
        : all[0] === '?'
          ? 1
          : Number(to === undefined || to === '' ? from : to);
      if (open && room < 2 && part.longest > 0) {
        this.problem = { problem: 'repeats without an end what repeats itself; bound one of the two: {1,20}', column };
        return part;
      }
      const plain = all[0] === '?' ? '?' : `{${least},${most}}`;
      part = {
        // Of what is empty once is as good as often.
        text: part.longest === 0 && open ? `${part.text}${least === 0 ? '?' : ''}` : `${part.text}${plain}${lazy}`,
        longest: part.longest * most,
        repeats: part.repeats * Math.max(1, most),
      };
    }
  }

  #atom(): Part {
    const source = this.#source;
    const begin = this.#at;
    const unit = source[begin]!;
    const take = (length: number, longest: number): Part => {
      this.#at = begin + length;
      return { text: source.slice(begin, begin + length), longest, repeats: 1 };
    };
    switch (unit) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '.':
        return take(1, 2);
      case '^':
      case '$':
        return take(1, 0);
      default: {
        const length = codePointAt(source, begin) > 0xffff ? 2 : 1;
        return take(length, length);
      }
    }
  }

  #group(): Part {
    const [head] = /^\((?:\?(?:P?<\w+>|[imsU-]*[:)]?))?/.exec(this.#source.slice(this.#at))!;
    this.#at += head.length;
    // Flags for the rest of the group: no text.
    if (head.endsWith(')')) return { text: head, longest: 0, repeats: 1 };
    if (++this.#depth > 50) {
      this.problem = { problem: 'has groups that are too deep inside each other', column: this.#at };
      return EMPTY;
    }
    const inner = this.alternation();
    this.#depth--;
    this.#at++; // the closing bracket
    return { ...inner, text: `${head}${inner.text})` };
  }

  #class(): Part {
    const begin = this.#at;
    const source = this.#source;
    let i = begin + 1;
    if (source[i] === '^') i++;
    if (source[i] === ']') i++;
    for (; i < source.length && source[i] !== ']'; i++) {
      if (source[i] === '\\') i++;
      else if (source.startsWith('[:', i)) i = Math.max(i, source.indexOf(':]', i) + 1);
    }
    this.#at = i + 1;
    const text = source.slice(begin, this.#at);
    // What is named may lie beyond the first plane, where a character has two units.
    const narrow = !/^\[\^|\[:\^|[\\\ud800-\udfff]/.test(text);
    return { text, longest: narrow ? 1 : 2, repeats: 1 };
  }

  #escape(): Part {
    const begin = this.#at;
    const rest = this.#source.slice(begin, begin + 64);
    if (rest.startsWith('\\Q')) {
      const end = this.#source.indexOf('\\E', begin);
      const stop = end === -1 ? this.#source.length : end;
      this.#at = end === -1 ? stop : end + 2;
      const literal = this.#source.slice(begin + 2, stop);
      // Grouped, so that what follows repeats the last letter alone as RE2 does, or all of it, but never less.
      const text = [...literal].map((letter) =>
        /\w/.test(letter) ? letter : `\\x{${letter.codePointAt(0)!.toString(16)}}`,
      );
      return { text: text.join(''), longest: literal.length, repeats: 1 };
    }
    const [all] = /^\\(?:[pP](?:\{\^?\w+\}|\w)|x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|[0-7]{1,3}|[\s\S])/.exec(rest) ?? [
      rest.slice(0, 2),
    ];
    this.#at = begin + all.length;
    const empty = /^\\[AbBz]$/.test(all);
    const short = /^\\(?:[dswfnrtav]|x[0-9A-Fa-f]{2}|[0-7]{1,3}|[^A-Za-z0-9\ud800-\udfff])$/.test(all);
    return { text: all, longest: empty ? 0 : short ? 1 : 2, repeats: 1 };
  }
}
