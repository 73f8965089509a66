import { archive } from './archive/format.ts';
import { eml } from './eml/format.ts';
import type { Format } from './format.ts';
import { gif } from './gif/format.ts';
import { html } from './html/format.ts';
import { jpeg } from './jpeg/format.ts';
import { media } from './media/format.ts';
import { ooxml } from './ooxml/format.ts';
import { pdf } from './pdf/format.ts';
import { png } from './png/format.ts';
import { rtf } from './rtf/format.ts';
import { svg } from './svg/format.ts';
import { text } from './text/format.ts';
import { tiff } from './tiff/format.ts';
import { webp } from './webp/format.ts';

/** Every file format that is read. */
export const FORMATS: readonly Format[] = [
  pdf,
  png,
  jpeg,
  gif,
  webp,
  tiff,
  ooxml,
  archive,
  rtf,
  media,
  svg,
  html,
  eml,
  text,
];

/**
 * What the bytes can be read as. A file that is several things at once is read as each of them: which one a model's provider
 * takes it for is not known here. Text formats only one: their readers all see every character.
 */
export function sniffFormats(bytes: Uint8Array): readonly Format[] {
  const binary = [pdf, png, jpeg, gif, webp, tiff, ooxml, archive, rtf, media].filter((format) => format.sniff(bytes));
  const found = binary.includes(ooxml) ? binary.filter((format) => format !== archive) : binary;
  if (found.length > 0) return found;
  if (!text.sniff(bytes)) return [];
  // Mail before HTML: a mail may have a page in it, a page is never a mail.
  return [[eml, svg, html].find((format) => format.sniff(bytes)) ?? text];
}
