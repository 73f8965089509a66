import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { deflateSync, gzipSync } from 'node:zlib';
import { type ByteSource, memorySource } from '../bytes/byte-source.ts';
import { seededRandom } from '../math/random.ts';
import type { FileResult } from './file-result.ts';
import { READERS, RULES } from './registry.ts';
import { scanSource } from './scan-artifact.ts';
import { SCAN_LIMITS } from './scan-limits.ts';
import { makeTar, makeZip } from './testing/make-archive.ts';
import { makeSevenZip } from './testing/make-sevenzip.ts';
import { bytes, text } from './testing/make-pickle.ts';

const LENGTH = 8_000_000;
/** Less is held than comes out. */
const LIMITS = { ...SCAN_LIMITS, unpackedAtOnce: 7 << 20 };
const FILLER = Buffer.alloc(LENGTH);
for (let at = 0; at < LENGTH; at += 3) FILLER[at] = (Math.imul(at, 2654435761) >>> 13) & 255;

function scan(content: Uint8Array, limits = LIMITS): FileResult {
  let now = 0;
  return scanSource('x', memorySource(new Uint8Array(content)), {
    readers: READERS,
    rules: RULES,
    now: () => now++,
    limits,
  });
}

function le32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A call of the shell behind bytes that are longer than may be held. */
const CALL = bytes(text('os'), text('system'), 0x93, text('x'), 0x85, 'R.');
const HOSTILE = bytes(0x80, 4, 'B', le32(LENGTH), FILLER, '0', CALL);
const HARMLESS = bytes(0x80, 4, 'B', le32(LENGTH), FILLER, '.');

function header(descr: string): Uint8Array {
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${LENGTH},), }\n`;
  return bytes('\x93NUMPY', 1, 0, dictionary.length & 255, dictionary.length >> 8, dictionary);
}

for (const [what, hostile, harmless] of [
  ['a deflated pickle in a zip archive', zipped('data.pkl', HOSTILE), zipped('data.pkl', HARMLESS)],
  [
    'a compressed archive of arrays',
    zipped('a.npy', bytes(header('|O'), HOSTILE)),
    zipped('a.npy', bytes(header('|u1'), FILLER)),
  ],
  ['a tar archive in gzip', gzipSync(tar(HOSTILE)), gzipSync(tar(HARMLESS))],
  ['a pickle in zlib data, as joblib packs it', deflateSync(HOSTILE), deflateSync(HARMLESS)],
  ['a packed member of a packed archive', gzipSync(zipped('a/data.pkl', HOSTILE)), gzipSync(zipped('a/b', HARMLESS))],
] as const) {
  test(`${what} that is longer than may be held is looked at to its end`, () => {
    const found = scan(hostile);
    assert.ok(
      found.findings.some(({ rule }) => rule === 'pickle-dangerous-global'),
      JSON.stringify(found.gaps),
    );
    assert.deepEqual(found.gaps, []);
    const clean = scan(harmless);
    assert.deepEqual([clean.verdict, clean.gaps], ['clean', []]);
  });
}

/** What needs a history or whole blocks holds more, and so is longer here. */
const LONG_LIMITS = { ...SCAN_LIMITS, unpackedAtOnce: 44 << 20 };
const LONG = Buffer.concat(Array.from({ length: 6 }, () => FILLER));
const LONG_HOSTILE = bytes(0x80, 4, 'B', le32(LONG.length), LONG, '0', CALL);
const LONG_HARMLESS = bytes(0x80, 4, 'B', le32(LONG.length), LONG, '.');

/** A frame of blocks that are stored, of 4 MiB each. */
function lz4(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73])];
  for (let at = 0; at < data.length; at += 4 << 20) {
    const part = data.subarray(at, at + (4 << 20));
    parts.push(le32((part.length | 0x80000000) >>> 0), part);
  }
  return Buffer.concat([...parts, le32(0)]);
}

function zstandard(data: Uint8Array): Uint8Array {
  return zlib.zstdCompressSync(data, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } });
}

function sevenZip(method: 'Copy' | 'Deflate' | 'LZMA2'): (data: Uint8Array) => Uint8Array {
  return (data) =>
    makeSevenZip({
      files: [
        { name: 'first', data: FILLER },
        { name: 'data.pkl', data },
      ],
      method,
    });
}

for (const [what, pack] of [
  ['LZ4', lz4],
  ['7z, stored', sevenZip('Copy')],
  ['7z by Deflate', sevenZip('Deflate')],
  ['7z by LZMA2', sevenZip('LZMA2')],
  ...('zstdCompressSync' in zlib ? [['Zstandard', zstandard] as const] : []),
] as const) {
  test(`${what} that is longer than may be held is looked at to its end, and damage in it is told`, () => {
    const found = scan(pack(LONG_HOSTILE), LONG_LIMITS);
    assert.ok(
      found.findings.some(({ rule }) => rule === 'pickle-dangerous-global'),
      JSON.stringify(found.gaps),
    );
    assert.deepEqual(found.gaps, []);
    const packed = Buffer.from(pack(LONG_HARMLESS));
    const clean = scan(packed, LONG_LIMITS);
    assert.deepEqual([clean.verdict, clean.gaps], ['clean', []]);
    if (what === 'LZ4') return;
    packed[Math.floor(packed.length / 2)]! ^= 1;
    assert.equal(scan(packed, LONG_LIMITS).verdict, 'incomplete');
  });
}

function zipped(name: string, data: Uint8Array): Uint8Array {
  return makeZip([
    { name: 'first', data: Buffer.from('1') },
    { name, data, deflate: true },
  ]);
}

function tar(data: Uint8Array): Uint8Array {
  return makeTar([
    { name: 'weights', data: FILLER },
    { name: 'last', data },
  ]);
}

test('a bomb is no long member: it ends at its ratio, and the file is not clean', () => {
  const zeros = Buffer.alloc(16 << 20);
  const { findings, gaps } = scan(makeZip([{ name: 'a', data: zeros, deflate: true }]));
  assert.ok(findings.some(({ rule, message }) => rule === 'archive-tricks' && /bomb/.test(message)));
  assert.match(gaps[0]?.reason ?? '', /bomb/);
});

test('no more is unpacked piece by piece than is allowed', () => {
  const { gaps, verdict } = scan(zipped('a', HARMLESS), { ...LIMITS, streamed: 7 << 20 });
  assert.equal(verdict, 'incomplete');
  assert.match(gaps[0]?.reason ?? '', /unpacks to more than/);
});

test('a checksum and a size that are not those of the member are told', () => {
  for (const data of [FILLER, FILLER.subarray(0, 5000)]) {
    const archive = Buffer.from(makeZip([{ name: 'a', data, deflate: true }]));
    const directory = archive.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    const wrongSum = Buffer.from(archive);
    wrongSum[directory + 16]! ^= 1;
    wrongSum[14]! ^= 1;
    assert.ok(scan(wrongSum).findings.some(({ message }) => /checksum/.test(message)));
    const wrongSize = Buffer.from(archive);
    for (const at of [directory + 24, 22]) wrongSize.writeUInt32LE(data.length - 7, at);
    assert.ok(scan(wrongSize).findings.some(({ message }) => /unpacks to/.test(message)));
    assert.equal(scan(archive).verdict, 'clean');
  }
});

test('the first pass is excused at a fair speed only: what comes slowly is on the clock', () => {
  const random = seededRandom('slow');
  const data = Uint8Array.from({ length: LENGTH }, () => random.below(256));
  const inner = memorySource(new Uint8Array(zipped('a', data)));
  const slow = (milliseconds: number): FileResult => {
    let [clock, furthest] = [0, 0];
    const source: ByteSource = {
      size: inner.size,
      read: (offset, length) => {
        const found = inner.read(offset, length);
        // Blocks of packed data, at the first time; what is read again is fast.
        if (found.length === 1 << 16 && offset > furthest) [clock, furthest] = [clock + milliseconds, offset];
        return found;
      },
    };
    return scanSource('x', source, { readers: READERS, rules: RULES, now: () => clock, limits: LIMITS });
  };
  assert.equal(slow(200).verdict, 'clean');
  const { gaps, verdict } = slow(2500);
  assert.equal(verdict, 'incomplete');
  assert.match(gaps[0]?.reason ?? '', /takes longer than 120 s/);
});
