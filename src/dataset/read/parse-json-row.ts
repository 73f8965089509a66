import { Fault } from '../../core/fault.ts';
import type { Row } from '../canonical-row.ts';

const MOST_DEPTH = 64;
/** Python's `json` writes them, and RFC 8259 does not know them. */
const NOT_JSON = /[:,[]\s{0,10}(?:NaN|-?Infinity)\b/;

/**
 * One JSON object as a row; whole numbers beyond 2^53 stay exact.
 * @param where place for errors
 * @throws Fault `ERR_DATA` for what is no JSON object, for a member that stands twice (of which some readers keep the first and some the last), and for
 * values nested deeper than 64
 */
export function parseJsonRow(source: string, where: string): Row {
  const value = parseJson(source, where);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Fault('ERR_DATA', 'A row is not a JSON object.', { where });
  }
  return value as Row;
}

/** Any JSON value, with the same errors. @throws Fault `ERR_DATA` */
export function parseJson(source: string, where: string): unknown {
  let value: unknown;
  try {
    value = /\d{16}/.test(source) ? JSON.parse(source, exactNumber as never) : JSON.parse(source);
  } catch (cause) {
    throw new Fault('ERR_DATA', 'A row is not JSON.', {
      where,
      ...(NOT_JSON.test(source) ? { hint: 'JSON has no NaN and no Infinity: write null, or a text.' } : {}),
      cause,
    });
  }
  if (countMembers(value, where, 0) !== membersIn(source)) {
    throw new Fault('ERR_DATA', 'A row has a member twice: which of them counts depends on the reader.', { where });
  }
  return value;
}

function countMembers(value: unknown, where: string, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === MOST_DEPTH)
    throw new Fault('ERR_DATA', `A value is nested deeper than ${MOST_DEPTH} levels.`, { where });
  let count = 0;
  if (Array.isArray(value)) {
    for (const one of value) if (typeof one === 'object') count += countMembers(one, where, depth + 1);
    return count;
  }
  for (const name in value) {
    count++;
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof member === 'object') count += countMembers(member, where, depth + 1);
  }
  return count;
}

/** Members of a text that is JSON: colons outside of strings. */
function membersIn(source: string): number {
  let count = 0;
  for (let at = 0; at < source.length;) {
    const quote = source.indexOf('"', at);
    const end = quote === -1 ? source.length : quote;
    for (; at < end; at++) if (source.charCodeAt(at) === 0x3a) count++;
    if (quote === -1) break;
    at = stringEnd(source, quote);
  }
  return count;
}

/** Behind the quote that ends the string which begins at `start`. */
function stringEnd(source: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const end = source.indexOf('"', at);
    if (end === -1) return source.length;
    let slashes = 0;
    while (source.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end + 1;
    at = end + 1;
  }
}

/** JSON.parse's reviver with access to the source text: whole numbers that a double does not hold become bigint. */
function exactNumber(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value;
  return /^-?\d{1,1000}$/.test(context.source) ? BigInt(context.source) : value;
}
