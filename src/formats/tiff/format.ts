import { readTiffTags } from '../exif.ts';
import { malformed } from '../extraction.ts';
import { type Format, startsWith } from '../format.ts';

/** TIFF 6.0: the texts of its tags, with XMP and IPTC. */
export const tiff: Format = {
  id: 'tiff',
  sniff: (bytes) => startsWith(bytes, 'II*\0') || startsWith(bytes, 'MM\0*'),
  read(bytes, out) {
    out.gap('pixels', '', 'the picture of the TIFF');
    if (!readTiffTags(bytes, out, 'tags')) throw malformed('TIFF', 'its header is cut off');
  },
};
