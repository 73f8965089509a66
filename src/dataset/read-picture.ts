import { DEFAULT_FILE_LIMITS } from '../formats/extraction.ts';
import { decodePng, isPng } from '../formats/png/decode-png.ts';
import { readFileText } from '../formats/read-file.ts';
import type { RowText } from './row-texts.ts';

/** What checks know of a picture beside its bytes. */
export interface Picture {
  /** Text in it that no viewer shows: comments, Exif, XMP, what stands behind its end. */
  readonly texts: readonly RowText[];
  /** Why it, or a part of it, could not be looked at. */
  readonly gaps: readonly string[];
  /** Width, height, channels and pixels, where they can be decoded: equal pictures are then equal however they are packed. */
  readonly pixels: Uint8Array | null;
}

const MOST_GAPS = 5;
/** Bytes of a picture whose pixels are decoded. */
const MOST_DECODED = 16 << 20;

/** Looks into a picture without trusting it. Never throws. */
export async function readPicture(bytes: Uint8Array): Promise<Picture> {
  const { pieces, gaps } = await readFileText(bytes, { ...DEFAULT_FILE_LIMITS, bytes: bytes.length });
  const reasons = gaps
    .filter(({ reason }) => reason !== 'pixels')
    .map(({ part, what }) =>
      part === '' ? what.replace(/\.$/, '') : part === 'trailing' ? `${what} behind its end` : `${what} in its ${part}`,
    );
  let pixels: Uint8Array | null = null;
  if (reasons.length === 0 && isPng(bytes) && bytes.length <= MOST_DECODED) {
    try {
      const { width, height, channels, data } = decodePng(bytes);
      const head = Uint32Array.of(width, height, channels);
      pixels = Buffer.concat([viewOf(head), viewOf(data)]);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message.replace(/\.$/, '') : 'it cannot be decoded');
    }
  }
  if (bytes[0] === 0x42 && bytes[1] === 0x4d && Buffer.from(bytes.subarray(0, 6)).readUInt32LE(2) > bytes.length) {
    reasons.push('the BMP picture ends before its declared size');
  }
  return {
    texts: pieces.map(({ part, text }) => ({ column: `image.${part}`, text, role: null })),
    gaps: reasons.slice(0, MOST_GAPS),
    pixels,
  };
}

function viewOf(array: Uint8Array | Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
