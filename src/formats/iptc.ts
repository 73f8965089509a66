import { decodeLoose } from './decode-text.ts';
import type { Extraction } from './extraction.ts';
import { startsWith, viewOf } from './format.ts';

/** Texts of IPTC-IIM datasets (IIM 4.2 §1.5): marker 0x1c, record, dataset, length, value. Records 2 and up are texts. */
export function readIptc(bytes: Uint8Array, out: Extraction): void {
  const lines: string[] = [];
  let at = 0;
  while (at + 5 <= bytes.length && bytes[at] === 0x1c) {
    out.count();
    const record = bytes[at + 1]!;
    const length = (bytes[at + 3]! << 8) | bytes[at + 4]!;
    // An extended length (over 32 KiB) is not used by texts.
    if (length > 0x7fff || at + 5 + length > bytes.length) break;
    if (record >= 2) {
      const text = decodeLoose(bytes.subarray(at + 5, at + 5 + length)).replaceAll('\0', ' ').trim(); // prettier-ignore
      if (/\p{L}|\d{4}/u.test(text)) lines.push(text);
    }
    at += 5 + length;
  }
  out.piece('iptc', lines.join('\n'), true);
}

/** The IPTC block and captions among Photoshop's image resources (Adobe Photoshop file formats, image resource blocks). */
export function readPhotoshop(bytes: Uint8Array, out: Extraction): void {
  const view = viewOf(bytes);
  let at = 0;
  while (at + 12 <= bytes.length && startsWith(bytes, '8BIM', at)) {
    out.count();
    const id = view.getUint16(at + 4);
    const nameLength = bytes[at + 6]!;
    const size = at + 6 + ((nameLength + 2) & ~1);
    if (size + 4 > bytes.length) return;
    const length = view.getUint32(size);
    const start = size + 4;
    if (length > bytes.length - start) return;
    if (id === 0x0404) readIptc(bytes.subarray(start, start + length), out);
    at = start + length + (length % 2);
  }
}
