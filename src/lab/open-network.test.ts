import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { GraphBuilder } from '../engine/graph/graph-builder.ts';
import { buildNetwork } from '../engine/testing/build-network.ts';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { readInputs } from './data/array-data.ts';
import { openTarget } from './open-target.ts';
import { isGradientTarget } from './target.ts';

const folder = mkdtempSync(join(tmpdir(), 'open-network-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
const open = (name: string, more = {}) => openTarget(name, { cwd: folder, threads: 0, ...more });

/** Pictures of any size, with channels first or last, and a second output in front of the scores. */
const network = (layout: 'nchw' | 'nhwc'): OnnxModel => {
  const shape = layout === 'nchw' ? ['n', 3, 'h', 'w'] : ['n', 'h', 'w', 3];
  const made = buildNetwork(shape, (build, weight, x) => {
    const first = layout === 'nchw' ? x : build.add('Transpose', [x], { perm: [0, 3, 1, 2] });
    const maps = build.add('GlobalAveragePool', [build.add('Conv', [first, weight(6, 3, 3, 3)])]);
    return build.add('Gemm', [build.add('Flatten', [maps]), weight(6, 4)]);
  });
  const features = made.graph.nodes.find(({ op }) => op === 'Flatten')!.outputs[0]!;
  const outputs = [{ name: features, type: 'float32' as const, shape: ['n', 6] }, ...made.graph.outputs];
  return { ...made, graph: { ...made.graph, outputs } };
};
write('first.onnx', writeOnnx(network('nchw')));
write('last.onnx', writeOnnx(network('nhwc')));
const scores = network('nchw').graph.outputs[1]!.name;

test('a network that leaves the shape of its input open takes that of the target file, or of the data', async () => {
  write('shape.yaml', `model: first.onnx\ninputShape: [3, 9, 7]\noutput: ${scores}\nclasses: 4\n`);
  const declared = await open('shape.yaml');
  assert.deepEqual([declared.inputShape, declared.classes], [[3, 9, 7], 4]);
  await declared.close();

  const asked = await open('first.onnx', { openShape: () => [3, 8, 8] });
  assert.deepEqual([asked.inputShape, asked.classes], [[3, 8, 8], 6]);
  await asked.close();

  const last = await open('last.onnx', { openShape: async () => [3, 8, 8] });
  assert.deepEqual(last.inputShape, [8, 8, 3]);
  assert.ok(isGradientTarget(last));
  await last.close();

  await assert.rejects(open('first.onnx'), { code: 'ERR_USAGE', hint: /target file \(inputShape/ });
  await assert.rejects(open('first.onnx', { openShape: () => [1, 8, 8] }), {
    message: /1 x 8 x 8, the model takes 3 x h x w/,
  });
});

/** A voice detector's make: sound, a state with the batch in the middle, and the rate of samples, which chooses a branch. */
const speech = (): OnnxModel => {
  const made = buildNetwork(['n', 8], (build, weight, x) => {
    const state = build.add('ReduceSum', ['state', build.ints([0])], { keepdims: 0 });
    const sum = build.add('Add', [build.add('MatMul', [x, weight(8, 3)]), state]);
    const fast = build.add('Cast', [build.add('Equal', ['sr', build.int(16_000)])], { to: 1 });
    return build.add('Mul', [sum, build.add('Add', [fast, build.scalar(1)])]);
  });
  const inputs = [
    ...made.graph.inputs,
    { name: 'state', type: 'float32' as const, shape: [2, 'n', 3] },
    { name: 'sr', type: 'int64' as const, shape: [] },
  ];
  return { ...made, graph: { ...made.graph, inputs } };
};

test('other inputs of a network hold what a target file says', async () => {
  write('speech.onnx', writeOnnx(speech()));
  const scoresWith = async (lines: string): Promise<number[]> => {
    write('speech.yaml', `model: speech.onnx\ninput: x\n${lines}`);
    const target = await open('speech.yaml');
    const found = [...(await target.scores(new Float32Array(8), 1))];
    // The state is repeated for every sample, whichever axis the batch has there.
    assert.deepEqual([...(await target.scores(new Float32Array(24), 3))], [...found, ...found, ...found]);
    await target.close();
    return found;
  };
  // Zeros in: twice the sum of the states where the rate is 16,000.
  assert.deepEqual(await scoresWith('constants: { sr: 16000, state: 0.5 }\n'), [2, 2, 2]);
  assert.deepEqual(await scoresWith('constants: { sr: 8000, state: [1, 2, 3, 10, 20, 30] }\n'), [11, 22, 33]);
  await assert.rejects(scoresWith('constants: { sr: 16000 }\n'), {
    message: /another input: "state"/,
    hint: /constants/,
  });
  await assert.rejects(scoresWith('constants: { sr: 16000, state: [1, 2] }\n'), { where: 'state' });
  await assert.rejects(scoresWith('constants: { sr: 0.5, state: 0 }\n'), { where: 'sr' });
  await assert.rejects(scoresWith('constants: { rate: 1 }\n'), { where: 'rate', hint: /x, state, sr/ });
  write('remote.yaml', 'http: { protocol: v2, url: "https://a/v2/models/m" }\nconstants: { sr: 1 }\n');
  await assert.rejects(open('remote.yaml'), { code: 'ERR_CONFIG', where: /constants/ });
});

test('one score behind a Sigmoid is that of the second of two classes', async () => {
  const one = (end: string | null): OnnxModel =>
    buildNetwork(['n', 4], (build, weight, x) => {
      const logit = build.add('Gemm', [x, weight(4, 1)]);
      return end === null ? logit : build.add('Squeeze', [build.add(end, [logit]), build.ints([1])]);
    });
  write('sigmoid.onnx', writeOnnx(one('Sigmoid')));
  write('logit.onnx', writeOnnx(one(null)));
  write('logit.yaml', 'model: logit.onnx\nclasses: [fine, bad]\n');
  const x = Float32Array.of(0.1, 0.9, 0.4, 0.2);
  const found: number[][] = [];
  for (const name of ['sigmoid.onnx', 'logit.yaml']) {
    const target = await open(name);
    assert.equal(target.classes, 2);
    assert.equal(target.scoreType, 'logits');
    assert.ok(isGradientTarget(target));
    const { gradient } = await target.lossGradient(x, 1, { kind: 'cross-entropy', labels: Int32Array.of(1) });
    found.push([...(await target.scores(x, 1)), ...gradient]);
    await target.close();
  }
  assert.deepEqual(found[0], found[1]);
  const [first, second, ...gradient] = found[0]!;
  assert.equal(first, 0);
  // The gradient of -log sigmoid(z) is (sigmoid(z) - 1) w.
  const weights = one(null).graph.initializers.values().next().value!.data as Float32Array;
  gradient.forEach((got, at) => {
    const wanted = (1 / (1 + Math.exp(-second!)) - 1) * weights[at]!;
    assert.ok(Math.abs(got - wanted) < 1e-6, `${got} is not ${wanted}`);
  });
  const regression = await open('logit.onnx');
  assert.equal(regression.classes, 1);
  await regression.close();
});

test('of several outputs the scores are those that labels are taken from, that a Softmax ends, or that the best were chosen from', async () => {
  const ended = (
    body: (build: GraphBuilder, logits: string) => readonly (readonly [string, 'float32' | 'int64'])[],
  ): OnnxModel => {
    let outputs: OnnxModel['graph']['outputs'] = [];
    const made = buildNetwork(['n', 6], (build, weight, x) => {
      const logits = build.add('Gemm', [build.add('Tanh', [x]), weight(6, 5)]);
      outputs = body(build, logits).map(([name, type]) => ({ name, type, shape: null }));
      return logits;
    });
    return { ...made, graph: { ...made.graph, outputs } };
  };
  const best = ended((build, logits) => {
    const probabilities = build.add('Softmax', [logits], { axis: 1 });
    const [values, places] = build.addMany('TopK', [probabilities, build.ints([2])], 2, { axis: 1 }) as [
      string,
      string,
    ];
    return [
      [values, 'float32'],
      [places, 'int64'],
    ];
  });
  const labels = ended((build, logits) => {
    const probabilities = build.add('Softmax', [logits], { axis: 1 });
    return [
      [build.add('ReduceMax', [probabilities, build.ints([1])], { keepdims: 0 }), 'float32'],
      [build.add('ArgMax', [probabilities], { axis: 1, keepdims: 0 }), 'int64'],
      [probabilities, 'float32'],
    ];
  });
  const features = ended((build, logits) => [
    [build.nodes.find(({ op }) => op === 'Tanh')!.outputs[0]!, 'float32'],
    [build.add('Softmax', [logits], { axis: 1 }), 'float32'],
  ]);
  for (const model of [best, labels, features]) {
    write('outputs.onnx', writeOnnx(model));
    const target = await open('outputs.onnx');
    assert.deepEqual([target.classes, target.scoreType], [5, 'logits']);
    await target.close();
  }
});

test('pictures reach a model that takes channels last, from either order', async () => {
  const [first, last] = await Promise.all(
    [
      [2, 3, 6, 5],
      [2, 6, 5, 3],
    ].map(async (shape) => {
      // The value says channel, row and column.
      const data = Float32Array.from({ length: 180 }, (_, at) => {
        const index = shape
          .toReversed()
          .reduce<{ rest: number; found: number[] }>(
            ({ rest, found }, length) => ({ rest: Math.floor(rest / length), found: [rest % length, ...found] }),
            { rest: at, found: [] },
          ).found;
        const [n, a, b, c] = index as [number, number, number, number];
        const [channel, row, column] = shape[1] === 3 ? [a, b, c] : [c, a, b];
        return 1000 * n + 100 * channel + 10 * row + column;
      });
      const options = { inputShape: [6, 5, 3], scale: 1 };
      return readInputs({ shape, data, bytes: false }, 2, options, 'test');
    }),
  );
  assert.deepEqual(first, last);
  assert.deepEqual(first!.inputShape, [6, 5, 3]);
  assert.deepEqual([...first!.inputs.subarray(0, 6)], [0, 100, 200, 1, 101, 201]);
});
