import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../src/formats/onnx/onnx-model.ts';
import { checkOnnx } from '../../src/engine/graph/check-onnx.ts';
import { buildNetwork } from '../../src/engine/testing/build-network.ts';
import { OPERATOR_CASES } from '../../src/engine/testing/cases/registry.ts';
import { floatTensor, intTensor, makeGraph, makeModel, makeNode } from '../../src/engine/testing/make-model.ts';
import { modelOf } from '../../src/engine/testing/operator-case.ts';

const truth: OnnxTensor = { type: 'bool', dims: [], data: Uint8Array.of(1) };

function withGraphs(node: OnnxNode, graphs: Readonly<Record<string, OnnxGraph>>): OnnxNode {
  const own = Object.entries(graphs).map(([name, value]) => [name, { kind: 'graph' as const, value }] as const);
  return { ...node, attributes: new Map([...node.attributes, ...own]) };
}

/** A loop of four rounds, a scan, a branch: graphs in attributes. */
function flows(): readonly OnnxModel[] {
  const half = floatTensor([1], [0.5]);
  const body = makeGraph(
    [
      { name: 'i', type: 'int64', shape: [] },
      { name: 'c', type: 'bool', shape: [] },
      { name: 'h', type: 'float32', shape: [1, 3] },
    ],
    [makeNode('Identity', ['c'], ['c2']), makeNode('Mul', ['h', 'half'], ['h2'])],
    ['c2', 'h2'],
  );
  const loop = withGraphs(makeNode('Loop', ['rounds', 'go', 'x'], ['y']), { body });
  const step = makeGraph(
    [
      { name: 's', type: 'float32', shape: [3] },
      { name: 'e', type: 'float32', shape: [3] },
    ],
    [makeNode('Add', ['s', 'e'], ['s2']), makeNode('Tanh', ['s2'], ['o'])],
    ['s2', 'o'],
  );
  const scan = withGraphs(makeNode('Scan', ['start', 'x'], ['last', 'y'], { num_scan_inputs: 1 }), { body: step });
  const branch = withGraphs(makeNode('If', ['go'], ['y']), {
    then_branch: makeGraph([], [makeNode('Relu', ['x'], ['t'])], ['t']),
    else_branch: makeGraph([], [makeNode('Tanh', ['x'], ['e'])], ['e']),
  });
  const inputs = { x: [1, 3] };
  return [
    makeModel({
      inputs,
      nodes: [loop],
      outputs: ['y'],
      constants: { rounds: intTensor([], [4]), go: truth, half },
    }),
    makeModel({ inputs, nodes: [scan], outputs: ['y'], constants: { start: floatTensor([3], [0, 0, 0]) } }),
    makeModel({ inputs, nodes: [branch], outputs: ['y'], constants: { go: truth } }),
    makeModel({
      inputs: { x: [1, 4] },
      nodes: [
        makeNode('SplitToSequence', ['x', 'two'], ['parts'], { axis: 1 }),
        makeNode('SequenceAt', ['parts', 'one'], ['second']),
        makeNode('SequenceInsert', ['parts', 'second'], ['more']),
        makeNode('ConcatFromSequence', ['more'], ['y'], { axis: 1 }),
      ],
      outputs: ['y'],
      constants: { two: intTensor([], [2]), one: intTensor([], [1]) },
    }),
  ];
}

/** A call of the model's own function, and that of another inside it. */
function calling(): OnnxModel {
  const inner = {
    name: 'Twice',
    domain: 'own',
    inputs: ['a'],
    outputs: ['b'],
    attributes: ['alpha'],
    defaults: new Map(),
    opsets: new Map([['', 21]]),
    nodes: [
      { ...makeNode('LeakyRelu', ['a'], ['m']), attributes: new Map([['alpha', reference('alpha', 1)]]) },
      makeNode('Add', ['m', 'm'], ['b']),
    ],
  };
  const outer = { ...inner, name: 'Four', attributes: [], nodes: [called('a', 'm'), called('m', 'b')] };
  const model = makeModel({
    inputs: { x: [2, 3] },
    nodes: [makeNode('Four', ['x'], ['y'], {}, 'own')],
    outputs: ['y'],
  });
  return { ...model, opsets: new Map([...model.opsets, ['own', 1]]), functions: [inner, outer] };
}

const reference = (value: string, type: number) => ({ kind: 'reference' as const, value, type });

function called(from: string, to: string): OnnxNode {
  return makeNode('Twice', [from], [to], { alpha: 0.1 }, 'own');
}

/** A small network of several layers, so that what stands before and behind a mutated place is there. */
function network(): OnnxModel {
  return buildNetwork(['n', 2, 6, 6], (build, weight, x) => {
    const convolved = build.add('Conv', [x, weight(8, 2, 3, 3), weight(8)], { pads: [1, 1, 1, 1] });
    const pooled = build.add('MaxPool', [build.add('Relu', [convolved])], { kernel_shape: [2, 2], strides: [2, 2] });
    const flat = build.add('Flatten', [pooled]);
    return build.add('Softmax', [build.add('Gemm', [flat, weight(72, 3), weight(3)])]);
  });
}

/** Ids that are looked up in a table: what is differentiated by lies inside. */
function embedding(): OnnxModel {
  const model = makeModel({
    inputs: {},
    nodes: [
      makeNode('Gather', ['table', 'ids'], ['words']),
      makeNode('ReduceMean', ['words', 'axes'], ['mean'], { keepdims: 0 }),
      makeNode('MatMul', ['mean', 'head'], ['y']),
    ],
    outputs: ['y'],
    constants: {
      table: floatTensor(
        [5, 3],
        Array.from({ length: 15 }, (_, at) => at / 8),
      ),
      axes: intTensor([1], [1]),
      head: floatTensor([3, 2], [1, 2, 3, 4, 5, 6]),
    },
  });
  const ids = { name: 'ids', type: 'int64' as const, shape: ['n', 'tokens'] };
  return { ...model, graph: { ...model.graph, inputs: [ids] } };
}

/** Sound models to mutate: every operator that has a gradient in every case of its tests, networks, graphs in graphs, functions. */
export function onnxSeeds(): readonly OnnxModel[] {
  const cases = OPERATOR_CASES.map((one) => modelOf(one));
  return [...cases, ...flows(), calling(), network(), embedding()].map((model) => checkOnnx(model));
}
