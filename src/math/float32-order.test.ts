import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ceilToFloat32,
  float32OfRank,
  float32Rank,
  floorToFloat32,
  nextFloat32,
  previousFloat32,
} from './float32-order.ts';

test('neighbours are neighbours: nothing rounds to a number between them', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const next = nextFloat32(value);
      assert.ok(next > value);
      assert.equal(previousFloat32(next), value === 0 ? 0 : value);
      const between = Math.fround(value / 2 + next / 2);
      assert.ok(between === value || between === next);
      assert.equal(float32OfRank(float32Rank(value)), value === 0 ? 0 : value);
    }),
  );
});

test('floor and ceiling enclose a double with float32 numbers and are tight', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: -3e38, max: 3e38 }), (value) => {
      const [low, high] = [floorToFloat32(value), ceilToFloat32(value)];
      assert.ok(low <= value && value <= high);
      assert.ok(low === high || nextFloat32(low) === high);
    }),
  );
});

test('around zero: the smallest subnormal numbers', () => {
  assert.equal(nextFloat32(0), 2 ** -149);
  assert.equal(nextFloat32(-0), 2 ** -149);
  assert.equal(previousFloat32(0), -(2 ** -149));
  assert.equal(floorToFloat32(-1e-60), -(2 ** -149));
  assert.ok(ceilToFloat32(-1e-60) === 0); // of either sign
});
