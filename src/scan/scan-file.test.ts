import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openFileSource } from './file-source.ts';
import { scanFile } from './scan-file.ts';
import { makeTar, makeZip } from './testing/make-archive.ts';
import { bytes, plain, text } from './testing/make-pickle.ts';

const folder = mkdtempSync(join(tmpdir(), 'scan-file-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** A call of the shell behind more bytes than any reader looks at first. */
const far = bytes(
  0x80,
  4,
  'B',
  0,
  0,
  32,
  0,
  Buffer.alloc(1 << 21, 0x41),
  '0',
  text('os'),
  text('system'),
  0x93,
  text('x'),
  0x85,
  'R.',
);

for (const [name, content] of [
  ['x.bin', far],
  [
    'x',
    makeZip([
      { name: 'm/data.pkl', data: far },
      { name: 'm/0', data: Buffer.alloc(5000) },
    ]),
  ],
  ['packed', makeZip([{ name: 'm/data.pkl', data: far, deflate: true }])],
  [
    'x.tar',
    makeTar([
      { name: 'a', data: plain() },
      { name: 'b', data: far },
    ]),
  ],
  ['x.gz', gzipSync(far)],
] as const) {
  test(`a file on the disk is seen as it is, however large and whatever its name: ${name}`, () => {
    const { findings, verdict } = scanFile(write(name, content), name);
    assert.equal(verdict, 'findings');
    assert.ok(findings.some(({ rule, severity }) => rule === 'pickle-dangerous-global' && severity === 'critical'));
  });
}

test('what a source hands out lasts once it is copied, and no longer', () => {
  const source = openFileSource(write('y', Buffer.from('first second')));
  const shared = source.read(0, 5);
  const copied = shared.slice();
  source.read(6, 6);
  assert.equal(Buffer.from(copied).toString(), 'first');
  assert.notEqual(Buffer.from(shared).toString(), 'first');
  source.close();
});

test('a tensor of ONNX whose entries of outside data are damaged is not wholly looked at, and no reader falls over', () => {
  // Data type, place of data, and an entry whose text is cut off.
  const cut = Buffer.from('080110016a170a286c6f636174696f6e120b2f6574632f706173737764', 'hex');
  const { gaps, verdict } = scanFile(write('cut', cut), 'cut');
  assert.equal(verdict, 'incomplete');
  assert.match(gaps[0]!.reason, /damaged: a field goes beyond the end/);
});
