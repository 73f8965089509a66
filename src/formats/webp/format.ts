import { readTiffTags } from '../exif.ts';
import { malformed } from '../extraction.ts';
import { type Format, latin1, startsWith, viewOf } from '../format.ts';
import { readTrailing } from '../trailing.ts';
import { readXmp } from '../xmp.ts';

/** WebP (RFC 9649): Exif and XMP. */
export const webp: Format = {
  id: 'webp',
  picture: true,
  sniff: (bytes) => startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8),
  async read(bytes, out) {
    out.gap('pixels', '', 'the picture of the WebP');
    const view = viewOf(bytes);
    const end = 8 + view.getUint32(4, true);
    if (end > bytes.length + 1) throw malformed('WebP', 'it ends before its declared size');
    let at = 12;
    while (at + 8 <= Math.min(end, bytes.length)) {
      out.count();
      const type = latin1(bytes, at, 4);
      const length = view.getUint32(at + 4, true);
      if (length > bytes.length - at - 8) throw malformed('WebP', `a chunk of ${length} bytes goes beyond the end`, at);
      const data = bytes.subarray(at + 8, at + 8 + length);
      if (type === 'EXIF') readTiffTags(startsWith(data, 'Exif\0\0') ? data.subarray(6) : data, out);
      else if (type === 'XMP ') readXmp(data, out);
      at += 8 + length + (length % 2);
    }
    return readTrailing(bytes, Math.max(end, at), out);
  },
};
