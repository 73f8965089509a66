/**
 * `parapet scan` over packed data that is longer than memory may hold: the largest resident set, and how fast, beside the runtime's own unpacking of
 * the same bytes (zlib or Zstandard, as a stream that throws everything away; a plain read where the runtime has nothing for the format). Then both in one
 * process, one after the other.
 *
 *     node bench/scan-packed.ts [MEGABYTES]
 *
 * The bar is 300 MB, whatever the size.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  constants,
  crc32,
  createInflateRaw,
  createZstdCompress,
  createZstdDecompress,
  deflateRawSync,
  inflateRawSync,
} from 'node:zlib';
import { memorySource } from '../src/bytes/byte-source.ts';
import { DeflateStream } from '../src/formats/gzip/deflate-stream.ts';
import { InflateStream } from '../src/formats/gzip/inflate-stream.ts';
import { unpackPieces } from '../src/formats/unpacked-source.ts';
import { ThreadUnpacker } from '../src/scan/native/thread-unpacker.ts';
import { UnpackService } from '../src/scan/native/unpack-service.ts';

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

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Seconds in which the runtime unpacks parts of a file. */
async function plainly(
  path: string,
  places: readonly { readonly at: number; readonly length: number }[],
  engine: () => Duplex,
): Promise<number> {
  const began = performance.now();
  for (const { at, length } of places)
    await pipeline(createReadStream(path, { start: at, end: at + length - 1 }), engine(), nowhere());
  return (performance.now() - began) / 1000;
}

const zlibAlone = (): Duplex => createInflateRaw({ chunkSize: 1 << 18 });

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
const hostile = packed('m/data.pkl', Buffer.concat([Buffer.from([0x80, 4]), bytes8]), chunks, HOSTILE_END);

/** The unpacked bytes of `hostile`. */
function* plain(): Generator<Uint8Array> {
  yield Buffer.concat([Buffer.from([0x80, 4]), bytes8]);
  for (let index = 0; index < chunks; index++) yield CHUNK;
  yield HOSTILE_END;
}

/** Writes parts one after another; returns their length. */
function write(path: string, parts: Iterable<Uint8Array>): number {
  const file = openSync(path, 'w');
  let length = 0;
  for (const part of parts) length += writeSync(file, part);
  closeSync(file);
  return length;
}

/** A frame of LZ4 whose blocks are stored. */
function* lz4(): Generator<Uint8Array> {
  yield Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
  for (const part of plain()) {
    for (let at = 0; at < part.length; at += 4 << 20) {
      const block = part.subarray(at, at + (4 << 20));
      const size = Buffer.alloc(4);
      size.writeUInt32LE((block.length | 0x80000000) >>> 0);
      yield size;
      yield block;
    }
  }
  yield Buffer.alloc(4);
}

/** Chunks of LZMA2 that are stored. */
function* lzma2(): Generator<Uint8Array> {
  let first = true;
  for (const part of plain()) {
    for (let at = 0; at < part.length; at += 65_536) {
      const chunk = part.subarray(at, at + 65_536);
      yield Buffer.of(first ? 1 : 2, (chunk.length - 1) >> 8, (chunk.length - 1) & 255);
      yield chunk;
      first = false;
    }
  }
  yield Buffer.of(0);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xff);
  bytes.writeBigUInt64LE(BigInt(value), 1);
  return bytes;
}

/** A 7z archive of one file. @param coder identifier and properties of its method, as the header has them */
function sevenZip(path: string, coder: readonly number[], parts: () => Iterable<Uint8Array>): number {
  const length = write(path, parts());
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(hostile.crc);
  const header = Buffer.concat([
    Buffer.of(1, 4, 6, 0, 1, 9), number(length), Buffer.of(0, 7, 11, 1, 0, 1), Buffer.from(coder), Buffer.of(12),
    number(hostile.size), Buffer.of(10, 1), sum, Buffer.of(0, 0, 5, 1, 17, 5, 0), Buffer.from('a\0', 'utf16le'),
    Buffer.of(0, 0),
  ]); // prettier-ignore
  const head = Buffer.alloc(32);
  Buffer.from('377abcaf271c0004', 'hex').copy(head);
  head.writeBigUInt64LE(BigInt(length), 12);
  head.writeBigUInt64LE(BigInt(header.length), 20);
  write(path, [head]);
  const file = openSync(path, 'a');
  for (const part of parts()) writeSync(file, part);
  writeSync(file, header);
  closeSync(file);
  return length;
}

interface Input {
  readonly what: string;
  readonly verdict: string;
  readonly size: number;
  /** Writes it, and returns the seconds in which the runtime, or a plain read, goes through it. */
  make(path: string): Promise<number>;
}

function zipInput(what: string, verdict: string, members: readonly Packed[]): Input {
  return {
    what,
    verdict,
    size: members.reduce((sum, member) => sum + member.size, 0),
    make: (path) => plainly(path, archive(path, members), zlibAlone),
  };
}

function hostileInput(what: string, make: (path: string) => Promise<number>): Input {
  return { what, verdict: 'findings', size: hostile.size, make };
}

const inputs: readonly Input[] = [
  zipInput('npz: one array', 'clean', [packed('a.npy', npyHeader(CHUNK.length * chunks), chunks, Buffer.alloc(0))]),
  zipInput('torch: tensors, then data.pkl, all deflated', 'clean', [
    packed('m/data/0', Buffer.alloc(0), Math.ceil(chunks / 2), Buffer.alloc(0)),
    packed('m/data/1', Buffer.alloc(0), Math.floor(chunks / 2), Buffer.alloc(0)),
    packed('m/data.pkl', Buffer.from('\x80\x04N.', 'latin1'), 0, Buffer.alloc(0)),
  ]),
  zipInput('zip: a pickle of one value of that length, then a call', 'findings', [hostile]),
  hostileInput('Zstandard: that pickle in one frame', async (path) => {
    const packing = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
    await pipeline(Readable.from(plain()), packing, createWriteStream(path));
    return plainly(path, [{ at: 0, length: Infinity }], () => createZstdDecompress({ chunkSize: 1 << 18 }));
  }),
  hostileInput('LZ4: that pickle in stored blocks', (path) => {
    write(path, lz4());
    return plainly(path, [{ at: 0, length: Infinity }], () => new PassThrough());
  }),
  hostileInput('7z: that pickle by Deflate', (path) => {
    const length = sevenZip(path, [3, 4, 1, 8], () => hostile.parts);
    return plainly(path, [{ at: 32, length }], zlibAlone);
  }),
  hostileInput('7z: that pickle by LZMA2, in stored chunks', (path) => {
    const length = sevenZip(path, [0x21, 0x21, 1, 24], lzma2);
    return plainly(path, [{ at: 32, length }], () => new PassThrough());
  }),
];

console.log(`${main === built ? 'Built' : 'From source'}, ${MEGABYTES} MiB unpacked`);
console.log('| input | verdict | largest resident set | scan | alone | ratio |\n|---|---|---|---|---|---|');
let failed = false;
try {
  for (const { what, verdict: expected, size, make } of inputs) {
    const path = join(folder, 'x');
    const alone = await make(path);
    const began = performance.now();
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', TELL, main, 'scan', path, '--format', 'json', '--threads', '1'],
      { encoding: 'utf8' },
    );
    const took = (performance.now() - began) / 1000;
    const [{ verdict, gaps }] = JSON.parse(stdout) as readonly [{ readonly verdict: string; readonly gaps: unknown[] }];
    const rss = (Number(/RSS (\d+)/.exec(stderr)?.[1]) * 1024) / 1e6;
    failed ||= verdict !== expected || gaps.length > 0 || rss > 300;
    const rate = (seconds: number): string => (size / 1e6 / seconds).toFixed(0);
    console.log(
      `| ${what} | ${verdict}${gaps.length > 0 ? ', with gaps' : ''} | ${rss.toFixed(0)} MB | ${rate(took)} MB/s | ${rate(alone)} MB/s | ${(alone / took).toFixed(2)} |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** 64 MiB of words. */
function words(): Buffer {
  const list =
    'the of weights and biases are loaded from a file when model training begins again with other data'.split(' ');
  const text = Buffer.alloc(64 << 20, ' ');
  for (let at = 0, state = 1; at + 20 < text.length;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    at += text.write(`${list[(state >>> 8) % list.length]!} ${state % 9973}`, at);
  }
  return text;
}

console.log(
  '\nIn one process, the first pass over deflate data in memory: the better of two rounds, which take turns.',
);
console.log(
  '| data | zlib, as a stream | zlib, at once | scanner | ratio to the stream | scanner without the library |\n|---|---|---|---|---|---|',
);
const service = new UnpackService();
const native = new ThreadUnpacker((request) => service.serve(request));
for (const [what, data] of [
  ['weights', Buffer.concat([CHUNK, CHUNK])],
  ['text', words()],
] as const) {
  const bytes = new Uint8Array(deflateRawSync(data, { level: 6 }));
  const best = [Infinity, Infinity, Infinity, Infinity];
  for (let round = 0; round < 2; round++) {
    const ways: readonly (() => unknown)[] = [
      () => pipeline(Readable.from(slices(bytes)), zlibAlone(), nowhere()),
      () => inflateRawSync(bytes).length,
      () =>
        unpackPieces(
          () => new DeflateStream(memorySource(bytes), 0, native),
          () => true,
        ).free(),
      () =>
        unpackPieces(
          () => new InflateStream(memorySource(bytes), 0),
          () => true,
        ).free(),
    ];
    for (const [index, way] of ways.entries()) {
      const began = performance.now();
      await way();
      best[index] = Math.min(best[index]!, performance.now() - began);
    }
  }
  const [stream, once, scanner, own] = best.map((time) => data.length / 1e3 / time) as [number, number, number, number];
  console.log(
    `| ${what} | ${stream.toFixed(0)} MB/s | ${once.toFixed(0)} MB/s | ${scanner.toFixed(0)} MB/s | ${(scanner / stream).toFixed(2)} | ${own.toFixed(0)} MB/s |`,
  );
}
await service.end();

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1 << 16) yield bytes.subarray(at, at + (1 << 16));
}

if (failed) process.exitCode = 1;
