import { decodeLoose, decodeUtf16 } from './decode-text.ts';
import type { Extraction } from './extraction.ts';
import { viewOf } from './format.ts';
import { readIptc } from './iptc.ts';
import { readXmp } from './xmp.ts';

/** Tags whose values are texts (TIFF 6.0; Exif 3.0, CIPA DC-008; Windows XP tags). Others of type ASCII are read as `tag N`. */
const NAMES: Readonly<Record<number, string>> = {
  0x010d: 'DocumentName', 0x010e: 'ImageDescription', 0x010f: 'Make', 0x0110: 'Model', 0x011d: 'PageName', 0x0131: 'Software',
  0x0132: 'DateTime', 0x013b: 'Artist', 0x013c: 'HostComputer', 0x8298: 'Copyright', 0x9286: 'UserComment', 0x9c9b: 'XPTitle',
  0x9c9c: 'XPComment', 0x9c9d: 'XPAuthor', 0x9c9e: 'XPKeywords', 0x9c9f: 'XPSubject', 0xa420: 'ImageUniqueID', 0xa430: 'CameraOwnerName',
  0xa436: 'ImageTitle', 0xa437: 'Photographer', 0xa438: 'ImageEditor',
}; // prettier-ignore

const [EXIF_IFD, GPS_IFD, INTEROP_IFD, SUB_IFDS, USER_COMMENT, XMP, IPTC, XP_FIRST, XP_LAST] = [
  0x8769, 0x8825, 0xa005, 0x014a, 0x9286, 0x02bc, 0x83bb, 0x9c9b, 0x9c9f,
];
/** Bytes of one value by field type (TIFF 6.0 §2; 129 is UTF-8 since Exif 3.0). */
const SIZES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  129: 1,
};
const MAX_DIRECTORIES = 64;

/**
 * Texts of a TIFF structure: an Exif block, or a TIFF file. Offsets that lead outside, or back, lead nowhere: half of the
 * cameras in the world write some.
 */
export function readTiffTags(bytes: Uint8Array, out: Extraction, part = 'exif'): boolean {
  if (bytes.length < 8) return false;
  const order = String.fromCharCode(bytes[0]!, bytes[1]!);
  if (order !== 'II' && order !== 'MM') return false;
  const little = order === 'II';
  const view = viewOf(bytes);
  if (view.getUint16(2, little) !== 42) return false;

  const lines: string[] = [];
  const seen = new Set<number>();
  const open: number[] = [view.getUint32(4, little)];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at < 8 || at + 2 > bytes.length || seen.has(at) || seen.size >= MAX_DIRECTORIES) continue;
    seen.add(at);
    const entries = Math.min(view.getUint16(at, little), Math.floor((bytes.length - at - 2) / 12));
    out.count(entries);
    for (let index = 0; index < entries; index++) {
      const entry = at + 2 + index * 12;
      const tag = view.getUint16(entry, little);
      const type = view.getUint16(entry + 2, little);
      const length = view.getUint32(entry + 4, little) * (SIZES[type] ?? 0);
      const start = length <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
      if (length === 0 || start + length > bytes.length) continue;
      const value = bytes.subarray(start, start + length);
      if (tag === EXIF_IFD || tag === GPS_IFD || tag === INTEROP_IFD || tag === SUB_IFDS) {
        for (let offset = 0; offset + 4 <= value.length && offset < 64; offset += 4)
          open.push(viewOf(value).getUint32(offset, little));
      } else if (tag === XMP) readXmp(value, out);
      else if (tag === IPTC) readIptc(value, out);
      else {
        const text = textOf(tag, type, value, little);
        if (text !== '') lines.push(`${NAMES[tag] ?? `tag ${tag}`}: ${text}`);
      }
    }
    const next = at + 2 + entries * 12;
    if (next + 4 <= bytes.length) open.push(view.getUint32(next, little));
  }
  out.piece(part, lines.join('\n'), true);
  return true;
}

function textOf(tag: number, type: number, value: Uint8Array, little: boolean): string {
  if (tag >= XP_FIRST && tag <= XP_LAST) return clean(decodeUtf16(value, true));
  if (tag === USER_COMMENT) return clean(userComment(value, little));
  return type === 2 || type === 129 ? clean(decodeLoose(value)) : '';
}

/** Eight bytes say the encoding (Exif 3.0 §4.6.6, UserComment); many writers leave them out or lie. */
function userComment(value: Uint8Array, little: boolean): string {
  const code = String.fromCharCode(...value.subarray(0, 8));
  if (code.startsWith('UNICODE')) return decodeUtf16(value.subarray(8), little);
  if (code.startsWith('ASCII') || code.startsWith('JIS') || code === '\0\0\0\0\0\0\0\0')
    return decodeLoose(value.subarray(8));
  return decodeLoose(value);
}

function clean(text: string): string {
  return text.replaceAll('\0', ' ').trim();
}
