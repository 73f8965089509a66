/** Reading on threads: what takes too long or too much ends its thread, and the next file finds another. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';
import { DEFAULT_FILE_LIMITS, type Reading } from '../../formats/extraction.ts';
import {
  docxParagraph,
  docxRun,
  makeDocx,
  makePdf,
  makePng,
  pdfText,
  pngChunk,
  pngText,
} from '../../formats/testing/make-files.ts';
import { FileReader } from './file-reader.ts';

const reader = new FileReader({ threads: 1, queue: 2 });
after(() => reader.close());

const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
const read = (bytes: Uint8Array, timeout = 30_000): Promise<Reading> =>
  reader.read(own(bytes), DEFAULT_FILE_LIMITS, timeout);
const reasons = ({ gaps }: Reading): string[] => gaps.map(({ reason }) => reason);
const texts = ({ pieces }: Reading): string[] => pieces.map(({ text }) => text);

/** A PDF that never ends: a form that draws itself many times at every level. */
function endlessPdf(): Uint8Array {
  const levels = 12;
  const more = Array.from({ length: levels }, (_, level) => {
    const inner = level + 1 < levels ? '/X Do '.repeat(20) : pdfText('x');
    const next = level + 1 < levels ? `/XObject << /X ${13 + level} 0 R >>` : '/Font << /F1 3 0 R >>';
    return `<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << ${next} >> /Length ${inner.length} >>\nstream\n${inner}\nendstream`;
  });
  return makePdf([{ content: '/X Do' }], { page: '/Resources << /XObject << /X 12 0 R >> >>', more });
}

test('small files are read at once, documents on a thread', async () => {
  assert.deepEqual(texts(await read(makePng([pngText('Comment', 'small')]))), ['small']);
  assert.ok(texts(await read(makePdf([{ content: pdfText('a page') }]))).includes('a page'));
  assert.deepEqual(texts(await read(makeDocx(docxParagraph(docxRun('a document'))))), ['a document']);
  const large = Buffer.from(`<html>${'<p>word</p>'.repeat(20_000)}`);
  assert.equal(texts(await read(large))[0]?.split('\n').length, 20_000);
});

test('the thread that serves goes on while a file is read', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const pages = Array.from({ length: 300 }, (_, i) => ({ content: pdfText(`page ${i}`).repeat(40) }));
  await read(makePdf(pages));
  clearInterval(timer);
  assert.ok(turns > 10, `${turns} turns`);
});

test('a file that takes too long is a gap, and the next one is read by another thread', async () => {
  assert.deepEqual(reasons(await read(endlessPdf(), 700)), ['timeout']);
  assert.ok(texts(await read(makePdf([{ content: pdfText('after it') }]))).includes('after it'));
});

test('what finds no thread in time, and what finds the queue full, is a gap', async () => {
  const first = read(endlessPdf(), 1500);
  const second = read(makePdf([{ content: pdfText('waits') }]), 500);
  const third = read(makePdf([{ content: pdfText('waits longer') }]), 20_000);
  const fourth = await read(makePdf([{ content: pdfText('no room') }]));
  assert.deepEqual(reasons(fourth), ['busy']);
  assert.deepEqual(reasons(await second), ['busy']);
  assert.deepEqual(reasons(await first), ['timeout']);
  assert.ok(texts(await third).includes('waits longer'), 'the queue goes on');
  assert.deepEqual(reasons(await read(makePdf([]), 0)), ['busy']);
});

test('a file that takes too much memory is a gap', async () => {
  const small = new FileReader({ threads: 1, growth: 96, heap: 64 });
  // A mebibyte of spaces, packed once and repeated: a content stream that unpacks to more than the process may grow by.
  const block = deflateRawSync(Buffer.alloc(1 << 20, ' '), { finishFlush: constants.Z_FULL_FLUSH }).toString('latin1');
  const data = `\x78\x9c${block.repeat(512)}\x03\x00`;
  const object = `<< /Length ${data.length} /Filter /FlateDecode >>\nstream\n${data}\nendstream`;
  const bomb = makePdf([{ content: '' }], { page: '/Contents 12 0 R', more: [object] });
  const reading = await small.read(own(bomb), DEFAULT_FILE_LIMITS, 60_000);
  assert.deepEqual(reasons(reading), ['limit'], JSON.stringify(reading));
  assert.match(reading.gaps[0]!.what, /memory/);
  const after = await small.read(own(makePdf([{ content: pdfText('still reads') }])), DEFAULT_FILE_LIMITS, 30_000);
  assert.ok(texts(after).includes('still reads'));
  await small.close();
});

test('closing ends what is being read', async () => {
  const other = new FileReader({ threads: 1 });
  const one = other.read(own(endlessPdf()), DEFAULT_FILE_LIMITS, 60_000);
  const two = other.read(own(endlessPdf()), DEFAULT_FILE_LIMITS, 60_000);
  await other.close();
  assert.deepEqual(reasons(await two), ['busy']);
  assert.equal((await one).gaps.length, 1);
});

test('the same bytes are read once, unless it was only for want of time', async () => {
  const one = new FileReader({ threads: 1 });
  const file = makePdf([{ content: pdfText('again and again') }]);
  const first = await one.read(own(file), DEFAULT_FILE_LIMITS, 30_000);
  assert.equal(await one.read(own(file), DEFAULT_FILE_LIMITS, 30_000), first);
  const narrow = await one.read(own(file), { ...DEFAULT_FILE_LIMITS, text: 5 }, 30_000);
  assert.deepEqual(reasons(narrow), ['limit'], 'other limits, another reading');
  const slow = endlessPdf();
  assert.deepEqual(reasons(await one.read(own(slow), DEFAULT_FILE_LIMITS, 0)), ['busy']);
  assert.deepEqual(reasons(await one.read(own(slow), DEFAULT_FILE_LIMITS, 300)), ['timeout']);
  await one.close();
});

test('slow documents do not hold up pictures', async () => {
  const two = new FileReader({ threads: 2 });
  const slow = [endlessPdf(), endlessPdf()].map((file) => two.read(own(file), DEFAULT_FILE_LIMITS, 120_000));
  const picture = makePng([pngText('Comment', 'quick'), pngChunk('IDAT', new Uint8Array(100_000))]);
  const first = await Promise.race([two.read(own(picture), DEFAULT_FILE_LIMITS, 120_000), ...slow]);
  assert.deepEqual(texts(first), ['quick']);
  await two.close();
  assert.deepEqual(
    (await Promise.all(slow)).flatMap(({ pieces }) => pieces),
    [],
  );
});
