import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { bitDepth } from './bit-depth.ts';
import { jpeg } from './jpeg.ts';
import { medianFilter } from './median-filter.ts';

const random = seededRandom('unused');

test('bit depth: one bit leaves the ends, eight bits leave bytes alone', () => {
  const x = Float32Array.of(0, 0.2, 0.5, 0.7, 1, 1.5);
  assert.deepEqual([...bitDepth(1, { low: 0, high: 1 }).apply(x, random)], [0, 0, 1, 1, 1, 1]);
  const bytes = Float32Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(bitDepth(8, { low: 0, high: 255 }).apply(bytes, random), bytes);
});

test('median filter as SciPy has it, and its gradient', () => {
  // python -c "import numpy as n, scipy.ndimage as s; x=n.arange(12).reshape(3,4)*7%11; print(s.median_filter(x,2), s.median_filter(x,3))"
  const x = Float32Array.from({ length: 12 }, (_, i) => (i * 7) % 11);
  assert.deepEqual([...medianFilter([3, 4], 2).apply(x, random)], MEDIAN_2);
  assert.deepEqual([...medianFilter([3, 4], 3).apply(x, random)], MEDIAN_3);
  const filter = medianFilter([1, 3, 4], 3);
  const upstream = Float32Array.from({ length: 12 }, (_, i) => i + 1);
  const gradient = filter.gradient!(x, upstream, random);
  // Moving one value by less than any difference moves exactly the medians that are it.
  for (let i = 0; i < 12; i++) {
    const moved = x.slice();
    moved[i]! += 0.25;
    const before = filter.apply(x, random);
    const after = filter.apply(moved, random);
    const change = after.reduce((sum, value, at) => sum + (value - before[at]!) * upstream[at]!, 0);
    assert.ok(Math.abs(change - 0.25 * gradient[i]!) < 1e-4);
  }
  assert.throws(
    () => medianFilter([5], 3),
    (error) => isFault(error) && error.code === 'ERR_USAGE',
  );
});

test('JPEG keeps a flat picture, loses little at quality 100 and more at 10, and is idempotent enough', () => {
  const shape = [3, 16, 11];
  const flat = new Float32Array(3 * 16 * 11).fill(128 / 255);
  const options = { low: 0, high: 1, rounding: 'straight-through' as const };
  assert.ok(distance(jpeg(shape, { ...options, quality: 50 }).apply(flat, random), flat) < 1e-6);
  const smooth = Float32Array.from({ length: flat.length }, (_, i) => 0.5 + 0.4 * Math.sin(i / 9));
  const losses = [100, 75, 10].map((quality) =>
    distance(jpeg(shape, { ...options, quality }).apply(smooth, random), smooth),
  );
  assert.ok(losses[0]! < 0.009 && losses[0]! < losses[1]! && losses[1]! < losses[2]!, String(losses));
});

test('JPEG of a gray ramp: the values of libjpeg', () => {
  // python -c "import numpy as n, io; from PIL import Image as I; a=n.add.outer(n.arange(8)*9,n.arange(8)*20).astype('u1'); b=io.BytesIO(); I.fromarray(a).save(b,'JPEG',quality=30); print(n.asarray(I.open(b)).ravel().tolist())"
  const ramp = Float32Array.from({ length: 64 }, (_, i) => Math.floor(i / 8) * 9 + (i % 8) * 20);
  const ours = jpeg([8, 8], { quality: 30, low: 0, high: 255, rounding: 'cubic' }).apply(ramp, random);
  ours.forEach((value, i) => assert.ok(Math.abs(value - LIBJPEG[i]!) <= 1, `${i}: ${value}, ${LIBJPEG[i]}`));
});

test('gradient of JPEG: straight through it is the identity inside the range, cubic it forgets what is rounded away', () => {
  const shape = [3, 8, 8];
  const x = Float32Array.from({ length: 192 }, (_, i) => 0.5 + 0.2 * Math.sin(i));
  const upstream = Float32Array.from({ length: 192 }, (_, i) => Math.cos(i * 1.7));
  const straight = jpeg(shape, { quality: 60, low: 0, high: 1, rounding: 'straight-through' }).gradient!(
    x,
    upstream,
    random,
  );
  assert.ok(distance(straight, upstream) < 1e-5);
  const flat = new Float32Array(192).fill(128 / 255);
  const cubic = jpeg(shape, { quality: 60, low: 0, high: 1, rounding: 'cubic' }).gradient!(flat, upstream, random);
  assert.ok(distance(cubic, new Float32Array(192)) < 1e-3);
});

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

const MEDIAN_2 = [0, 7, 7, 10, 6, 6, 7, 9, 6, 6, 8, 5];
const MEDIAN_3 = [2, 3, 7, 9, 2, 4, 5, 5, 2, 4, 4, 4];
const LIBJPEG = [
  3, 18, 39, 60, 80, 101, 122, 136, 12, 26, 48, 69, 88, 109, 130, 145, 23, 37, 59, 80, 99, 120, 141, 156, 31, 46, 67,
  88, 108, 128, 150, 164, 38, 52, 74, 94, 114, 135, 156, 171, 46, 61, 82, 103, 122, 143, 165, 179, 57, 72, 93, 114, 133,
  154, 176, 190, 66, 80, 101, 122, 142, 163, 184, 199,
];
