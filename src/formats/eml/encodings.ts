import { decodeLabelled, decodeLoose } from '../decode-text.ts';

/** Bytes of a body by its `Content-Transfer-Encoding` (RFC 2045 §6); `body` is Latin-1. */
export function decodeTransfer(body: string, encoding: string): Uint8Array {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64');
    case 'quoted-printable':
      return decodeQuotedPrintable(body, false);
    default:
      return Buffer.from(body, 'latin1');
  }
}

/** @param words in header words an underscore is a space (RFC 2047 §4.2). */
function decodeQuotedPrintable(text: string, words: boolean): Uint8Array {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x3d) {
      const pair = text.slice(at + 1, at + 3);
      if (/^[\da-f]{2}$/i.test(pair)) {
        bytes[length++] = Number.parseInt(pair, 16);
        at += 2;
        continue;
      }
      if (pair.startsWith('\n')) {
        at += 1;
        continue;
      }
      if (pair === '\r\n') {
        at += 2;
        continue;
      }
    }
    bytes[length++] = words && unit === 0x5f ? 0x20 : unit & 0xff;
  }
  return bytes.subarray(0, length);
}

/** A header's value with its encoded words (RFC 2047) decoded; other bytes as UTF-8 (RFC 6532). `value` is Latin-1. */
export function decodeWords(value: string): string {
  const text = decodeLoose(Buffer.from(value, 'latin1'));
  if (!text.includes('=?')) return text;
  return text.replace(/=\?([\w.:-]{1,40})\?([BbQq])\?([^?\s]{0,2000})\?=(?:[ \t]+(?==\?))?/g, (_, charset: string, coding: string, data: string) =>
    decodeLabelled(coding.toLowerCase() === 'b' ? Buffer.from(data, 'base64') : decodeQuotedPrintable(data, true), charset),
  ); // prettier-ignore
}

/** A parameter of `Content-Type` or `Content-Disposition`; null when it is not there. */
export function parameterOf(header: string, name: string): string | null {
  for (const part of header.split(';').slice(1)) {
    const equals = part.indexOf('=');
    if (equals === -1) continue;
    const key = part.slice(0, equals).trim().toLowerCase().replace(/\*(\d+\*?)?$/, ''); // prettier-ignore
    if (key !== name) continue;
    const value = part.slice(equals + 1).trim();
    const plain = value.startsWith('"') ? value.slice(1).replace(/"[^"]*$/, '') : value;
    return part.slice(0, equals).trim().endsWith('*') ? decodeExtended(plain) : plain;
  }
  return null;
}

/** `utf-8'en'%C3%BC` (RFC 2231 §4). */
function decodeExtended(value: string): string {
  const [charset, , ...rest] = value.split("'");
  if (rest.length === 0) return value;
  const bytes = rest
    .join("'")
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decodeLabelled(Buffer.from(bytes, 'latin1'), charset ?? '');
}
