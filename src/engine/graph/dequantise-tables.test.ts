import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { openGuessed } from '../open-guessed.ts';
import { buildNetwork } from '../testing/build-network.ts';

/** Ids, looked up in a table of bytes that is asked for its shape at one place and read, turned around, at another. */
const quantised = (): OnnxModel => {
  const made = buildNetwork(['n', 4], (build, weight, x) => {
    const table = build.tensor({
      type: 'int8',
      dims: [6, 3],
      data: Int8Array.from({ length: 18 }, (_, at) => 7 * at - 60),
    });
    const scale = [build.scalar(0.03), build.tensor({ type: 'int8', dims: [], data: Int8Array.of(5) })];
    const found = build.add('Gather', [table, x]);
    const length = build.add('Shape', [build.add('DequantizeLinear', [found, ...scale])]);
    const turned = build.add('DequantizeLinear', [build.add('Transpose', [found], { perm: [1, 0, 2] }), ...scale]);
    const back = build.add('Reshape', [build.add('Transpose', [turned], { perm: [1, 0, 2] }), length]);
    return build.add('ReduceSum', [build.add('Tanh', [build.add('MatMul', [back, weight(3, 2)])]), build.ints([1])], {
      keepdims: 0,
    });
  });
  const inputs = [{ name: 'x', type: 'int64' as const, shape: ['n', 4] }];
  return { ...made, graph: { ...made.graph, inputs } };
};

it('tables of vectors in whole numbers are differentiated by what is looked up in them', async () => {
  const { opened, remarks } = await openGuessed(quantised(), { threads: 0 });
  assert.match(remarks.join(), /embedding .* of 4 tokens/);
  assert.deepEqual(opened.info.inputShape, [4, 3]);
  const { gradient } = await opened.vjp(
    Float32Array.from({ length: 12 }, (_, at) => at / 12),
    1,
    Float32Array.of(1, -1),
  );
  assert.ok(gradient.every((one) => one !== 0));
  await opened.close();
});
