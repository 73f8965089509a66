import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const WORKS = {
  seal: `const { sealData } = await import(at('seal-data.ts')); await sealData(path);`,
  diff: `const { diffData } = await import(at('diff-data.ts')); await diffData(path, path, { key: ['id'], shown: 5 });`,
  check: `const { checkData } = await import(at('run-checks.ts')); const { CHECKS } = await import(at('registry.ts'));
    const ids = ['exact-duplicate', 'near-duplicate', 'label-conflict', 'split-leakage', 'class-imbalance'];
    const options = { schema: null, similarity: 0.8, label: null, splits: new Map() };
    await checkData([{ path, shown: 'x.csv' }], CHECKS.filter(({ meta }) => ids.includes(meta.id)), options);`,
};

/** Heap, in MiB, in which the work must be done. Rows that were kept, 200,000 of them, would not fit: the last test says so. */
const HEAP = 32;

function run(work: string, path: string): { readonly status: number | null; readonly said: string } {
  const base = JSON.stringify(`${pathToFileURL(import.meta.dirname).href}/`);
  const source = `const at = (file) => ${base} + file; const path = ${JSON.stringify(path)}; ${work}`;
  const options = [`--max-old-space-size=${HEAP}`, '--input-type=module', '-e', source];
  const { status, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' });
  return { status, said: stderr.slice(-2000) };
}

const KEEPS = `const { openDataFile } = await import(at('open-data-file.ts')); const kept = [];
  for await (const batch of openDataFile(path).rows()) kept.push(...batch); console.log(kept.length);`;

test('rows are not kept: 200,000 of them are sealed, compared and checked in a heap that does not hold them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streaming-'));
  try {
    const path = join(folder, 'rows.csv');
    const file = openSync(path, 'w');
    writeSync(file, 'id,text,label\n');
    for (let at = 0; at < 200_000;) {
      let piece = '';
      for (let line = 0; line < 10_000; line++, at++)
        piece += `${at},w${at * 7919} x${at * 31} y${at % 977} z${at * 17} v${at * 3},${at % 2}\n`;
      writeSync(file, piece);
    }
    closeSync(file);
    for (const [name, work] of Object.entries(WORKS)) {
      const { status, said } = run(work, path);
      assert.equal(status, 0, `${name}: ${said}`);
    }
    assert.notEqual(run(KEEPS, path).status, 0, 'the heap holds all rows, so that this test says nothing');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
