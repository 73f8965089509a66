import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fault } from '../core/fault.ts';
import type { OnnxElementType, OnnxModel, OnnxValue } from '../formats/onnx/onnx-model.ts';
import { guessInputs } from './guess-inputs.ts';
import { openGuessed } from './open-guessed.ts';
import { buildNetwork } from './testing/build-network.ts';

function withInput(model: OnnxModel, value: Partial<OnnxValue>, more: readonly OnnxValue[] = []): OnnxModel {
  const inputs = model.graph.inputs.map((one) => ({ ...one, ...value }));
  return { ...model, graph: { ...model.graph, inputs: [...inputs, ...more] } };
}

/** Pooled channels of a convolution over pictures with channels last. */
const channelsLast = (shape: readonly (number | string)[], channels = 3): OnnxModel =>
  buildNetwork(shape, (build, weight, x) => {
    const moved = build.add('Transpose', [x], { perm: [0, 3, 1, 2] });
    const maps = build.add('Conv', [moved, weight(4, channels, 3, 3)]);
    return build.add('Flatten', [build.add('GlobalAveragePool', [maps])]);
  });

async function opens(
  model: OnnxModel,
  options = {},
): Promise<{ shape: readonly number[]; remarks: readonly string[] }> {
  const { opened, remarks } = await openGuessed(model, { threads: 0, ...options });
  const shape = opened.info.inputShape;
  await opened.close();
  return { shape, remarks };
}

describe('guessInputs', () => {
  it('reads the channels of a picture from the convolution, wherever they lie', async () => {
    assert.deepEqual((await opens(channelsLast(['n', 'h', 'w', 'c']))).shape, [224, 224, 3]);
    assert.deepEqual((await opens(channelsLast(['n', 'h', 'w', 'c'], 7))).shape, [224, 224, 7]);
    const first = buildNetwork(['n', 'c', 'h', 'w'], (build, weight, x) => {
      const maps = build.add('Conv', [x, weight(4, 2, 3, 3)], { group: 2 });
      return build.add('GlobalMaxPool', [maps]);
    });
    assert.deepEqual((await opens(first)).shape, [4, 224, 224]);
  });

  it('tries sizes until the dense layer behind the picture fits', async () => {
    const lenet = buildNetwork(['n', 'c', 'h', 'w'], (build, weight, x) => {
      const maps = build.add('Conv', [x, weight(2, 1, 5, 5)]);
      return build.add('Gemm', [build.add('Flatten', [maps]), weight(2 * 24 * 24, 10)]);
    });
    const { shape, remarks } = await opens(lenet);
    assert.deepEqual(shape, [1, 28, 28]);
    assert.match(remarks.join(), /1 x 28 x 28 was used/);
  });

  it('finds features of a matrix product, of a recurrent layer and of what is added', () => {
    const shapeOf = (body: Parameters<typeof buildNetwork>[1], shape: readonly (number | string)[]) =>
      guessInputs(buildNetwork(shape, body), {})[0]!.options.inputShape;
    assert.deepEqual(
      shapeOf((build, weight, x) => build.add('MatMul', [build.add('Relu', [x]), weight(6, 4)]), ['n', 'f']),
      [6],
    );
    assert.deepEqual(
      shapeOf((build, weight, x) => build.add('Gemm', [x, weight(4, 9)], { transB: 1 }), ['n', 'f']),
      [9],
    );
    assert.deepEqual(
      shapeOf((build, weight, x) => build.add('Add', [x, weight(1, 12, 5)]), ['n', 's', 'f']),
      [12, 5],
    );
    assert.deepEqual(
      shapeOf(
        (build, weight, x) =>
          build.add('LSTM', [build.add('Transpose', [x], { perm: [1, 0, 2] }), weight(1, 16, 3), weight(1, 16, 4)], {
            hidden_size: 4,
          }),
        ['n', 's', 'f'],
      ),
      [16, 3],
    );
  });

  it('finds the number of axes where the file does not say it', async () => {
    const unranked = (model: OnnxModel): OnnxModel => withInput(model, { shape: null });
    assert.deepEqual((await opens(unranked(channelsLast(['n', 8, 8, 3])))).shape, [224, 224, 3]);
    const dense = buildNetwork(['n', 6], (build, weight, x) => build.add('MatMul', [x, weight(6, 4)]));
    assert.deepEqual((await opens(unranked(dense))).shape, [6]);
    const volume = buildNetwork(['n', 1, 8, 8, 8], (build, weight, x) =>
      build.add('GlobalAveragePool', [build.add('Conv', [x, weight(2, 1, 3, 3, 3)])]),
    );
    assert.deepEqual((await opens(unranked(volume))).shape, [1, 16, 16, 16]);
  });

  it('gives other inputs the lengths that share a name, and masks ones', () => {
    const model = buildNetwork(['n', 'steps', 4], (build, weight, x) => build.add('MatMul', [x, weight(4, 2)]));
    const more: OnnxValue[] = [
      { name: 'attention_mask', type: 'int64', shape: ['n', 'steps'] },
      { name: 'scale', type: 'float32', shape: [1] },
    ];
    const { constants = {} } = guessInputs(withInput(model, {}, more), { inputShape: [9, 4] })[0]!.options;
    assert.deepEqual(constants['attention_mask']!.dims, [1, 9]);
    assert.equal((constants['attention_mask']!.data as unknown as BigInt64Array)[0], 1n);
    assert.deepEqual(constants['scale']!.dims, [1]);
  });

  for (const type of ['uint8', 'int64', 'int8'] as OnnxElementType[]) {
    it(`takes an input of ${type} that is cast as floats, and says so`, async () => {
      const picture = withInput(
        buildNetwork(['n', 8, 8, 3], (build, weight, x) => {
          const real = build.add('Cast', [build.add('Transpose', [x], { perm: [0, 3, 1, 2] })], { to: 1 });
          const scaled = build.add('Div', [real, build.scalar(255)]);
          return build.add('GlobalAveragePool', [build.add('Conv', [scaled, weight(4, 3, 3, 3)])]);
        }),
        { type },
      );
      const { shape, remarks } = await opens(picture);
      assert.deepEqual(shape, [8, 8, 3]);
      assert.match(remarks[0]!, new RegExp(`The input x is ${type}`));
    });
  }

  it('cuts tokens behind their embedding, also one of whole numbers', async () => {
    const tokens = buildNetwork(['n', 'steps'], (build, weight, x) => {
      const vectors = build.add('Gather', [weight(20, 6), x]);
      return build.add('MatMul', [build.add('ReduceMean', [vectors, build.ints([1])], { keepdims: 0 }), weight(6, 2)]);
    });
    assert.deepEqual((await opens(withInput(tokens, { type: 'int64' }))).shape, [16, 6]);
    const whole = buildNetwork(['n', 'steps'], (build, weight, x) => {
      const table = build.tensor({ type: 'int8', dims: [20, 6], data: new Int8Array(120).map((_, at) => at - 60) });
      const vectors = build.add('DequantizeLinear', [build.add('Gather', [table, x]), build.scalar(0.1)]);
      return build.add('MatMul', [build.add('ReduceMean', [vectors, build.ints([1])], { keepdims: 0 }), weight(6, 2)]);
    });
    assert.deepEqual((await opens(withInput(whole, { type: 'int64' }))).shape, [16, 6]);
  });

  it('cuts tokens that are reshaped, and looked up in a table of few bits', async () => {
    const reshaped = buildNetwork(['n', 's'], (build, weight, x) => {
      const ids = build.add('Reshape', [x, build.ints([-1, 16])]);
      return build.add('ReduceMean', [build.add('Gather', [weight(20, 6), ids])], { keepdims: 0 });
    });
    assert.deepEqual((await opens(withInput(reshaped, { type: 'int64' }))).shape, [16, 6]);
    const packed = buildNetwork(['n', 's'], (build, weight, x) => {
      const table = build.tensor({ type: 'uint8', dims: [20, 16], data: new Uint8Array(320).fill(0x5a) });
      const scales = build.floats(new Float32Array(40).fill(0.1), [20, 2]);
      const rows = build.add(
        'GatherBlockQuantized',
        [table, x, scales],
        { bits: 4, block_size: 16, gather_axis: 0, quantize_axis: 1 },
        'com.microsoft',
      );
      return build.add('MatMul', [build.add('ReduceMean', [rows, build.ints([1])], { keepdims: 0 }), weight(32, 3)]);
    });
    assert.deepEqual((await opens(withInput(packed, { type: 'int64' }))).shape, [16, 32]);
  });

  it('cuts ids behind the rows with a one at their place, made by OneHot or by comparing', async () => {
    const single = withInput(
      buildNetwork(['n', 7], (build, weight, x) => {
        const rows = build.add('OneHot', [x, build.ints([5]), build.floats([0, 1])]);
        return build.add('ReduceMax', [build.add('MatMul', [rows, weight(5, 3)]), build.ints([1])], { keepdims: 0 });
      }),
      { type: 'int64' },
    );
    const compared = withInput(
      buildNetwork(['n', 7], (build, weight, x) => {
        const places = build.tensor({ type: 'int32', dims: [1, 1, 5], data: Int32Array.of(0, 1, 2, 3, 4) });
        const same = build.add('Equal', [build.add('Unsqueeze', [x, build.ints([2])]), places]);
        const rows = build.add('Cast', [same], { to: 1 });
        return build.add('ReduceMax', [build.add('MatMul', [rows, weight(5, 3)]), build.ints([1])], { keepdims: 0 });
      }),
      { type: 'int32' },
    );
    for (const model of [single, compared]) {
      const { shape, remarks } = await opens(model);
      assert.deepEqual(shape, [7, 5]);
      assert.match(remarks.join(), /rows with a one at their place/);
    }
  });

  it('gives states one sample, and the rate of sound its usual number', () => {
    const model = withInput(
      buildNetwork(['', 64], (build, _, x) => build.add('Relu', [x])),
      {},
      [
        { name: 'state', type: 'float32', shape: [2, null, 8] },
        { name: 'h', type: 'float32', shape: [2, 'batch', 8] },
        { name: 'c', type: 'float32', shape: ['batch', 8] },
        { name: 'sr', type: 'int64', shape: [] },
      ],
    );
    const [guess] = guessInputs(model, {});
    const constants = guess!.options.constants!;
    assert.deepEqual(constants['state']!.dims, [2, 1, 8]);
    assert.deepEqual(constants['h']!.dims, [2, 1, 8]);
    assert.deepEqual([...(constants['sr']!.data as unknown as BigInt64Array)], [16_000n]);
  });

  it('gives a past no length, and sequences their whole length', () => {
    const attending = withInput(
      buildNetwork(['n', 4, 6], (build, _, x) => build.add('Concat', [x, 'past'], { axis: 1 })),
      {},
      [{ name: 'past', type: 'float32', shape: ['n', 'past_sequence_length', 6] }],
    );
    assert.deepEqual(guessInputs(attending, {})[0]!.options.constants!['past']!.dims, [1, 0, 6]);
    const recurrent = withInput(
      buildNetwork([5, 1, 6], (build, weight, x) => {
        const lengths = build.add('Cast', ['n'], { to: 6 });
        const inputs = [x, weight(1, 8, 6), weight(1, 8, 2), '', lengths];
        return build.add('LSTM', inputs, { hidden_size: 2 });
      }),
      {},
      [{ name: 'n', type: 'int64', shape: [1] }],
    );
    const given = guessInputs(recurrent, { inputShape: [5, 6] })[0]!.options.constants!['n']!;
    assert.ok(Number((given.data as unknown as BigInt64Array)[0]) > 0);
  });

  it('says what whole numbers without a gradient need', async () => {
    const lookedUp = withInput(
      buildNetwork(['n'], (build, _, x) =>
        build.add('Gather', [build.floats([1, 2, 3]), build.add('Mod', [x, build.int(3)])]),
      ),
      { type: 'int64' },
    );
    await assert.rejects(opens(lookedUp), (error: Fault) => {
      assert.equal(error.code, 'ERR_MODEL_UNSUPPORTED');
      assert.match(error.hint ?? '', /embedding.*"x" int64 \[n\]/);
      return true;
    });
    await assert.rejects(opens(lookedUp, { input: 'x' }), /holds int64, which the network does not turn into floats/);
  });

  it('says every shape that was tried, and what the likeliest one met, with its node', async () => {
    const odd = buildNetwork(['n', 'c', 'h', 'w'], (build, weight, x) => {
      const flat = build.add('Flatten', [build.add('Relu', [x])]);
      return build.add('Gemm', [flat, weight(1001, 3)]);
    });
    await assert.rejects(opens(odd), (error: Fault) => {
      assert.match(error.message, /none of those that were tried/);
      assert.match(error.hint ?? '', /--shape.*3 x 224 x 224, 3 x 64 x 64/);
      assert.match(error.where ?? '', /Gemm/);
      return true;
    });
    // One that was given is answered for itself.
    await assert.rejects(opens(odd, { inputShape: [1, 7, 11] }), /1001 and 77/);
  });
});
