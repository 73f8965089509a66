import type { ByteSource } from '../../bytes/byte-source.ts';
import { OP } from './opcodes.ts';

/**
 * The string that the opcode at `offset` puts on the stack, as CPython decodes it; null when it is longer than `limit` bytes, damaged, or no string.
 */
export function decodePickleString(source: ByteSource, offset: number, limit: number): string | null {
  const head = Buffer.from(source.read(offset, limit + 16));
  switch (head[0]) {
    case OP.SHORT_BINUNICODE:
      return utf8(head, 2, head[1] ?? 0, limit);
    case OP.BINUNICODE:
      return head.length < 5 ? null : utf8(head, 5, head.readUInt32LE(1), limit);
    case OP.BINUNICODE8:
      return head.length < 9 ? null : utf8(head, 9, Number(head.readBigUInt64LE(1)), limit);
    case OP.SHORT_BINSTRING:
      return latin1(head, 2, head[1] ?? 0, limit);
    case OP.BINSTRING:
      return head.length < 5 ? null : latin1(head, 5, head.readUInt32LE(1), limit);
    case OP.UNICODE: {
      const end = head.indexOf(0x0a);
      return end === -1 ? null : rawUnicodeEscape(head.toString('latin1', 1, end));
    }
    case OP.STRING: {
      const end = head.indexOf(0x0a);
      return end === -1 ? null : stringLiteral(head.toString('latin1', 1, end));
    }
    default:
      return null;
  }
}

function utf8(bytes: Buffer, at: number, length: number, limit: number): string | null {
  if (length > limit || at + length > bytes.length) return null;
  return bytes.toString('utf8', at, at + length);
}

function latin1(bytes: Buffer, at: number, length: number, limit: number): string | null {
  if (length > limit || at + length > bytes.length) return null;
  return bytes.toString('latin1', at, at + length);
}

/** Python's `raw-unicode-escape`: only `\uXXXX` and `\UXXXXXXXX` are escapes. */
function rawUnicodeEscape(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** A quoted literal with Python's escapes (`codecs.escape_decode`); null where it is not quoted. */
function stringLiteral(line: string): string | null {
  const text = line.trim();
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) return null;
  return text
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/g, (whole, hex?: string, octal?: string, one?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return SIMPLE[one!] ?? whole;
    });
}
