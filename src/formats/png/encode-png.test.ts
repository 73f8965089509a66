import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../math/random.ts';
import type { DecodedImage } from '../decoded-image.ts';
import { decodePng } from './decode-png.ts';
import { encodePng } from './encode-png.ts';

test('what is written is read again, for every number of channels and for rows of one pixel', () => {
  const random = seededRandom('png');
  for (const channels of [1, 2, 3, 4] as const) {
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [1, 9],
      [32, 32],
    ] as const) {
      const smooth = random.uniform() < 0.5;
      const data = Uint8Array.from({ length: width * height * channels }, (_, i) =>
        smooth ? (i * 3) & 255 : random.below(256),
      );
      const image: DecodedImage = { width, height, channels, max: 255, data };
      assert.deepEqual(decodePng(encodePng(image)), image);
    }
  }
});

test('sizes that do not fit are refused', () => {
  const data = new Uint8Array(5);
  assert.throws(() => encodePng({ width: 2, height: 2, channels: 1, max: 255, data }), RangeError);
  assert.throws(() => encodePng({ width: 0, height: 2, channels: 1, max: 255, data: new Uint8Array(0) }), RangeError);
  assert.throws(
    () => encodePng({ width: 1, height: 1, channels: 1, max: 65535, data: new Uint16Array(1) }),
    RangeError,
  );
});
