import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../core/fault.ts';
import type { Target } from '../../target.ts';
import { isCovered, maskSet } from './mask-set.ts';
import { buildArchitecture } from '../../../engine/build/architectures.ts';
import { seededRandom } from '../../../math/random.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { openOnnxTarget } from '../../onnx-target.ts';
import { standard } from '../standard/defence.ts';
import { parseWrapperConfig, wrapperConfig } from '../wrapper-config.ts';
import { createPatchCleanser, patchCleanserStep } from './patchcleanser.ts';

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

test('a model that answers masked pictures with NaN gets neither an answer nor a certificate', async () => {
  const broken = {
    ...stripes(5),
    scores: async (_: Float32Array, n: number) => new Float32Array(3 * n).fill(Number.NaN),
  };
  const cleanser = createPatchCleanser(broken, CONFIG);
  await assert.rejects(cleanser.certify(new Float32Array(256), 0), { code: 'ERR_DATA' });
  await assert.rejects(cleanser.predict(new Float32Array(256)), { code: 'ERR_DATA' });
});

/** Pictures of 12 x 12 with bars across or upright, at random places, in noise. */
function bars(count: number, seed: string): LabelledData {
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: count }, () => random.below(2));
  const inputs = new Float32Array(count * 144);
  labels.forEach((label, n) => {
    const phase = random.below(4);
    for (let row = 0; row < 12; row++)
      for (let column = 0; column < 12; column++) {
        const isBar = ((label === 0 ? row : column) + phase) % 4 < 2;
        inputs[n * 144 + row * 12 + column] = (isBar ? 0.7 : 0.2) + 0.2 * random.uniform();
      }
  });
  return { inputs, labels, count, inputShape: [1, 12, 12] };
}

test('a small network that is trained with parts erased: its certified accuracy, and no patch that breaks a certificate', async () => {
  const model = buildArchitecture('strided-cnn', { inputShape: [1, 12, 12], classes: 2, seed: 'bars' });
  const context = { bounds: { low: 0, high: 1 }, classes: 2, seed: 'bars', threads: 1 };
  const options = { ...standard.defaults, epochs: 6, batch: 50, rate: 0.01, erase: 5 };
  const { model: trained } = await standard.run(model, bars(600, 'train'), options, context);
  const target = await openOnnxTarget(trained, { threads: 0 });
  const config = { patch: { height: 2, width: 2 }, masksPerAxis: 4, fill: 0.5, batch: 64 };
  // The wrapper's file is what is run: written, read, and opened from.
  const text = JSON.stringify(wrapperConfig('bars.onnx', [patchCleanserStep(config)]));
  const [step] = parseWrapperConfig(JSON.parse(text)).steps;
  assert.ok(step?.kind === 'patchcleanser');
  const cleanser = createPatchCleanser(target, { ...step, batch: 64 });
  const held = bars(40, 'test');
  const random = seededRandom('patches');
  let [clean, certified] = [0, 0];
  for (let i = 0; i < held.count; i++) {
    const x = held.inputs.slice(i * 144, (i + 1) * 144);
    const label = held.labels[i]!;
    if ((await cleanser.predict(x)).label === label) clean++;
    if (!(await cleanser.certify(x, label))) continue;
    certified++;
    for (let attempt = 0; attempt < 6; attempt++) {
      const attacked = x.slice();
      const at = 12 * random.below(11) + random.below(11);
      for (const offset of [0, 1, 12, 13]) attacked[at + offset] = random.below(2);
      assert.equal((await cleanser.predict(attacked)).label, label);
    }
  }
  await target.close();
  assert.ok(clean / held.count >= 0.9 && certified / held.count >= 0.6, `${clean} right, ${certified} certified of 40`);
});

test('a wrapper with anything that is not known is refused', () => {
  const good = wrapperConfig('m.onnx', [
    patchCleanserStep({ patch: { height: 2, width: 3 }, masksPerAxis: 6, fill: 0.5 }),
  ]);
  assert.deepEqual(parseWrapperConfig(good), good);
  const [step] = good.steps;
  for (const bad of [
    null,
    { ...good, version: 2 },
    { ...good, model: '../m.onnx' },
    { ...good, more: 1 },
    { ...good, steps: [{ ...step, kind: 'prayer' }] },
    { ...good, steps: [{ ...step, kind: 'toString' }] },
    { ...good, steps: [{ ...step, masksPerAxis: 0 }] },
    { ...good, steps: [{ ...step, patch: { height: 2 } }] },
    { ...good, steps: [{ kind: 'patchcleanser', patch: { height: 2, width: 2 }, masksPerAxis: 2 }] },
  ])
    assert.throws(
      () => parseWrapperConfig(bad),
      (error) => isFault(error) && error.code === 'ERR_DATA',
      JSON.stringify(bad),
    );
});
