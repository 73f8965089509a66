import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { OnnxModel, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { prepare } from '../graph/prepare.ts';
import { assemble } from '../graph/shaped-graph.ts';
import { specialise } from '../graph/specialise.ts';
import { loadOnnxRuntime, type OnnxRuntime, type Tensor } from '../onnx-runtime.ts';
import { gradientGraph } from '../testing/gradient-graph.ts';
import { floatTensor, intTensor, makeModel, makeNode } from '../testing/make-model.ts';
import { toOnnxTensor } from '../testing/operator-case.ts';
import { evaluateModel } from '../reference/evaluate-graph.ts';
import { fromOnnxTensor, referenceTensor, type ReferenceTensor } from '../reference/reference-tensor.ts';
import { relativeError, runModel } from '../testing/run-model.ts';
import { clippedSum } from './clipped-sum.ts';
import { differentiate } from './differentiate.ts';

const BATCH = 4;
const random = seededRandom('networks of the clipped sum');

function draw(...dims: number[]): OnnxTensor {
  const size = dims.reduce((product, one) => product * one, 1);
  const spread = 1 / Math.sqrt(size / (dims[0] ?? 1));
  return floatTensor(
    dims,
    Array.from({ length: size }, () => spread * random.normal()),
  );
}

interface Network {
  readonly says: string;
  readonly model: OnnxModel;
  readonly parameters: readonly string[];
  readonly input: (sample: number) => readonly number[];
  readonly shape: readonly number[];
  readonly inputType?: 'int64';
}

const pictures: Network = {
  says: 'convolutions, normalisation, a dense head',
  model: makeModel({
    inputs: { x: ['n', 2, 6, 6] as never },
    nodes: [
      makeNode('Conv', ['x', 'w1', 'b1'], ['c1'], { pads: [1, 1, 1, 1] }),
      makeNode('Tanh', ['c1'], ['a1']),
      makeNode('Conv', ['a1', 'w2'], ['c2'], { strides: [2, 2], group: 2 }),
      makeNode('InstanceNormalization', ['c2', 'scale', 'shift'], ['n2']),
      makeNode('Conv', ['n2', 'w3'], ['c3']),
      makeNode('Sigmoid', ['c3'], ['a3']),
      makeNode('Flatten', ['a3'], ['flat']),
      makeNode('Gemm', ['flat', 'w4', 'b4'], ['y'], { transB: 1 }),
    ],
    outputs: ['y'],
    constants: {
      w1: draw(4, 2, 3, 3),
      b1: draw(4),
      w2: draw(4, 2, 2, 2),
      scale: draw(4),
      shift: draw(4),
      w3: draw(16, 4, 3, 3),
      w4: draw(3, 16),
      b4: draw(3),
    },
  }),
  parameters: ['w1', 'b1', 'w2', 'scale', 'shift', 'w3', 'w4', 'b4'],
  input: () => Array.from({ length: 72 }, () => Math.fround(random.normal())),
  shape: [2, 6, 6],
};

const words: Network = {
  says: 'an embedding, layer normalisation, a transposed weight used as a product, a parameter used twice',
  model: makeModel({
    inputs: {},
    nodes: [
      makeNode('Gather', ['table', 'x'], ['e']),
      makeNode('Add', ['e', 'places'], ['p']),
      makeNode('LayerNormalization', ['p', 'gamma', 'beta'], ['norm'], { axis: -1 }),
      makeNode('Transpose', ['w1'], ['w1t'], { perm: [1, 0] }),
      makeNode('MatMul', ['norm', 'w1t'], ['h']),
      makeNode('Tanh', ['h'], ['t']),
      makeNode('MatMul', ['t', 'w2'], ['u']),
      makeNode('Add', ['u', 'norm'], ['r']),
      makeNode('MatMul', ['r', 'w2b'], ['v']),
      makeNode('Mul', ['v', 'twice'], ['m']),
      makeNode('Add', ['m', 'twice'], ['s']),
      makeNode('ReduceMean', ['s', 'axis'], ['y'], { keepdims: 0 }),
    ],
    outputs: ['y'],
    constants: {
      table: draw(7, 4),
      places: draw(1, 5, 4),
      gamma: draw(4),
      beta: draw(4),
      w1: draw(4, 4),
      w2: draw(4, 4),
      w2b: draw(4, 3),
      twice: draw(3),
      axis: intTensor([1], [1]),
    },
  }),
  parameters: ['table', 'places', 'gamma', 'beta', 'w1', 'w2', 'w2b', 'twice'],
  input: () => Array.from({ length: 5 }, () => random.below(7)),
  shape: [5],
  inputType: 'int64',
};
const network = (one: Network): OnnxModel => ({
  ...one.model,
  graph: { ...one.model.graph, inputs: [{ name: 'x', type: one.inputType ?? 'float32', shape: ['n', ...one.shape] }] },
});

describe('gradients of each sample and their clipped sum', () => {
  let runtime: OnnxRuntime;
  before(async () => {
    runtime = await loadOnnxRuntime();
  });
  for (const one of [pictures, words]) {
    it(one.says, async () => {
      const model = network(one);
      const type = one.inputType ?? 'float32';
      const samples = Array.from({ length: BATCH }, (_, sample) => one.input(sample));
      const x = referenceTensor(type, [BATCH, ...one.shape], samples.flat());
      // The gradient graph of a batch: explicit, and clipped.
      const graph = await specialise(prepare(model), runtime, {
        shapes: { x: x.dims },
        feeds: { x: toOnnxTensor(x) as Tensor },
        parameters: one.parameters,
      });
      const build = new GraphBuilder([
        ...graph.nodes.flatMap((node) => [...node.inputs, ...node.outputs]),
        'seed',
        'clip',
      ]);
      const seeds = new Map([['y', 'seed']]);
      const each = differentiate(graph, build, {
        seeds,
        wrt: one.parameters,
        batch: BATCH,
        parameterGradients: 'per-sample',
      });
      const clipped = clippedSum(graph, build, { seeds, parameters: one.parameters, batch: BATCH, clip: 'clip' });
      const outputs = [
        ...one.parameters.flatMap((name) => [each.gradients.get(name)!, clipped.sums.get(name)!]),
        clipped.norms,
        clipped.factors,
      ];
      const outShape = graph.outputs[0]!.shape;
      const program = assemble(
        graph,
        {
          nodes: build.nodes,
          constants: build.initializers,
          inputs: [
            { name: 'seed', type: 'float32', shape: outShape },
            { name: 'clip', type: 'float32', shape: [] },
          ],
        },
        outputs.map((name) => ({ name, type: 'float32', shape: null })),
      );
      // Batches of one sample, by the plain gradient.
      const weights: ReferenceTensor[] = [];
      const alone: ReadonlyMap<string, ReferenceTensor>[] = [];
      for (const sample of samples) {
        const feeds = new Map([['x', referenceTensor(type, [1, ...one.shape], sample)]]);
        const made = await gradientGraph(model, runtime, { feeds, wrt: one.parameters });
        const values = evaluateModel(made.model, made.feeds);
        weights.push(made.weights.get('y')!);
        alone.push(new Map(one.parameters.map((name, at) => [name, values.get(made.names[at]!)!])));
      }
      const norms = alone.map((gradients) =>
        Math.sqrt([...gradients.values()].reduce((sum, { data }) => sum + data.reduce((s, g) => s + g * g, 0), 0)),
      );
      const ordered = [...norms].sort((a, b) => a - b);
      const clip = Math.fround((ordered[1]! + ordered[2]!) / 2);
      const feeds = new Map<string, ReferenceTensor>([
        ['x', x],
        ['clip', referenceTensor('float32', [], [clip])],
        [
          'seed',
          referenceTensor(
            'float32',
            outShape,
            weights.flatMap(({ data }) => [...data]),
          ),
        ],
        ...one.parameters.map((name) => [name, fromOnnxTensor(model.graph.initializers.get(name)!)] as const),
      ]);
      const exact = evaluateModel(program, feeds);
      const run = await runModel(runtime, program, feeds);
      const factors = norms.map((norm) => Math.min(1, (clip * (1 - 1e-3)) / norm));
      assert.ok(factors.some((factor) => factor < 1 - 1e-3) && factors.some((factor) => factor === 1));
      const check = (name: string, wanted: ReferenceTensor): void => {
        const error = relativeError(exact.get(name)!, wanted);
        assert.ok(error < 1e-6, `${name} in float64: ${error}`);
        const float32 = relativeError(run.get(name)!, wanted);
        assert.ok(float32 < 1e-4, `${name} in ONNX Runtime: ${float32}`);
      };
      check(clipped.norms, referenceTensor('float32', [BATCH], norms));
      check(clipped.factors, referenceTensor('float32', [BATCH], factors));
      for (const name of one.parameters) {
        const own = alone.map((gradients) => gradients.get(name)!);
        check(
          each.gradients.get(name)!,
          referenceTensor(
            'float32',
            [BATCH, ...own[0]!.dims],
            own.flatMap(({ data }) => [...data]),
          ),
        );
        check(
          clipped.sums.get(name)!,
          referenceTensor('float32', own[0]!.dims, (at) =>
            own.reduce((sum, { data }, i) => sum + factors[i]! * data[at]!, 0),
          ),
        );
      }
    });
  }
});
