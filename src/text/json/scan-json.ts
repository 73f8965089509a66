import type { Limits } from '../../core/limits.ts';
import { Fault } from '../../core/fault.ts';
import { placeInBytes } from './place.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** What is read behind the end is undefined, and is in none of these tables: loops end there by themselves. */

/** 1 for bytes that stand for themselves inside a string: all but the quote, the backslash and control characters. */
const PLAIN = new Uint8Array(256).fill(1, 0x20);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

const BLANK = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) BLANK[byte] = 1;

/** Bytes that may follow a backslash, `u` apart. */
const ESCAPE = new Uint8Array(256);
for (const char of '"\\/bfnrt') ESCAPE[char.charCodeAt(0)] = 1;

const HEX = new Uint8Array(256);
for (const char of '0123456789abcdefABCDEF') HEX[char.charCodeAt(0)] = 1;

/**
 * Checks bytes, known to be UTF-8, against the grammar of RFC 8259 and against limits, in one pass without recursion.
 * Time is linear in the length, memory is one byte a level of `limits.depth`.
 *
 * @returns the number of object members in the whole document, counting repeated keys each time.
 * @throws Fault `ERR_BODY_MALFORMED`, `ERR_BODY_TOO_DEEP` (levels), `ERR_BODY_TOO_LARGE` (number of values).
 */
export function scanJson(bytes: Uint8Array, limits: Limits): number {
  const end = bytes.length;
  const inObject = new Uint8Array(limits.depth + 1);
  let depth = 0;
  let items = 0;
  let members = 0;
  let at = 0;

  for (;;) {
    while (BLANK[bytes[at]!] === 1) at++;
    if (++items > limits.items) throw tooMany(bytes, at, limits.items);

    const first = bytes[at];
    let opened = false;
    if (first === QUOTE) {
      at = scanString(bytes, at);
    } else if (first === OPEN_BRACE) {
      if (++depth > limits.depth) throw tooDeep(bytes, at, limits.depth);
      inObject[depth] = 1;
      at++;
      while (BLANK[bytes[at]!] === 1) at++;
      if (bytes[at] === CLOSE_BRACE) {
        depth--;
        at++;
      } else {
        at = scanKey(bytes, at);
        members++;
        opened = true;
      }
    } else if (first === OPEN_BRACKET) {
      if (++depth > limits.depth) throw tooDeep(bytes, at, limits.depth);
      inObject[depth] = 0;
      at++;
      while (BLANK[bytes[at]!] === 1) at++;
      if (bytes[at] === CLOSE_BRACKET) {
        depth--;
        at++;
      } else {
        opened = true;
      }
    } else if (first === MINUS || (first !== undefined && first >= ZERO && first <= NINE)) {
      at = scanNumber(bytes, at);
    } else {
      at = scanWord(bytes, at);
    }
    if (opened) continue;

    // A value has ended: close what ends with it, until something asks for another value.
    for (;;) {
      while (BLANK[bytes[at]!] === 1) at++;
      if (depth === 0) {
        if (at < end) throw malformed(bytes, at, 'something follows the end of the JSON value');
        return members;
      }
      const next = bytes[at];
      if (inObject[depth] === 1) {
        if (next === COMMA) {
          at++;
          while (BLANK[bytes[at]!] === 1) at++;
          at = scanKey(bytes, at);
          members++;
          break;
        }
        if (next !== CLOSE_BRACE) throw malformed(bytes, at, "expected ',' or '}' after an object's member");
      } else {
        if (next === COMMA) {
          at++;
          break;
        }
        if (next !== CLOSE_BRACKET) throw malformed(bytes, at, "expected ',' or ']' after an array's element");
      }
      depth--;
      at++;
    }
  }
}

/** From a key's opening quote to behind its colon. */
function scanKey(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) throw malformed(bytes, start, 'expected a key in double quotes');
  let at = scanString(bytes, start);
  while (BLANK[bytes[at]!] === 1) at++;
  if (bytes[at] !== COLON) throw malformed(bytes, at, "expected ':' after a key");
  return at + 1;
}

/** From an opening quote to behind the closing one. */
function scanString(bytes: Uint8Array, start: number): number {
  const end = bytes.length;
  let at = start + 1;
  for (;;) {
    while (PLAIN[bytes[at]!] === 1) at++;
    if (at >= end) throw malformed(bytes, start, 'a string is not closed');
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) throw malformed(bytes, at, 'a control character inside a string must be escaped');
    const escaped = bytes[at + 1];
    if (escaped === 0x75) {
      for (let digit = at + 2; digit < at + 6; digit++) {
        if (HEX[bytes[digit]!] !== 1) throw malformed(bytes, at, '\\u must be followed by four hexadecimal digits');
      }
      at += 6;
    } else if (ESCAPE[escaped!] === 1) {
      at += 2;
    } else {
      throw malformed(bytes, at, 'a backslash is followed by a character that JSON does not escape');
    }
  }
}

/** RFC 8259 section 6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?` */
function scanNumber(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  if (bytes[at] === ZERO) at++;
  else at = scanDigits(bytes, at);
  if (bytes[at] === 0x2e) at = scanDigits(bytes, at + 1);
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at++;
    if (bytes[at] === 0x2b || bytes[at] === MINUS) at++;
    at = scanDigits(bytes, at);
  }
  return at;
}

function scanDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let byte = bytes[at]; byte !== undefined && byte >= ZERO && byte <= NINE; byte = bytes[at]) at++;
  if (at === start) throw malformed(bytes, at, 'a number lacks a digit');
  return at;
}

const WORDS = ['true', 'false', 'null'].map((word) => Uint8Array.from(word, (char) => char.charCodeAt(0)));

function scanWord(bytes: Uint8Array, start: number): number {
  if (start >= bytes.length) throw malformed(bytes, start, 'the text ends where a value is expected');
  for (const word of WORDS) {
    if (word.every((byte, index) => bytes[start + index] === byte)) return start + word.length;
  }
  throw malformed(bytes, start, 'expected a JSON value');
}

function malformed(bytes: Uint8Array, at: number, what: string): Fault {
  return new Fault('ERR_BODY_MALFORMED', `The body is not valid JSON: ${what}`, { where: placeInBytes(bytes, at) });
}

function tooDeep(bytes: Uint8Array, at: number, limit: number): Fault {
  return new Fault('ERR_BODY_TOO_DEEP', `The body is nested more than ${limit} levels deep`, {
    where: placeInBytes(bytes, at),
  });
}

function tooMany(bytes: Uint8Array, at: number, limit: number): Fault {
  return new Fault('ERR_BODY_TOO_LARGE', `The body holds more than ${limit} JSON values`, {
    where: placeInBytes(bytes, at),
  });
}
