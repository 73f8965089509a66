import { isIn, runEnd } from './run.ts';

/**
 * Where the value of an assignment begins, seen from the end of the name's first part. Reads code
 * (`DB_PASSWORD = "…"`, `"password": "…"`, `set_password('…')`, `<password>…`), shells (`--password …`) and sentences
 * (`the password for staging is …`), and never past the line's end.
 */
export interface Value {
  /** First unit of the value. */
  readonly start: number;
  /** Quotation mark that opened it, or ''. */
  readonly quote: string;
  /** What stands between the given position and the operator: the rest of the name. */
  readonly rest: string;
}

/** Units between a name's beginning and its value that are read at most; look-behind has to cover them. */
export const LONGEST_ASSIGNMENT = 40 + 5 * 16 + 8 + 8 + 8;

/** Authentication schemes that stand before the credential in a header. */
const SCHEMES = [
  'Bearer ',
  'bearer ',
  'Basic ',
  'basic ',
  'Token ',
  'token ',
  'Api-Token ',
  'ApiKey ',
  'Api-Key ',
  'SSWS ',
  'Bot ',
];
const QUOTES = '"\'`';

/** @returns null when no value begins within reach; then nothing that follows in the same text can change that, except at its end. */
export function valueAfter(text: string, from: number): Value | null {
  let i = runEnd(text, from, 'dotted', 40);
  const nameEnd = i;
  i = skip(text, i, ' \t"\'`\\])*', 8);
  const quoted = QUOTES.includes(text[i - 1] ?? ' ');

  // Up to five words between the name and the operator: "secret access key for staging is …".
  let afterOperator = operatorEnd(text, i, quoted);
  for (let words = 0; afterOperator === -1 && words < 5 && isLetter(text, i) && text[i - 1] === ' '; words++) {
    i = skip(text, runEnd(text, i, 'token', 15), ' *', 1);
    afterOperator = operatorEnd(text, i, quoted);
  }
  const rest = text.slice(from, i);
  if (afterOperator === -1) {
    // `--password value`: the shell's operator is the space.
    const nameStart = runStartOfFlag(text, from);
    if (nameStart === -1 || text[nameEnd] !== ' ') return null;
    afterOperator = nameEnd + 1;
  }

  i = skip(text, afterOperator, ' \t*', 8);
  if (/[bBrRuf]/.test(text[i] ?? '') && QUOTES.includes(text[i + 1] ?? ' ')) i++;
  let quote = '';
  for (let openers = 0; openers < 4 && i < text.length && '"\'`\\[(<'.includes(text[i]!); openers++, i++) {
    if (QUOTES.includes(text[i]!)) quote = text[i]!;
  }
  const scheme = SCHEMES.find((each) => text.startsWith(each, i));
  if (scheme !== undefined) i += scheme.length;
  return i < text.length && text[i] !== '\n' && text[i] !== '\r' ? { start: i, quote, rest } : null;
}

/** Just after `=`, `:`, `:=`, `=>`, `>`, ` is `, or `(`/`,` where quotes make it a call; -1 when none stands here. */
function operatorEnd(text: string, i: number, quoted: boolean): number {
  switch (text[i]) {
    case '=':
      return text[i + 1] === '=' || text[i + 1] === '>' || text[i + 1] === '~'
        ? i + 2 + (text[i + 2] === '=' ? 1 : 0)
        : i + 1;
    case ':':
      return text.startsWith('://', i) || text.startsWith('::', i) ? -1 : i + (text[i + 1] === '=' ? 2 : 1);
    case '>':
    case '|':
      return i + 1;
    case ',':
      return quoted ? i + 1 : -1;
    case '(':
      return QUOTES.includes(text[i + 1] ?? ' ') ? i + 1 : -1;
    case 'i':
      return /^is[ :]/.test(text.slice(i, i + 3)) ? i + 3 : -1;
    default:
      return -1;
  }
}

function skip(text: string, from: number, units: string, max: number): number {
  let i = from;
  while (i < text.length && i < from + max && units.includes(text[i]!)) i++;
  return i;
}

function isLetter(text: string, i: number): boolean {
  const code = text.charCodeAt(i) | 32;
  return code >= 97 && code <= 122;
}

/** Start of the `--flag` that `at` lies in, or -1. */
function runStartOfFlag(text: string, at: number): number {
  let i = at;
  while (i > 0 && at - i < 40 && isIn('token', text.charCodeAt(i - 1))) i--;
  return text.startsWith('--', i) ? i : -1;
}
