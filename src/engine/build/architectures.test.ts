import assert from 'node:assert/strict';
import { it } from 'node:test';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { loadOnnxRuntime } from '../onnx-runtime.ts';
import { ARCHITECTURES, buildArchitecture } from './architectures.ts';

const runtime = await loadOnnxRuntime();

for (const { id, rank, tokens } of ARCHITECTURES) {
  it(`${id} runs on a batch of any size, and its weights come from the seed`, async () => {
    const inputShape = tokens ? [12] : ([[20], [3, 40], [3, 32, 32]][rank - 1] as number[]);
    const options = { inputShape, classes: 7, seed: 'a', ...(tokens ? { vocabulary: 50 } : {}) };
    const bytes = writeOnnx(buildArchitecture(id, options));
    const session = await runtime.openBytes(bytes);
    for (const n of [1, 3]) {
      const count = n * inputShape.reduce((product, length) => product * length, 1);
      const data = tokens
        ? BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 50))
        : Float32Array.from({ length: count }, (_, i) => Math.sin(i));
      const feeds = { input: { type: tokens ? 'int64' : 'float32', dims: [n, ...inputShape], data } };
      const scores = (await session.run(feeds, ['scores']))['scores']!;
      assert.deepEqual(scores.dims, [n, 7]);
      const values = [...(scores.data as Float32Array)];
      assert.ok(values.every(Number.isFinite) && new Set(values).size > 1);
    }
    await session.release();
    assert.deepEqual(writeOnnx(buildArchitecture(id, options)), bytes);
    assert.notDeepEqual(writeOnnx(buildArchitecture(id, { ...options, seed: 'b' })), bytes);
  });
}

it('small-cnn has the weights that the measured networks have', () => {
  const weights = (inputShape: number[]): number => {
    const model = buildArchitecture('small-cnn', { inputShape, classes: 10, seed: 's' });
    return [...model.graph.initializers.values()]
      .filter(({ type }) => type === 'float32')
      .reduce((sum, { dims }) => sum + dims.reduce((product, length) => product * length, 1), 0);
  };
  assert.equal(weights([1, 28, 28]), 421_642);
  assert.equal(weights([3, 32, 32]), 545_098);
});

it('says what does not fit', () => {
  const options = { inputShape: [3, 32, 32], classes: 10, seed: 's' };
  assert.throws(() => buildArchitecture('vgg', options), { code: 'ERR_USAGE', hint: /resnet8/ });
  assert.throws(() => buildArchitecture('series-cnn', options), { code: 'ERR_USAGE' });
  assert.throws(() => buildArchitecture('text-cnn', { ...options, inputShape: [9] }), { code: 'ERR_USAGE' });
  assert.throws(() => buildArchitecture('strided-cnn', { ...options, inputShape: [1, 1, 1] }), { code: 'ERR_USAGE' });
  assert.throws(() => buildArchitecture('mlp', { ...options, inputShape: [2 ** 28] }), { code: 'ERR_USAGE' });
});
