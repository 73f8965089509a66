/**
 * Data sets by size: memory and time of seals, differences and checks, beside a plain read and a plain parse of the same bytes.
 *
 *     node bench/data-size.ts memory|speed [MEGABYTES...] [--formats jsonl,groups,group] [--works seal,diff,check] [--threads 1,2] [--data ../shared/data]
 *
 * `groups` is Parquet with row groups of 50,000 rows, `group` the same in one. Each measurement is a process of its own.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { checkOnThreads } from '../src/dataset/check-on-threads.ts';
import { runDataOrder } from '../src/dataset/run-data-order.ts';
import { ParquetWriter } from '../src/dataset/testing/write-parquet.ts';
import { instructionRows } from './instruction-rows.ts';

const root = resolve(import.meta.dirname, '..');
const argv = process.argv.slice(2);
const option = (name: string, usual: string): readonly string[] => {
  const at = argv.indexOf(`--${name}`);
  return (at === -1 ? usual : argv[at + 1]!).split(',');
};
const data = resolve(root, option('data', '../shared/data')[0]!);
const GROUP_ROWS = 50_000;

/** @returns the file's size in megabytes */
function make(format: string, megabytes: number, path: string): number {
  const rows = instructionRows(data, 'size');
  if (rows === null) throw new Error(`there is no ${data}`);
  let size = 0;
  if (format === 'jsonl') {
    const file = openSync(path, 'w');
    for (const row of rows) {
      size += writeSync(file, `${JSON.stringify(row)}\n`);
      if (size >= megabytes * 1e6) break;
    }
    closeSync(file);
  } else {
    const writer = new ParquetWriter(
      path,
      [
        { name: 'id', type: 'number', pageRows: 20_000 },
        { name: 'instruction', type: 'text', pageRows: 5000 },
        { name: 'input', type: 'text', pageRows: 10_000 },
        { name: 'output', type: 'text', pageRows: 2000 },
        { name: 'category', type: 'choice', pageRows: 20_000 },
      ],
      format === 'group' ? Infinity : GROUP_ROWS,
    );
    for (const row of rows) {
      writer.add({ ...row });
      size += row.instruction.length + row.input.length + row.output.length + 9;
      if (size >= megabytes * 1e6) break;
    }
    writer.close();
  }
  return statSync(path).size / 1e6;
}

/** The same rows, of which every thousandth has changed and every five-thousandth is gone. */
async function changed(path: string, to: string): Promise<void> {
  const file = openSync(to, 'w');
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path) })) {
    line++;
    if (line % 5000 === 0) continue;
    writeSync(file, `${line % 1000 === 1 ? text.replace('"output":"', '"output":"Changed. ') : text}\n`);
  }
  closeSync(file);
}

interface Measured {
  readonly peak: number;
  readonly wall: number;
  readonly cpu: number;
  readonly said: string;
}

function measure(...work: readonly string[]): Measured {
  const done = spawnSync(process.execPath, [import.meta.filename, 'child', ...work], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr.slice(-1000));
  return JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Measured;
}

async function child([work, path, other]: readonly string[]): Promise<string> {
  const options = { schema: null, similarity: 0.8, label: null, splits: new Map() };
  switch (work) {
    case 'read':
      for await (const chunk of createReadStream(path!, { highWaterMark: 1 << 20 })) void chunk;
      return '';
    case 'parse': {
      let rows = 0;
      for await (const line of createInterface({ input: createReadStream(path!) })) {
        JSON.parse(line);
        rows++;
      }
      return `${rows} rows`;
    }
    case 'seal': {
      const { rows } = await runDataOrder({
        work: 'seal',
        path: path!,
        reading: {},
        ignore: [],
        rowsTo: `${path!}.rows`,
      });
      return `${rows} rows`;
    }
    case 'diff': {
      const {
        same,
        changed: changes,
        removed,
        added,
      } = await runDataOrder({
        work: 'diff',
        old: path!,
        new: other!,
        options: { key: ['id'], shown: 10 },
      });
      return `${same} same, ${changes} changed, ${removed} removed, ${added} added`;
    }
    default: {
      const { files } = await checkOnThreads([{ path: path!, shown: 'x' }], options, { threads: Number(other) });
      return `${files[0]!.findings.length} findings`;
    }
  }
}

/** MiB. What `getrusage` says begins with the peak of the process that started this one. */
function peakMemory(): number {
  if (!existsSync('/proc/self/status')) return process.resourceUsage().maxRSS / 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-data-size-'));
const sizes = argv.filter((one) => /^\d+$/.test(one)).map(Number);

async function memory(): Promise<void> {
  console.log('| data | MB | work | peak MiB | seconds | seconds of processors | |\n|---|--:|---|--:|--:|--:|---|');
  for (const format of option('formats', 'jsonl,groups,group')) {
    for (const megabytes of sizes.length === 0 ? [10, 100] : sizes) {
      const path = join(folder, `rows.${format === 'jsonl' ? 'jsonl' : 'parquet'}`);
      const size = make(format, megabytes, path);
      const other = join(folder, 'changed.jsonl');
      if (format === 'jsonl') await changed(path, other);
      for (const work of option('works', 'seal,diff,check')) {
        const second = work === 'diff' ? (format === 'jsonl' ? other : path) : '1';
        const { peak, wall, cpu, said } = measure(work, path, second);
        console.log(
          `| ${format} | ${size.toFixed(0)} | ${work} | ${peak.toFixed(0)} | ${wall.toFixed(1)} | ${cpu.toFixed(1)} | ${said} |`,
        );
      }
      rmSync(path);
    }
  }
}

function speed(): void {
  const path = join(folder, 'rows.jsonl');
  const size = make('jsonl', sizes[0] ?? 50, path);
  const load = readFileSync('/proc/loadavg', 'utf8').trim();
  console.log(`${size.toFixed(0)} MB of JSON Lines, load ${load}\n`);
  console.log('| work | seconds | seconds of processors | MB/s | times a plain read |\n|---|--:|--:|--:|--:|');
  const plain = measure('read', path);
  const tell = (name: string, one: Measured): void =>
    console.log(
      `| ${name} | ${one.wall.toFixed(1)} | ${one.cpu.toFixed(1)} | ${(size / one.wall).toFixed(1)} | ${(one.wall / plain.wall).toFixed(0)} |`,
    );
  tell('a plain read', plain);
  tell('JSON.parse of each line', measure('parse', path));
  tell('seal', measure('seal', path));
  tell('diff with itself by key', measure('diff', path, path));
  for (const threads of option('threads', '1,2'))
    tell(`all checks, ${threads} threads`, measure('check', path, threads));
}

if (argv[0] === 'child') {
  const began = performance.now();
  const said = await child(argv.slice(1));
  const { user, system } = process.cpuUsage();
  const wall = (performance.now() - began) / 1000;
  console.log(JSON.stringify({ peak: peakMemory(), wall, cpu: (user + system) / 1e6, said }));
} else if (argv[0] === 'speed') speed();
else await memory();
rmSync(folder, { recursive: true, force: true });
