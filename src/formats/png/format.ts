import { decodeLoose } from '../decode-text.ts';
import { readTiffTags } from '../exif.ts';
import { type Extraction, malformed } from '../extraction.ts';
import { type Format, latin1, startsWith, viewOf } from '../format.ts';
import { inflate } from '../inflate.ts';
import { readIptc, readPhotoshop } from '../iptc.ts';
import { readTrailing } from '../trailing.ts';
import { readXmp } from '../xmp.ts';

const SIGNATURE = '\x89PNG\r\n\x1a\n';

/** PNG (W3C PNG, third edition): text chunks, Exif, XMP. */
export const png: Format = {
  id: 'png',
  picture: true,
  sniff: (bytes) => startsWith(bytes, SIGNATURE),
  async read(bytes, out) {
    out.gap('pixels', '', 'the picture of the PNG');
    const view = viewOf(bytes);
    let at = SIGNATURE.length;
    while (at + 12 <= bytes.length) {
      out.count();
      const length = view.getUint32(at);
      const type = latin1(bytes, at + 4, 4);
      if (length > bytes.length - at - 12) throw malformed('PNG', `a chunk of ${length} bytes goes beyond the end`, at);
      const data = bytes.subarray(at + 8, at + 8 + length);
      readChunk(type, data, out);
      at += 12 + length;
      if (type === 'IEND') return readTrailing(bytes, at, out);
    }
    throw malformed('PNG', 'it ends before its last chunk', at);
  },
};

function readChunk(type: string, data: Uint8Array, out: Extraction): void {
  switch (type) {
    case 'tEXt': {
      const end = data.indexOf(0);
      if (end === -1) return;
      const keyword = latin1(data, 0, end);
      const text = data.subarray(end + 1);
      if (!readRawProfile(keyword, text, out)) out.piece(`tEXt=${keyword}`, decodeLoose(text), true);
      return;
    }
    case 'zTXt': {
      const end = data.indexOf(0);
      if (end === -1) return;
      const name = `zTXt=${latin1(data, 0, end)}`;
      if (data[end + 1] !== 0) return out.gap('unsupported', name, 'text in an unknown compression');
      const text = inflate(data.subarray(end + 2), 'zlib', 'PNG', out);
      if (!readRawProfile(latin1(data, 0, end), text, out)) out.piece(name, decodeLoose(text), true);
      return;
    }
    case 'iTXt':
      return readInternational(data, out);
    case 'eXIf':
      readTiffTags(data, out);
      return;
    default:
  }
}

/** Metadata as ImageMagick and ExifTool write them: keyword `Raw profile type exif`, then name, length and hexadecimal digits. */
function readRawProfile(keyword: string, text: Uint8Array, out: Extraction): boolean {
  const kind = /^Raw profile type (exif|APP1|iptc|8bim|xmp)$/i.exec(keyword)?.[1]?.toLowerCase();
  if (kind === undefined) return false;
  const lines = latin1(text, 0, text.length).trim().split('\n'); // prettier-ignore
  const bytes = Buffer.from(lines.slice(2).join('').replace(/\s+/g, ''), 'hex');
  if (kind === 'xmp') readXmp(bytes, out);
  else if (kind === 'iptc' || kind === '8bim') {
    if (startsWith(bytes, '8BIM')) readPhotoshop(bytes, out);
    else readIptc(bytes, out);
  } else readTiffTags(startsWith(bytes, 'Exif\0\0') ? bytes.subarray(6) : bytes, out);
  return true;
}

/** keyword, 0, compressed, method, language, 0, translated keyword, 0, text (PNG §11.3.3.4). */
function readInternational(data: Uint8Array, out: Extraction): void {
  const keyword = data.indexOf(0);
  if (keyword === -1) return;
  const language = data.indexOf(0, keyword + 3);
  const translated = language === -1 ? -1 : data.indexOf(0, language + 1);
  if (translated === -1) return;
  const name = latin1(data, 0, keyword);
  const body = data.subarray(translated + 1);
  const plain = data[keyword + 1] === 1 ? inflate(body, 'zlib', 'PNG', out) : body;
  if (name === 'XML:com.adobe.xmp') return readXmp(plain, out);
  const title = decodeLoose(data.subarray(language + 1, translated));
  out.piece(`iTXt=${name}`, `${title}\n${decodeLoose(plain)}`, true);
}
