import { decodeLoose } from '../decode-text.ts';
import { readTiffTags } from '../exif.ts';
import { type Extraction, malformed } from '../extraction.ts';
import { type Format, startsWith } from '../format.ts';
import { readPhotoshop } from '../iptc.ts';
import { readTrailing } from '../trailing.ts';
import { readXmp } from '../xmp.ts';

const XMP = 'http://ns.adobe.com/xap/1.0/\0';
/** Signature, then 32 digits of a digest, full length and offset (XMP part 3, §1.1.3.1). */
const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';
const EXTENDED_HEAD = EXTENDED_XMP.length + 40;

/** JPEG (ITU-T T.81): comments, Exif, XMP, IPTC. */
export const jpeg: Format = {
  id: 'jpeg',
  picture: true,
  sniff: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
  async read(bytes, out) {
    out.gap('pixels', '', 'the picture of the JPEG');
    const extended: Uint8Array[] = [];
    let comments = 0;
    let scanned = false;
    let at = 2;
    while (at + 2 <= bytes.length) {
      if (bytes[at] !== 0xff) throw malformed('JPEG', 'a marker is missing', at);
      const marker = bytes[at + 1]!;
      if (marker === 0xff) {
        at += 1; // fill byte
        continue;
      }
      out.count();
      if (marker === 0xd9) {
        readExtended(extended, out);
        return readTrailing(bytes, at + 2, out);
      }
      if ((marker >= 0xd0 && marker <= 0xd8) || marker === 0x01) {
        at += 2;
        continue;
      }
      const length = at + 4 <= bytes.length ? (bytes[at + 2]! << 8) | bytes[at + 3]! : 0;
      if (length < 2 || at + 2 + length > bytes.length) throw malformed('JPEG', 'a segment goes beyond the end', at);
      const data = bytes.subarray(at + 4, at + 2 + length);
      at += 2 + length;
      if (marker === 0xfe) {
        comments += 1;
        out.piece(`comment=${comments}`, decodeLoose(data).replaceAll('\0', ' '), true);
      } else if (marker === 0xe1 && startsWith(data, EXTENDED_XMP)) extended.push(data.subarray(EXTENDED_HEAD));
      else if (marker >= 0xe0 && marker <= 0xef) readApplication(data, out);
      else if (marker === 0xda) {
        at = endOfScan(bytes, at);
        scanned = true;
      }
    }
    // Cameras and network streams leave the end marker out, and every decoder bears with it.
    if (!scanned) throw malformed('JPEG', 'it ends before its picture', at);
    readExtended(extended, out);
    out.note('no end marker');
  },
};

function readApplication(data: Uint8Array, out: Extraction): void {
  if (startsWith(data, 'Exif\0')) readTiffTags(data.subarray(6), out);
  else if (startsWith(data, XMP)) readXmp(data.subarray(XMP.length), out);
  else if (startsWith(data, 'Photoshop 3.0\0')) readPhotoshop(data.subarray(14), out);
}

function readExtended(pieces: readonly Uint8Array[], out: Extraction): void {
  if (pieces.length > 0) readXmp(Buffer.concat(pieces), out);
}

/** Where coded data end: at a marker that is neither a stuffed 0xff nor a restart (T.81 §B.1.1.5). */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at === -1 || at + 1 >= bytes.length) return bytes.length;
    const next = bytes[at + 1]!;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
    at += 2;
  }
}
