import assert from 'node:assert/strict';
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { canonicalRow } from '../canonical-row.ts';
import { decimalCell } from './parquet-cells.ts';
import { readParquetRows } from './read-parquet.ts';

// Written by pyarrow 26: fixtures/make.py.
const file = (name: string): string => join(import.meta.dirname, 'fixtures', `${name}.parquet`);

async function texts(path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of readParquetRows(path)) for (const { row } of batch) found.push(canonicalRow(row));
  return found;
}

test('values come as exact as they are stored', async () => {
  const [first, second, third] = await texts(file('exact'));
  assert.equal(
    first,
    '{"big":{"$int":"9223372036854775806"},"bytes":{"$bytes":"iVD+"},"decimal":"12345678901234567890.12345678901",' +
      '"list":[1],"map":[["k",1],["k",2]],"mark":"x","micros":{"$time":"2024-01-01T00:00:00.123456Z"},' +
      '"nanos":{"$time":"2024-01-01T00:00:00.123456788Z"}}',
  );
  assert.ok(Object.values(JSON.parse(second!)).every((cell) => cell === null));
  assert.deepEqual(JSON.parse(third!), {
    big: { $int: '-9223372036854775808' },
    bytes: 'abc',
    decimal: -1.5,
    list: [],
    map: {},
    mark: '',
    micros: { $time: '1969-12-31T23:59:59.999999Z' },
    nanos: { $time: '1969-12-31T23:59:59.999999999Z' },
  });
});

test('rows that differ in the last digit, bit or member of any column are different', async () => {
  const [whole] = await texts(file('exact'));
  for (const column of ['micros', 'nanos', 'decimal', 'bytes', 'map', 'mark', 'list', 'big']) {
    const [changed] = await texts(file(`exact-${column}`));
    assert.notEqual(changed, whole, column);
  }
});

test('codecs, encodings, pages and groups make no difference', async () => {
  const whole = await texts(file('rows-none'));
  assert.equal(whole.length, 24);
  assert.equal(whole[7], '{"half":3.5,"id":7,"label":null,"text":"story 55433 of 217 days"}');
  for (const name of ['snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'delta']) {
    assert.deepEqual(await texts(file(`rows-${name}`)), whole, name);
  }
  assert.deepEqual(await texts(file('empty')), []);
});

test('what cannot be a row, and any damage, is a Fault', async () => {
  await assert.rejects(texts(file('twice')), { code: 'ERR_DATA', message: /same name/ });
  const folder = mkdtempSync(join(tmpdir(), 'parquet-'));
  try {
    const bytes = readFileSync(file('rows-lz4'));
    const path = join(folder, 'x.parquet');
    for (let at = 4; at < bytes.length; at += 97) {
      const bent = Buffer.from(bytes);
      bent[at]! ^= 0x55;
      for (const content of [bent, bytes.subarray(0, at)]) {
        writeFileSync(path, content);
        try {
          await texts(path);
        } catch (error) {
          assert.ok(isFault(error) && error.code === 'ERR_DATA', String(error));
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a decimal is a number where a double has all of its digits', () => {
  assert.deepEqual(
    [decimalCell(150, 2), decimalCell(-1, 2), decimalCell(0, 5), decimalCell(12345678901234567890n, 2)],
    [1.5, -0.01, 0, '123456789012345678.9'],
  );
  assert.equal(decimalCell(Uint8Array.of(0xff, 0x6a), 2), -1.5);
});
