import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from './random.ts';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: string): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 8 }, () => random.uint32());
  };
  assert.deepEqual(draw('a'), draw('a'));
  assert.notDeepEqual(draw('a'), draw('b'));
});

test('a fork does not depend on what was drawn before it', () => {
  const fresh = seededRandom(7);
  const used = seededRandom(7);
  for (let i = 0; i < 100; i++) used.normal();
  assert.equal(fresh.fork('x').uint32(), used.fork('x').uint32());
  assert.notEqual(fresh.fork('x').uint32(), fresh.fork('y').uint32());
});

test('uniform, normal and below have the moments that they should have', () => {
  const random = seededRandom(1);
  const count = 200_000;
  let [sum, square, fourth, uniform] = [0, 0, 0, 0];
  const bins = new Array<number>(7).fill(0);
  for (let i = 0; i < count; i++) {
    const z = random.normal();
    sum += z;
    square += z * z;
    fourth += z ** 4;
    uniform += random.uniform();
    bins[random.below(7)]!++;
  }
  assert.ok(Math.abs(sum / count) < 0.01);
  assert.ok(Math.abs(square / count - 1) < 0.02);
  assert.ok(Math.abs(fourth / count - 3) < 0.15);
  assert.ok(Math.abs(uniform / count - 0.5) < 0.005);
  for (const bin of bins) assert.ok(Math.abs(bin / count - 1 / 7) < 0.005);
});

test('shuffle keeps every element', () => {
  const list = seededRandom(3).shuffle(Int32Array.from({ length: 100 }, (_, i) => i));
  assert.deepEqual(
    [...list].sort((x, y) => x - y),
    Array.from({ length: 100 }, (_, i) => i),
  );
});
