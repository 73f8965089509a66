import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { buildArchitecture, buildMlp, buildResNet } from '../../engine/build/architectures.ts';
import { float } from '../../engine/graph/attributes.ts';
import type { GraphBuilder } from '../../engine/graph/graph-builder.ts';
import { loadOnnxRuntime } from '../../engine/onnx-runtime.ts';
import { buildNetwork } from '../../engine/testing/build-network.ts';
import type { OnnxModel, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { type Random, seededRandom } from '../../math/random.ts';
import { type BoundedNetwork, evaluateNetwork, inputSize, outputSize } from './bounded-network.ts';
import { boundBackward, boundNetwork, type NetworkBounds } from './crown.ts';
import { falsify } from './falsify.ts';
import { regionAround } from './input-region.ts';
import { networkFromOnnx } from './network-from-onnx.ts';

type Body = (build: GraphBuilder, weight: (...dims: readonly number[]) => string, x: string, random: Random) => string;

const runtime = await loadOnnxRuntime();

/** ONNX Runtime's answers to n samples, one at a time or as a batch. */
async function opened(model: OnnxModel): Promise<{
  readonly run: (x: Float32Array, n: number) => Promise<Float32Array>;
  readonly close: () => Promise<void>;
}> {
  const session = await runtime.openBytes(writeOnnx(model));
  const { name, shape } = session.inputs[0]!;
  const output = session.outputs[0]!.name;
  return {
    run: async (data, n) => {
      const dims = shape.map((length, axis) => (axis === 0 ? n : Number(length)));
      return (await session.run({ [name]: { type: 'float32', dims, data } }, [output]))[output]!.data as Float32Array;
    },
    close: () => session.release(),
  };
}

const image: readonly (string | number)[] = ['n', 2, 6, 6];
/** One network for each way in which layers are put together. */
const NETWORKS: readonly (readonly [string, readonly (string | number)[], Body])[] = [
  [
    'dense layers, MatMul and Add, LeakyRelu, Clip, folded constants',
    ['n', 5],
    (build, weight, x) => {
      const scaled = build.add('Mul', [weight(5, 9), build.add('Div', [build.scalar(3), build.scalar(2)])]);
      const product = build.add('MatMul', [weight(9, 9), weight(9, 9)]);
      const first = build.add('LeakyRelu', [build.add('Add', [build.add('MatMul', [x, scaled]), weight(9)])], {
        alpha: float(0.2),
      });
      const second = build.add('Clip', [build.add('MatMul', [first, product]), build.scalar(-0.5), build.scalar(1)]);
      return build.add('Gemm', [second, weight(9, 3), build.add('Sub', [weight(3), weight(3)])]);
    },
  ],
  [
    'convolutions: groups, strides, dilations, pads, max pools, batch norm',
    image,
    (build, weight, x, random) => {
      const positive = build.floats(Array.from({ length: 4 }, () => 0.2 + random.uniform()));
      let y = build.add('Conv', [x, weight(4, 1, 3, 3), weight(4)], { pads: [1, 0, 2, 1], group: 2 });
      y = build.add('BatchNormalization', [y, weight(4), weight(4), weight(4), positive]);
      y = build.add('MaxPool', [build.add('Relu', [y])], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 0, 1] });
      y = build.add('Conv', [y, weight(3, 4, 2, 2)], { dilations: [2, 1], pads: [1, 0, 1, 1] });
      y = build.add('Conv', [y, weight(3, 3, 2, 2)], { strides: [2, 2], auto_pad: 'SAME_LOWER' });
      y = build.add('GlobalMaxPool', [y]);
      return build.add('Gemm', [build.add('Flatten', [y], { axis: -3 }), weight(3, 4), weight(4)]);
    },
  ],
  [
    'residual blocks, average pools, Max, Min, Abs, PRelu',
    image,
    (build, weight, x) => {
      const first = build.add('PRelu', [
        build.add('Conv', [x, weight(3, 2, 3, 3)], { pads: [1, 1, 1, 1] }),
        weight(3, 1, 1),
      ]);
      const second = build.add('Abs', [build.add('Conv', [first, weight(3, 3, 1, 1), weight(3)])]);
      const joined = build.add('Relu', [build.add('Sub', [build.add('Add', [first, second]), first])]);
      const low = build.add('Min', [joined, build.add('Max', [second, build.scalar(0.3)])]);
      const pooled = build.add('AveragePool', [low], { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 1, 0, 1] });
      const mean = build.add('ReduceMean', [pooled, build.ints([2, 3])], { keepdims: 0 });
      return build.add('Div', [build.add('Gemm', [mean, weight(3, 3)]), build.scalar(-0.7)]);
    },
  ],
  [
    'shapes: Transpose, Slice, Gather, Concat, Pad, Squeeze, Shape; Sigmoid and Tanh',
    image,
    (build, weight, x) => {
      const turned = build.add('Transpose', [x], { perm: [0, 2, 3, 1] });
      const part = build.add('Slice', [turned, build.ints([-1]), build.ints([-6]), build.ints([1]), build.ints([-2])]);
      const chosen = build.add('Gather', [turned, build.ints([5, -6, 2])], { axis: 2 });
      const padded = build.add('Pad', [chosen, build.ints([0, 0, 2, 0, 0, 0, 1, 0]), build.scalar(0.25)]);
      const joined = build.add(
        'Concat',
        [padded, build.add('Slice', [turned, build.ints([0]), build.ints([6]), build.ints([1])])],
        { axis: 1 },
      );
      const flat = build.add('Reshape', [
        joined,
        build.add('Concat', [build.ints([-1]), build.ints([144])], { axis: 0 }),
      ]);
      const wide = build.add('Sigmoid', [build.add('Gemm', [flat, weight(144, 6), weight(6)])]);
      const other = build.add('Tanh', [build.add('Gemm', [build.add('Flatten', [part]), weight(36, 6)])]);
      return build.add('Gemm', [build.add('Neg', [build.add('Sum', [wide, other, wide])]), weight(6, 3), weight(1)]);
    },
  ],
];

function models(seed: number): readonly (readonly [string, OnnxModel])[] {
  const random = seededRandom(`models ${seed}`);
  const own = NETWORKS.map(
    ([name, shape, body]) =>
      [
        name,
        buildNetwork(shape, (build, weight, x) => body(build, weight, x, random), { seed: `${name} ${seed}` }),
      ] as const,
  );
  const shape = { inputShape: [2, 8, 8], classes: 4, seed: `${seed}` };
  return [
    ...own,
    ['mlp', buildMlp({ inputShape: [7], classes: 4, seed: `${seed}` }, [16, 16, 16])],
    [
      'resnet',
      buildResNet(
        shape,
        [
          { width: 3, blocks: 1 },
          { width: 4, blocks: 1 },
        ],
        'resnet',
      ),
    ],
    ...(seed === 0 ? ([['strided-cnn', buildArchitecture('strided-cnn', shape)]] as const) : []),
  ];
}

/** Bounds of the outputs that the network's steps have, and those of a linear function by both backward passes. */
function assertInside(bounds: NetworkBounds, output: ArrayLike<number>, margins: Float64Array, what: string): void {
  const { low, high } = bounds.intervals.at(-1)!;
  let [sum, sign] = [0, 1];
  for (let i = 0; i < low.length; i++, sign = -sign) {
    assert.ok(output[i]! >= low[i]! && output[i]! <= high[i]!, `${what}: ${output[i]} not in ${low[i]} to ${high[i]}`);
    sum += sign * output[i]!;
  }
  for (const margin of margins) assert.ok(sum >= margin, `${what}: ${sum} below ${margin}`);
}

for (const seed of [0, 1, 2])
  for (const [name, model] of models(seed))
    test(`${name} (${seed}): as ONNX Runtime has it, and nothing that it answers leaves the bounds`, async () => {
      const random = seededRandom(`${name} ${seed} points`);
      const { network } = networkFromOnnx(model);
      const session = await opened(model);
      const size = inputSize(network);
      const classes = outputSize(network);
      const n = 400;
      for (const [norm, eps] of [
        ['linf', 0.002],
        ['linf', 0.1],
        ['l2', 0.3],
      ] as const) {
        const centre = Float32Array.from({ length: size }, () => random.uniform());
        const limits = { low: new Float32Array(size).fill(-1), high: new Float32Array(size).fill(2) };
        const region = regionAround(centre, norm, eps, limits);
        const row = Float64Array.from({ length: classes }, (_, i) => (i % 2 === 0 ? 1 : -1));
        const kinds = (['ibp', 'crown'] as const).map((method) => {
          const bounds = boundNetwork(network, region, { method, arithmetic: 'float32' });
          const margin = (through: 'lines' | 'intervals'): number =>
            boundBackward(network, bounds, network.steps.length - 1, row.slice(), 1, undefined, through).lower[0]!;
          return {
            bounds,
            margins: Float64Array.of(margin('intervals'), ...(method === 'crown' ? [margin('lines')] : [])),
          };
        });
        const points: Float64Array[] = [];
        // Where descent takes each direction, both ways: the worst points that are found.
        for (const direction of [1, -1]) {
          points.push(
            await worst(
              network,
              region,
              row.map((value) => direction * value),
            ),
          );
        }
        while (points.length < n) points.push(inside(region, random, points.length % 4 === 0));
        const x = new Float32Array(n * size);
        points.forEach((point, i) => x.set(point, i * size));
        // float32 rounding of a point may leave the region: brought back.
        for (let i = 0; i < x.length; i++) {
          const at = i % size;
          if (x[i]! > region.high[at]! || x[i]! < region.low[at]!) x[i] = centre[at]!;
        }
        const answers = await session.run(x, n);
        for (let i = 0; i < n; i++) {
          const output = answers.subarray(i * classes, (i + 1) * classes);
          const own = evaluateNetwork(network, Float64Array.from(x.subarray(i * size, (i + 1) * size))).at(-1)!;
          own.forEach((value, c) =>
            assert.ok(Math.abs(value - output[c]!) <= 1e-4 * Math.max(1, Math.abs(value)), `${value} ${output[c]}`),
          );
          for (const { bounds, margins } of kinds) {
            assertInside(bounds, output, margins, `${norm} ${eps}, ONNX Runtime`);
            assertInside(bounds, own, margins, `${norm} ${eps}, double`);
          }
        }
      }
      await session.close();
    });

/** The end of a descent on one linear function of the output, from the middle. */
async function worst(
  network: BoundedNetwork,
  box: ReturnType<typeof regionAround>,
  coefficients: Float64Array,
): Promise<Float64Array> {
  let found = box.low;
  let least = Number.POSITIVE_INFINITY;
  const search = { restarts: 2, steps: 25, random: seededRandom('worst'), expired: () => false };
  await falsify(network, { box, cases: [[{ coefficients, bound: Number.MAX_VALUE }]] }, search, async (x) => {
    const value = evaluateNetwork(network, x)
      .at(-1)!
      .reduce((sum, one, i) => sum + coefficients[i]! * one, 0);
    if (value < least) [found, least] = [x.slice(), value];
    return false;
  });
  return found;
}

/** A point of the region: anywhere in it, or far out. */
function inside({ low, high, ball }: ReturnType<typeof regionAround>, random: Random, far: boolean): Float64Array {
  const x = low.map((value, i) => value + (far ? random.below(2) : random.uniform()) * (high[i]! - value));
  if (ball === undefined) return x;
  const direction = x.map(() => random.normal());
  const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  const radius = ball.radius * (far ? 1 - 1e-6 : random.uniform());
  return x.map((_, i) => ball.centre[i]! + (radius * direction[i]!) / length);
}

const half = (type: 'float16', values: readonly number[]): OnnxTensor => ({
  type,
  dims: [2, 2],
  data: Uint16Array.from(values),
});

test('weights stored in half precision are read; a node that computes in it, texts and training mode are refused by name', async () => {
  // 1, -2, 0.5, 3 in binary16.
  const bits = [0x3c00, 0xc000, 0x3800, 0x4200];
  const stored = buildNetwork(['n', 2], (build, _, x) =>
    build.add('MatMul', [x, build.add('Cast', [build.tensor(half('float16', bits))], { to: 1 })]),
  );
  const { network } = networkFromOnnx(stored);
  assert.deepEqual([...evaluateNetwork(network, Float64Array.of(1, 10)).at(-1)!], [6, 28]);
  const cases: readonly (readonly [RegExp, Body])[] = [
    [
      /Cast in half precision/,
      (build, _, x) =>
        build.add(
          'Cast',
          [build.add('MatMul', [build.add('Cast', [x], { to: 10 }), build.tensor(half('float16', bits))])],
          { to: 1 },
        ),
    ],
    [
      /type string/,
      (build, _, x) => build.add('Add', [x, build.tensor({ type: 'string', dims: [2], data: ['a', 'b'] })]),
    ],
    [
      /training mode.*Dropout/,
      (build, _, x) =>
        build.add('Dropout', [x, build.scalar(0.5), build.tensor({ type: 'bool', dims: [], data: Uint8Array.of(1) })]),
    ],
    [
      /training mode.*BatchNormalization/,
      (build, weight, x) =>
        build.addMany('BatchNormalization', [x, weight(2), weight(2), weight(2), weight(2)], 1, {
          training_mode: 1,
        })[0]!,
    ],
    [/both depend.*Mul/, (build, _, x) => build.add('Mul', [x, x])],
    [
      /cancels.*MatMul/,
      (build, _, x) =>
        build.add('Add', [
          x,
          build.add('MatMul', [build.floats([1, 1], [1, 2]), build.floats([1, -1, -1, 1], [2, 2])]),
        ]),
    ],
    [/Exp of constants/, (build, _, x) => build.add('Add', [x, build.add('Exp', [build.scalar(1)])])],
    [/not depend/, (build) => build.add('Add', [build.scalar(1), build.scalar(2)])],
    [/Div by zero/, (build, _, x) => build.add('Div', [x, build.scalar(0)])],
  ];
  for (const [message, body] of cases)
    assert.throws(
      () => networkFromOnnx(buildNetwork(['n', 2], (build, weight, x) => body(build, weight, x, seededRandom('')))),
      (error) => isFault(error) && error.code === 'ERR_MODEL_UNSUPPORTED' && message.test(error.line),
      String(message),
    );
  // Dropout that says so, or says nothing, is what a model does when it is used: nothing.
  for (const mode of [[], [0]]) {
    const still = buildNetwork(['n', 2], (build, weight, x) => {
      const flag = mode.length === 0 ? [] : ['', build.tensor({ type: 'bool', dims: [], data: Uint8Array.from(mode) })];
      return build.add('MatMul', [build.add('Dropout', [x, ...flag]), weight(2, 2)]);
    });
    assert.equal(networkFromOnnx(still).network.steps.length, 2);
  }
});
