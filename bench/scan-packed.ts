/**
 * `parapet scan` over packed members that are longer than memory may hold: the largest resident set, and how fast, beside the runtime's own unpacking of
 * the same bytes (zlib, as a stream that throws everything away).
 *
 *     node bench/scan-packed.ts [MEGABYTES]
 *
 * The bar is 300 MB, whatever the size.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, createReadStream, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, crc32, createInflateRaw, deflateRawSync } from 'node:zlib';

const MEGABYTES = Number(process.argv[2] ?? 1024);
const built = resolve(import.meta.dirname, '../dist/main.js');
const main = existsSync(built) ? built : resolve(import.meta.dirname, '../src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'bench-scan-packed-'));
const TELL = `data:text/javascript,import{readFileSync}from'node:fs';process.on('exit',()=>process.stderr.write('\\nRSS '+(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status','utf8'))?.[1])+'\\n'))`;

/** 32 MiB of weights, which deflate makes about a tenth shorter, as it does with real ones. */
const CHUNK = Buffer.alloc(32 << 20);
for (let at = 0, state = 1; at < CHUNK.length; at += 4) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  CHUNK.writeFloatLE((state / 2 ** 32 - 0.5) * 0.1, at);
}
/** The chunk as whole blocks that need nothing before them: they can stand one after another. */
const PACKED = deflateRawSync(CHUNK, { level: 1, finishFlush: constants.Z_FULL_FLUSH });
const FINAL = Buffer.from([3, 0]);

interface Packed {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  readonly parts: readonly Uint8Array[];
}

/** A member: some bytes, `chunks` times the chunk, some bytes. */
function packed(name: string, before: Buffer, chunks: number, after: Buffer): Packed {
  const [first, last] = [before, after].map((bytes) => deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH }));
  let crc = crc32(before);
  for (let index = 0; index < chunks; index++) crc = crc32(CHUNK, crc);
  return {
    name,
    size: before.length + CHUNK.length * chunks + after.length,
    crc: crc32(after, crc),
    parts: [first!, ...Array.from({ length: chunks }, () => PACKED), last!, FINAL],
  };
}

/** Writes an archive; returns where each member's data begins. */
function archive(
  path: string,
  members: readonly Packed[],
): readonly { readonly at: number; readonly length: number }[] {
  const file = openSync(path, 'w');
  const places = [];
  const directory: Buffer[] = [];
  let at = 0;
  const put = (bytes: Uint8Array): void => void (at += writeSync(file, bytes));
  for (const { name, size, crc, parts } of members) {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(crc, 14);
    head.writeUInt32LE(length, 18);
    head.writeUInt32LE(size, 22);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    head.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, Buffer.from(name));
    put(head);
    put(Buffer.from(name));
    places.push({ at, length });
    for (const part of parts) put(part);
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  put(list);
  put(end);
  closeSync(file);
  return places;
}

/** Seconds in which the runtime unpacks all members. */
async function plainly(
  path: string,
  places: readonly { readonly at: number; readonly length: number }[],
): Promise<number> {
  const began = performance.now();
  for (const { at, length } of places) {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    await pipeline(
      createReadStream(path, { start: at, end: at + length - 1 }),
      createInflateRaw({ chunkSize: 1 << 18 }),
      nowhere,
    );
  }
  return (performance.now() - began) / 1000;
}

function npyHeader(bytes: number): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${bytes / 4},), }`;
  const header = `${text.padEnd(117)}\n`;
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.from([header.length, 0]),
    Buffer.from(header),
  ]);
}

const chunks = Math.max(1, Math.floor(MEGABYTES / 32));
const bytes8 = Buffer.alloc(9);
bytes8[0] = 0x8e;
bytes8.writeBigUInt64LE(BigInt(CHUNK.length * chunks), 1);
/** Bytes of that length, then a call of the shell. */
const HOSTILE_END = Buffer.from('0\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R.', 'latin1');
const inputs: readonly (readonly [string, readonly Packed[], string])[] = [
  ['npz: one array', [packed('a.npy', npyHeader(CHUNK.length * chunks), chunks, Buffer.alloc(0))], 'clean'],
  [
    'torch: tensors, then data.pkl, all deflated',
    [
      packed('m/data/0', Buffer.alloc(0), Math.ceil(chunks / 2), Buffer.alloc(0)),
      packed('m/data/1', Buffer.alloc(0), Math.floor(chunks / 2), Buffer.alloc(0)),
      packed('m/data.pkl', Buffer.from('\x80\x04N.', 'latin1'), 0, Buffer.alloc(0)),
    ],
    'clean',
  ],
  [
    'pickle: one value of that length, then a call',
    [packed('m/data.pkl', Buffer.concat([Buffer.from([0x80, 4]), bytes8]), chunks, HOSTILE_END)],
    'findings',
  ],
];

console.log(`${main === built ? 'Built' : 'From source'}, ${MEGABYTES} MiB unpacked`);
console.log('| input | verdict | largest resident set | scan | zlib alone | ratio |\n|---|---|---|---|---|---|');
let failed = false;
try {
  for (const [what, members, expected] of inputs) {
    const path = join(folder, 'x.zip');
    const places = archive(path, members);
    const size = members.reduce((sum, member) => sum + member.size, 0) / 1e6;
    const alone = await plainly(path, places);
    const began = performance.now();
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', TELL, main, 'scan', path, '--format', 'json', '--threads', '1'],
      { encoding: 'utf8' },
    );
    const took = (performance.now() - began) / 1000;
    const [{ verdict }] = JSON.parse(stdout) as readonly [{ readonly verdict: string }];
    const rss = Number(/RSS (\d+)/.exec(stderr)?.[1]) / 1024;
    failed ||= verdict !== expected || rss > 300;
    console.log(
      `| ${what} | ${verdict} | ${rss.toFixed(0)} MiB | ${(size / took).toFixed(0)} MB/s | ${(size / alone).toFixed(0)} MB/s | ${(alone / took).toFixed(2)} |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (failed) process.exitCode = 1;
