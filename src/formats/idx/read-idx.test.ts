import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isIdx, readIdx } from './read-idx.ts';

describe('readIdx', () => {
  it('reads bytes, and big-endian numbers of each type', () => {
    assert.deepEqual(readIdx(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255)), {
      shape: [2, 3],
      data: Uint8Array.of(1, 2, 3, 4, 5, 255),
    });
    const one = (type: number, ...body: number[]): unknown =>
      readIdx(Uint8Array.from([0, 0, type, 1, 0, 0, 0, 1, ...body])).data[0];
    assert.equal(one(0x09, 0xff), -1);
    assert.equal(one(0x0b, 0xff, 0xfe), -2);
    assert.equal(one(0x0c, 0, 1, 0, 0), 65_536);
    assert.equal(one(0x0d, 0x3f, 0xc0, 0, 0), 1.5);
    assert.equal(one(0x0e, 0xc0, 0x04, 0, 0, 0, 0, 0, 0), -2.5);
  });

  it('refuses a size that is not the one of the header, before anything is allocated', () => {
    const huge = Uint8Array.of(0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255, 0);
    assert.throws(() => readIdx(huge), { code: 'ERR_DATA', message: /has 13 bytes/ });
    assert.throws(() => readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7, 7)), { code: 'ERR_DATA' });
    assert.throws(() => readIdx(Uint8Array.of(0, 0, 8, 8, 0, 0, 0, 1)), { code: 'ERR_DATA' });
    assert.equal(isIdx(Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 1, 7)), false);
  });
});
