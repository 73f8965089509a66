import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { memorySource } from '../../bytes/byte-source.ts';
import { HAS_ZSTANDARD, readZstandard } from './read-zstandard.ts';

test(
  'Zstandard comes out as it was, within the limit',
  { skip: !HAS_ZSTANDARD && 'the runtime has no decoder' },
  () => {
    const bytes = Buffer.from('weights and biases '.repeat(1000));
    const packed = zlib.zstdCompressSync(bytes);
    const read = readZstandard(memorySource(packed), 1 << 20);
    assert.equal(read.end, 'complete');
    assert.ok(Buffer.from(read.bytes).equals(bytes));
    assert.equal(readZstandard(memorySource(packed), 1000).end, 'limit');
    assert.equal(readZstandard(memorySource(packed.subarray(0, 12)), 1 << 20).end, 'damaged');
  },
);

test(
  'a window that a header asks for is no memory that it gets',
  { skip: !HAS_ZSTANDARD && 'the runtime has no decoder' },
  () => {
    const huge = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 1, 0, 0]);
    assert.equal(readZstandard(memorySource(huge), 1 << 20).end, 'limit');
  },
);
