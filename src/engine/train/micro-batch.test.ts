import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { buildMlp, buildResNet } from '../build/architectures.ts';
import { prepare } from '../graph/prepare.ts';
import { loadOnnxRuntime } from '../onnx-runtime.ts';
import { chooseMicroBatch, cutBatch, type MicroBatchOptions } from './micro-batch.ts';

const MLP = buildMlp({ inputShape: [2], classes: 2, seed: 'm' }, [16, 16]);
const WIDE = buildMlp({ inputShape: [2], classes: 2, seed: 'w' }, [2 ** 19]);
const RESNET = buildResNet({ inputShape: [1, 8, 8], classes: 2, seed: 'r' }, [{ width: 4, blocks: 1 }], 'r');

async function chosen(model: OnnxModel, options: Partial<MicroBatchOptions>): Promise<number> {
  return chooseMicroBatch({
    model: prepare(model),
    runtime: await loadOnnxRuntime(),
    sampleShapes: { input: model === RESNET ? [1, 8, 8] : [2] },
    batch: 240,
    threads: 1,
    batchStatistics: true,
    copies: 1,
    ...options,
  });
}

describe('chooseMicroBatch', () => {
  it('takes the whole batch, or what gives each thread a part', async () => {
    assert.equal(await chosen(MLP, {}), 240);
    assert.equal(await chosen(MLP, { batch: 1 }), 1);
    assert.equal(await chosen(MLP, { threads: 2 }), 120);
    assert.equal(await chosen(MLP, { threads: 7 }), 30);
    assert.equal(await chosen(MLP, { batch: 5, threads: 9 }), 1);
  });

  it('leaves the samples of batch statistics few, but not where statistics are frozen', async () => {
    assert.equal(await chosen(RESNET, {}), 60);
    assert.equal(await chosen(RESNET, { batchStatistics: false }), 240);
  });

  it('takes less where activations need much memory', async () => {
    // 2 MiB twice a sample: dense layer and Relu.
    assert.equal(await chosen(WIDE, {}), 60);
    assert.equal(await chosen(WIDE, { copies: 2 }), 30);
  });
});

describe('cutBatch', () => {
  it('gives each piece its samples, in memory of its own', () => {
    const batch = {
      inputs: { a: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7), b: BigInt64Array.of(0n, 1n, 2n, 3n) },
      targets: [Float32Array.of(9, 8, 7, 6)],
      perturbation: { kind: 'none' },
      start: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
      seed: 's',
    } as const;
    assert.deepEqual(cutBatch(batch, 4, 4), [batch]);
    const [first, second] = cutBatch(batch, 4, 2);
    assert.deepEqual(first!.inputs, { a: Float32Array.of(0, 1, 2, 3), b: BigInt64Array.of(0n, 1n) });
    assert.deepEqual(second!.targets, [Float32Array.of(7, 6)]);
    assert.deepEqual(second!.start, Float32Array.of(4, 5, 6, 7));
    assert.equal(second!.start!.buffer.byteLength, 16);
    assert.notEqual(first!.seed, second!.seed);
  });
});
