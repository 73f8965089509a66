import { isIn } from './run.ts';

/** The password in `user:password@host`, or what of it has arrived. */
export interface Userinfo {
  readonly user: string;
  readonly start: number;
  readonly end: number;
  /** True when a host follows; until then it may turn out to be a port. */
  readonly complete: boolean;
  /** True when the text ends before the password's end is certain. */
  readonly open: boolean;
}

/** Longest user name; look-behind has to cover it. */
export const LONGEST_USER = 128;
export const LONGEST_PASSWORD = 512;

/**
 * Reads the authority of a URL from just after `://` (RFC 3986 §3.2). The password reaches to the last `@`, because
 * unescaped ones are common in practice.
 * @returns null when there is no colon, or no `@` after it.
 */
export function readUrlPassword(text: string, from: number): Userinfo | null {
  const colon = indexWithin(text, from, LONGEST_USER, ':', AUTHORITY_END);
  if (colon === -1) return null;
  const start = colon + 1;
  let at = -1;
  let i = start;
  for (; i < text.length && i < start + LONGEST_PASSWORD; i++) {
    if (text[i] === '@') at = i;
    else if (isIn('opaque', text.charCodeAt(i)) ? '/?#'.includes(text[i]!) : !PASSWORD_ALSO.has(text[i]!)) break;
  }
  const open = i === text.length && i < start + LONGEST_PASSWORD;
  if (at === -1 || at === start || !isIn('word', text.charCodeAt(at + 1))) {
    return open ? { user: text.slice(from, colon), start, end: text.length, complete: false, open } : null;
  }
  return { user: text.slice(from, colon), start, end: at, complete: true, open };
}

/** Reads `user:password` of a command line's argument, quoted or not. */
export function readArgumentPassword(text: string, from: number): Userinfo | null {
  const quote = text[from] === '"' || text[from] === "'" ? text[from]! : '';
  const first = from + quote.length;
  const colon = indexWithin(text, first, LONGEST_USER, ':', ARGUMENT_END);
  if (colon === -1 || colon === first) return null;
  const start = colon + 1;
  let i = start;
  for (; i < text.length && i < start + LONGEST_PASSWORD; i++) {
    if (quote === '' ? ARGUMENT_END.includes(text[i]!) : text[i] === quote || text[i] === '\n') break;
  }
  const open = i === text.length && i < start + LONGEST_PASSWORD;
  return { user: text.slice(first, colon), start, end: i, complete: i > start, open };
}

const AUTHORITY_END = ' \t\r\n/?#"\'<>`\\@';
const ARGUMENT_END = ' \t\r\n"\'\\`';
/** Units of RFC 3986 `sub-delims` that `opaque` leaves out. */
const PASSWORD_ALSO = new Set([',', ';', '(', ')']);

/** First `wanted` before any of `stops`, looking at `max` units. */
function indexWithin(text: string, from: number, max: number, wanted: string, stops: string): number {
  for (let i = from; i < text.length && i <= from + max; i++) {
    if (text[i] === wanted) return i;
    if (stops.includes(text[i]!)) return -1;
  }
  return -1;
}
