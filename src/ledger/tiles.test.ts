import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../core/fault.ts';
import { decodeBundle, encodeBundle, levelCount, tileIndexOf, tilePath, tileWidth } from './tiles.ts';

test('paths are those of c2sp.org/tlog-tiles', () => {
  for (const [index, width, path] of [
    [0, 256, 'tile/0/000'],
    [0, 1, 'tile/0/000.p/1'],
    [5, 255, 'tile/0/005.p/255'],
    [999, 256, 'tile/0/999'],
    [1000, 256, 'tile/0/x001/000'],
    [1_234_067, 256, 'tile/0/x001/x234/067'],
    [1_234_067, 12, 'tile/0/x001/x234/067.p/12'],
    [123_456_789_012, 256, 'tile/0/x123/x456/x789/012'],
  ] as const) {
    assert.equal(tilePath(0, index, width), path);
    assert.equal(tileIndexOf(path), index);
  }
  assert.equal(tilePath('entries', 1_234_067), 'tile/entries/x001/x234/067');
  assert.equal(tilePath(2, 7, 9), 'tile/2/007.p/9');
  assert.equal(tileIndexOf('tile/entries/x001/234.p'), 1234);
  for (const path of ['tile/0', 'tile/0/0', 'tile/0/x001', 'tile/0/001.new', 'checkpoint', 'tile/entries/x001/x002'])
    assert.equal(tileIndexOf(path), null, path);
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (index, width) => {
      assert.equal(tileIndexOf(tilePath('entries', index, width)), index);
    }),
  );
});

test('widths are those of the example in c2sp.org/tlog-tiles: 70,000 leaves', () => {
  // 273 full tiles and one of 112; one full tile and one of 17; one of 1.
  assert.equal(levelCount(70_000), 3);
  assert.deepEqual([tileWidth(70_000, 0, 272), tileWidth(70_000, 0, 273), tileWidth(70_000, 0, 274)], [256, 112, 0]);
  assert.deepEqual([tileWidth(70_000, 1, 0), tileWidth(70_000, 1, 1)], [256, 17]);
  assert.deepEqual([tileWidth(70_000, 2, 0), tileWidth(70_000, 2, 1)], [1, 0]);
  assert.equal(levelCount(0), 0);
});

test('a bundle gives its entries back, and says where it was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }), fc.nat(), (given, cut) => {
      const bundle = encodeBundle(given);
      const whole = decodeBundle(bundle, given.length);
      assert.ok(whole.ok);
      assert.equal(whole.end, bundle.length);
      assert.deepEqual(
        whole.entries.map((entry) => [...entry]),
        given.map((entry) => [...entry]),
      );
      if (bundle.length === 0) return;
      const short = decodeBundle(bundle.subarray(0, cut % bundle.length), given.length);
      assert.ok(!short.ok);
      assert.deepEqual(
        short.entries.map((entry) => [...entry]),
        given.slice(0, short.entries.length).map((entry) => [...entry]),
      );
      assert.ok(short.offset <= cut % bundle.length);
    }),
  );
  assert.deepEqual([...encodeBundle([Buffer.from('ab'), Buffer.alloc(0)])], [0, 2, 97, 98, 0, 0]);
  assert.throws(
    () => encodeBundle([Buffer.alloc(65_536)]),
    (error) => isFault(error) && error.code === 'ERR_LEDGER',
  );
});
