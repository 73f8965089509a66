/**
 * Cost of reading files: megabytes a second for each format next to decoding the same bytes as plain text, the way over a thread, and how
 * time grows on hostile files.
 * Run: `npm run bench:files`.
 */
import { DEFAULT_FILE_LIMITS } from '../src/formats/extraction.ts';
import { readFileText } from '../src/formats/read-file.ts';
import {
  commentSegment,
  docxParagraph,
  docxRun,
  exifSegment,
  makeDocx,
  makeGif,
  makeJpeg,
  makePackage,
  makePdf,
  makePng,
  makeTiff,
  makeWebp,
  makeXmp,
  pdfText,
  pngChunk,
  pngText,
  xmpSegment,
} from '../src/formats/testing/make-files.ts';
import { FileReader } from '../src/guard/files/file-reader.ts';

const LIMITS = {
  ...DEFAULT_FILE_LIMITS,
  bytes: 64 << 20,
  text: 64 << 20,
  unpacked: 256 << 20,
  items: 50_000_000,
  pages: 100_000,
};
const SENTENCE =
  'The customer asked on Tuesday whether the transfer of 400 euros had arrived, and was told that it had. ';
const MIB = 1 << 20;

function prose(bytes: number): string {
  return SENTENCE.repeat(Math.ceil(bytes / SENTENCE.length)).slice(0, bytes);
}

function paragraphs(bytes: number): string[] {
  return Array.from({ length: Math.ceil(bytes / 600) }, () => prose(600));
}

const noise = Uint8Array.from({ length: MIB }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 24) & 0x7f);

/** A file of each format with about `bytes` of what it is made of: text for documents, coded picture for images. */
const MAKERS: Readonly<Record<string, (bytes: number) => Uint8Array>> = {
  text: (bytes) => Buffer.from(prose(bytes)),
  html: (bytes) => Buffer.from(`<!doctype html><body>${paragraphs(bytes).map((p) => `<p class="a">${p}</p>`).join('\n')}`), // prettier-ignore
  svg: (bytes) => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${paragraphs(bytes).map((p) => `<text x="1" y="2">${p}</text>`).join('')}</svg>`), // prettier-ignore
  eml: (bytes) =>
    Buffer.from(
      `From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nDate: x\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(prose(bytes)).toString('base64')}`,
    ),
  rtf: (bytes) => Buffer.from(`{\\rtf1\\ansi ${paragraphs(bytes).map((p) => `\\pard ${p}\\par`).join('\n')}}`), // prettier-ignore
  docx: (bytes) => makeDocx(paragraphs(bytes).map((p) => docxParagraph(docxRun(p))).join('')), // prettier-ignore
  xlsx: (bytes) =>
    makePackage({
      'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${Array.from({ length: bytes / 50 }, (_, i) => `<row r="${i}"><c r="A${i}"><v>${i * 977}</v></c><c r="B${i}" t="str"><v>name ${i}</v></c></row>`).join('')}</sheetData></worksheet>`,
    }),
  pdf: (bytes) =>
    makePdf(
      Array.from({ length: Math.ceil(bytes / 4000) }, () => ({
        content: Array.from({ length: 40 }, (_, line) => pdfText(prose(100), { y: 750 - line * 16, size: 9 })).join(''),
      })),
    ),
  png: (bytes) =>
    makePng([pngText('Comment', prose(2000)), ...Array.from({ length: bytes / MIB }, () => pngChunk('IDAT', noise))]),
  jpeg: (bytes) =>
    makeJpeg([
      commentSegment(prose(2000)),
      exifSegment(makeTiff({ 0x010e: prose(2000) }, prose(500))),
      xmpSegment(makeXmp(prose(4000))),
      ...Array.from({ length: bytes / 60_000 }, () => [0xe2, noise.subarray(0, 60_000)] as const),
    ]),
  gif: (bytes) => makeGif(prose(bytes)),
  webp: (bytes) => makeWebp(makeTiff({ 0x010e: prose(bytes / 2) }), makeXmp(prose(bytes / 2))),
};

async function median(run: () => Promise<unknown>, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds + 2; round++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.slice(2).toSorted((a, b) => a - b)[Math.floor(rounds / 2)]!;
}

const pad = (text: string | number, width: number): string => String(text).padStart(width);

console.log('format      file KiB   text KiB       ms   MB/s of file   MB/s of text   plain decode MB/s');
for (const [name, make] of Object.entries(MAKERS)) {
  const file = make(MIB);
  const { pieces } = await readFileText(file, LIMITS);
  const text = pieces.reduce((sum, piece) => sum + piece.text.length, 0);
  const ms = await median(() => readFileText(file, LIMITS), 7);
  const plain = await median(() => Promise.resolve(new TextDecoder().decode(file)), 7);
  const speed = (bytes: number, millis: number): string => (bytes / 1e3 / millis).toFixed(1);
  console.log(
    name.padEnd(8),
    pad(Math.round(file.length / 1024), 11),
    pad(Math.round(text / 1024), 10),
    pad(ms.toFixed(1), 8),
    pad(speed(file.length, ms), 14),
    pad(speed(text, ms), 14),
    pad(speed(file.length, plain), 19),
  );
}

const reader = new FileReader();
let turn = 0;
// Another page each time: the reader keeps its last readings.
const page = (): Uint8Array => makePdf([{ content: pdfText(`${(turn += 1)} ${prose(90)}`) }]);
const through = await median(() => reader.read(new Uint8Array(page()), DEFAULT_FILE_LIMITS, 30_000), 25);
const here = await median(() => readFileText(page(), DEFAULT_FILE_LIMITS), 25);
const small = makePng([pngText('Comment', 'hello')]);
const inline = await median(() => reader.read(new Uint8Array(small), DEFAULT_FILE_LIMITS, 30_000), 200);
console.log(
  `\none page of PDF: ${through.toFixed(2)} ms over a thread, ${here.toFixed(2)} ms without; a small PNG: ${inline.toFixed(3)} ms`,
);
await reader.close();

/** What could be slow, repeated. The limits of elements and depth are those that hold. */
const HOSTILE: Readonly<Record<string, (bytes: number) => Uint8Array>> = {
  'html of <': (n) => Buffer.from(`<html>${'<'.repeat(n)}`),
  'html of <!--': (n) => Buffer.from(`<html>${'<!--'.repeat(n / 4)}`),
  'html of <!---->': (n) => Buffer.from(`${'<!---->'.repeat(n / 7)}`),
  'html of <a': (n) => Buffer.from(`<html>${'<a '.repeat(n / 3)}`),
  'html of &': (n) => Buffer.from(`<html>${'&'.repeat(n)}`),
  'html of attributes': (n) => Buffer.from(`<html><p ${Array.from({ length: n / 8 }, (_, i) => `a${i}=b`).join(' ')}>`),
  'html of p': (n) => Buffer.from(`<html>${'<p>'.repeat(n / 3)}`),
  'html of p /p': (n) => Buffer.from(`<html>${'<p></p>'.repeat(n / 7)}`),
  'html of </p>': (n) => Buffer.from(`<html>${'</p>'.repeat(n / 4)}`),
  'css of braces': (n) => Buffer.from(`<html><style>${'a{'.repeat(n / 2)}</style>`),
  'css of at': (n) => Buffer.from(`<html><style>${'@{'.repeat(n / 2)}</style>`),
  'style of semicolons': (n) => Buffer.from(`<html><p style="${'left:1;'.repeat(n / 7)}">`),
  'svg of cdata': (n) => Buffer.from(`<svg>${'<![CDATA['.repeat(n / 9)}</svg>`),
  'rtf of groups': (n) => Buffer.from(`{\\rtf1 ${'{}'.repeat(n / 2)}}`),
  'rtf of words': (n) => Buffer.from(`{\\rtf1 ${'\\v'.repeat(n / 2)}}`),
  'eml of boundaries': (n) =>
    Buffer.from(`From: a\nTo: b\nDate: c\nContent-Type: multipart/mixed; boundary=x\n\n${'--x\n'.repeat(n / 4)}`),
  'eml of half boundaries': (n) =>
    Buffer.from(`From: a\nTo: b\nDate: c\nContent-Type: multipart/mixed; boundary=x\n\n${'--x'.repeat(n / 3)}`),
  'eml of encoded words': (n) => Buffer.from(`From: ${'=?u?q?'.repeat(n / 6)}\nTo: b\nDate: c\nSubject: d\n\nx`),
  'eml of folding': (n) => Buffer.from(`From: a\nTo: b\nDate: c\nSubject: d\n${' x'.repeat(n / 2)}\n\nx`),
  'json of brackets': (n) => Buffer.from('['.repeat(n)),
  'pdf of percent': (n) => Buffer.from(`%PDF-1.7\n${'%'.repeat(n)}`),
  'pdf of <<': (n) => Buffer.from(`%PDF-1.7\n${'<<'.repeat(n / 2)}`),
  'pdf of obj': (n) => Buffer.from(`%PDF-1.7\n${'1 0 obj\n'.repeat(n / 8)}`),
  'png of empty chunks': (n) => makePng(Array.from({ length: n / 12 }, () => pngChunk('tEXt', new Uint8Array()))),
  'jpeg of ff': (n) => Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(n, 0xff)]),
  'gif of empty blocks': (n) =>
    Buffer.concat([makeGif('x').subarray(0, -1), Buffer.from('21fe00'.repeat(n / 3), 'hex')]),
};

async function least(run: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < 4; round++) {
    const start = performance.now();
    await run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

console.log('\nhostile file                1 MiB ms   4 MiB ms   exponent');
for (const [name, make] of Object.entries(HOSTILE)) {
  const limits = { ...LIMITS, depth: DEFAULT_FILE_LIMITS.depth };
  const few = make(MIB);
  const many = make(4 * MIB);
  const a = await least(() => readFileText(few, limits));
  const b = await least(() => readFileText(many, limits));
  console.log(
    name.padEnd(24),
    pad(a.toFixed(1), 12),
    pad(b.toFixed(1), 10),
    pad((Math.log2(b / a) / 2).toFixed(2), 10),
  );
}
