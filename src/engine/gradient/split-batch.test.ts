import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { seededRandom } from '../../math/random.ts';
import { channelBlock } from '../graph/blocked-layout.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { namesOf } from '../graph/map-graph.ts';
import { prepare } from '../graph/prepare.ts';
import { assemble, type ShapedGraph } from '../graph/shaped-graph.ts';
import { specialise } from '../graph/specialise.ts';
import { loadOnnxRuntime, type OnnxRuntime, type Tensor } from '../onnx-runtime.ts';
import { buildNetwork } from '../testing/build-network.ts';
import { blockConvolutions } from './block-convolutions.ts';
import { differentiate } from './differentiate.ts';
import { reorderPools } from './reorder-pools.ts';
import { splitBatch } from './split-batch.ts';

/** 64 channels of 8 x 8 are 16 KiB a sample: more than fits, and a multiple of every block. */
const BATCH = 144;
const SHAPE = [BATCH, 3, 8, 8];
const AROUND = { pads: [1, 1, 1, 1] };

const NETWORK = buildNetwork(SHAPE, (build, weight, x) => {
  const convolved = build.add('Conv', [x, weight(64, 3, 7, 7), weight(64)], { pads: [3, 3, 3, 3] });
  const first = build.add('Relu', [convolved]);
  const scaled = build.add('Mul', [build.add('PRelu', [convolved, weight(64, 1, 1)]), weight(1, 64, 1, 1)]);
  const second = build.add('Conv', [scaled, weight(64, 64, 3, 3)], AROUND);
  const sum = build.add('Add', [first, build.add('Tanh', [second])]);
  const pooled = build.add('MaxPool', [sum], { kernel_shape: [2, 2], strides: [2, 2] });
  return build.add('Gemm', [build.add('Flatten', [pooled]), weight(1024, 5), weight(5)]);
});

describe('splitBatch', () => {
  let runtime: OnnxRuntime;
  let plain: ShapedGraph;
  const weights = [...NETWORK.graph.initializers].filter(([, { type }]) => type === 'float32').map(([name]) => name);
  before(async () => {
    runtime = await loadOnnxRuntime();
    plain = reorderPools(await specialise(prepare(NETWORK), runtime, { shapes: { x: SHAPE }, parameters: weights }));
  });

  /** Output, `kept`, and gradients by the input and the weights. */
  async function values(graph: ShapedGraph, kept: readonly string[] = []): Promise<readonly Float32Array[]> {
    const build = new GraphBuilder(graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
    const random = seededRandom('seed');
    const normal = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
    const seeds = new Map([[graph.outputs[0]!.name, build.floats(normal(BATCH * 5), [BATCH, 5])]]);
    const { gradients } = differentiate(graph, build, { seeds, wrt: ['x', ...weights], batch: BATCH });
    const wanted = [graph.outputs[0]!.name, ...kept, ...['x', ...weights].map((name) => gradients.get(name)!)];
    const outputs = wanted.map((name) => ({ name, type: null, shape: null }));
    const additions = { nodes: build.nodes, constants: build.initializers, inputs: [] };
    const session = await runtime.openBytes(writeOnnx(assemble(graph, additions, outputs)));
    try {
      const feeds: Record<string, Tensor> = { x: { type: 'float32', dims: SHAPE, data: normal(BATCH * 192) } };
      for (const [name, { dims, data }] of graph.parameters) {
        feeds[name] = { type: 'float32', dims, data: data as Float32Array };
      }
      const results = await session.run(feeds, wanted);
      return wanted.map((name) => results[name]!.data as Float32Array);
    } finally {
      await session.release();
    }
  }

  const count = (graph: ShapedGraph, op: string): number => graph.nodes.filter((node) => node.op === op).length;

  it('changes neither outputs nor gradients, in the plain layout and in the blocked one', async (t) => {
    const block = await channelBlock(runtime);
    if (block === null) t.diagnostic('this ONNX Runtime has no blocked layout');
    const graphs = block === null ? [plain] : [plain, blockConvolutions(plain, block)];
    const wanted = await values(plain);
    for (const graph of graphs) {
      const split = splitBatch(graph);
      const parts = count(split, 'Conv') / count(graph, 'Conv');
      assert.ok(Number.isInteger(parts) && parts > 1, `${parts} parts`);
      assert.deepEqual([count(split, 'Slice'), count(split, 'Concat'), count(split, 'Gemm')], [parts, 1, 1]);
      const found = await values(split);
      wanted.forEach((one, at) => {
        const largest = one.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        assert.ok(largest > 0);
        const error = one.reduce((most, value, i) => Math.max(most, Math.abs(value - found[at]![i]!)), 0) / largest;
        assert.ok(error < 2e-5, `${['y', 'x', ...weights][at]}: ${error}`);
      });
    }
  });

  it('keeps values that are asked for under their names, and makes names that nothing else has', async () => {
    const second = plain.nodes.filter(({ op }) => op === 'Conv')[1]!.outputs[0]!;
    const split = splitBatch(plain, [second]);
    assert.equal(count(split, 'Concat'), 2);
    const [wanted, found] = [await values(plain, [second]), await values(split, [second])];
    assert.ok(wanted[1]!.every((value, i) => Math.abs(value - found[1]![i]!) < 1e-4));
    const made = split.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
    assert.equal(new Set(made).size, made.length);
    const known = new Set(namesOf(NETWORK.graph));
    assert.ok(made.some((name) => !known.has(name)));
  });

  it('leaves alone what fits, what has no convolution, and what mixes samples between convolutions', async () => {
    const shapedFor = async (
      batch: number,
      body: Parameters<typeof buildNetwork>[1],
      shape: readonly number[] = [batch, 3, 8, 8],
    ): Promise<ShapedGraph> => specialise(prepare(buildNetwork(shape, body)), runtime, { shapes: { x: shape } });
    const graphs = [
      await shapedFor(16, (build, weight, x) => build.add('Conv', [x, weight(64, 3, 3, 3)], AROUND)),
      await shapedFor(BATCH, (build, weight, x) => build.add('Gemm', [x, weight(8, 4096)]), [BATCH, 8]),
      await shapedFor(BATCH, (build, weight, x) => {
        const first = build.add('Conv', [x, weight(64, 3, 3, 3)], AROUND);
        const mean = build.add('ReduceMean', [first, build.ints([0, 2, 3])], { keepdims: 1 });
        return build.add('Conv', [build.add('Sub', [first, mean]), weight(4, 64, 3, 3)], AROUND);
      }),
      await shapedFor(BATCH, (build, weight, x) => {
        const first = build.add('Conv', [x, weight(64, 3, 3, 3)], AROUND);
        const statistics = [weight(64), weight(64), weight(64), weight(64)];
        const [normal = ''] = build.addMany('BatchNormalization', [first, ...statistics], 3, { training_mode: 1 });
        return build.add('Conv', [normal, weight(4, 64, 3, 3)], AROUND);
      }),
    ];
    for (const graph of graphs) assert.equal(splitBatch(graph), graph);
  });
});
