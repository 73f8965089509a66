import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { memorySource } from '../../../bytes/byte-source.ts';
import { READERS, RULES } from '../../registry.ts';
import { scanSource } from '../../scan-artifact.ts';
import { makeTar, makeZip } from '../../testing/make-archive.ts';

/** The beginning of a program: ELF of the type, PE with the characteristics, Mach-O of the type. */
function elf(type: number): Buffer {
  const bytes = Buffer.alloc(4000, 7);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]).copy(bytes);
  bytes.writeUInt16LE(type, 16);
  return bytes;
}
function pe(characteristics: number): Buffer {
  const bytes = Buffer.alloc(400);
  bytes.write('MZ', 'latin1');
  bytes.writeUInt32LE(0x80, 60);
  bytes.write('PE\0\0', 0x80, 'latin1');
  bytes.writeUInt16LE(characteristics, 0x80 + 22);
  return bytes;
}
function mach(type: number): Buffer {
  const bytes = Buffer.alloc(400);
  bytes.writeUInt32LE(0xfeedfacf, 0);
  bytes.writeUInt32LE(type, 12);
  return bytes;
}
/** Several machines in one file. */
function fat(inner: Buffer): Buffer {
  const head = Buffer.alloc(4096);
  head.writeUInt32BE(0xcafebabe, 0);
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(4096, 16);
  return Buffer.concat([head, inner]);
}

interface Wheel {
  readonly file?: string;
  readonly path?: string;
  readonly data?: Buffer;
  readonly folder?: string;
  /** Digest in the list; null leaves the file out. */
  readonly digest?: string | null;
  readonly without?: string;
  readonly twice?: true;
}

const digestOf = (data: Uint8Array): string => createHash('sha256').update(data).digest('base64url');

/** The severities of programs that are found in a wheel. */
function severities({
  file = 'my_pkg-1.0-cp312-cp312-manylinux_2_17_x86_64.whl',
  path = 'my_pkg/_core.cpython-312-x86_64-linux-gnu.so',
  data = elf(3),
  folder = 'my_pkg-1.0.dist-info',
  digest = digestOf(data),
  without,
  twice,
}: Wheel): readonly string[] {
  const field = path.includes(',') ? `"${path}"` : path;
  const row = digest === null ? '' : `${field},sha256=${digest},${data.length}\n`;
  const record = `my_pkg/__init__.py,sha256=abc,0\n${row}${twice ? `${path},sha256=abc,1\n` : ''}${folder}/RECORD,,\n`;
  const wheel = makeZip(
    [
      { name: 'my_pkg/__init__.py', data: Buffer.alloc(0) },
      { name: path, data, deflate: true },
      { name: `${folder}/METADATA`, data: Buffer.from('Metadata-Version: 2.1\nName: my-pkg\nVersion: 1.0\n') },
      { name: `${folder}/WHEEL`, data: Buffer.from('Wheel-Version: 1.0\n') },
      { name: `${folder}/RECORD`, data: Buffer.from(record), deflate: true },
    ].filter(({ name }) => without === undefined || !name.endsWith(without)),
  );
  return found(file, wheel);
}

function found(file: string, content: Uint8Array): readonly string[] {
  const options = { readers: READERS, rules: RULES, now: () => 0 };
  const { findings } = scanSource(file, memorySource(new Uint8Array(content)), options);
  return findings.filter(({ rule }) => rule === 'embedded-executable').map(({ severity }) => severity);
}

test('a shared library that its wheel lists with the right digest is told as low', () => {
  for (const [path, data] of [
    ['my_pkg/_core.so', elf(3)],
    ['my_pkg.libs/libgomp-a34b3233.so.1.0.0', elf(3)],
    ['my_pkg-1.0.data/platlib/my_pkg/_core.so', elf(3)],
    ['my_pkg/_core.pyd', pe(0x2022)],
    ['my_pkg/msvcp140.dll', pe(0x2022)],
    ['my_pkg/.dylibs/libomp.dylib', mach(6)],
    ['my_pkg/_core.cpython-312-darwin.so', mach(8)],
    ['my_pkg/_universal.so', fat(mach(8))],
    ['my_pkg/a, b.so', elf(3)],
  ] as const) {
    assert.deepEqual(severities({ path, data }), ['low'], path);
  }
  assert.deepEqual(severities({ file: '/tmp/My.Pkg-1.0-1-cp312-cp312-win_amd64.whl' }), ['low']);
});

test('what the list does not have, or has otherwise, stays high', () => {
  assert.deepEqual(severities({ digest: null }), ['high']);
  assert.deepEqual(severities({ digest: digestOf(Buffer.from('other')) }), ['high']);
  assert.deepEqual(severities({ digest: '' }), ['high']);
  assert.deepEqual(severities({ twice: true }), ['high']);
});

test('a program that is no library, or lies where none belongs, stays high, listed or not', () => {
  assert.deepEqual(severities({ data: elf(2) }), ['high']);
  assert.deepEqual(severities({ data: pe(0x22) }), ['high']);
  assert.deepEqual(severities({ data: mach(2) }), ['high']);
  assert.deepEqual(severities({ data: fat(mach(2)) }), ['high']);
  for (const path of [
    'my_pkg/weights.bin',
    'my_pkg/tool',
    'my_pkg-1.0.data/scripts/tool.so',
    'my_pkg-1.0.dist-info/a.so',
  ])
    assert.deepEqual(severities({ path }), ['high'], path);
});

test('an archive that is no wheel for a platform gets no such grace', () => {
  for (const file of [
    'model.pt',
    'my_pkg-1.0.zip',
    'my_pkg-1.0-py3-none-any.whl',
    'other-1.0-cp312-cp312-linux_x86_64.whl',
  ])
    assert.deepEqual(severities({ file }), ['high'], file);
  assert.deepEqual(severities({ without: 'WHEEL' }), ['high']);
  assert.deepEqual(severities({ without: 'METADATA' }), ['high']);
  assert.deepEqual(severities({ without: 'RECORD' }), ['high']);
  assert.deepEqual(severities({ folder: 'other-1.0.dist-info' }), ['high']);
  assert.deepEqual(found('weights.tar', makeTar([{ name: 'libm.so', data: elf(3) }])), ['high']);
  assert.deepEqual(found('model.pt', makeZip([{ name: 'm/libm.so', data: elf(3) }])), ['high']);
});

test('a second member of the same name is not the one that is listed', () => {
  const [path, folder] = ['my_pkg/a.so', 'my_pkg-1.0.dist-info'];
  const list = `${path},sha256=${digestOf(elf(3))},4000\n`;
  const evil = Buffer.concat([elf(3), Buffer.from('more')]);
  const wheel = makeZip([
    { name: path, data: elf(3) },
    { name: path, data: evil },
    ...['METADATA', 'WHEEL'].map((name) => ({ name: `${folder}/${name}`, data: Buffer.from('x') })),
    { name: `${folder}/RECORD`, data: Buffer.from(list) },
  ]);
  assert.deepEqual([...found('my_pkg-1.0-cp312-cp312-linux_x86_64.whl', wheel)].toSorted(), ['high', 'low']);
});

test('byte code of Java is no program of an operating system', () => {
  const bytes = Buffer.alloc(200);
  bytes.writeUInt32BE(0xcafebabe, 0);
  bytes.writeUInt32BE(61, 4);
  assert.deepEqual(found('A.class', bytes), []);
  assert.deepEqual(found('a', fat(mach(2))), ['high']);
});
