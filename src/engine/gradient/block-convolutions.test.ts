import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { seededRandom } from '../../math/random.ts';
import { BLOCKED, channelBlock } from '../graph/blocked-layout.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { namesOf } from '../graph/map-graph.ts';
import { prepare } from '../graph/prepare.ts';
import { assemble, type ShapedGraph } from '../graph/shaped-graph.ts';
import { specialise } from '../graph/specialise.ts';
import { loadOnnxRuntime, type OnnxRuntime, type Tensor } from '../onnx-runtime.ts';
import { buildNetwork } from '../testing/build-network.ts';
import { blockConvolutions } from './block-convolutions.ts';
import { clippedSum } from './clipped-sum.ts';
import { differentiate } from './differentiate.ts';
import { reorderPools } from './reorder-pools.ts';

type Body = Parameters<typeof buildNetwork>[1];

const PAIRS = { kernel_shape: [2, 2], strides: [2, 2] };
const AROUND = { pads: [1, 1, 1, 1] };

/** Networks of up to 64 channels, which blocks of any size divide. */
const NETWORKS: readonly { readonly says: string; readonly batch: number; readonly body: Body }[] = [
  {
    says: 'convolutions, activations, pools, a dense layer; a batch as long as blocks',
    batch: 16,
    body: (build, weight, x) => {
      const first = build.add('Relu', [build.add('Conv', [x, weight(64, 3, 3, 3), weight(64)], AROUND)]);
      const second = build.add(
        'Conv',
        [build.add('MaxPool', [first], PAIRS), weight(32, 64, 3, 3), weight(32)],
        AROUND,
      );
      const pooled = build.add('MaxPool', [build.add('Tanh', [second])], PAIRS);
      return build.add('Gemm', [build.add('Flatten', [pooled]), weight(128, 5), weight(5)]);
    },
  },
  {
    says: 'a residual connection, steps, dilation, padding on one side, a kernel that is no square; an odd batch',
    batch: 3,
    body: (build, weight, x) => {
      const first = build.add('Conv', [x, weight(32, 3, 9, 5)], { pads: [5, 0, 3, 4] });
      const second = build.add('Conv', [build.add('Sigmoid', [first]), weight(32, 32, 3, 3), weight(32)], {
        pads: [2, 2, 2, 2],
        dilations: [2, 2],
      });
      const sum = build.add('Add', [first, second]);
      const third = build.add('Conv', [sum, weight(64, 32, 3, 2)], { strides: [2, 1], pads: [0, 1, 1, 0] });
      return build.add('ReduceMean', [build.add('Tanh', [third]), build.ints([2, 3])], { keepdims: 0 });
    },
  },
  {
    says: 'steps and dilation where weights come from a convolution over the batch',
    batch: 32,
    body: (build, weight, x) => {
      const first = build.add('Tanh', [build.add('Conv', [x, weight(32, 3, 7, 7)], { pads: [3, 3, 3, 3] })]);
      const second = build.add('Conv', [first, weight(32, 32, 3, 3)], {
        strides: [2, 3],
        dilations: [2, 1],
        pads: [1, 0, 0, 2],
      });
      return build.add('GlobalAveragePool', [build.add('Mul', [second, build.add('Sigmoid', [second])])]);
    },
  },
  {
    says: 'a batch whose gradients are too long for the cache, so that those of weights are taken in parts',
    batch: 96,
    body: (build, weight, x) => {
      const first = build.add('Tanh', [
        build.add('Conv', [x, weight(64, 3, 8, 6), weight(64)], { pads: [4, 3, 3, 2] }),
      ]);
      const second = build.add('Conv', [first, weight(64, 64, 3, 2)], { pads: [0, 1, 2, 0] });
      return build.add('GlobalAveragePool', [build.add('Sigmoid', [second])]);
    },
  },
];

/** The largest difference as a share of the largest element. */
function relativeError(found: Float32Array, wanted: Float32Array): number {
  assert.equal(found.length, wanted.length);
  const largest = wanted.reduce((most, one) => Math.max(most, Math.abs(one)), 1e-3);
  return wanted.reduce((most, one, at) => Math.max(most, Math.abs(one - found[at]!) / largest), 0);
}

describe('blockConvolutions', () => {
  let runtime: OnnxRuntime;
  let block: number | null;
  before(async () => {
    runtime = await loadOnnxRuntime();
    block = await channelBlock(runtime);
  });

  const skipped = (t: TestContext): boolean => {
    if (block === null) t.skip('this ONNX Runtime has no blocked layout');
    return block === null;
  };

  const shaped = async (model: OnnxModel, shape: readonly number[], weights: readonly string[]): Promise<ShapedGraph> =>
    reorderPools(await specialise(prepare(model), runtime, { shapes: { x: shape }, parameters: weights }));

  const weightsOf = ({ graph }: OnnxModel): readonly string[] =>
    [...graph.initializers].filter(([, { type }]) => type === 'float32').map(([name]) => name);

  /** Values of what `body` adds to the graph. */
  async function values(
    graph: ShapedGraph,
    x: Tensor,
    body: (build: GraphBuilder) => readonly string[],
  ): Promise<readonly Float32Array[]> {
    const build = new GraphBuilder(graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
    const names = body(build).map((name) => build.add('Identity', [name]));
    const additions = { nodes: build.nodes, constants: build.initializers, inputs: [] };
    const outputs = names.map((name) => ({ name, type: null, shape: null }));
    const session = await runtime.openBytes(writeOnnx(assemble(graph, additions, outputs)));
    try {
      const feeds: Record<string, Tensor> = { x };
      for (const [name, { dims, data }] of graph.parameters) {
        feeds[name] = { type: 'float32', dims, data: data as Float32Array };
      }
      const results = await session.run(feeds, names);
      return names.map((name) => results[name]!.data as Float32Array);
    } finally {
      await session.release();
    }
  }

  const seedOf = (build: GraphBuilder, { outputs }: ShapedGraph): ReadonlyMap<string, string> => {
    const random = seededRandom('seed');
    const { name, shape } = outputs[0]!;
    const length = shape.reduce((product, one) => product * one, 1);
    return new Map([
      [
        name,
        build.floats(
          Float32Array.from({ length }, () => random.normal()),
          shape,
        ),
      ],
    ]);
  };

  for (const { says, batch, body } of NETWORKS) {
    it(`changes neither outputs nor gradients: ${says}`, async (t) => {
      if (skipped(t)) return;
      const shape = [batch, 3, 8, 8];
      const random = seededRandom(says);
      const x: Tensor = {
        type: 'float32',
        dims: shape,
        data: Float32Array.from({ length: batch * 192 }, () => random.normal()),
      };
      const model = buildNetwork(shape, body);
      const weights = weightsOf(model);
      const plain = await shaped(model, shape, weights);
      const blocked = blockConvolutions(plain, block!);
      const count = (graph: ShapedGraph, domain: string): number =>
        graph.nodes.filter((node) => node.op === 'Conv' && node.domain === domain).length;
      assert.equal(count(blocked, BLOCKED), count(plain, ''));
      assert.equal(count(blocked, ''), 0);
      for (const kind of ['sum', 'per-sample', 'squared-norms'] as const) {
        const run = (graph: ShapedGraph): Promise<readonly Float32Array[]> =>
          values(graph, x, (build) => {
            const options = { seeds: seedOf(build, graph), wrt: ['x', ...weights], batch, parameterGradients: kind };
            const { gradients } = differentiate(graph, build, options);
            return [graph.outputs[0]!.name, ...options.wrt.map((name) => gradients.get(name)!)];
          });
        const [found, wanted] = [await run(blocked), await run(plain)];
        wanted.forEach((one, at) => {
          assert.ok(one.some((value) => value !== 0));
          const error = relativeError(found[at]!, one);
          assert.ok(
            error < (kind === 'squared-norms' ? 1e-3 : 1e-5),
            `${kind} ${['y', 'x', ...weights][at]}: ${error}`,
          );
        });
      }
      const clipped = (graph: ShapedGraph): Promise<readonly Float32Array[]> =>
        values(graph, x, (build) => {
          const options = { seeds: seedOf(build, graph), parameters: weights, batch, clip: build.scalar(0.5) };
          return [...clippedSum(graph, build, options).sums.values()];
        });
      const [found, wanted] = [await clipped(blocked), await clipped(plain)];
      wanted.forEach((one, at) => assert.ok(relativeError(found[at]!, one) < 2e-3, `clipped ${weights[at]}`));
    });
  }

  it('gives the gradient of a pool to the first of equal elements, as ONNX Runtime does', async (t) => {
    if (skipped(t)) return;
    const shape = [2, 3, 8, 8];
    const random = seededRandom('ties');
    // Steps of one half in all three channels, and a kernel that copies a channel: windows have ties.
    const data = Float32Array.from({ length: 384 }, () => random.below(4) / 2 - 1);
    const copy = Float32Array.from({ length: 32 * 3 }, (_, at) => Number(at % 3 === Math.floor(at / 3) % 3));
    const model = buildNetwork(shape, (build, weight, x) => {
      const copied = build.add('Conv', [x, build.floats(copy, [32, 3, 1, 1])]);
      const pooled = build.add('MaxPool', [build.add('Relu', [copied])], PAIRS);
      return build.add('Mul', [pooled, weight(32, 4, 4)]);
    });
    const plain = await shaped(model, shape, []);
    const blocked = blockConvolutions(plain, block!);
    assert.deepEqual(
      blocked.nodes.filter(({ domain }) => domain === BLOCKED).map(({ op }) => op),
      ['Conv', 'MaxPool', 'MaxPool', 'ReorderOutput'],
    );
    const run = (graph: ShapedGraph): Promise<readonly Float32Array[]> =>
      values(graph, { type: 'float32', dims: shape, data }, (build) => {
        const { gradients } = differentiate(graph, build, { seeds: seedOf(build, graph), wrt: ['x'], batch: 2 });
        return [graph.outputs[0]!.name, gradients.get('x')!];
      });
    const [found, wanted] = [await run(blocked), await run(plain)];
    assert.ok(wanted[1]!.some((value) => value !== 0));
    wanted.forEach((one, at) => assert.ok(relativeError(found[at]!, one) < 1e-6));
  });

  it('leaves alone what it does not know, and keeps values that are asked for under their names', async (t) => {
    if (skipped(t)) return;
    const shape = [2, 3, 8, 8];
    const model = buildNetwork(shape, (build, weight, x) => {
      const five = build.add('Conv', [x, weight(5, 3, 3, 3)], AROUND);
      const grouped = build.add('Conv', [five, weight(5, 1, 3, 3)], { ...AROUND, group: 5 });
      const wide = build.add('Conv', [grouped, weight(32, 5, 5, 7)], { pads: [2, 3, 2, 3] });
      return build.add('MaxPool', [build.add('Relu', [wide])], { ...PAIRS, kernel_shape: [3, 3], pads: [1, 1, 0, 0] });
    });
    const graph = await shaped(model, shape, []);
    const wide = graph.nodes.filter(({ op }) => op === 'Conv').at(-1)!.outputs[0]!;
    const nothing = { ...graph, nodes: graph.nodes.slice(0, 2), outputs: [] };
    assert.equal(blockConvolutions(nothing, block!), nothing);
    const blocked = blockConvolutions(graph, block!, [wide]);
    const kinds = blocked.nodes.map(({ op, domain }) => `${domain === BLOCKED ? 'blocked ' : ''}${op}`);
    assert.equal(kinds.filter((kind) => kind === 'Conv').length, 2);
    assert.equal(kinds.includes('blocked Conv'), true);
    assert.equal(kinds.includes('MaxPool'), true);
    const data = Float32Array.from({ length: 384 }, (_, at) => Math.sin(at));
    const both = (one: ShapedGraph): Promise<readonly Float32Array[]> =>
      values(one, { type: 'float32', dims: shape, data }, () => [wide, one.outputs[0]!.name]);
    const [found, wanted] = [await both(blocked), await both(graph)];
    wanted.forEach((one, at) => assert.ok(relativeError(found[at]!, one) < 1e-5));
  });

  it('leaves a convolution that steps to ONNX Runtime where its weights are constant', async (t) => {
    if (skipped(t)) return;
    const shape = [2, 3, 8, 8];
    const model = buildNetwork(shape, (build, weight, x) =>
      build.add('Conv', [x, weight(32, 3, 7, 7)], { strides: [2, 1] }),
    );
    const [constant, trained] = [await shaped(model, shape, []), await shaped(model, shape, weightsOf(model))];
    assert.equal(blockConvolutions(constant, block!), constant);
    assert.equal(blockConvolutions(trained, block!).block, block);
  });

  it('is not there in WebAssembly', async () => {
    assert.equal(await channelBlock(await loadOnnxRuntime('wasm')), null);
  });

  it('makes names that no other part of the model has', async (t) => {
    if (skipped(t)) return;
    const { body, batch } = NETWORKS[0]!;
    const shape = [batch, 3, 8, 8];
    const model = buildNetwork(shape, body);
    const graph = blockConvolutions(await shaped(model, shape, weightsOf(model)), block!);
    const made = graph.nodes.flatMap(({ outputs }) => outputs);
    assert.equal(new Set(made).size, made.length);
    const known = new Set(namesOf(model.graph));
    assert.equal([...graph.constants.keys()].filter((name) => made.includes(name)).length, 0);
    assert.ok(made.some((name) => !known.has(name)));
  });
});
