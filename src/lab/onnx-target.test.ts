import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fault } from '../core/fault.ts';
import { smallConvNet, buildNetwork } from '../engine/testing/build-network.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { seededRandom } from '../math/random.ts';
import { openOnnxTarget } from './onnx-target.ts';

const random = seededRandom('onnx target');
const x = Float32Array.from({ length: 2 * 192 }, () => random.uniform());

describe('openOnnxTarget', () => {
  it('leaves a Softmax out, unless it is told to keep it', async () => {
    const bytes = writeOnnx(smallConvNet('n', 'softmax'));
    const logits = await openOnnxTarget(bytes, { threads: 0 });
    const kept = await openOnnxTarget(bytes, { threads: 0, scores: 'as-is' });
    assert.deepEqual([logits.scoreType, kept.scoreType], ['logits', 'probabilities']);
    assert.match(logits.remarks.join(), /softmax at the end of the network is left out/);
    assert.match(kept.remarks.join(), /can vanish/);
    const [z, p] = [await logits.scores(x, 2), await kept.scores(x, 2)];
    const sum = z.slice(0, 5).reduce((total, one) => total + Math.exp(one), 0);
    assert.ok(Math.abs(p[2]! - Math.exp(z[2]!) / sum) < 1e-6);
    assert.ok(Math.abs(p.slice(5).reduce((total, one) => total + one, 0) - 1) < 1e-6);
    await Promise.all([logits.close?.(), kept.close?.()]);
  });

  it('gives gradients and activations of a batch', async () => {
    const target = await openOnnxTarget(smallConvNet(), {
      threads: 0,
      name: 'net',
      classNames: ['a', 'b', 'c', 'd', 'e'],
    });
    assert.deepEqual([target.name, target.classes, target.inputShape], ['net', 5, [3, 8, 8]]);
    const { gradient, losses, scores } = await target.lossGradient(x, 2, {
      kind: 'cross-entropy',
      labels: Int32Array.of(1, 4),
    });
    assert.deepEqual([gradient.length, losses.length, scores.length], [384, 2, 10]);
    // One pixel, both ways: tanh and pools are smooth enough here.
    const [up, down] = [x.slice(), x.slice()];
    const most = gradient.reduce((best, one, at) => (Math.abs(one) > Math.abs(gradient[best]!) ? at : best), 0);
    up[most]! += 1e-2;
    down[most]! -= 1e-2;
    const loss = async (samples: Float32Array): Promise<number> =>
      (await target.lossGradient(samples, 2, { kind: 'cross-entropy', labels: Int32Array.of(1, 4) })).losses.reduce(
        (a, b) => a + b,
      );
    const slope = ((await loss(up)) - (await loss(down))) / 2e-2;
    assert.ok(Math.abs(slope - gradient[most]!) < 0.02 * Math.abs(slope), `${slope} is not ${gradient[most]}`);
    await target.close?.();
  });

  it('takes bytes as bytes: bounds of their range, and says so', async () => {
    const model = buildNetwork(['n', 6], (build, weight, input) =>
      build.add('MatMul', [build.add('Div', [build.add('Cast', [input], { to: 1 }), build.scalar(255)]), weight(6, 3)]),
    );
    const bytes = {
      ...model,
      graph: { ...model.graph, inputs: [{ name: 'x', type: 'uint8' as const, shape: ['n', 6] }] },
    };
    const target = await openOnnxTarget(bytes, { threads: 0 });
    assert.deepEqual(target.bounds, { low: 0, high: 255 });
    assert.match(target.remarks.join(), /holds uint8/);
    const scores = await target.scores(new Float32Array(6).fill(255), 1);
    const half = await target.scores(new Float32Array(6).fill(127.5), 1);
    scores.forEach((one, at) => assert.ok(Math.abs(one - 2 * half[at]!) < 1e-5));
    await target.close?.();
    const given = await openOnnxTarget(bytes, { threads: 0, bounds: { low: 0, high: 1 } });
    assert.deepEqual(given.bounds, { low: 0, high: 1 });
    await given.close?.();
  });

  it('refuses bounds and names that do not fit, and closes what it opened', async () => {
    const wrong = (options: object, message: RegExp) =>
      assert.rejects(openOnnxTarget(smallConvNet(), { threads: 1, ...options }), (error: Fault) => {
        assert.equal(error.code, 'ERR_USAGE');
        assert.match(error.message, message);
        return true;
      });
    await wrong({ bounds: { low: new Float32Array(7), high: 1 } }, /7 values for 192 features/);
    await wrong({ bounds: { low: 1, high: 0 } }, /lower bound is above/);
    await wrong({ classNames: ['one'] }, /1 class names for 5 classes/);
  });
});
