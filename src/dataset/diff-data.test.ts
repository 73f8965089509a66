import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { diffData } from './diff-data.ts';
import { openDataFile } from './open-data-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'diff-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

test('more columns than are told apart are said to be more', async () => {
  const row = (count: number, value: number): string =>
    `${JSON.stringify({ id: 1, ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`c${at}`, value])) })}\n`;
  const options = { key: ['id'], shown: 5 };
  const few = await diffData(write('a.jsonl', row(10, 1)), write('b.jsonl', row(11, 1)), options);
  assert.deepEqual([few.columnsCut, few.columnsAdded], [false, ['c10']]);
  const many = await diffData(write('c.jsonl', row(66_000, 1)), write('d.jsonl', row(66_001, 1)), options);
  assert.deepEqual([many.columnsCut, many.changed], [true, 1]);
});

test('rows of a JSON array on one line are told by their number, others by their line', async () => {
  const places = async (text: string): Promise<(number | undefined)[]> => {
    const found: (number | undefined)[] = [];
    for await (const batch of openDataFile(write('x.json', text))!.rows())
      for (const { line } of batch) found.push(line);
    return found;
  };
  assert.deepEqual(await places('[{"a":1},{"a":2}]'), [undefined, undefined]);
  assert.deepEqual(await places('[\n{"a":1},\n{"a":2}\n]'), [2, 3]);
});
