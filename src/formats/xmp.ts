import { decodeText } from './decode-text.ts';
import type { Extraction } from './extraction.ts';
import { xmlTexts } from './markup.ts';

/** Texts of an XMP packet (ISO 16684-1): element contents and attributes. */
export function readXmp(bytes: Uint8Array, out: Extraction): void {
  const text = decodeText(bytes);
  if (text === null) out.gap('damaged', 'xmp', 'XMP metadata that are not text');
  else out.piece('xmp', xmlTexts(text, out), true);
}
