import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../math/random.ts';
import { ExternalSort } from './external-sort.ts';
import { RecordFile } from './record-file.ts';

test('records come back in order, whether they fit into memory or not, and none is lost', () => {
  const random = seededRandom('external sort');
  // One run, several runs, and more runs than are merged at once; few different first bytes make ties.
  for (const [count, memory, different] of [
    [1000, 1 << 20, 256],
    [20_000, 16_000, 256],
    [20_000, 800, 3],
    [5000, 4000, 1],
  ] as const) {
    const sort = new ExternalSort(11, memory);
    const expected: string[] = [];
    for (let at = 0; at < count; at++) {
      const record = Buffer.from(Array.from({ length: 11 }, (_, byte) => random.below(byte < 8 ? different : 256)));
      expected.push(record.toString('hex'));
      sort.add(record);
    }
    assert.equal(sort.count, count);
    const sorted = Array.from(sort.sorted(), (record) => record.toString('hex'));
    sort.close();
    assert.deepEqual(sorted, expected.toSorted());
  }
  assert.deepEqual([...new ExternalSort(8).sorted()], []);
});

test('records are read at any place, from memory and from the disk', () => {
  const width = 300;
  const file = new RecordFile(width);
  const count = 60_000;
  for (let at = 0; at < count; at++) {
    const record = Buffer.alloc(width);
    record.writeUInt32BE(at, width - 4);
    file.append(record);
  }
  const random = seededRandom('record file');
  for (let read = 0; read < 3000; read++) {
    const at = read % 3 === 0 ? count - 1 - random.below(50) : random.below(count);
    assert.equal(file.read(at).readUInt32BE(width - 4), at);
  }
  file.close();
});

test('what lies on the disk has no name, and a place without room is told with what to do', () => {
  const before = process.env['TMPDIR'];
  const folder = mkdtempSync(join(tmpdir(), 'sorting-'));
  const spilled = (): ExternalSort => {
    const sort = new ExternalSort(8, 1000);
    for (let at = 0; at < 20_000; at++)
      sort.add(
        Buffer.from(
          String(at * 7919)
            .padStart(8, '0')
            .slice(-8),
        ),
      );
    return sort;
  };
  try {
    process.env['TMPDIR'] = folder;
    const sort = spilled();
    if (process.platform !== 'win32') assert.deepEqual(readdirSync(folder), []);
    assert.equal([...sort.sorted()].length, 20_000);
    sort.close();
    assert.deepEqual(readdirSync(folder), []);
    process.env['TMPDIR'] = join(folder, 'nowhere');
    assert.throws(spilled, (error: { readonly code?: string; readonly line?: string }) => {
      assert.equal(error.code, 'ERR_STORE');
      assert.match(error.line ?? '', /TMPDIR/);
      return true;
    });
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  }
});

test('records that were taken away are gone, from memory and from the disk', () => {
  const file = new RecordFile(6);
  const record = Buffer.alloc(6);
  const count = 1_500_000;
  for (let at = 0; at < count; at++) {
    record.writeUIntBE(at, 0, 6);
    file.append(record);
  }
  for (let left = count; left > 300_000; left--) file.dropLast();
  assert.equal(file.count, 300_000);
  for (const at of [0, 1, 299_999]) assert.equal(file.read(at).readUIntBE(0, 6), at);
  file.append(record);
  assert.equal(file.read(300_000).readUIntBE(0, 6), count - 1);
  file.clear();
  assert.equal(file.count, 0);
  assert.throws(() => file.dropLast(), RangeError);
  file.close();
});
