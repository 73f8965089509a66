import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { type ByteSource, memorySource } from '../../src/bytes/byte-source.ts';
import { collectPieces } from '../../src/formats/collect-pieces.ts';
import { crc32 } from '../../src/formats/crc-32.ts';
import { DeflateStream } from '../../src/formats/gzip/deflate-stream.ts';
import { GzipStream } from '../../src/formats/gzip/gzip-stream.ts';
import { InflateStream } from '../../src/formats/gzip/inflate-stream.ts';
import type { NativeStream, NativeUnpacker } from '../../src/formats/native-unpacker.ts';
import type { PieceStream } from '../../src/formats/piece-stream.ts';
import { unpackPieces } from '../../src/formats/unpacked-source.ts';
import { HAS_ZSTANDARD, ZstandardStream } from '../../src/formats/zstandard/zstandard-stream.ts';
import { seededRandom } from '../../src/math/random.ts';
import { ThreadUnpacker } from '../../src/scan/native/thread-unpacker.ts';
import { UnpackService } from '../../src/scan/native/unpack-service.ts';
import { scanFiles } from '../../src/scan/scan-pool.ts';
import { callOf } from '../../src/scan/testing/make-pickle.ts';
import { makeTar } from '../../src/scan/testing/make-archive.ts';

const service = new UnpackService();
const native = new ThreadUnpacker((request) => service.serve(request));
after(() => service.end());

/** Bytes that repeat themselves at many distances, some of them hard to pack. */
function sample(length: number, seed: string): Buffer {
  const random = seededRandom(seed);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const part = Math.min(length - at, 1 + random.below(5000));
    const kind = random.below(3);
    if (kind === 0 && at > 0) {
      const back = 1 + random.below(Math.min(at, 40_000));
      for (let index = 0; index < part; index++) bytes[at + index] = bytes[at + index - back]!;
    } else for (let index = 0; index < part; index++) bytes[at + index] = random.below(kind === 1 ? 256 : 5);
    at += part;
  }
  return bytes;
}

const BYTES = sample(5_000_000, 'native');
const none = { end: null, made: Buffer.alloc(0) };

/** Everything that comes out, in pieces of changing lengths. */
function all(stream: PieceStream): { readonly made: Buffer; readonly end: string | null; readonly next: number } {
  const parts: Buffer[] = [];
  for (let index = 0; stream.end === null; index++) {
    const piece = Buffer.alloc([300_000, 1, 77_777, 0x40000][index % 4]!);
    parts.push(piece.subarray(0, stream.fill(piece)));
  }
  const { end, next } = stream;
  stream.free?.();
  return { made: Buffer.concat(parts), end, next };
}

test('long data comes out of the library as it was, with where it ends, whatever level and strategy packed it', () => {
  const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = zlib.constants;
  for (const [level, strategy] of [
    [0, Z_DEFAULT_STRATEGY],
    [1, Z_DEFAULT_STRATEGY],
    [9, Z_DEFAULT_STRATEGY],
    [6, Z_FIXED],
    [6, Z_HUFFMAN_ONLY],
    [6, Z_RLE],
  ] as const) {
    const packed = zlib.deflateRawSync(BYTES, { level, strategy });
    for (const behind of [Buffer.alloc(0), BYTES.subarray(0, 9), BYTES.subarray(0, 700_000)]) {
      const source = memorySource(Buffer.concat([packed, behind]));
      const { made, end, next } = all(new DeflateStream(source, 0, native));
      assert.deepEqual([end, next], ['complete', packed.length], `level ${level}, strategy ${strategy}`);
      assert.ok(made.equals(BYTES));
    }
  }
  assert.equal(native.streams, 0);
});

/** Notes whether it was asked, and how that ended. */
function noted(): { readonly unpacker: NativeUnpacker; readonly streams: NativeStream[] } {
  const streams: NativeStream[] = [];
  const unpacker: NativeUnpacker = {
    open: (...given) => {
      const stream = native.open(...given);
      streams.push(stream);
      return stream;
    },
  };
  return { unpacker, streams };
}

test('the library does the work of what is long, and none of what is short', () => {
  const { unpacker, streams } = noted();
  all(new DeflateStream(memorySource(zlib.deflateRawSync(BYTES.subarray(0, 500_000))), 0, unpacker));
  assert.equal(streams.length, 0);
  all(new DeflateStream(memorySource(zlib.deflateRawSync(BYTES)), 0, unpacker));
  assert.equal(streams.length, 1);
});

/** Packed bytes with something wrong in them: a cut, damage that codes find their way out of, and blocks that are none. */
function* wrongs(): Generator<Buffer> {
  const random = seededRandom('damage');
  const packed = zlib.deflateRawSync(BYTES, { level: 6 });
  for (let round = 0; round < 5; round++) {
    yield packed.subarray(0, random.below(packed.length));
    for (const length of [1, 40]) {
      const bytes = Buffer.from(packed);
      const from = Math.floor(packed.length * (0.3 + random.below(600) / 1000));
      for (let at = from; at < from + length; at++) bytes[at]! ^= 1 + random.below(255);
      yield bytes;
    }
  }
  const { Z_FULL_FLUSH } = zlib.constants;
  for (const length of [1_100_000, 1_300_001, 3_000_000, BYTES.length]) {
    const whole = zlib.deflateRawSync(BYTES.subarray(0, length), { finishFlush: Z_FULL_FLUSH });
    // A block of a type that there is not, a stored one whose lengths differ, and codes that are too many.
    for (const block of ['07', '01050000001122', '05e0ffffffffffff'])
      yield Buffer.concat([whole, Buffer.from(block, 'hex'), BYTES.subarray(0, 100_000)]);
  }
}

test('cut off and damaged data gives the same bytes and the same end as without the library', () => {
  const ends = new Set<string | null>();
  let round = 0;
  for (const bytes of wrongs()) {
    const source = memorySource(bytes);
    const expected = all(new InflateStream(source, 0));
    const found = all(new DeflateStream(source, 0, native));
    ends.add(expected.end);
    assert.deepEqual([found.end, found.made.length], [expected.end, expected.made.length], `round ${round++}`);
    assert.ok(found.made.equals(expected.made));
  }
  assert.ok(ends.has('damaged') && ends.has('cut off'));
  assert.equal(native.streams, 0);
});

test('a stream can be left at any time, and many can be open', () => {
  const source = memorySource(zlib.deflateRawSync(Buffer.alloc(64 << 20)));
  const streams = Array.from({ length: 8 }, () => native.open('deflate', source, 0));
  const piece = Buffer.alloc(1 << 20);
  for (let round = 0; round < 3; round++) for (const stream of streams) assert.equal(stream.fill(piece), piece.length);
  assert.equal(native.streams, 8);
  native.free();
  assert.equal(native.streams, 0);
  assert.equal(streams[0]!.fill(piece), 0);
});

test('long data can be read at any place, and leaves nothing behind', () => {
  const source = memorySource(zlib.gzipSync(BYTES));
  const pieces = unpackPieces(
    () => new GzipStream(source, native),
    () => true,
    () => {},
    3 << 20,
  );
  assert.deepEqual([pieces.end, pieces.crc, pieces.mismatch], ['complete', crc32(BYTES), null]);
  for (const at of [4_900_000, 0, 2_500_000, 1_048_570, 4_000_000, 17, 3_333_333]) {
    assert.ok(Buffer.from(pieces.source.read(at, 90_000)).equals(BYTES.subarray(at, at + 90_000)), `at ${at}`);
  }
  assert.ok(native.streams > 0);
  pieces.free();
  assert.equal(native.streams, 0);
});

test('many streams one after another come out right in the memory of those before', () => {
  const packed = [0, 1, 2].map((index) => {
    const bytes = BYTES.subarray(index * 700_000, index * 700_000 + 2_000_000);
    return { bytes, source: memorySource(zlib.deflateRawSync(bytes)) };
  });
  for (let round = 0; round < 30; round++) {
    const { bytes, source } = packed[round % 3]!;
    const stream = native.open('deflate', source, 0);
    if (round % 4 === 3) {
      // Left in the middle.
      stream.fill(Buffer.alloc(600_000));
      stream.free();
      continue;
    }
    const { made, end, next } = all(stream);
    assert.deepEqual([end, next], ['complete', source.size]);
    assert.ok(made.equals(bytes));
    assert.deepEqual([stream.end, stream.next], ['complete', source.size]);
  }
});

test('where nobody answers any more, the work is done here', () => {
  const silent = new UnpackService();
  void silent.end();
  const gone = new ThreadUnpacker((request) => silent.serve(request));
  const { made, end } = all(new DeflateStream(memorySource(zlib.deflateRawSync(BYTES)), 0, gone));
  assert.equal(end, 'complete');
  assert.ok(made.equals(BYTES));
});

test('what reading the source throws is passed on, and the stream can be freed', () => {
  const inner = memorySource(zlib.deflateRawSync(BYTES, { level: 1 }));
  const source: ByteSource = {
    size: inner.size,
    read: (offset, length) => {
      if (offset > 1_000_000) throw new RangeError('the disk is gone');
      return inner.read(offset, length);
    },
  };
  const stream = new DeflateStream(source, 0, native);
  assert.throws(() => all(stream), /the disk is gone/);
  stream.free();
  assert.equal(native.streams, 0);
});

const skip = HAS_ZSTANDARD ? false : 'the runtime has no decoder';
const SKIPPABLE = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);
const zstd = (bytes: Uint8Array, params: Record<number, number> = {}): Buffer =>
  zlib.zstdCompressSync(bytes, { params });

test('all frames of Zstandard come out, short and long, and those that are to be skipped do not', { skip }, () => {
  const { ZSTD_c_checksumFlag, ZSTD_c_contentSizeFlag, ZSTD_c_compressionLevel } = zlib.constants;
  for (const params of [{}, { [ZSTD_c_checksumFlag]: 1, [ZSTD_c_contentSizeFlag]: 0, [ZSTD_c_compressionLevel]: 9 }]) {
    const parts = [
      BYTES.subarray(0, 10),
      BYTES.subarray(10, 10),
      BYTES.subarray(10, 4_000_000),
      BYTES.subarray(4_000_000),
    ];
    const packed = Buffer.concat([SKIPPABLE, ...parts.flatMap((part) => [zstd(part, params), SKIPPABLE])]);
    for (const unpacker of [native, null]) {
      const { made, end, next } = all(new ZstandardStream(memorySource(Buffer.concat([packed, BYTES])), unpacker));
      assert.deepEqual([end, next], ['complete', packed.length]);
      assert.ok(made.equals(BYTES));
    }
  }
  for (const empty of [zstd(Buffer.alloc(0)), SKIPPABLE])
    assert.deepEqual(
      { ...all(new ZstandardStream(memorySource(empty), native)), next: 0 },
      { ...none, end: 'complete', next: 0 },
    );
});

test('cut off and damaged Zstandard data gives the blocks before, and says so', { skip }, () => {
  const packed = zstd(BYTES, { [zlib.constants.ZSTD_c_checksumFlag]: 1 });
  for (let part = 1; part <= 8; part++) {
    const cut = all(
      new ZstandardStream(memorySource(packed.subarray(0, Math.floor((packed.length * part) / 9))), native),
    );
    assert.equal(cut.end, 'cut off');
    assert.ok(cut.made.equals(BYTES.subarray(0, cut.made.length)));
    assert.ok(cut.made.length > (BYTES.length * (part - 1)) / 9 - 300_000, `${cut.made.length} of part ${part}`);
  }
  const wrong = Buffer.from(packed);
  wrong[wrong.length - 1]! ^= 1;
  const { made, end } = all(new ZstandardStream(memorySource(wrong), native));
  assert.equal(end, 'damaged');
  assert.ok(made.length > BYTES.length - 300_000, `${made.length}`);
  assert.ok(made.equals(BYTES.subarray(0, made.length)));
  assert.equal(all(new ZstandardStream(memorySource(Buffer.from('no such thing')), native)).end, 'damaged');
  assert.equal(native.streams, 0);
});

test('a history that a header asks for is no memory that it gets', { skip }, () => {
  const huge = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 1, 0, 0]);
  assert.equal(all(new ZstandardStream(memorySource(huge), native)).end, 'damaged');
  const small = memorySource(
    Buffer.concat([zstd(Buffer.from('a')), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x80, 1, 0, 0])]),
  );
  const { made, end } = all(new ZstandardStream(small, native));
  assert.deepEqual([made.toString(), end], ['a', 'damaged']);
  assert.equal(collectPieces(new ZstandardStream(memorySource(zstd(BYTES)), null), 1000, 10).end, 'limit');
});

test('threads that scan files have one that unpacks for them', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'native-'));
  const tar = makeTar([
    { name: 'weights.bin', data: BYTES },
    { name: 'data.pkl', data: callOf('os', 'system') },
  ]);
  try {
    const tasks = ['a', 'b', 'c'].map((name) => ({ path: join(folder, `${name}.tar.zst`), shown: name }));
    for (const { path } of tasks) writeFileSync(path, zstd(tar));
    const results = [];
    for await (const result of scanFiles(tasks, { threads: 2 })) results.push(result);
    // A frame that is so long comes out of the other thread, or not at all.
    for (const { file, gaps, findings } of results) {
      assert.deepEqual(gaps, [], file);
      assert.ok(
        findings.some(({ rule }) => rule === 'pickle-dangerous-global'),
        file,
      );
    }
    assert.equal(results.length, 3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
