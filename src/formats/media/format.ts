import type { GapReason } from '../extraction.ts';
import { type Format, latin1, startsWith } from '../format.ts';

/** Brands of ISO base media files that are pictures (HEIF, AVIF). */
const PICTURES = new Set(['heic', 'heix', 'hevc', 'mif1', 'msf1', 'avif', 'avis', 'jxl ']);

/** What the bytes are, of those formats that hold nothing that can be read as text, and null for others. */
function kindOf(bytes: Uint8Array): readonly [GapReason, string] | null {
  if (startsWith(bytes, 'RIFF')) {
    const form = latin1(bytes, 8, 4);
    if (form === 'WAVE') return ['audio', 'WAV audio'];
    if (form === 'AVI ') return ['video', 'AVI video'];
  }
  if (startsWith(bytes, 'ID3') || startsWith(bytes, 'fLaC') || startsWith(bytes, 'OggS')) return ['audio', 'audio'];
  if (bytes[0] === 0xff && (bytes[1]! & 0xe6) >= 0xe2 && bytes.length > 4 && bytes[1] !== 0xfe)
    return ['audio', 'MPEG audio'];
  if (startsWith(bytes, 'ftyp', 4)) {
    const brand = latin1(bytes, 8, 4);
    if (PICTURES.has(brand)) return ['pixels', 'a HEIF or AVIF picture, whose metadata are not read'];
    return brand.startsWith('M4A') ? ['audio', 'MPEG-4 audio'] : ['video', 'MPEG-4 video'];
  }
  if (startsWith(bytes, '\x1aE\xdf\xa3')) return ['video', 'Matroska or WebM video'];
  if (startsWith(bytes, 'BM') && bytes.length > 26 && bytes[6] === 0 && bytes[7] === 0)
    return ['pixels', 'a BMP picture'];
  if (startsWith(bytes, '\0\0\x01\0')) return ['pixels', 'an icon'];
  if (startsWith(bytes, '\xff\x0a') || startsWith(bytes, '\0\0\0\x0cJXL ')) return ['pixels', 'a JPEG XL picture'];
  if (startsWith(bytes, '\x01\0\0\0') && startsWith(bytes, ' EMF', 40)) return ['pixels', 'an EMF drawing'];
  if (startsWith(bytes, '\xd7\xcd\xc6\x9a')) return ['pixels', 'a WMF drawing'];
  return null;
}

/** Sound, film, and pictures of which nothing is read: recognised, so that it can be said what was not inspected. */
export const media: Format = {
  id: 'media',
  sniff: (bytes) => kindOf(bytes) !== null,
  read(bytes, out) {
    const [reason, what] = kindOf(bytes)!;
    out.gap(reason, '', what);
  },
};
