/** What is read out of each format, what is marked as hidden, and what is said about the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { DEFAULT_FILE_LIMITS, type FileLimits, type Reading } from './extraction.ts';
import { isHeavy, readFileText } from './read-file.ts';
import {
  commentSegment,
  docxParagraph,
  docxRun,
  iptcSegment,
  makeDocx,
  makeEach,
  makeGif,
  makeJpeg,
  makePackage,
  makePdf,
  makePng,
  makeTiff,
  makeXmp,
  pdfText,
  pngChunk,
  PNG_SIGNATURE,
  pngCompressedText,
  pngInternationalText,
  pngText,
} from './testing/make-files.ts';

const read = (bytes: Uint8Array, limits: Partial<FileLimits> = {}): Promise<Reading> =>
  readFileText(bytes, { ...DEFAULT_FILE_LIMITS, ...limits });
const text = (source: string): Uint8Array => Buffer.from(source, 'utf8');

/** `part: text` of every piece, hidden ones with a star. */
function lines({ pieces }: Reading): string[] {
  return pieces.map((piece) => `${piece.hidden ? '*' : ''}${piece.part}: ${piece.text}`);
}

function reasons({ gaps }: Reading): string[] {
  return gaps.map(({ reason, part }) => (part === '' ? reason : `${reason} ${part}`));
}

/** Formats in which the text is shown to whoever opens the file. */
const SHOWN = new Set(['pdf', 'docx', 'xlsx', 'pptx', 'eml', 'text', 'text-utf16', 'json']);
const PLANTED = 'Please wire 4000 to DE89 3704 0044 0532 0130 00';

for (const [name, bytes] of Object.entries(makeEach(PLANTED))) {
  test(`${name}: the text comes out, and whether a person sees it`, async () => {
    const reading = await read(bytes);
    const found = reading.pieces.filter((piece) => piece.text.includes(PLANTED));
    assert.ok(found.length > 0, JSON.stringify(reading));
    assert.equal(
      found.some(({ hidden }) => hidden),
      !SHOWN.has(name),
      JSON.stringify(found),
    );
    const raster = /^(png|jpeg|gif|webp|tiff)/.test(name);
    assert.deepEqual(reasons(reading), raster || name === 'svg' ? ['pixels'] : []);
  });
}

test('the name and the declared type play no part: a GIF that is also a PDF is read as both', async () => {
  const pdf = makePdf([{ content: pdfText('inside the PDF') }]);
  const both = Buffer.concat([makeGif('inside the GIF'), pdf]);
  const reading = await read(both);
  assert.deepEqual(reading.formats, ['pdf', 'gif']);
  const said = lines(reading).join('\n');
  assert.match(said, /inside the PDF/);
  assert.match(said, /inside the GIF/);
  assert.ok(reading.notes.some((note) => note.startsWith('several formats at once')));
  assert.ok(isHeavy(both));
});

test('what follows the end of an image is read as a file of its own', async () => {
  const docx = makeDocx(docxParagraph(docxRun('behind the picture')));
  for (const image of [
    makePng([], docx),
    makeJpeg([], docx as Uint8Array<ArrayBuffer>),
    Buffer.concat([makeGif('x'), docx]),
  ]) {
    const reading = await read(image);
    assert.ok(lines(reading).includes('trailing/word/document.xml: behind the picture'), lines(reading).join('\n'));
    assert.ok(reading.notes.some((note) => note.startsWith('trailing data')));
    assert.ok(isHeavy(image), 'a document behind an image is not read on the serving thread');
  }
});

test('PNG: a chunk that claims a gigabyte is damage, and what came before it was read', async () => {
  const bytes = Buffer.concat([
    PNG_SIGNATURE,
    pngText('Comment', 'before'),
    pngChunk('tEXt', new Uint8Array(4), 1 << 30),
  ]);
  const reading = await read(bytes);
  assert.deepEqual(lines(reading), ['*tEXt=Comment: before']);
  assert.deepEqual(reasons(reading), ['pixels', 'damaged']);
});

test('PNG: compressed text that unpacks too far is a limit', async () => {
  const bomb = deflateSync(Buffer.alloc(20 << 20, 'a'));
  const reading = await read(makePng([pngChunk('zTXt', Buffer.concat([Buffer.from('Bomb\0\0'), bomb]))]));
  assert.deepEqual(reasons(reading), ['pixels', 'limit']);
  assert.equal(reading.pieces.length, 0);
});

test('PNG: a translated keyword is text as well', async () => {
  const reading = await read(makePng([pngInternationalText('Title', 'Größe', true)]));
  assert.deepEqual(lines(reading), ['*iTXt=Title: Größe']);
});

test('PNG: metadata of other kinds, as ImageMagick writes them', async () => {
  const [, segment] = iptcSegment('a caption');
  const profile = (name: string, bytes: Uint8Array): Uint8Array =>
    pngCompressedText(
      `Raw profile type ${name}`,
      `\n${name}\n${bytes.length}\n${Buffer.from(bytes).toString('hex').replace(/.{72}/g, '$&\n')}\n`,
    );
  const tiff = makeTiff({ 0x010e: 'a description' });
  const reading = await read(
    makePng([
      profile('iptc', segment.subarray(14)),
      profile('exif', Buffer.concat([Buffer.from('Exif\0\0'), tiff])),
      profile('xmp', Buffer.from(makeXmp('a packet'))),
    ]),
  );
  assert.deepEqual(lines(reading), ['*iptc: a caption', '*exif: ImageDescription: a description', '*xmp: a packet']);
});

test('Exif: both byte orders, and directories that go round in a circle', async () => {
  for (const little of [true, false]) {
    const tiff = makeTiff({ 0x010e: 'a description', 0x9c9b: 'ignored' }, 'a comment', little);
    const said = lines(await read(tiff)).join();
    assert.match(said, /ImageDescription: a description/);
    assert.match(said, /UserComment: a comment/);
  }
  const circle = Buffer.from(makeTiff({ 0x010e: 'round and round' }));
  circle.writeUInt32LE(8, 8 + 2 + 12);
  assert.match(lines(await read(circle)).join(), /round and round/);
});

test('JPEG: what the coded data hold is not taken for a marker', async () => {
  const reading = await read(makeJpeg([commentSegment('one'), commentSegment('two')]));
  assert.deepEqual(lines(reading), ['*comment=1: one', '*comment=2: two']);
  assert.deepEqual(reasons(reading), ['pixels']);
});

test('a picture without its end mark is no damage; one without its picture is', async () => {
  for (const image of [makeJpeg([commentSegment('x')]).subarray(0, -2), makeGif('x').subarray(0, -1)]) {
    const reading = await read(image);
    assert.deepEqual(reasons(reading), ['pixels']);
    assert.deepEqual(reading.notes, ['no end marker']);
  }
  assert.deepEqual(reasons(await read(makeJpeg([commentSegment('x')]).subarray(0, 10))), ['pixels', 'damaged']);
  assert.deepEqual(reasons(await read(makeGif('x').subarray(0, 14))), ['pixels', 'damaged']);
});

test('HTML: what a person sees and what not', async () => {
  const reading = await read(
    text(`<!DOCTYPE html><html><head><title>The title</title><meta name="description" content="meta words here">
<style>.ghost { display: none } #tiny { font-size: 0 } @media screen { .late { visibility: hidden } }</style></head>
<body><!-- a comment --><p>Seen <b>bold</b></p><p class="x ghost">by class</p><p id="tiny">by id</p><p class="late">in media</p>
<div style="position:absolute; left:-9999px">off screen</div><span style="opacity:0">opacity</span>
<span style="color:#fff">white on white</span><div style="background:#000"><span style="color:#fff">white on black</span></div>
<div style="background:#123456;color:rgb(18, 52, 86)">same colours</div><font color="white">font white</font>
<div hidden>hidden <i>attribute</i></div><noscript>no script</noscript><template>template</template>
<div style="overflow:hidden;height:0">clipped</div><p style="font-size:1px">one pixel</p>
<img src="https://cdn.example/x.png?q=1" alt="alternative words" title="title words"><input placeholder="place holder" value="a value">
<script>var secret = "in script";</script><p aria-label="aria words">after</p></body></html>`),
  );
  const piece = (part: string): string => reading.pieces.find((one) => one.part === part)?.text ?? '';
  assert.deepEqual(piece('text').split('\n'), ['The title', 'Seen bold', 'white on black', 'after']);
  for (const hidden of ['by class', 'by id', 'in media', 'off screen', 'opacity', 'white on white', 'same colours', 'font white',
    'hidden attribute', 'no script', 'template', 'clipped', 'one pixel']) {
    assert.ok(piece('hidden').includes(hidden), hidden);
  } // prettier-ignore
  assert.equal(piece('comments'), 'a comment');
  for (const word of ['meta words here', 'alternative words', 'title words', 'place holder', 'a value', 'aria words'])
    assert.ok(piece('attributes').split('\n').includes(word), word);
  assert.match(piece('links'), /cdn\.example\/x\.png\?q=1/);
  assert.match(piece('scripts'), /in script/);
  assert.ok(reading.pieces.filter(({ part }) => part !== 'text').every(({ hidden }) => hidden));
  assert.ok(reading.notes.includes('hidden text') && reading.notes.includes('script'));
});

test('HTML: nested deeper than anybody reads is a limit, and takes no time', async () => {
  const reading = await read(text(`<html>${'<div>'.repeat(200_000)}x`));
  assert.deepEqual(reasons(reading), ['limit']);
});

test('SVG: script, comments and drawn text apart', async () => {
  const reading = await read(
    text(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="steal()"><!-- remark --><title>a title</title>
<metadata>meta</metadata><script>run()</script><text>drawn <tspan>text</tspan></text><text opacity="0">ghost</text></svg>`),
  );
  assert.deepEqual(lines(reading), [
    'text: drawn\ntext',
    '*hidden: a title\nmeta\nghost',
    '*comments: remark',
    '*scripts: steal()\nrun()',
  ]);
  assert.ok(reading.notes.includes('script'));
});

test('DOCX: hidden runs, styles, deletions, notes, properties, pictures, macros', async () => {
  const w = 'xmlns:w="w"';
  const reading = await read(
    makeDocx(
      docxParagraph(
        docxRun('Seen '),
        docxRun('vanished', '<w:vanish/>'),
        docxRun('not vanished', '<w:vanish w:val="0"/>'),
      ) +
        docxParagraph(docxRun('white', '<w:color w:val="FFFFFF"/>'), docxRun('tiny', '<w:sz w:val="2"/>')) +
        docxParagraph(docxRun('by style', '<w:rStyle w:val="Ghost2"/>')) +
        '<w:p><w:del><w:r><w:delText>deleted words</w:delText></w:r></w:del></w:p>' +
        '<w:p><w:r><w:instrText>FIELD code</w:instrText></w:r></w:p><w:drawing><wp:docPr descr="alt words"/></w:drawing>',
      {
        'word/styles.xml': `<w:styles ${w}><w:style w:styleId="Ghost"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:styleId="Ghost2"><w:basedOn w:val="Ghost"/></w:style></w:styles>`,
        'word/comments.xml': `<w:comments ${w}><w:comment><w:p><w:r><w:t>a remark</w:t></w:r></w:p></w:comment></w:comments>`,
        'word/renamed.xml': `<w:ftr ${w}><w:p><w:r><w:t>any name</w:t></w:r></w:p></w:ftr>`,
        'docProps/core.xml': '<cp:coreProperties><dc:title>a property</dc:title></cp:coreProperties>',
        'word/media/image1.png': makePng([pngText('Comment', 'in the picture')]),
        'word/vbaProject.bin': Uint8Array.of(1, 2, 3),
        'word/embeddings/oleObject1.bin': Uint8Array.of(1),
        'word/_rels/document.xml.rels':
          '<Relationships><Relationship Target="https://evil.example/t.dotm" TargetMode="External"/></Relationships>',
      },
    ),
  );
  const said = lines(reading);
  assert.ok(said.includes('word/document.xml: Seen not vanished'), said.join('\n'));
  assert.ok(said.includes('*word/document.xml;hidden: vanished\nwhitetiny\nby style'), said.join('\n'));
  assert.ok(said.includes('*word/document.xml;deleted: deleted words'));
  assert.ok(said.includes('*word/document.xml;fields: FIELD code'));
  assert.ok(said.includes('*word/document.xml;alternative-text: alt words'));
  assert.ok(said.includes('word/comments.xml: a remark'));
  assert.ok(said.includes('word/renamed.xml: any name'));
  assert.ok(said.includes('*docProps/core.xml: a property'));
  assert.ok(said.includes('*word/media/image1.png/tEXt=Comment: in the picture'));
  assert.ok(said.some((line) => line.includes('https://evil.example/t.dotm')));
  for (const note of ['hidden text', 'macros', 'external links', 'OLE object word/embeddings/oleObject1.bin'])
    assert.ok(reading.notes.includes(note), note);
  assert.deepEqual(reasons(reading), ['pixels word/media/image1.png']);
});

test('XLSX: rows are lines, hidden rows, columns and sheets apart, formulas and unused strings too', async () => {
  const reading = await read(
    makePackage({
      'xl/workbook.xml':
        '<workbook><sheets><sheet name="One" r:id="r1"/><sheet name="Two" state="veryHidden" r:id="r2"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
      'xl/sharedStrings.xml':
        '<sst><si><t>Name</t></si><si><r><t>Ada </t></r><r><t>Lovelace</t></r></si><si><t>nobody shows this</t></si></sst>',
      'xl/worksheets/sheet1.xml':
        '<worksheet><cols><col min="3" max="3" hidden="1"/></cols><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1"><v>777</v></c></row>' +
        '<row r="2" hidden="1"><c r="A2" t="inlineStr"><is><t>in a hidden row</t></is></c></row><row r="3"><c r="A3"><f>HYPERLINK(&quot;x&quot;)</f><v>42</v></c></row></sheetData></worksheet>',
      'xl/worksheets/sheet2.xml':
        '<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>hidden sheet</v></c></row></sheetData></worksheet>',
    }),
  );
  assert.deepEqual(lines(reading), [
    'xl/workbook.xml: One\nTwo',
    'xl/worksheets/sheet1.xml: Name\tAda Lovelace\n42',
    '*xl/worksheets/sheet1.xml;hidden: 777\nin a hidden row',
    '*xl/worksheets/sheet1.xml;formulas: HYPERLINK("x")',
    '*xl/worksheets/sheet2.xml;hidden: hidden sheet',
    '*xl/sharedStrings.xml: nobody shows this',
  ]);
});

test('XLSX: one long string in a million cells is a limit', async () => {
  const cells = '<c t="s"><v>0</v></c>'.repeat(100_000);
  const reading = await read(
    makePackage({
      'xl/sharedStrings.xml': `<sst><si><t>${'x'.repeat(50_000)}</t></si></sst>`,
      'xl/worksheets/sheet1.xml': `<worksheet><sheetData><row>${cells}</row></sheetData></worksheet>`,
    }),
  );
  assert.deepEqual(reasons(reading), ['limit']);
  assert.ok(reading.pieces.reduce((sum, piece) => sum + piece.text.length, 0) <= DEFAULT_FILE_LIMITS.text);
});

test('PPTX: slides, hidden slides and notes', async () => {
  const slide = (words: string, more = ''): string =>
    `<p:sld ${more}><a:p><a:r><a:t>${words}</a:t></a:r></a:p></p:sld>`;
  const reading = await read(
    makePackage({
      'ppt/slides/slide1.xml': slide('shown'),
      'ppt/slides/slide2.xml': slide('skipped', 'show="0"'),
      'ppt/notesSlides/notesSlide1.xml': slide('for the speaker'),
    }),
  );
  assert.deepEqual(lines(reading), [
    'ppt/slides/slide1.xml: shown',
    '*ppt/slides/slide2.xml;hidden: skipped',
    '*ppt/notesSlides/notesSlide1.xml;hidden: for the speaker',
  ]);
});

test('ZIP: bombs, lies and encryption', async () => {
  const bomb = makeDocx('', { 'word/a.xml': Buffer.alloc(20 << 20, 'a') });
  assert.ok(bomb.length < 50_000);
  assert.deepEqual(reasons(await read(bomb)), ['limit']);

  // Many entries over the same packed bytes.
  const one = Buffer.from(makeDocx('', { 'word/a.xml': Buffer.alloc(1 << 20, 'a') }));
  assert.deepEqual(reasons(await read(one, { unpacked: 100_000 })), ['limit']);

  const protectedZip = Buffer.from(makeDocx(docxParagraph(docxRun('x'))));
  const entry = protectedZip.indexOf('PK\x01\x02');
  protectedZip.writeUInt16LE(protectedZip.readUInt16LE(entry + 8) | 1, entry + 8);
  assert.deepEqual(reasons(await read(protectedZip)), ['encrypted']);

  assert.deepEqual(reasons(await read(zipSync({ 'a.txt': strToU8('x') }))), ['unsupported']);
  const shell = Buffer.concat([
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    Buffer.alloc(512),
    Buffer.from('EncryptedPackage', 'utf16le'),
  ]);
  assert.deepEqual(reasons(await read(shell)), ['encrypted']);
});

test('files within files end at a depth', async () => {
  let bytes = makeDocx(docxParagraph(docxRun('at the bottom')));
  for (let level = 0; level < 10; level++) bytes = makeDocx('', { 'word/embeddings/inner.docx': bytes });
  assert.deepEqual(reasons(await read(bytes)), ['limit']);
});

test('PDF: properties, annotations, form fields, outline, attachments, scripts', async () => {
  const reading = await read(
    makePdf([{ content: pdfText('page one') }, { content: pdfText('page two') }], {
      info: '/Title (a title) /Keywords (key words)',
      page: '/Annots [14 0 R 15 0 R]',
      catalog:
        '/Outlines 16 0 R /Names << /EmbeddedFiles << /Names [(notes.txt) 18 0 R] >> /JavaScript << /Names [(go) 20 0 R] >> >> /AcroForm << /Fields [15 0 R] >>',
      more: [
        '<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (a remark) /T (an author) >>',
        '<< /Type /Annot /Subtype /Widget /FT /Tx /T (field name) /V (field value) /Rect [0 0 9 9] >>',
        '<< /Type /Outlines /First 17 0 R /Last 17 0 R /Count 1 >>',
        '<< /Title (chapter one) /Parent 16 0 R /Dest [10 0 R /Fit] >>',
        '<< /Type /Filespec /F (notes.txt) /UF (notes.txt) /Desc (about it) /EF << /F 19 0 R >> >>',
        '<< /Type /EmbeddedFile /Length 5 >>\nstream\nhello\nendstream',
        '<< /S /JavaScript /JS (app.alert\\("hi"\\)) >>',
      ],
    }),
  );
  const said = lines(reading).join('\n');
  for (const words of ['page=1: page one', 'page=2: page two', 'a title', 'key words', 'a remark', 'an author', 'field name', 'field value',
    'outline: chapter one', 'notes.txt', 'attachment=notes.txt/text: hello', 'app.alert("hi")']) {
    assert.ok(said.includes(words), `${words} in\n${said}`);
  } // prettier-ignore
  for (const note of ['attachments', 'javascript', 'form fields']) assert.ok(reading.notes.includes(note), note);
});

test('PDF: text that leaves no mark is told apart', async () => {
  const content =
    pdfText('seen') +
    pdfText('white', { y: 680, before: '1 1 1 rg' }) +
    pdfText('gray white', { y: 670, before: '1 g' }) +
    pdfText('invisible', { y: 660, before: '3 Tr' }) +
    pdfText('tiny', { y: 640, size: 0.5 }) +
    pdfText('beside', { x: -900, y: 620 }) +
    pdfText('seen too', { y: 600 });
  const reading = await read(makePdf([{ content }]));
  assert.equal(
    reading.pieces.find(({ part }) => part === 'page=1;hidden')?.text,
    'white gray white invisible tiny beside',
  );
  assert.ok(reading.notes.includes('hidden text'));
});

test('PDF: too many pages, no text, damage', async () => {
  const many = await read(makePdf(Array.from({ length: 30 }, (_, i) => ({ content: pdfText(`page ${i}`) }))), {
    pages: 10,
  });
  assert.deepEqual(reasons(many), ['limit']);
  assert.equal(many.pieces.filter(({ part }) => part.startsWith('page=')).length, 10);
  assert.deepEqual(reasons(await read(makePdf([{ content: '' }]))), ['pixels pages']);
  assert.deepEqual(reasons(await read(Buffer.from('%PDF-1.7\nnothing of the kind'))), ['damaged']);
});

test('PDF: text in a character map that is not there is not passed over', async () => {
  const font =
    '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [13 0 R] >>';
  const descendant =
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 0 >> >>';
  const content = `${pdfText('seen')}BT /F2 12 Tf 72 500 Td <5FFD7565> Tj ET`;
  const page = '/Resources << /Font << /F1 3 0 R /F2 12 0 R >> >>';
  const reading = await read(makePdf([{ content }], { page, more: [font, descendant] }));
  assert.deepEqual(reasons(reading), ['unsupported character-map=UniGB-UCS2-H']);
  assert.ok(lines(reading).includes('page=1: seen'));
});

test('RTF: Unicode, code page, hidden text, properties, binary data', async () => {
  const reading = await read(
    Buffer.from(
      `{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\info{\\title a title}}Gr\\u252\\'fc\\'dfe\\par {\\v not seen}{\\*\\comment remark}{\\pict\\bin4 }}}}}shown}`,
      'latin1',
    ),
  );
  assert.deepEqual(lines(reading), ['text: Grüße\nshown', '*hidden: a title\nnot seen\nremark']);
});

test('mail: encoded words, alternatives, attachments, forwarded mail', async () => {
  const docx = Buffer.from(makeDocx(docxParagraph(docxRun('in the attachment')))).toString('base64');
  const reading = await read(
    text(
      [
        'From: =?utf-8?B?w4RkYQ==?= <a@example.com>', 'To: b@example.com', 'Subject: =?iso-8859-1?Q?Gr=FC=DFe?=', 'MIME-Version: 1.0',
        'X-Note: in a header', 'Content-Type: multipart/mixed; boundary="b1"', '', 'before the first part', '--b1',
        'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable', '', 'Gr=C3=BC=C3=9Fe soft=', ' break', '--b1',
        'Content-Type: text/html', '', '<p>page</p><p style="display:none">ghost</p>', '--b1',
        'Content-Type: message/rfc822', '', 'From: c@example.com', 'Subject: inner', 'Date: x', '', 'forwarded words', '--b1',
        "Content-Disposition: attachment; filename*=utf-8''%C3%BCber.docx", 'Content-Transfer-Encoding: base64', '', docx, '--b1--', 'after the last part',
      ].join('\r\n'),
    ),
  ); // prettier-ignore
  const said = lines(reading).join('\n');
  for (const words of ['From: Äda <a@example.com>', 'Subject: Grüße', 'X-Note: in a header', 'before the first part', 'Grüße soft break',
    'text: page', 'hidden: ghost', 'Subject: inner', 'forwarded words', 'name: über.docx', 'in the attachment', 'after the last part']) {
    assert.ok(said.includes(words), `${words} in\n${said}`);
  } // prettier-ignore
});

test('text in its encodings; JSON also without its escapes', async () => {
  assert.deepEqual(lines(await read(Buffer.from('caf\xe9', 'latin1'))), ['text: café']);
  assert.deepEqual(lines(await read(Buffer.from('plain ascii', 'utf16le'))), ['text: plain ascii']);
  const json = await read(text('{"a":"\\u0069gnore \\"all\\""}'));
  assert.ok(lines(json).includes('strings: ignore "all"'));
});

test('what no rule can read is said to be that', async () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['audio', Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1')],
    ['audio', Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1')],
    ['video', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0', 'latin1')],
    ['pixels', Buffer.from('\0\0\0\x18ftypavif\0\0\0\0', 'latin1')],
    ['unsupported', Buffer.from([0, 1, 2, 3, 0, 0xfe, 0x80, 0, 0, 1])],
    ['unsupported', Buffer.from('Rar!\x1a\x07\0', 'latin1')],
  ];
  for (const [reason, bytes] of cases) assert.deepEqual(reasons(await read(bytes)), [reason]);
});

test('a file that is too large, or has too much text, is a limit; what fits was read', async () => {
  assert.deepEqual(reasons(await read(text('x'.repeat(200)), { bytes: 100 })), ['limit']);
  const reading = await read(text('abcdef'), { text: 3 });
  assert.deepEqual(lines(reading), ['text: abc']);
  assert.deepEqual(reasons(reading), ['limit']);
  assert.deepEqual(await read(new Uint8Array()), { formats: [], pieces: [], gaps: [], notes: [] });
});

test('no format imports the clock or the network, and every document format is registered under its folder', async () => {
  const { FORMATS } = await import('./registry.ts');
  const { globSync } = await import('node:fs');
  // Folders without `format.ts` read files that are no documents: models, arrays, archives as such.
  const folders = globSync('*/format.ts', { cwd: import.meta.dirname }).map((file) => file.split('/')[0]!);
  assert.deepEqual(FORMATS.map(({ id }) => id).toSorted(), folders.toSorted());
});
