import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../core/fault.ts';
import type { Target } from '../../target.ts';
import { isCovered, maskSet } from './mask-set.ts';
import { createPatchCleanser } from './patchcleanser.ts';

test('every place of the patch is covered, at any size', () => {
  for (const [height, width, patch, perAxis] of [
    [32, 32, 8, 6],
    [32, 40, 5, 3],
    [224, 224, 32, 6],
    [9, 9, 9, 4],
    [11, 7, 1, 2],
  ] as const) {
    const masks = maskSet({ height, width }, { height: patch, width: Math.min(patch, width) }, perAxis);
    assert.ok(masks.length <= perAxis * perAxis);
    for (let top = 0; top <= height - patch; top++)
      for (let left = 0; left <= width - Math.min(patch, width); left++)
        assert.ok(isCovered(masks, { top, left, height: patch, width: Math.min(patch, width) }), `${top},${left}`);
    for (const mask of masks) assert.ok(mask.top + mask.height <= height && mask.left + mask.width <= width);
  }
  // The paper's example: 224 pixels, 6 masks, a patch of 32: stride 33, mask 64.
  const [first, second] = maskSet({ height: 224, width: 224 }, { height: 32, width: 32 }, 6);
  assert.deepEqual([first!.width, second!.left], [64, 33]);
  assert.throws(
    () => maskSet({ height: 8, width: 8 }, { height: 9, width: 1 }, 2),
    (error) => isFault(error),
  );
});

/** Sees stripes: class 1 when at least `needed` of 16 columns are bright, and class 2 wherever the magic value is. */
function stripes(needed: number): Target {
  return {
    name: 'stripes',
    inputShape: [1, 16, 16],
    classes: 3,
    bounds: { low: 0, high: 1 },
    scoreType: 'logits',
    scores: async (x, n) => {
      const scores = new Float32Array(3 * n);
      for (let i = 0; i < n; i++) {
        const own = x.subarray(i * 256, (i + 1) * 256);
        let bright = 0;
        for (let c = 0; c < 16; c++) {
          let sum = 0;
          for (let r = 0; r < 16; r++) sum += own[r * 16 + c]!;
          if (sum > 4) bright++;
        }
        scores[3 * i + (bright >= needed ? 1 : 0)] = 1;
        if (own.includes(0.75)) scores[3 * i + 2] = 9;
      }
      return scores;
    },
    close: async () => {},
  };
}

const CONFIG = { patch: { height: 4, width: 4 }, masksPerAxis: 4, fill: 0, batch: 10 };

test('a certified picture keeps its answer under every place of a patch that owns the bare model', async () => {
  const x = new Float32Array(256).fill(1);
  const cleanser = createPatchCleanser(stripes(5), CONFIG);
  assert.equal(await cleanser.certify(x, 1), true);
  assert.equal(await cleanser.certify(x, 0), false);
  assert.deepEqual(await cleanser.predict(x), { label: 1, by: 'unanimous', queries: cleanser.masks.length });
  for (let top = 0; top <= 12; top += 3)
    for (let left = 0; left <= 12; left += 1) {
      const attacked = x.slice();
      for (let r = 0; r < 4; r++) attacked.fill(0.75, (top + r) * 16 + left, (top + r) * 16 + left + 4);
      const bare = await stripes(5).scores(attacked, 1);
      assert.ok(bare[2]! > bare[1]!, 'the patch fools the model alone');
      const answer = await cleanser.predict(attacked);
      assert.deepEqual([answer.label, answer.by], [1, 'minority']);
    }
});

test('a picture whose evidence two masks can cover gets no certificate', async () => {
  const x = new Float32Array(256);
  for (let r = 0; r < 16; r++) x[r * 16 + 3] = 1;
  assert.equal(await createPatchCleanser(stripes(1), { ...CONFIG, masksPerAxis: 1 }).certify(x, 1), false);
  assert.throws(() => createPatchCleanser({ ...stripes(1), inputShape: [256] }, CONFIG), /pictures/);
});
