import { decodeLoose } from '../decode-text.ts';
import { malformed } from '../extraction.ts';
import { type Format, latin1, startsWith } from '../format.ts';
import { readTrailing } from '../trailing.ts';
import { xmlTexts } from '../markup.ts';

/** GIF (89a specification): comments, plain text, XMP. */
export const gif: Format = {
  id: 'gif',
  picture: true,
  sniff: (bytes) => startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a'),
  async read(bytes, out) {
    out.gap('pixels', '', 'the picture of the GIF');
    if (bytes.length < 13) throw malformed('GIF', 'it ends in its header');
    const tableSize = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
    let at = 13 + tableSize(bytes[10]!);
    let comments = 0;
    let drawn = false;
    while (at < bytes.length) {
      out.count();
      const introducer = bytes[at]!;
      if (introducer === 0x3b) return readTrailing(bytes, at + 1, out);
      if (introducer === 0x2c) {
        if (at + 10 >= bytes.length) break;
        at += 10 + tableSize(bytes[at + 9]!) + 1;
        at = skipBlocks(bytes, at);
        drawn = true;
      } else if (introducer === 0x21) {
        const label = bytes[at + 1];
        const start = at + 2;
        at = skipBlocks(bytes, start);
        if (label === 0xfe) {
          comments += 1;
          out.piece(`comment=${comments}`, decodeLoose(joinBlocks(bytes, start)), true);
        } else if (label === 0x01) {
          // The first block is the grid on which the text is drawn.
          out.piece('plain-text', decodeLoose(joinBlocks(bytes, start + 1 + (bytes[start] ?? 0))));
        } else if (label === 0xff && latin1(bytes, start + 1, 11) === 'XMP DataXMP') {
          // XMP is not in blocks: a trailer of 258 bytes makes readers of blocks find the end (XMP part 3, §1.1.2).
          out.piece(
            'xmp',
            xmlTexts(decodeLoose(bytes.subarray(start + 12, Math.max(start + 12, at - 258))), out),
            true,
          );
        } else if (label === 0xff) {
          const name = latin1(bytes, start + 1, 11);
          if (!/^(NETSCAPE2\.0|ANIMEXTS1\.0|ICCRGBG1012)$/.test(name))
            out.note(`application block ${name.replace(/[^\w .-]/g, '?')}`);
        }
      } else throw malformed('GIF', 'an unknown block', at);
    }
    if (!drawn || at > bytes.length) throw malformed('GIF', 'it ends before its last block', at);
    out.note('no end marker');
  },
};

/** Behind the blocks that begin at `from`; the end of the bytes when they do not end. */
function skipBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!;
  return Math.min(at + 1, bytes.length + 1);
}

function joinBlocks(bytes: Uint8Array, from: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = from;
  while (at < bytes.length && bytes[at] !== 0) {
    parts.push(bytes.subarray(at + 1, at + 1 + bytes[at]!));
    at += 1 + bytes[at]!;
  }
  return Buffer.concat(parts);
}
