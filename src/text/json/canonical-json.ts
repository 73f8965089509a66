import { createHash } from 'node:crypto';

/** Deeper values are no arguments of a tool. */
const MOST_DEPTH = 128;

/**
 * The JSON Canonicalization Scheme (RFC 8785): members in the order of their names' UTF-16 units, numbers and strings as
 * ECMAScript writes them, no blanks. Members that are undefined are left out, as JSON.stringify does.
 * @throws RangeError for what JSON does not know (NaN, infinities, lone surrogates, functions), and for what is too deep.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MOST_DEPTH) throw new RangeError(`The value is nested deeper than ${MOST_DEPTH} levels.`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError('A number is not finite.');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw new RangeError(`A ${typeof value} has no form in JSON.`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${quoted(name)}:${canonicalJson(member, depth + 1)}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 of the canonical form, base64url without padding. @throws RangeError as `canonicalJson`. */
export function canonicalDigest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value), 'utf8').digest('base64url');
}

function quoted(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('A string holds half a character (a lone surrogate).');
  return JSON.stringify(text);
}
