import type { Segment } from '../../conversation/segment.ts';
import type { Gap } from '../../formats/extraction.ts';

export type Inline =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'gap'; readonly gap: Gap };

/** What stands before the data of a `data:` URL: type, parameters, encoding (RFC 2397). Providers write no longer ones. */
const MAX_HEADER = 256;

/**
 * The bytes of a file that stands in a request, decoded from the parsed body, so that the readers of requests keep no copy.
 * @param most more bytes are not decoded; the gap says so.
 */
export function inlineBytes(body: unknown, segment: Segment, most: number): Inline {
  if (segment.media?.url !== undefined) return gap('reference', describeReference(segment.media.url));
  if (segment.media?.type === 'tokens') return gap('reference', 'text as numbers of tokens');
  const value = valueAt(body, segment.path);
  if (typeof value !== 'string') return gap('damaged', 'a file that is not where the request was read');
  if (!/^data:/i.test(value.slice(0, 5))) return decodeBase64(value, 0, most);
  const comma = value.slice(0, MAX_HEADER).indexOf(',');
  if (comma === -1) return gap('damaged', 'a data URL without data');
  if (/;\s*base64\s*$/i.test(value.slice(0, comma))) return decodeBase64(value, comma + 1, most);
  if (value.length - comma > most * 3) return tooLarge(Math.ceil((value.length - comma) / 3), most);
  const bytes = decodePercent(value.slice(comma + 1));
  return bytes.length > most ? tooLarge(bytes.length, most) : { kind: 'bytes', bytes };
}

function describeReference(url: string): string {
  if (/^https?:/i.test(url)) return 'a URL, which is not fetched';
  return /^data:/i.test(url) ? 'a data URL that cannot be read' : 'something that the provider keeps';
}

function valueAt(root: unknown, path: Segment['path']): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/**
 * Strict, because decoders differ in what they make of the rest: letters of one of the two alphabets (RFC 4648 §4, §5), white space,
 * padding at the end only. Anything else would be one file here and another one there.
 */
function decodeBase64(text: string, from: number, most: number): Inline {
  // White space is at most a few in a hundred; what is far beyond the limit is not even looked through.
  if ((text.length - from) * 0.7 > most * 1.1 + 64) return tooLarge(Math.floor((text.length - from) * 0.75), most);
  const data = from === 0 ? text : text.slice(from);
  return decodePure(data, most) ?? decodeSpaced(data, most);
}

/** Base64 without white space, which is all that clients send: right when every letter became bits. Null when not. */
function decodePure(data: string, most: number): Inline | null {
  let end = data.length;
  while (end > 0 && data.length - end < 2 && data.charCodeAt(end - 1) === 0x3d) end -= 1;
  if (end % 4 === 1) return null;
  const length = Math.floor((end * 3) / 4);
  // Of a character beyond ASCII the decoder would take the low byte, and find a letter in it.
  if (length > most || Buffer.byteLength(data, 'utf8') !== data.length) return null;
  const bytes = new Uint8Array(length);
  return Buffer.from(bytes.buffer).write(data, 'base64') === length ? { kind: 'bytes', bytes } : null;
}

/** Letter by letter: base64 with white space, or something that is none. */
function decodeSpaced(data: string, most: number): Inline {
  let letters = 0;
  let padding = 0;
  for (let index = 0; index < data.length; index++) {
    const unit = data.charCodeAt(index);
    if (isLetter(unit)) {
      if (padding > 0) return gap('damaged', 'base64 that goes on after its end');
      letters += 1;
    } else if (unit === 0x3d) padding += 1;
    else if (unit !== 0x0a && unit !== 0x0d && unit !== 0x20 && unit !== 0x09) {
      return gap('damaged', 'something that is not base64');
    }
  }
  if (letters % 4 === 1 || padding > 2) return gap('damaged', 'base64 of an impossible length');
  const length = Math.floor((letters * 3) / 4);
  if (length > most) return tooLarge(length, most);
  const bytes = new Uint8Array(length);
  const written = Buffer.from(bytes.buffer).write(data, 'base64');
  return written === length ? { kind: 'bytes', bytes } : gap('damaged', 'something that is not base64');
}

function isLetter(unit: number): boolean {
  return (
    (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) ||
    unit === 0x2b || unit === 0x2f || unit === 0x2d || unit === 0x5f
  ); // prettier-ignore
}

function decodePercent(text: string): Uint8Array<ArrayBuffer> {
  const source = Buffer.from(text, 'utf8');
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let index = 0; index < source.length; index++) {
    const pair = source[index] === 0x25 ? source.toString('latin1', index + 1, index + 3) : '';
    if (/^[\da-f]{2}$/i.test(pair)) {
      bytes[length++] = Number.parseInt(pair, 16);
      index += 2;
    } else bytes[length++] = source[index]!;
  }
  return bytes.slice(0, length);
}

function tooLarge(bytes: number, most: number): Inline {
  return gap('limit', `a file of ${bytes} bytes; at most ${most} are read`);
}

function gap(reason: Gap['reason'], what: string): Inline {
  return { kind: 'gap', gap: { reason, part: '', what } };
}
