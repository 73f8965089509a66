import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ParquetWriter } from './testing/write-parquet.ts';

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

const SMALL = 4;
const LARGE = 32;
/** MiB by which eight times the data may raise the peak of resident memory. Rows that were kept raise it by more: the last assertion says so. */
const RISE = 48;

const ORDERS = {
  seal: `{ work: 'seal', path, reading: {}, ignore: [], rowsTo: path + '.rows' }`,
  diff: `{ work: 'diff', old: path, new: path, options: { key: ['id'], shown: 5 } }`,
};

/** @returns peak of resident memory in MiB */
function peak(work: string, path: string): number {
  const base = JSON.stringify(`${pathToFileURL(import.meta.dirname).href}/`);
  // What getrusage says begins with the peak of this process, which has written the data.
  const told = `const fs = await import('node:fs');
    const status = fs.existsSync('/proc/self/status') ? fs.readFileSync('/proc/self/status', 'utf8') : '';
    const own = /VmHWM:\\s+(\\d+) kB/.exec(status);
    console.log(own === null ? process.resourceUsage().maxRSS / 1024 : Number(own[1]) / 1024);`;
  const source = `const at = (file) => ${base} + file; const path = ${JSON.stringify(path)}; ${work}; ${told}`;
  const script = `${path}.mjs`;
  writeFileSync(script, source);
  const done = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr.slice(-2000));
  return Number(done.stdout.trim().split('\n').at(-1));
}

test('the peak of memory is that of a small file, for seals and differences', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streaming-'));
  try {
    const text = Array.from({ length: 30 }, (_, at) => `word${(at * 7919) % 4093}`).join(' ');
    const write = (megabytes: number): string => {
      const path = join(folder, `${megabytes}.csv`);
      const file = openSync(path, 'w');
      writeSync(file, 'id,text,amount,label\n');
      for (let size = 0, id = 0; size < megabytes << 20;) {
        let piece = '';
        for (; piece.length < 1 << 16; id++) piece += `${id},"${text} ${id}",${(id * 31) % 9973}.5,${id % 3}\n`;
        size += writeSync(file, piece);
      }
      closeSync(file);
      return path;
    };
    const [small, large] = [write(SMALL), write(LARGE)];
    for (const [name, order] of Object.entries(ORDERS)) {
      const work = `const { runDataOrder } = await import(at('run-data-order.ts')); await runDataOrder(${order})`;
      const [before, after] = [peak(work, small), peak(work, large)];
      assert.ok(
        after - before < RISE,
        `${name}: ${before.toFixed(0)} MiB, and with eight times the data ${after.toFixed(0)}`,
      );
    }
    assert.ok(
      peak(KEEPS, large) - peak(KEEPS, small) > RISE,
      'kept rows need no more than is allowed: this test says nothing',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** MiB by which a row group of 64 MiB may raise the peak over one of 4: read as a whole, it raised it by more than its size. */
const GROUP_RISE = 96;

test('the peak of memory does not grow with a row group of Parquet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streaming-'));
  try {
    const write = (megabytes: number): string => {
      const path = join(folder, `${megabytes}.parquet`);
      const columns = [
        { name: 'id', type: 'number', pageRows: 20_000 },
        { name: 'text', type: 'text', pageRows: 2000 },
      ] as const;
      const writer = new ParquetWriter(path, columns, Infinity);
      const words = Array.from({ length: 100 }, (_, at) => `word${(at * 7919) % 4093}`).join(' ');
      for (let size = 0, id = 0; size < megabytes << 20; id++) {
        const text = `${id} ${words}`;
        writer.add({ id, text });
        size += text.length;
      }
      writer.close();
      return path;
    };
    const work = `const { runDataOrder } = await import(at('run-data-order.ts')); await runDataOrder(${ORDERS.seal})`;
    const [before, after] = [peak(work, write(4)), peak(work, write(64))];
    const told = `${before.toFixed(0)} MiB, and in a row group sixteen times as large ${after.toFixed(0)}`;
    assert.ok(after - before < GROUP_RISE, told);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
