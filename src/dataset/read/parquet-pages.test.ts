import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Field, list, struct, unsigned } from '../testing/write-thrift.ts';
import { readParquetRows } from './read-parquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-pages-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Claims {
  readonly rows: number;
  readonly values: number;
  readonly v2?: true;
  readonly dictionary?: number;
  /** Run of the levels; absent: as many as there are values. */
  readonly run?: number;
}

/** One optional column of whole numbers that are all missing, and what the file says of how many there are. */
function parquet({ rows, values, v2, dictionary, run: length = values }: Claims): string {
  const run = Buffer.concat([unsigned(length * 2), Buffer.of(0)]);
  const levels = v2 === true ? run : Buffer.concat([Buffer.of(run.length, 0, 0, 0), run]);
  const own: readonly Field[] =
    v2 === true
      ? [
          [
            8,
            12,
            [
              [1, 5, values],
              [2, 5, values],
              [3, 5, values],
              [4, 5, 0],
              [5, 5, levels.length],
              [6, 5, 0],
            ],
          ],
        ]
      : [
          [
            5,
            12,
            [
              [1, 5, values],
              [2, 5, 0],
              [3, 5, 3],
              [4, 5, 3],
            ],
          ],
        ];
  const page = struct([[1, 5, v2 === true ? 3 : 0], [2, 5, levels.length], [3, 5, levels.length], ...own]);
  const words =
    dictionary === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([
          struct([
            [1, 5, 2],
            [2, 5, 4],
            [3, 5, 4],
            [
              7,
              12,
              [
                [1, 5, dictionary],
                [2, 5, 0],
              ],
            ],
          ]),
          Buffer.alloc(4),
        ]);
  const pages = Buffer.concat([words, page, levels]);
  const meta: readonly Field[] = [
    [1, 5, 1],
    [2, 9, list(5, [unsigned(0)])],
    [3, 9, list(8, [Buffer.concat([unsigned(1), Buffer.from('n')])])],
    [4, 5, 0],
    [5, 6, values],
    [6, 6, pages.length],
    [7, 6, pages.length],
    [9, 6, 4],
  ];
  const footer = struct([
    [1, 5, 1],
    [
      2,
      9,
      list(12, [
        struct([
          [4, 8, 'root'],
          [5, 5, 1],
        ]),
        struct([
          [1, 5, 1],
          [3, 5, 1],
          [4, 8, 'n'],
        ]),
      ]),
    ],
    [3, 6, rows],
    [
      4,
      9,
      list(12, [
        struct([
          [
            1,
            9,
            list(12, [
              struct([
                [2, 6, 4],
                [3, 12, meta],
              ]),
            ]),
          ],
          [2, 6, pages.length],
          [3, 6, rows],
        ]),
      ]),
    ],
  ]);
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32LE(footer.length);
  const path = join(folder, 'x.parquet');
  writeFileSync(path, Buffer.concat([Buffer.from('PAR1'), pages, footer, trailer, Buffer.from('PAR1')]));
  return path;
}

/** How many rows there are. */
async function read(path: string): Promise<number> {
  let rows = 0;
  for await (const batch of readParquetRows(path)) rows += batch.length;
  return rows;
}

test('a small page of many missing values is read, and one that claims gigabytes is refused before it is decoded', async () => {
  for (const v2 of [undefined, true] as const) {
    const how = v2 === undefined ? {} : { v2 };
    assert.equal(await read(parquet({ rows: 1000, values: 1000, ...how })), 1000);
    const path = parquet({ rows: 1_000_000_000, values: 1_000_000_000, ...how });
    const before = process.memoryUsage().heapTotal;
    await assert.rejects(read(path), { code: 'ERR_DATA' });
    assert.ok(process.memoryUsage().heapTotal - before < 64 << 20);
  }
});

test('rows that no page holds, and dictionaries that are longer than their bytes, are refused', async () => {
  await assert.rejects(read(parquet({ rows: 100_000_000, values: 10 })), { code: 'ERR_DATA' });
  await assert.rejects(read(parquet({ rows: 10, values: 10, dictionary: 500_000_000 })), { code: 'ERR_DATA' });
});

test('a run of levels that is longer than its page is refused before it is written out', async () => {
  for (const v2 of [undefined, true] as const) {
    const how = v2 === undefined ? {} : { v2 };
    const path = parquet({ rows: 10, values: 10, run: 2 ** 31 - 1, ...how });
    const before = process.memoryUsage().heapTotal;
    await assert.rejects(read(path), { code: 'ERR_DATA', message: /damaged/ });
    assert.ok(process.memoryUsage().heapTotal - before < 64 << 20);
  }
});
