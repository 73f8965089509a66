import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readOffsetIndex } from 'hyparquet';
import type { Row } from '../canonical-row.ts';
import { type ParquetColumn, ParquetWriter } from '../testing/write-parquet.ts';
import { offsetIndexOf } from './page-index.ts';
import { readParquetRows } from './read-parquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'large-row-group-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const COUNT = 9000;
const rowOf = (id: number): Record<string, number | string> => ({
  id,
  text: `${id} `.padEnd(2000, 'x'),
  // Few values, and of the first pages none that comes later.
  label: `label ${Math.floor(id / 1000)}`,
});

async function rowsOf(path: string): Promise<{ readonly rows: readonly Row[]; readonly batches: number }> {
  const rows: Row[] = [];
  let batches = 0;
  for await (const batch of readParquetRows(path)) {
    batches++;
    rows.push(...batch.map(({ row }) => row));
  }
  return { rows, batches };
}

test('a row group of many pages gives every row once, wherever pages of its columns begin', async () => {
  for (const [name, sizes] of Object.entries({
    small: [100_000, 7, 311],
    even: [1000, 1000, 1000],
    large: [4096, 2500, 100_000],
  })) {
    const types = ['number', 'text', 'choice'] as const;
    const columns: ParquetColumn[] = ['id', 'text', 'label'].map((one, at) => ({
      name: one,
      type: types[at]!,
      pageRows: sizes[at]!,
    }));
    for (const groupRows of [COUNT, 8000]) {
      const path = join(folder, `${name}-${groupRows}.parquet`);
      const writer = new ParquetWriter(path, columns, groupRows);
      for (let id = 0; id < COUNT; id++) writer.add(rowOf(id));
      writer.close();
      const { rows } = await rowsOf(path);
      assert.equal(rows.length, COUNT, name);
      for (const [id, row] of rows.entries()) {
        const { text, label } = rowOf(id);
        assert.ok(Number(row['id']) === id && row['text'] === text && row['label'] === label, `${name}: row ${id}`);
      }
    }
  }
});

test('places of pages are read as they were written', () => {
  for (const count of [1, 14, 15, 400]) {
    const pages = Array.from({ length: count }, (_, at) => ({
      offset: 4 + at * 0x1_0000_0001,
      size: 1 + at * 70_000,
      before: at * 129,
    }));
    const bytes = offsetIndexOf(pages);
    const { page_locations: places } = readOffsetIndex({ view: new DataView(new Uint8Array(bytes).buffer), offset: 0 });
    assert.deepEqual(
      places.map((one) => ({
        offset: Number(one.offset),
        size: one.compressed_page_size,
        before: Number(one.first_row_index),
      })),
      pages,
    );
  }
});
