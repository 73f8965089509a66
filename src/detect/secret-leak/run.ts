const ALNUM = '0-9A-Za-z';

/** Alphabets that secrets are made of. Everything outside ASCII ends a run. */
const ALPHABETS = {
  digits: /[0-9]/,
  hex: /[0-9a-f]/,
  alnum: new RegExp(`[${ALNUM}]`),
  word: new RegExp(`[${ALNUM}_]`),
  token: new RegExp(`[${ALNUM}_-]`),
  tilde: new RegExp(`[${ALNUM}_.~-]`),
  dotted: new RegExp(`[${ALNUM}_.-]`),
  base64: new RegExp(`[${ALNUM}+/=]`),
  base64url: new RegExp(`[${ALNUM}_=-]`),
  mixed: new RegExp(`[${ALNUM}_.=+/~-]`),
  path: new RegExp(`[${ALNUM}_./@%-]`),
  colon: new RegExp(`[${ALNUM}_:/.-]`),
  dollar: new RegExp(`[${ALNUM}$_]`),
  encoded: new RegExp(`[${ALNUM}%+/=._-]`),
  percent: new RegExp(`[${ALNUM}%+/=]`),
  /** A password as it stands unquoted in a configuration file. */
  opaque: /[!-~]/,
} as const;

export type RunName = keyof typeof ALPHABETS;

const MEMBERS = Object.fromEntries(
  Object.entries(ALPHABETS).map(([name, units]) => [
    name,
    Uint8Array.from({ length: 128 }, (_, code) => (units.test(String.fromCharCode(code)) ? 1 : 0)),
  ]),
) as Record<RunName, Uint8Array>;

const OPAQUE_END = new Set(['"', "'", '`', ',', ';', '<', '>', '(', ')', '{', '}', '[', ']', '|', '\\']);
for (const unit of OPAQUE_END) MEMBERS.opaque[unit.charCodeAt(0)] = 0;

export function isIn(run: RunName, code: number): boolean {
  return code < 128 && MEMBERS[run][code] === 1;
}

/** Where the run that begins at `from` ends; looks at `max` units at most. */
export function runEnd(text: string, from: number, run: RunName, max: number): number {
  const members = MEMBERS[run];
  const limit = Math.min(text.length, from + max);
  let i = from;
  for (; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code >= 128 || members[code] === 0) break;
  }
  return i;
}

/** Where the run that ends before `to` begins; looks at `max` units at most. */
export function runStart(text: string, to: number, run: RunName, max: number): number {
  const limit = Math.max(0, to - max);
  let i = to;
  while (i > limit && isIn(run, text.charCodeAt(i - 1))) i--;
  return i;
}

/**
 * True when a word can begin at `start`. What an escape leaves before it counts as a boundary too: texts reach a
 * gateway as JSON inside JSON and as query strings, where the line break before a token reads `\n` and the equals
 * sign `%3D` or `\u003d`.
 */
export function isWordStart(text: string, start: number): boolean {
  if (start === 0) return true;
  const code = text.charCodeAt(start - 1);
  if (!isIn('word', code)) return true;
  const unit = text[start - 1]!;
  if ('nrtbfv'.includes(unit) && text[start - 2] === '\\') return true;
  if (text[start - 3] === '%' && /^%[0-9A-Fa-f]{2}$/.test(text.slice(start - 3, start))) return true;
  return text[start - 6] === '\\' && /^\\u[0-9A-Fa-f]{4}$/.test(text.slice(start - 6, start));
}
