import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource } from '../../src/bytes/byte-source.ts';
import { walkTar } from '../../src/formats/tar/tar-walk.ts';
import { makeTar, makeZip } from '../../src/scan/testing/make-archive.ts';
import { walkZip } from '../../src/formats/zip/zip-walk.ts';

const data = Buffer.from('some bytes that are long enough');
const walk = (bytes: Uint8Array): ReturnType<typeof walkZip> => walkZip(memorySource(bytes));
const kinds = (bytes: Uint8Array): string[] => walk(bytes).issues.map((issue) => issue.kind);

test('an ordinary archive has its members and no issues', () => {
  const found = walk(
    makeZip([
      { name: 'a/data.pkl', data },
      { name: 'b', data, deflate: true },
    ]),
  );
  assert.deepEqual(
    found.entries.map((entry) => entry.name),
    ['a/data.pkl', 'b'],
  );
  assert.deepEqual(found.issues, []);
  assert.equal(found.complete, true);
});

test('what two readers would see differently is told', () => {
  assert.deepEqual(kinds(makeZip([{ name: 'a', localName: 'b', data }])), ['name-mismatch']);
  assert.deepEqual(
    kinds(
      makeZip([
        { name: 'a', data },
        { name: 'A', data },
      ]),
    ),
    ['duplicate-name'],
  );
  assert.deepEqual(
    kinds(
      makeZip([
        { name: 'a', data },
        { name: 'h', data, hidden: true },
        { name: 'c', data },
      ]),
    ),
    ['hidden-member'],
  );
  assert.deepEqual(kinds(makeZip([{ name: 'a', data, flags: 0x20 }])), ['unusual-flags']);
  assert.deepEqual(kinds(makeZip([{ name: 'a', data }], { after: data })), ['trailing']);
  assert.deepEqual(
    kinds(Buffer.concat([data, makeZip([{ name: 'a', data }])])),
    ['prefix'],
    'offsets that count from the archive',
  );
  assert.deepEqual(
    kinds(makeZip([{ name: 'a', data }], { before: data })),
    ['prefix'],
    'offsets that count from the file',
  );
  const twice = Buffer.concat([makeZip([{ name: 'a', data }]), makeZip([{ name: 'b', data }])]);
  assert.ok(kinds(twice).includes('several-directories'));
});

test('no bytes make a walk over an archive throw', () => {
  const zip = makeZip([
    { name: 'a', data },
    { name: 'b', data, deflate: true },
  ]);
  const tar = makeTar([
    { name: 'a', data },
    { name: 'l', type: '2', target: '../x' },
  ]);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 0, max: 255 })), { maxLength: 10 }), (changes) => {
      for (const good of [zip, tar]) {
        const bytes = Buffer.from(good);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        walk(bytes);
        walkTar(memorySource(bytes));
      }
    }),
    { numRuns: 1000 },
  );
});

test('tar: files, links, and an archive that is cut off', () => {
  const made = makeTar([
    { name: 'a', data },
    { name: 'l', type: '2', target: '../x' },
  ]);
  const found = walkTar(memorySource(made));
  assert.deepEqual(
    found.entries.map(({ name, kind, target }) => [name, kind, target]),
    [
      ['a', 'file', ''],
      ['l', 'symlink', '../x'],
    ],
  );
  assert.equal(found.problem, null);
  assert.notEqual(walkTar(memorySource(made.subarray(0, 700))).problem, null);
});
