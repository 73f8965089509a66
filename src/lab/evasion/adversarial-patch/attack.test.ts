import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { imageLayout } from '../../image-layout.ts';
import { argmax } from '../../loss-of-scores.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { convTarget } from '../../testing/network-target.ts';
import { changedShare } from '../perturbation-check.ts';
import { adversarialPatch, PATCH_DEFAULTS } from './attack.ts';
import { shapeShare } from './patch-mask.ts';
import { drawPlacement, gradientByPatch, largestSide, showPatch, shownPixels, type Patch } from './place-patch.ts';

const layout = imageLayout([3, 16, 16])!;
const box = { low: new Float32Array(768), high: new Float32Array(768).fill(1) };

test('a view never covers more than it may, and covers most of it', () => {
  for (const shape of ['square', 'circle', 'stickers'] as const) {
    const random = seededRandom(shape);
    const largest = largestSide(shape, 0.1, layout);
    const patch: Patch = { shape, channels: 3, side: 6, values: new Float32Array(108).map(() => random.uniform()) };
    let covered = 0;
    for (let draw = 0; draw < 200; draw++) {
      const placement = drawPlacement({ ...PATCH_DEFAULTS, smallest: 1, rotation: 180 }, largest, layout, random);
      const image = new Float32Array(768).fill(0.123);
      showPatch(image, patch, placement, shownPixels(patch, placement, layout, 25), box);
      const share = changedShare(new Float32Array(768).fill(0.123), image, [3, 16, 16]);
      assert.ok(share <= 0.1, `${shape}: ${share}`);
      covered += share / 200;
    }
    assert.ok(covered > 0.07, `${shape} covers ${covered} on average`);
  }
  assert.ok(Math.abs(shapeShare('circle') - 0.785) < 1e-3);
});

test('the gradient by the patch is what finite differences say', () => {
  const random = seededRandom('g');
  const patch: Patch = {
    shape: 'circle',
    channels: 3,
    side: 5,
    values: new Float32Array(75).map(() => 0.3 + 0.4 * random.uniform()),
  };
  const placement = drawPlacement(PATCH_DEFAULTS, largestSide('circle', 0.2, layout), layout, random);
  const pixels = shownPixels(patch, placement, layout, 51);
  const weights = new Float32Array(768).map(() => random.normal());
  const value = (values: Float32Array): number => {
    const image = new Float32Array(768);
    showPatch(image, { ...patch, values }, placement, pixels, box);
    return image.reduce((sum, pixel, at) => sum + pixel * weights[at]!, 0);
  };
  const gradient = new Float64Array(75);
  gradientByPatch(gradient, weights, patch, placement, pixels, box);
  assert.ok(gradient.some((slope) => Math.abs(slope) > 0.1));
  for (let i = 0; i < 75; i++) {
    const up = Float32Array.from(patch.values);
    const down = Float32Array.from(patch.values);
    up[i]! += 2 ** -7;
    down[i]! -= 2 ** -7;
    assert.ok(Math.abs((value(up) - value(down)) * 64 - gradient[i]!) < 1e-3);
  }
});

for (const universal of [true, false]) {
  test(`a learnt patch fools more than noise of its size, universal ${universal}`, async () => {
    const target = convTarget([3, 10, 10], 6, 4, 'patch');
    const data = await labelledBy(target, universal ? 40 : 6, 'x');
    const fooled = async (iterations: number, learningRate: number): Promise<number> => {
      const options = {
        ...PATCH_DEFAULTS,
        universal,
        iterations,
        learningRate,
        batch: 8,
        shape: 'square' as const,
        center: { x: 0.5, y: 0.5 },
        rotation: 10,
      };
      const result = await adversarialPatch.run(target, data, { norm: 'patch', eps: 0.2 }, options, {
        random: seededRandom('p'),
      });
      return result.success.reduce((sum, flag) => sum + flag, 0) / data.count;
    };
    const noise = await fooled(1, 1e-9);
    const learnt = await fooled(60, 0.1);
    assert.ok(learnt > 0.5 && learnt > noise + 0.2, `learnt ${learnt}, noise ${noise}`);
  });
}

test('a target is what the answers go to, and the center is kept', async () => {
  const target = convTarget([3, 10, 10], 6, 4, 'patch');
  const data = await labelledBy(target, 30, 'x');
  const common = [...data.labels].reduce((counts, label) => ((counts[label]! += 1), counts), [0, 0, 0, 0]);
  const goal = argmax(Float32Array.from(common, (count) => -count));
  const options = {
    ...PATCH_DEFAULTS,
    iterations: 80,
    learningRate: 0.1,
    target: goal,
    center: { x: 0.5, y: 0.5 },
    rotation: 0,
    shift: 0,
    smallest: 1,
  };
  const { adversarial, success, pattern } = await adversarialPatch.run(
    target,
    data,
    { norm: 'patch', eps: 0.25 },
    options,
    { random: seededRandom('p') },
  );
  const scores = await target.scores(adversarial, 30);
  let hits = 0;
  for (let i = 0; i < 30; i++) {
    if (success[i] === 1 && argmax(scores.subarray(i * 4, (i + 1) * 4)) === goal) hits++;
    // Corners of the picture are left alone.
    for (const at of [0, 9, 90, 99]) assert.equal(adversarial[i * 300 + at], data.inputs[i * 300 + at]);
  }
  assert.ok(hits >= success.reduce((sum, flag) => sum + flag, 0) * 0.8 && hits > 5, `${hits}`);
  assert.deepEqual(pattern!.shape.slice(0, 2), [1, 3]);
});
