import { deflateSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';

/** Small files of each format, written by hand for the tests. */

const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

function u32(value: number, little = false): Uint8Array {
  const bytes = Buffer.alloc(4);
  if (little) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
}

function u16(value: number, little = false): Uint8Array {
  const bytes = Buffer.alloc(2);
  if (little) bytes.writeUInt16LE(value);
  else bytes.writeUInt16BE(value);
  return bytes;
}

/** A PNG chunk; its checksum is not right, and no reader here asks for it. */
export function pngChunk(type: string, data: Uint8Array, length = data.length): Uint8Array {
  return join(u32(length), latin(type), data, u32(0));
}

export const PNG_SIGNATURE = latin('\x89PNG\r\n\x1a\n');

export function makePng(chunks: readonly Uint8Array[], behind: Uint8Array = new Uint8Array()): Uint8Array {
  const header = pngChunk('IHDR', join(u32(1), u32(1), Uint8Array.of(8, 0, 0, 0, 0)));
  const pixels = pngChunk('IDAT', deflateSync(Uint8Array.of(0, 0)));
  return join(PNG_SIGNATURE, header, Buffer.concat(chunks), pixels, pngChunk('IEND', new Uint8Array()), behind);
}

export function pngText(keyword: string, text: string): Uint8Array {
  return pngChunk('tEXt', latin(`${keyword}\0${text}`));
}

export function pngCompressedText(keyword: string, text: string): Uint8Array {
  return pngChunk('zTXt', join(latin(`${keyword}\0\0`), deflateSync(utf8(text))));
}

export function pngInternationalText(keyword: string, text: string, compressed = false): Uint8Array {
  const body = compressed ? deflateSync(utf8(text)) : utf8(text);
  return pngChunk('iTXt', join(latin(`${keyword}\0`), Uint8Array.of(compressed ? 1 : 0, 0), latin('en\0\0'), body));
}

/** A TIFF structure with one directory of ASCII tags, and an Exif directory with a user comment. */
export function makeTiff(texts: Readonly<Record<number, string>>, userComment = '', little = true): Uint8Array {
  const tags = Object.entries(texts).map(([tag, text]) => ({ tag: Number(tag), type: 2, data: utf8(`${text}\0`) }));
  const comment =
    userComment === '' ? [] : [{ tag: 0x9286, type: 7, data: join(latin('ASCII\0\0\0'), latin(userComment)) }];
  const directory = (entries: readonly { tag: number; type: number; data: Uint8Array }[], at: number): Uint8Array => {
    let data = at + 2 + entries.length * 12 + 4;
    const heads: Uint8Array[] = [];
    const bodies: Uint8Array[] = [];
    for (const entry of entries) {
      const size = entry.type === 4 ? 1 : entry.data.length;
      heads.push(u16(entry.tag, little), u16(entry.type, little), u32(size, little));
      if (entry.data.length <= 4) heads.push(join(entry.data, new Uint8Array(4 - entry.data.length)));
      else {
        heads.push(u32(data, little));
        bodies.push(entry.data);
        data += entry.data.length;
      }
    }
    return join(u16(entries.length, little), ...heads, u32(0, little), ...bodies);
  };
  const head = join(latin(little ? 'II' : 'MM'), u16(42, little), u32(8, little));
  if (comment.length === 0) return join(head, directory(tags, 8));
  const size = directory([...tags, { tag: 0x8769, type: 4, data: u32(0) }], 8).length;
  const first = directory([...tags, { tag: 0x8769, type: 4, data: u32(8 + size, little) }], 8);
  return join(head, first, directory(comment, 8 + size));
}

export function makeXmp(text: string, attribute = ''): string {
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="${attribute}"><dc:description>${text}</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>`;
}

/** A JPEG whose picture no decoder could draw: markers and segments are right, the coded data are not. */
export function makeJpeg(
  segments: readonly (readonly [marker: number, data: Uint8Array])[],
  behind = new Uint8Array(),
): Uint8Array {
  const parts = segments.map(([marker, data]) => join(Uint8Array.of(0xff, marker), u16(data.length + 2), data));
  const scan = join(
    Uint8Array.of(0xff, 0xda),
    u16(8),
    Uint8Array.of(1, 1, 0, 0, 63, 0),
    Uint8Array.of(1, 2, 0xff, 0, 3, 0xff, 0xd0, 4),
  );
  return join(Uint8Array.of(0xff, 0xd8), ...parts, scan, Uint8Array.of(0xff, 0xd9), behind);
}

export const exifSegment = (tiff: Uint8Array): readonly [number, Uint8Array] => [0xe1, join(latin('Exif\0\0'), tiff)];
export const xmpSegment = (xmp: string): readonly [number, Uint8Array] => [
  0xe1,
  join(latin('http://ns.adobe.com/xap/1.0/\0'), utf8(xmp)),
];
export const commentSegment = (text: string): readonly [number, Uint8Array] => [0xfe, utf8(text)];

export function iptcSegment(text: string): readonly [number, Uint8Array] {
  const dataset = join(Uint8Array.of(0x1c, 2, 120), u16(utf8(text).length), utf8(text));
  return [0xed, join(latin('Photoshop 3.0\0'), latin('8BIM'), u16(0x0404), u16(0), u32(dataset.length), dataset)];
}

export function makeGif(comment: string, xmp = ''): Uint8Array {
  const blocks = (data: Uint8Array): Uint8Array => {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < data.length; at += 255)
      parts.push(join(Uint8Array.of(Math.min(255, data.length - at)), data.subarray(at, at + 255)));
    return join(...parts, Uint8Array.of(0));
  };
  const trailer = join(
    Uint8Array.of(1),
    Uint8Array.from({ length: 256 }, (_, i) => 255 - i),
    Uint8Array.of(0),
  );
  const packet =
    xmp === '' ? new Uint8Array() : join(Uint8Array.of(0x21, 0xff, 11), latin('XMP DataXMP'), utf8(xmp), trailer);
  const image = join(Uint8Array.of(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2), blocks(Uint8Array.of(0x4c, 1)));
  return join(
    latin('GIF89a'),
    Uint8Array.of(1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255),
    packet,
    Uint8Array.of(0x21, 0xfe),
    blocks(utf8(comment)),
    image,
    Uint8Array.of(0x3b),
  );
}

export function makeWebp(exif: Uint8Array, xmp: string): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Uint8Array =>
    join(latin(type), u32(data.length, true), data, new Uint8Array(data.length % 2));
  const body = join(
    latin('WEBP'),
    chunk('VP8 ', Uint8Array.of(1, 2, 3)),
    chunk('EXIF', exif),
    chunk('XMP ', utf8(xmp)),
  );
  return join(latin('RIFF'), u32(body.length, true), body);
}

export interface PdfPage {
  /** Content stream. Fonts: /F1 is Helvetica. */
  readonly content: string;
}

/** A PDF with a cross-reference table. @param more objects beside the pages, numbered from `100`; `catalog` goes into the root. */
export function makePdf(
  pages: readonly PdfPage[],
  { info = '', catalog = '', page = '', more = [] as readonly string[], trailer = '' } = {},
): Uint8Array {
  const objects = new Map<number, string>();
  const kids = pages.map((_, index) => `${10 + index * 2} 0 R`).join(' ');
  objects.set(1, `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`);
  objects.set(2, `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  objects.set(3, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  objects.set(4, `<< ${info} >>`);
  pages.forEach(({ content }, index) => {
    const number = 10 + index * 2;
    objects.set(
      number,
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${number + 1} 0 R ${page} >>`,
    );
    objects.set(number + 1, `<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  });
  const first = 10 + pages.length * 2;
  more.forEach((object, index) => objects.set(first + index, object));
  let text = '%PDF-1.7\n';
  const offsets = new Map<number, number>();
  for (const [number, object] of [...objects].toSorted(([a], [b]) => a - b)) {
    offsets.set(number, text.length);
    text += `${number} 0 obj\n${object}\nendobj\n`;
  }
  const size = Math.max(...objects.keys()) + 1;
  const start = text.length;
  text += `xref\n0 ${size}\n0000000000 65535 f \n`;
  for (let number = 1; number < size; number++) {
    const offset = offsets.get(number);
    text += offset === undefined ? '0000000000 65535 f \n' : `${String(offset).padStart(10, '0')} 00000 n \n`;
  }
  return latin(`${text}trailer\n<< /Size ${size} /Root 1 0 R /Info 4 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`);
}

/** A line of text on a page. */
export function pdfText(text: string, { x = 72, y = 700, size = 12, before = '' } = {}): string {
  return `q ${before} BT /F1 ${size} Tf ${x} ${y} Td (${text}) Tj ET Q\n`;
}

const CONTENT_TYPES =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>';
const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';

/** An Office package of the given parts. */
export function makePackage(parts: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const files: Record<string, Uint8Array> = { '[Content_Types].xml': strToU8(CONTENT_TYPES) };
  for (const [name, part] of Object.entries(parts)) files[name] = typeof part === 'string' ? strToU8(part) : part;
  return zipSync(files);
}

/** A text document. @param body content of `w:body`. */
export function makeDocx(body: string, parts: Readonly<Record<string, string | Uint8Array>> = {}): Uint8Array {
  return makePackage({
    'word/document.xml': `<?xml version="1.0"?><w:document ${W}><w:body>${body}</w:body></w:document>`,
    ...parts,
  });
}

export const docxRun = (text: string, properties = ''): string =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
export const docxParagraph = (...runs: readonly string[]): string => `<w:p>${runs.join('')}</w:p>`;

/** One file of each format, with `text` in it where a person does not look. */
export function makeEach(text: string): Readonly<Record<string, Uint8Array>> {
  const tiff = makeTiff({ 0x010e: text });
  return {
    png: makePng([pngText('Comment', text)]),
    'png-compressed': makePng([pngCompressedText('Comment', text)]),
    'png-xmp': makePng([pngInternationalText('XML:com.adobe.xmp', makeXmp(text))]),
    'png-exif': makePng([pngChunk('eXIf', tiff)]),
    'jpeg-comment': makeJpeg([commentSegment(text)]),
    'jpeg-exif': makeJpeg([exifSegment(makeTiff({ 0x010f: 'Maker' }, text))]),
    'jpeg-xmp': makeJpeg([xmpSegment(makeXmp('x', text))]),
    'jpeg-iptc': makeJpeg([iptcSegment(text)]),
    gif: makeGif(text),
    'gif-xmp': makeGif('x', makeXmp(text)),
    webp: makeWebp(tiff, makeXmp(text)),
    tiff,
    pdf: makePdf([{ content: pdfText(text) }]),
    'pdf-white': makePdf([{ content: pdfText('Invoice') + pdfText(text, { before: '1 1 1 rg' }) }]),
    'pdf-properties': makePdf([{ content: pdfText('Invoice') }], { info: `/Subject (${text})` }),
    docx: makeDocx(docxParagraph(docxRun(text))),
    'docx-hidden': makeDocx(docxParagraph(docxRun('Invoice'), docxRun(text, '<w:vanish/>'))),
    xlsx: makePackage({
      'xl/sharedStrings.xml': `<sst><si><t>${text}</t></si></sst>`,
      'xl/worksheets/sheet1.xml':
        '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>',
    }),
    pptx: makePackage({
      'ppt/slides/slide1.xml': `<p:sld xmlns:a="a" xmlns:p="p"><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:sld>`,
    }),
    html: utf8(`<!doctype html><title>Invoice</title><p>Hello</p><p style="display:none">${text}</p>`),
    svg: utf8(`<svg xmlns="http://www.w3.org/2000/svg"><desc>${text}</desc><text x="1" y="9">Hello</text></svg>`),
    rtf: latin(`{\\rtf1\\ansi Hello {\\v ${text}}\\par}`),
    eml: latin(`From: a@example.com\r\nTo: b@example.com\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n\r\n${text}\r\n`),
    text: utf8(`Hello\n${text}\n`),
    'text-utf16': join(Uint8Array.of(0xff, 0xfe), Buffer.from(`Hello\n${text}\n`, 'utf16le')),
    json: utf8(JSON.stringify({ note: text })),
  };
}
