import { isFault } from '../../core/fault.ts';
import { readJson } from '../../text/json/read-json.ts';
import { stringLeaves } from '../../text/json/string-leaves.ts';
import { decodeText } from '../decode-text.ts';
import { type Extraction, malformed } from '../extraction.ts';
import type { Format } from '../format.ts';

/** Plain text of any kind: prose, Markdown, CSV, JSON, source code. What JSON writes with escapes is also read unescaped. */
export const text: Format = {
  id: 'text',
  sniff: (bytes) => decodeText(bytes) !== null,
  read(bytes, out) {
    const decoded = decodeText(bytes);
    if (decoded === null) throw malformed('text', 'it is none');
    out.piece('text', decoded);
    if (/^\s*[[{]/.test(decoded) && decoded.includes('\\')) readEscaped(decoded, out);
  },
};

function readEscaped(decoded: string, out: Extraction): void {
  let value: unknown;
  try {
    value = readJson(Buffer.from(decoded), {
      bytes: out.limits.bytes,
      depth: out.limits.depth.elements,
      items: 100_000,
    });
  } catch (error) {
    // Not JSON after all, or JSON that no parser agrees on; its raw text was read.
    if (isFault(error)) return;
    throw error;
  }
  const strings: string[] = [];
  for (const { text: leaf } of stringLeaves(value)) strings.push(leaf);
  out.piece('strings', strings.join('\n'));
}
