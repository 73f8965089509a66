import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { constants, zstdCompressSync } from 'node:zlib';
import { openDataFile } from '../open-data-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'zstd-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function read(...parts: readonly Buffer[]): Promise<number> {
  const path = join(folder, 'x.jsonl.zst');
  writeFileSync(path, Buffer.concat(parts));
  let rows = 0;
  for await (const batch of openDataFile(path)!.rows()) rows += batch.length;
  return rows;
}

const lines = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, at) => `{"id":${at},"text":"${(at * 7919) % 10007}"}\n`).join(''));
const packed = (count: number): Buffer =>
  zstdCompressSync(lines(count), { params: { [constants.ZSTD_c_checksumFlag]: 1 } });

test('all frames of a file are read, with what is to be skipped between them', async () => {
  const skipped = Buffer.concat([Buffer.of(0x57, 0x2a, 0x4d, 0x18, 5, 0, 0, 0), Buffer.from('notes')]);
  assert.equal(await read(zstdCompressSync(lines(3))), 3);
  assert.equal(await read(packed(40_000), skipped, packed(1), zstdCompressSync(lines(2)), skipped), 40_003);
});

test('a frame that ends early, is bent, or is followed by something else is an error', async () => {
  const whole = packed(40_000);
  const bent = Buffer.from(whole);
  bent[whole.length - 2]! ^= 1;
  for (const parts of [
    [whole.subarray(0, -1)],
    [whole.subarray(0, 60_000)],
    [bent],
    [whole, Buffer.from('more')],
    [whole, whole.subarray(0, 2)],
  ])
    await assert.rejects(read(...parts), { code: 'ERR_DATA' });
});
