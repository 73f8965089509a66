import assert from 'node:assert/strict';
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
