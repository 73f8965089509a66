import { isUtf8 } from 'node:buffer';
import { Fault } from '../../core/fault.ts';
import type { Limits } from '../../core/limits.ts';
import { findDuplicateKey } from './find-duplicate-key.ts';
import { placeInBytes } from './place.ts';
import { scanJson } from './scan-json.ts';

/**
 * Reads an untrusted JSON body strictly (RFC 8259): UTF-8 without a byte order mark, one value, nothing behind it, no
 * key twice in one object (RFC 8259 section 4 leaves open which one counts, and a provider's parser may choose
 * otherwise than ours, so that what is inspected is not what the model reads).
 *
 * The values are those of `JSON.parse`; `__proto__` is an ordinary own property and nothing is merged into anything.
 * `limits.depth` counts arrays and objects inside each other, `limits.items` every value. Time is linear.
 *
 * @throws Fault `ERR_BODY_MALFORMED`, `ERR_BODY_TOO_DEEP` or `ERR_BODY_TOO_LARGE` (bytes, number of values), with
 * byte offset, line and column as `where`. Never quotes the body.
 */
export function readJson(bytes: Uint8Array, limits: Limits): unknown {
  if (bytes.length > limits.bytes) {
    throw new Fault('ERR_BODY_TOO_LARGE', `The body has ${bytes.length} bytes; at most ${limits.bytes} are accepted`);
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new Fault('ERR_BODY_MALFORMED', 'The body begins with a byte order mark, which JSON does not allow', {
      where: placeInBytes(bytes, 0),
      hint: 'Send the JSON without it.',
    });
  }
  if (!isUtf8(bytes)) {
    throw new Fault('ERR_BODY_MALFORMED', 'The body is not valid UTF-8', {
      where: placeInBytes(bytes, firstInvalid(bytes)),
    });
  }
  const members = scanJson(bytes, limits);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const value: unknown = JSON.parse(text);
  // A repeated key overwrites the earlier one, so the parsed value then holds fewer members than the text.
  if (countMembers(value) !== members) {
    const at = findDuplicateKey(text);
    throw new Fault('ERR_BODY_MALFORMED', 'The body has the same key twice in one object', {
      where: placeInBytes(bytes, Buffer.byteLength(text.slice(0, at))),
      hint: 'Send each key once.',
    });
  }
  return value;
}

function countMembers(root: unknown): number {
  if (typeof root !== 'object' || root === null) return 0;
  const open: object[] = [root];
  let members = 0;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    let children: readonly unknown[];
    if (Array.isArray(node)) {
      children = node;
    } else {
      children = Object.values(node);
      members += children.length;
    }
    for (let index = 0; index < children.length; index++) {
      const child = children[index];
      if (typeof child === 'object' && child !== null) open.push(child);
    }
  }
  return members;
}

/** Offset of the first byte that is not UTF-8: decodes with replacement and looks for one that was not sent. */
function firstInvalid(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf('\ufffd'); at !== -1; at = text.indexOf('\ufffd', from)) {
    offset += Buffer.byteLength(text.slice(from, at));
    if (!(buffer[offset] === 0xef && buffer[offset + 1] === 0xbf && buffer[offset + 2] === 0xbd)) break;
    offset += 3;
    from = at + 1;
  }
  return offset;
}
