/** What a server demands with a 401 or 403 (RFC 6750, 3; RFC 9728, 5.1). */
export interface Challenge {
  readonly resourceMetadata: string | null;
  readonly scopes: readonly string[];
  /** `invalid_token`, `insufficient_scope` … */
  readonly error: string | null;
}

const NONE: Challenge = { resourceMetadata: null, scopes: [], error: null };
const LONGEST = 8192;
const MOST_SCOPES = 64;

/** Reads the first `Bearer` challenge of a `WWW-Authenticate` header (RFC 9110, 11.6.1), from left to right, once. */
export function readChallenge(header: string | undefined): Challenge {
  if (header === undefined || header.length > LONGEST) return NONE;
  const parameters = new Map<string, string>();
  let inBearer = false;
  let at = 0;
  while (at < header.length) {
    const start = skip(header, at, ' ,\t');
    const end = tokenEnd(header, start);
    if (end === start) {
      at = start + 1;
      continue;
    }
    const word = header.slice(start, end).toLowerCase();
    const equals = skip(header, end, ' \t');
    if (header[equals] !== '=') {
      // A word without a value begins a challenge of another scheme.
      if (inBearer) break;
      inBearer = word === 'bearer';
      at = end;
      continue;
    }
    const value = readValue(header, skip(header, equals + 1, ' \t'));
    if (inBearer && !parameters.has(word)) parameters.set(word, value.text);
    at = Math.max(value.end, equals + 1);
  }
  if (!inBearer) return NONE;
  const scopes = (parameters.get('scope') ?? '').split(' ').filter((word) => word !== '');
  return {
    resourceMetadata: parameters.get('resource_metadata') ?? null,
    scopes: [...new Set(scopes)].slice(0, MOST_SCOPES),
    error: parameters.get('error') ?? null,
  };
}

function readValue(text: string, at: number): { readonly text: string; readonly end: number } {
  if (text[at] !== '"') {
    const end = tokenEnd(text, at);
    return { text: text.slice(at, end), end };
  }
  let out = '';
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '"') return { text: out, end: i + 1 };
    if (text[i] === '\\') i++;
    out += text[i] ?? '';
  }
  return { text: out, end: text.length };
}

function skip(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && characters.includes(text[at]!)) at++;
  return at;
}

function tokenEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[!#$%&'*+\-.^_`|~0-9A-Za-z/:]/.test(text[at]!)) at++;
  return at;
}
