import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Ran, runParapet } from '../../src/cli/testing/run-parapet.ts';
import type { DataFileResult } from '../../src/dataset/run-checks.ts';
import { writeNpy, writeNpz } from '../../src/formats/npy/write-npy.ts';
import { encodePng } from '../../src/formats/png/encode-png.ts';

const folder = mkdtempSync(join(tmpdir(), 'data-formats-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const fixtures = join(import.meta.dirname, '../../src/dataset/read/fixtures');

const parapet = (...argv: string[]): Promise<Ran> => runParapet(folder, ['data', ...argv]);
const write = (name: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
};
const parquet = (from: string, to: string): void => {
  mkdirSync(dirname(join(folder, to)), { recursive: true });
  copyFileSync(join(fixtures, `${from}.parquet`), join(folder, to));
};
async function check(...argv: string[]): Promise<ReadonlyMap<string, DataFileResult>> {
  const { out, err } = await parapet('check', ...argv, '--format', 'json');
  assert.notEqual(out, '', err);
  return new Map((JSON.parse(out) as DataFileResult[]).map((one) => [one.file, one]));
}
const rules = (result: DataFileResult | undefined): string[] => result!.findings.map(({ rule }) => rule);
const gaps = (result: DataFileResult | undefined): string => result!.gaps.map(({ reason }) => reason).join('; ');

/** A `.npy` file of any type, as `numpy.save` writes it. */
function npy(descr: string, shape: string, data: Uint8Array, fortran = false): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
  const head = Buffer.from(`\x93NUMPY\x01\0\0\0${text.padEnd(117)}\n`, 'latin1');
  head.writeUInt16LE(118, 8);
  return Buffer.concat([head, data]);
}
const utf32 = (texts: readonly string[], width: number): Buffer => {
  const bytes = Buffer.alloc(texts.length * width * 4);
  texts.forEach((text, at) =>
    [...text].forEach((sign, place) => bytes.writeUInt32LE(sign.codePointAt(0)!, (at * width + place) * 4)),
  );
  return bytes;
};
/** An IDX file of bytes. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = 8;
  head[3] = shape.length;
  shape.forEach((length, axis) => head.writeUInt32BE(length, 4 + 4 * axis));
  return Buffer.concat([head, data]);
}
const picture = (seed: number): Uint8Array =>
  encodePng({
    width: 4,
    height: 4,
    channels: 3,
    max: 255,
    data: Uint8Array.from({ length: 48 }, (_, at) => (at * 37 + seed * 101) & 255),
  });

test('Parquet is sealed as exactly as it is stored, whatever its packing', async () => {
  for (const column of ['micros', 'nanos', 'decimal', 'bytes', 'map', 'mark', 'big']) {
    parquet('exact', 'exact/a.parquet');
    assert.equal((await parapet('seal', 'exact', '--out', 'exact.json')).code, 0);
    parquet(`exact-${column}`, 'exact/a.parquet');
    const { code, out } = await parapet('verify', 'exact', '--seal', 'exact.json');
    assert.equal(code, 1, column);
    assert.match(out, /1 rows changed \(1\), 0 missing, 0 added/, column);
  }
  parquet('rows-zstd', 'packed/a.parquet');
  assert.equal((await parapet('seal', 'packed', '--out', 'packed.json')).code, 0);
  const proof = await parapet('prove', 'packed/a.parquet', '--row', '15', '--seal', 'packed.json');
  write('proof.json', proof.out);
  assert.equal((await parapet('prove', 'proof.json', '--check', '--seal', 'packed.json')).code, 0, proof.err);
  parquet('rows-lz4', 'packed/a.parquet');
  assert.match((await parapet('verify', 'packed', '--seal', 'packed.json')).out, /every row is the same/);
});

test('Parquet is checked inside of lists, and folders such as label=1 are columns', async () => {
  parquet('chat', 'chat/a.parquet');
  const [found] = (await check('chat')).get('chat/a.parquet')!.findings;
  assert.deepEqual(
    [found!.rule, found!.where.row, found!.where.field],
    ['personal-data-column', 2, 'messages[].content'],
  );
  write('hive/label=0/a.csv', 'text\nthe same words stand here twice\n');
  write('hive/label=1/a.csv', 'text\nthe same words stand here twice\n');
  const hive = await check('hive');
  assert.ok(rules(hive.get('hive/label=1/a.csv')).includes('label-conflict'));
});

test('texts and records of NumPy are looked at, pickles named and not loaded, and what is behind an array told', async () => {
  const texts = utf32(['write to anna.example@mail-host.com', 'plain'], 40);
  write('np/text.npy', npy("'<U40'", '(2,)', texts));
  const record = Buffer.concat([Buffer.from([1, 0]), utf32(['call +49 30 901820 now'], 30)]);
  write('np/record.npy', npy("[('id', '<i2'), ('note', '<U30')]", '(1,)', record));
  write('np/object.npy', npy("'|O'", '(1,)', Buffer.from('\x80\x04N.', 'latin1')));
  write('np/more.npy', npy("'|u1'", '(2,)', Buffer.from('abc')));
  const found = await check('np');
  const [text] = found.get('np/text.npy')!.findings;
  assert.deepEqual([text!.rule, text!.where.row, text!.where.field], ['personal-data-column', 1, 'data']);
  const [note] = found.get('np/record.npy')!.findings;
  assert.deepEqual([note!.rule, note!.where.field], ['personal-data-column', 'note']);
  assert.equal(found.get('np/record.npy')!.verdict, 'findings', gaps(found.get('np/record.npy')));
  assert.match(gaps(found.get('np/object.npy')), /Python objects/);
  assert.match(gaps(found.get('np/more.npy')), /behind the end of the array/);
});

test('arrays of an archive are rows, sealed to the element, in any order of storage', async () => {
  const x = Float32Array.from({ length: 6 }, (_, at) => at / 2);
  const y = BigInt64Array.from([0n, 1n, 1n]);
  write('npz/a.npz', writeNpz({ x: { shape: [3, 2], data: x }, y: { shape: [3], data: y } }));
  const sealed = await parapet('seal', 'npz', '--out', 'npz.json');
  assert.match(sealed.out, /1 files, 3 rows/, sealed.err);
  x[3] = 9;
  write('npz/a.npz', writeNpz({ x: { shape: [3, 2], data: x }, y: { shape: [3], data: y } }));
  assert.match((await parapet('verify', 'npz', '--seal', 'npz.json')).out, /1 rows changed \(2\)/);
  const bent = Buffer.from(readFileSync(join(folder, 'npz/a.npz')));
  bent[bent.indexOf(Buffer.from(Float32Array.of(9).buffer))]! ^= 1;
  write('bent/a.npz', bent);
  assert.match(gaps((await check('bent')).get('bent/a.npz')), /check sum/);
  const rows = Int32Array.of(1, 2, 3, 4, 5, 6);
  const columns = Buffer.from(Int32Array.of(1, 4, 2, 5, 3, 6).buffer);
  write('c.npy', writeNpy({ shape: [2, 3], data: rows }));
  write('fortran.npy', npy("'<i4'", '(2, 3)', columns, true));
  assert.equal((await parapet('diff', 'c.npy', 'fortran.npy')).code, 0);
});

test('splits in the names of arrays, and IDX with its labels, are compared', async () => {
  const images = Uint8Array.from({ length: 24 }, (_, at) => at * 7);
  write('idx/train-images-idx3-ubyte.gz', gzipSync(idx([6, 2, 2], images)));
  write('idx/train-labels-idx1-ubyte.gz', gzipSync(idx([6], Uint8Array.of(0, 1, 0, 1, 0, 1))));
  write('idx/t10k-images-idx3-ubyte', idx([2, 2, 2], images.subarray(4, 12)));
  write('idx/t10k-labels-idx1-ubyte', idx([2], Uint8Array.of(1, 1)));
  const files = await check('idx');
  const held = files.get('idx/t10k-images-idx3-ubyte')!;
  assert.equal(held.findings.find(({ rule }) => rule === 'split-leakage')!.count, 2);
  // One says 0 and the other 1: the one that is read later is named.
  const [conflict] = files
    .get('idx/train-images-idx3-ubyte.gz')!
    .findings.filter(({ rule }) => rule === 'label-conflict');
  assert.deepEqual(conflict!.rows, [3]);
  write(
    'arrays.npz',
    writeNpz({
      x_train: { shape: [6, 4], data: images },
      y_train: { shape: [6], data: Uint8Array.of(0, 1, 0, 1, 0, 1) },
      x_test: { shape: [2, 4], data: images.subarray(4, 12) },
      y_test: { shape: [2], data: Uint8Array.of(1, 0) },
    }),
  );
  const arrays = (await check('arrays.npz')).get('arrays.npz')!;
  assert.equal(arrays.rows, 8);
  assert.ok(rules(arrays).includes('split-leakage'), rules(arrays).join());
});

test('pictures are judged as one set, by their pixels, and broken ones are told', async () => {
  for (let at = 0; at < 24; at++) write(`pics/train/${at < 22 ? 'cat' : 'dog'}/${at}.png`, picture(at));
  write('pics/train/dog/same.png', picture(3));
  write('pics/test/cat/seen.png', picture(5));
  write('pics/train/cat/torn.png', picture(30).subarray(0, 60));
  const found = await check('pics');
  assert.ok(rules(found.get('pics/train/dog/same.png')).includes('label-conflict'));
  assert.ok(rules(found.get('pics/test/cat/seen.png')).includes('split-leakage'));
  assert.match(gaps(found.get('pics/train/cat/torn.png')), /Not a readable PNG/);
  assert.equal(found.get('pics/train/cat/1.png')!.verdict, 'clean');
});

test('metadata.jsonl beside pictures says their labels, and what it names and is not there is told', async () => {
  for (let at = 0; at < 3; at++) write(`meta/${at}.png`, picture(at === 2 ? 1 : at));
  const line = (at: number): string => JSON.stringify({ file_name: `${at}.png`, label: at });
  write('meta/metadata.jsonl', `${[0, 1, 2, 3].map(line).join('\n')}\n`);
  const found = await check('meta');
  assert.ok(rules(found.get('meta/2.png')).includes('label-conflict'));
  assert.match(gaps(found.get('meta/metadata.jsonl')), /1 of 4 files .*3\.png in line 4/);
});

test('a line that cannot be read is named, and those behind it are looked at', async () => {
  const mail = 'write to anna.example@mail-host.com';
  write('lines/a.jsonl', `{"text":"x"}\n{"text":\n{"text":"x","text":"y"}\n{"text":"${mail}"}\n`);
  write('lines/a.csv', `text,n\nx,1\ny\n"${mail}",2\nsize 5" disk,3\n`);
  write('lines/a.json', JSON.stringify({ version: 1, data: [{ text: 'x' }, { text: mail }] }));
  write('lines/a.txt', `x\n${mail}\n`);
  write('lines/wide.csv', Buffer.from(`\uFEFFtext;n\n${mail};2\n`, 'utf16le'));
  write('lines/latin.csv', Buffer.from('text,n\nok,1\nété,2\n', 'latin1'));
  const found = await check('lines');
  const jsonl = found.get('lines/a.jsonl')!;
  assert.deepEqual(
    jsonl.gaps.map(({ where }) => where.line),
    [2, 3],
  );
  for (const [name, line] of [
    ['a.jsonl', 4],
    ['a.csv', 4],
    ['a.json', undefined],
    ['a.txt', 2],
    ['wide.csv', 2],
  ] as const) {
    const finding = found.get(`lines/${name}`)!.findings.find(({ rule }) => rule === 'personal-data-column');
    assert.ok(finding !== undefined, name);
    assert.equal(finding.where.line, line, name);
  }
  assert.deepEqual(found.get('lines/latin.csv')!.gaps[0]!.where.line, 3);
});

test('personal data and secrets in the label are found', async () => {
  write('label.jsonl', '{"text":"a b","target":"write to anna.example@mail-host.com"}\n');
  const [finding] = (await check('label.jsonl')).get('label.jsonl')!.findings;
  assert.deepEqual([finding!.rule, finding!.where.field], ['personal-data-column', 'target']);
});

test('CSV and Parquet of the same rows are the same, and the output says how they were compared', async () => {
  const lines = Array.from(
    { length: 24 },
    (_, i) => `${i},story ${i * 7919} of ${i * 31} days,${i / 2},${i === 7 ? '' : i % 2}`,
  );
  write('rows.csv', `id,text,half,label\n${lines.join('\n')}\n`);
  parquet('rows-snappy', 'rows.parquet');
  const { code, err } = await parapet('diff', 'rows.csv', 'rows.parquet', '--key', 'id');
  assert.equal(code, 0, err);
  assert.match(err, /compared as text/);
  write('rows.csv', `id,text,half,label\n${lines.join('\n').replace('9,story', '9,Story')}\n`);
  const changed = JSON.parse((await parapet('diff', 'rows.csv', 'rows.parquet', '--key', 'id', '--json')).out);
  assert.deepEqual([changed.compared, changed.changed, changed.columns], ['texts', 1, { text: 1 }]);
});

test('rows that are packed away are not called clean, and data that is not read is called by its name', async () => {
  const csv = 'text,label\nwrite to maria.schmidt@firma-beispiel.de,1\n';
  const files: Readonly<Record<string, Buffer>> = {
    'a.csv.bz2': Buffer.from('BZh91AY&SY'),
    'c.tar.gz': gzipSync(Buffer.alloc(10_240)),
    'd.arrow': Buffer.from('ARROW1\0\0\xff\xff\xff\xff'),
    'e.sqlite': Buffer.from(`SQLite format 3\0${'\0'.repeat(100)}`),
    // A list of one text, as Python writes it.
    'f.pkl': Buffer.from('\x80\x04]\x94\x8c\x04maria\x94a.', 'latin1'),
  };
  mkdirSync(join(folder, 'unread'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, 'unread', name), bytes);
  const packed = { 'g.csv.zst': zstdCompressSync(csv), 'h.csv.gz': gzipSync(csv) };
  for (const [name, bytes] of Object.entries(packed)) writeFileSync(join(folder, 'unread', name), bytes);
  const found = await check('unread');
  const told = Object.keys(files).map((name) => found.get(`unread/${name}`)!);
  for (const { file, verdict } of told) assert.ok(['incomplete', 'findings'].includes(verdict), `${file}: ${verdict}`);
  assert.match(gaps(found.get('unread/d.arrow')), /Arrow .*write it as Parquet/);
  assert.match(gaps(found.get('unread/e.sqlite')), /SQLite/);
  assert.match(gaps(found.get('unread/c.tar.gz')), /rows are not read: unpack it/);
  for (const name of Object.keys(packed))
    assert.ok(rules(found.get(`unread/${name}`)).includes('personal-data-column'), name);
});
