import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { namesOf } from '../graph/map-graph.ts';
import { prepare } from '../graph/prepare.ts';
import { assemble, type ShapedGraph } from '../graph/shaped-graph.ts';
import { specialise } from '../graph/specialise.ts';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnx-runtime.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { buildNetwork } from '../testing/build-network.ts';
import { differentiate } from './differentiate.ts';
import { reorderPools } from './reorder-pools.ts';

const SHAPE = [2, 3, 8, 8];
const random = seededRandom('pools');
/** Halves, many of them equal and many below zero: windows have ties. */
const x = Float32Array.from({ length: 2 * 3 * 64 }, () => random.below(5) / 2 - 1);

function network(attributes: object, before_ = 'Relu'): OnnxModel {
  return buildNetwork(SHAPE, (build, weight, input) => {
    const scaled = build.add('Mul', [input, weight(3, 1, 1)]);
    const pooled = build.add('MaxPool', [build.add(before_, [scaled])], attributes as never);
    return build.add('Mul', [pooled, build.add('Sigmoid', [pooled])]);
  });
}

describe('reorderPools', () => {
  let runtime: OnnxRuntime;
  before(async () => {
    runtime = await loadOnnxRuntime();
  });

  const shaped = (model: OnnxModel): Promise<ShapedGraph> =>
    specialise(prepare(model), runtime, { shapes: { x: SHAPE } });

  /** Output and gradient by x of the sum of the outputs; zeros without their sign. */
  async function run(model: OnnxModel, graph: ShapedGraph): Promise<{ readonly y: number[]; readonly dx: number[] }> {
    const build = new GraphBuilder([...namesOf(model.graph), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
    const { name, shape } = graph.outputs[0]!;
    const size = shape.reduce((product, length) => product * length, 1);
    const seed = build.floats(new Float32Array(size).fill(1), shape);
    const { gradients } = differentiate(graph, build, { seeds: new Map([[name, seed]]), wrt: ['x'], batch: 2 });
    const wanted = [name, gradients.get('x')!];
    const whole = assemble(
      graph,
      { nodes: build.nodes, constants: build.initializers, inputs: [] },
      wanted.map((one) => ({ name: one, type: 'float32', shape: null })),
    );
    assert.equal(whole.graph.nodes.filter(({ op }) => op === 'MaxPool').length, pools(graph));
    const session = await runtime.openBytes(writeOnnx(whole));
    try {
      const results = await session.run({ x: { type: 'float32', dims: SHAPE, data: x } }, wanted);
      const [y, dx] = wanted.map((one) => Array.from(results[one]!.data as Float32Array, (value) => value + 0));
      return { y: y!, dx: dx! };
    } finally {
      await session.release();
    }
  }

  /** As written a gradient runs each pool a second time; reordered it does not. */
  const pools = (graph: ShapedGraph): number =>
    graph.nodes.reduce((sum, { op, outputs }) => sum + (op === 'MaxPool' ? 3 - outputs.length : 0), 0);

  for (const [says, attributes] of [
    ['windows that tile', { kernel_shape: [2, 2], strides: [2, 2] }],
    ['windows that overlap, padded', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['windows with gaps', { kernel_shape: [2, 2], strides: [3, 3] }],
  ] as const) {
    it(`keeps outputs and gradients exactly, ties and all: ${says}`, async () => {
      const model = network(attributes);
      const plain = await shaped(model);
      const graph = reorderPools(plain);
      const order = graph.nodes.map(({ op }) => op);
      assert.ok(order.indexOf('MaxPool') < order.indexOf('Relu'), order.join());
      const [found, wanted] = [await run(model, graph), await run(model, plain)];
      assert.deepEqual(found, wanted);
      assert.ok(wanted.dx.some((one) => one !== 0));
    });
  }

  it('leaves alone what would change: another activation, a Relu with two readers, or one whose value is asked for', async () => {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    const order = async (model: OnnxModel, kept: readonly string[] = []): Promise<string> =>
      reorderPools(await shaped(model), kept)
        .nodes.map(({ op }) => op)
        .join();
    assert.equal(await order(network(attributes, 'Tanh')), 'Mul,Tanh,MaxPool,Sigmoid,Mul');
    const model = network(attributes);
    const relu = model.graph.nodes.find(({ op }) => op === 'Relu')!.outputs[0]!;
    assert.equal(await order(model, [relu]), 'Mul,Relu,MaxPool,Sigmoid,Mul');
    assert.equal(await order(model), 'Mul,MaxPool,Relu,Sigmoid,Mul');
    const twice = buildNetwork(SHAPE, (build, _, input) => {
      const active = build.add('Relu', [input]);
      const sum = build.add('ReduceSum', [active], { keepdims: 1 });
      return build.add('Add', [build.add('MaxPool', [active], attributes), sum]);
    });
    assert.equal((await order(twice)).includes('Relu,ReduceSum,MaxPool'), true);
  });
});
