import { type OffsetMap, OffsetMapBuilder } from '../offset-map.ts';

export interface Unescaped {
  readonly text: string;
  /** From the text without escapes to the text with them. */
  readonly map: OffsetMap;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * A text with every escape of JSON (RFC 8259 section 7) read once, whether or not the text is JSON: parsers that forgive a
 * missing brace, a trailing comma or a repeated key read the escapes all the same. What is no escape stays. Time linear.
 * @returns null when there is no escape.
 */
export function unescapeJson(text: string): Unescaped | null {
  const builder = new OffsetMapBuilder();
  let out = '';
  let done = 0;
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', at)) {
    const read = readEscape(text, at);
    if (read === null) {
      at += 1;
      continue;
    }
    const end = at + (text[at + 1] === 'u' ? 6 : 2);
    out += text.slice(done, at) + read;
    builder.copy(at - done, done);
    builder.replace(1, at, end);
    done = at = end;
  }
  if (done === 0) return null;
  builder.copy(text.length - done, done);
  return { text: out + text.slice(done), map: builder.build() };
}

/** The unit that an escape stands for; null when it is none. */
function readEscape(text: string, at: number): string | null {
  const kind = text[at + 1];
  if (kind === undefined) return null;
  if (kind !== 'u') return Object.hasOwn(SHORT, kind) ? SHORT[kind]! : null;
  let unit = 0;
  for (let digit = at + 2; digit < at + 6; digit++) {
    const value = hexValue(text.charCodeAt(digit));
    if (value === -1) return null;
    unit = unit * 16 + value;
  }
  return String.fromCharCode(unit);
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
