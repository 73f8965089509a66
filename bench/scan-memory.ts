/**
 * Largest resident set of `parapet scan` over inputs that are made to need much: each in a process of its own.
 *
 *     node bench/scan-memory.ts
 *
 * The bar is 300 MB, whatever the size.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeZip } from '../src/scan/testing/make-archive.ts';
import { plain } from '../src/scan/testing/make-pickle.ts';

/** What is published where it has been built (`npm run build`), otherwise the sources, of which every thread holds a compiler. */
const built = resolve(import.meta.dirname, '../dist/main.js');
const main = existsSync(built) ? built : resolve(import.meta.dirname, '../src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'bench-scan-memory-'));
/** Linux counts from the beginning of the program; `ru_maxrss` would count what its parent held when it was forked. */
const TELL = `data:text/javascript,import{readFileSync}from'node:fs';process.on('exit',()=>process.stderr.write('\\nRSS '+(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status','utf8'))?.[1])+'\\n'))`;

/** Bytes that deflate halves, as weights. */
function weights(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 2) bytes[at] = (Math.imul(at, 2654435761) >>> 13) & 255;
  return bytes;
}

/** Dictionaries of short strings, protocol 4, as one list. */
function dense(path: string, megabytes: number): void {
  const row = Buffer.from('}\x94(\x8c\x03aaa\x94K\x01\x8c\x03bbb\x94K\x01K\x02\x86\x94u', 'latin1');
  const block = Buffer.concat(Array.from({ length: Math.floor(2 ** 20 / row.length) }, () => row));
  const descriptor = openSync(path, 'w');
  writeSync(descriptor, Buffer.from('\x80\x04]\x94(', 'latin1'));
  for (let written = 0; written < megabytes; written++) writeSync(descriptor, block);
  writeSync(descriptor, Buffer.from('e.', 'latin1'));
  closeSync(descriptor);
}

const inputs: readonly (readonly [what: string, make: (path: string) => void])[] = [
  ['one small file', (path) => writeFileSync(path, plain())],
  ['an archive of 15,000 packed members of 20 kB', (path) => writeFileSync(path, many(15_000, 20_000))],
  ['an archive of 3,000 packed members of 200 kB', (path) => writeFileSync(path, many(3000, 200_000))],
  [
    'eight archives with a packed member of 90 MiB each',
    (path) => copies(path, 8, makeZip([{ name: 'a', data: weights(90 << 20), deflate: true }])),
  ],
  ['an archive in gzip, with a packed member', (path) => writeFileSync(path, nested())],
  ['10,000 files', (path) => copies(path, 10_000, plain())],
  ['a dense pickle of 512 MiB', (path) => dense(path, 512)],
];

function many(count: number, size: number): Uint8Array {
  return makeZip(
    Array.from({ length: count }, (_, index) => ({
      name: `m/${index}`,
      data: Buffer.alloc(size, index & 255),
      deflate: true,
    })),
  );
}

function nested(): Uint8Array {
  return gzipSync(makeZip([{ name: 'a', data: weights(60 << 20) }, { name: 'b', data: weights(30 << 20), deflate: true }])); // prettier-ignore
}

function copies(path: string, count: number, bytes: Uint8Array): void {
  mkdirSync(path);
  for (let index = 0; index < count; index++) writeFileSync(join(path, String(index)), bytes);
}

console.log(main === built ? 'Built' : 'From source');
console.log('| input | threads | largest resident set |\n|---|---|---|');
let worst = 0;
try {
  for (const [index, [what, make]] of inputs.entries()) {
    const path = join(folder, String(index));
    make(path);
    for (const threads of [1, 2, 4]) {
      const { stderr } = spawnSync(
        process.execPath,
        [
          '--import',
          TELL,
          main,
          'scan',
          path,
          '--threads',
          String(threads),
          '--format',
          'jsonl',
          '-o',
          join(folder, 'out'),
        ],
        {
          encoding: 'utf8',
        },
      );
      const kilobytes = Number(/RSS (\d+)/.exec(stderr)?.[1] ?? Number.NaN);
      worst = Math.max(worst, kilobytes);
      console.log(`| ${what} | ${threads} | ${((kilobytes * 1024) / 1e6).toFixed(0)} MB |`);
    }
    rmSync(path, { recursive: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\nMost: ${((worst * 1024) / 1e6).toFixed(0)} MB`);
