import type { Writing } from './decode.ts';
import { type Destination, Ends, type Place, isSpace } from './destination.ts';

/** How far back a bracket or a tag is looked for that says what a destination belongs to. */
export const REACH = 1024;

/** Attributes whose value a browser fetches, follows or sends to (HTML, "attributes"; SVG 2, "linking"; obsolete ones). */
const ATTRIBUTES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ...['src', 'poster', 'background', 'data', 'action', 'formaction', 'manifest', 'icon', 'lowsrc', 'dynsrc'].map(
    (name) => [name, 'html'] as const,
  ),
  ...['codebase', 'classid', 'code', 'longdesc', 'xlink:href', 'xml:base'].map((name) => [name, 'html'] as const),
  ...['srcset', 'imagesrcset', 'ping', 'archive', 'attributionsrc'].map((name) => [name, 'html-list'] as const),
  ['href', 'html'],
  ['content', 'html-refresh'],
  ['style', 'html-style'],
  ['srcdoc', 'html-document'],
]);
const LONGEST_NAME = 14;

/** Tags on which `href` waits for a click. */
const FOLLOWED = new Set(['a', 'area']);

/** What a text's end may be the beginning of without being a destination yet. */
const BEGINNINGS = ['https://', 'http://', 'ftp://', 'www.'];

export interface Destinations {
  /** In the order in which they are announced. */
  readonly all: readonly Destination[];
  /** Index from which the text's end may become one that is not among them yet. */
  readonly pending: number;
}

/** Every place in `text` where a Markdown, HTML or CSS renderer would read a URL. One pass. */
export function findDestinations(text: string): Destinations {
  const all: Destination[] = [];
  const ends = new Ends(text);
  const brackets = new Brackets();
  let tagAt = -1;
  /** End of the token without white space that was taken last: what stands in it is part of it. */
  let tokenEnd = 0;

  const skipSpace = (from: number): number => {
    let at = from;
    while (at < text.length && isSpace(text.charCodeAt(at))) at++;
    return at;
  };
  const add = (
    place: Place,
    writing: Writing,
    announced: number,
    start: number,
    end: number,
    complete: boolean,
  ): void => {
    all.push({ place, writing, announced, start, end, complete });
  };
  const token = (place: Place, writing: Writing, announced: number, start: number, end: number): void => {
    add(place, writing, announced, start, end, end < text.length);
    tokenEnd = Math.max(tokenEnd, end);
  };
  /** A destination in quotes, or else up to where `unquoted` says. JSON escapes the quotes of HTML that it carries. */
  const quotable = (
    place: Place,
    writing: Writing,
    announced: number,
    from: number,
    unquoted: (start: number) => number,
  ): void => {
    const escaped = text[from] === '\\';
    if (escaped && from + 1 === text.length) return add(place, writing, announced, from, from + 1, false);
    const at = escaped ? from + 1 : from;
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const close = ends.indexOf(quote, at + 1);
      const end = close === -1 ? text.length : close;
      return add(place, writing, announced, at + 1, end, close !== -1);
    }
    token(place, writing, announced, from, unquoted(from));
  };

  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x5d || code < 0x28) {
      if ((code === 0x77 || code === 0x57) && i >= tokenEnd && isWww(text, i)) {
        const { end, complete } = ends.bare(i);
        add('bare', 'plain', i, i, end, complete);
        tokenEnd = complete ? end : text.length;
      }
      continue;
    }
    switch (code) {
      case 0x5b: // [
        if (!isEscaped(text, i)) brackets.open(i, text[i - 1] === '!' && !isEscaped(text, i - 1));
        break;
      case 0x5d: // ]
        if (isEscaped(text, i)) break;
        {
          const opener = brackets.close(i);
          const next = text[i + 1];
          if (next === '(') {
            const place = brackets.isImage(opener, i) ? 'image' : 'link';
            const start = skipSpace(i + 2);
            if (text[start] === '<') {
              const marks = ['>', '<', '\n'].map((mark) => ends.indexOf(mark, start + 1)).filter((at) => at !== -1);
              add(place, 'markdown', i + 2, start + 1, Math.min(text.length, ...marks), marks.length > 0);
            } else token(place, 'markdown', i + 2, start, ends.markdown(start, true));
          } else if (next === ':' && opener !== null && isDefinition(text, opener.at)) {
            const start = skipSpace(i + 2);
            const bracketed = text[start] === '<';
            if (bracketed) {
              const close = ends.indexOf('>', start + 1);
              add('reference', 'markdown', i + 2, start + 1, close === -1 ? text.length : close, close !== -1);
            } else token('reference', 'markdown', i + 2, start, ends.markdown(start, false));
          }
        }
        break;
      case 0x3c: // <
        if (isLetter(text.charCodeAt(i + 1))) {
          tagAt = i;
          const end = schemeEnd(text, i + 1);
          if (end === text.length) add('link', 'plain', i + 1, i + 1, end, false);
          else if (text[end] === ':' && end - i > 2) {
            const close = ends.unquoted(i + 1);
            token('link', 'plain', i + 1, i + 1, close);
          }
        }
        break;
      case 0x3d: // =
        {
          if (i < tokenEnd) break;
          const name = attributeBefore(text, i);
          const place = name === null ? undefined : ATTRIBUTES.get(name);
          if (place === undefined) break;
          // Further back than the reach there may be a tag whose beginning cannot be seen.
          if (tagAt === -1 ? i < REACH : i - tagAt > REACH && i < REACH) break;
          const tag = tagAt !== -1 && i - tagAt <= REACH ? tagName(text, tagAt) : '';
          quotable(
            name === 'href' && FOLLOWED.has(tag) ? 'html-link' : place,
            'html',
            i + 1,
            skipSpace(i + 1),
            (start) => ends.unquoted(start),
          );
        }
        break;
      case 0x28: // (
        if (isFunction(text, i)) {
          quotable('css', 'css', i + 1, skipSpace(i + 1), (start) => ends.markdown(start, true));
        }
        break;
      case 0x40: // @
        if (text.slice(i, i + 7).toLowerCase() === '@import') {
          const start = skipSpace(i + 7);
          if (start === text.length) add('css', 'css', i + 7, start, start, false);
          else if (text[start] === '"' || text[start] === "'" || text[start] === '\\')
            quotable('css', 'css', i + 7, start, (at) => ends.unquoted(at));
        }
        break;
      case 0x3a: // :
        if (i >= tokenEnd && isSlash(text[i + 1]) && isSlash(text[i + 2])) {
          const start = schemeBefore(text, i);
          if (start === -1) break;
          const { end, complete } = ends.bare(start);
          add('bare', 'plain', start, start, end, complete);
          tokenEnd = complete ? end : text.length;
        }
        break;
    }
  }
  return { all, pending: Math.min(beginning(text), nameBeforeSpace(text)) };
}

interface Opener {
  readonly at: number;
  readonly image: boolean;
}

/** Brackets that are open, and whether a `](` belongs to an image. In doubt it does: an image is fetched unasked. */
class Brackets {
  readonly #open: Opener[] = [];
  #images: number[] = [];
  #lastImage = -1;

  open(at: number, image: boolean): void {
    this.#open.push({ at, image });
    if (image) {
      this.#images.push(at);
      this.#lastImage = at;
    }
  }

  close(at: number): Opener | null {
    const opener = this.#open.pop();
    if (opener === undefined || at - opener.at > REACH) return null;
    if (opener.image) this.#images.pop();
    return opener;
  }

  isImage(opener: Opener | null, at: number): boolean {
    if (opener?.image === true) return true;
    const outer = this.#images.at(-1);
    if (outer !== undefined && at - outer <= REACH) return true;
    return opener === null && (at > REACH || (this.#lastImage !== -1 && at - this.#lastImage <= REACH));
  }
}

/** An odd number of backslashes before `at`; only the nearest eight are counted. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (from > 0 && at - from < 8 && text.charCodeAt(from - 1) === 92) from--;
  return (at - from) % 2 === 1;
}

/** A label that begins its line, behind nothing but what marks quotes and lists, and is not a footnote's. */
function isDefinition(text: string, opener: number): boolean {
  if (text[opener + 1] === '^') return false;
  for (let at = opener - 1; at >= 0 && opener - at <= 64; at--) {
    const unit = text[at]!;
    if (unit === '\n' || unit === '\r') return true;
    if (!' \t>*+-.)0123456789'.includes(unit)) return false;
  }
  return true;
}

/** Name of the attribute that a `=` at `at` belongs to, in lower case, or null. */
function attributeBefore(text: string, at: number): string | null {
  let end = at;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return attributeEndingAt(text, end);
}

function attributeEndingAt(text: string, end: number): string | null {
  let start = end;
  while (start > 0 && end - start <= LONGEST_NAME && isNameUnit(text.charCodeAt(start - 1))) start--;
  if (start === end || end - start > LONGEST_NAME) return null;
  const before = text.charCodeAt(start - 1);
  // After white space, a slash or a closed value (HTML, "before attribute name state").
  if (start > 0 && !isSpace(before) && before !== 47 && before !== 34 && before !== 39) return null;
  return text.slice(start, end).toLowerCase();
}

function isNameUnit(code: number): boolean {
  return isLetter(code) || code === 58;
}

function tagName(text: string, at: number): string {
  let end = at + 1;
  while (end < text.length && end - at <= 16 && isLetter(text.charCodeAt(end))) end++;
  return text.slice(at + 1, end).toLowerCase();
}

/** `url(`, `src(`, `image(` and `image-set("` of CSS (CSS Images 4, CSS Values 5). */
function isFunction(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 10), at).toLowerCase();
  return /(?:^|[^a-z0-9_])(?:url|image-set)$/.test(before) || /(?:[:,]\s*)(?:src|image)$/.test(before);
}

function schemeEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && end - from < 32 && /[a-z0-9+.-]/i.test(text[end]!)) end++;
  return end;
}

/** Start of `http`, `https` or `ftp` that stands before `at` as a word of its own, or -1. */
function schemeBefore(text: string, at: number): number {
  const word = /(?:^|[^a-z0-9])(https?|ftp)$/i.exec(text.slice(Math.max(0, at - 6), at));
  return word === null ? -1 : at - word[1]!.length;
}

function isWww(text: string, at: number): boolean {
  return text.slice(at, at + 4).toLowerCase() === 'www.' && !isWord(text.charCodeAt(at - 1));
}

function isSlash(unit: string | undefined): boolean {
  return unit === '/' || unit === '\\';
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function isWord(code: number): boolean {
  return isLetter(code) || (code >= 48 && code <= 57);
}

/** Where the text's end could be the beginning of a URL that stands alone. */
function beginning(text: string): number {
  const tail = text.slice(-7).toLowerCase().replaceAll('\\', '/');
  for (let length = tail.length; length > 0; length--) {
    const end = tail.slice(-length);
    if (!BEGINNINGS.some((one) => one.length > length && one.startsWith(end))) continue;
    if (!isWord(text.charCodeAt(text.length - length - 1))) return text.length - length;
  }
  return text.length;
}

/** White space after an attribute's name waits for the `=`, so that the name stays in view. */
function nameBeforeSpace(text: string): number {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  if (end === text.length) return end;
  const name = attributeEndingAt(text, end);
  if (text.slice(Math.max(0, end - 7), end).toLowerCase() === '@import') return end;
  return name !== null && ATTRIBUTES.has(name) ? end : text.length;
}
