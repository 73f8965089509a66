import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { checkGradient } from '../check-gradient.ts';
import { openGradientModel } from '../gradient-model.ts';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnx-runtime.ts';
import { referenceTensor } from '../reference/reference-tensor.ts';
import { reportOnModel } from '../report-model.ts';
import { makeGraph, makeModel, makeNode } from '../testing/make-model.ts';
import { runModel } from '../testing/run-model.ts';

const random = seededRandom('loops');
const weights = (...dims: number[]): OnnxTensor => {
  const count = dims.reduce((size, one) => size * one, 1);
  return { type: 'float32', dims, data: Float32Array.from({ length: count }, () => 0.6 * random.normal()) };
};
const whole = (...values: number[]): OnnxTensor => ({
  type: 'int64',
  dims: values.length === 1 ? [] : [values.length],
  data: BigInt64Array.from(values, BigInt),
});
const list = (...values: number[]): OnnxTensor => ({
  type: 'int64',
  dims: [values.length],
  data: BigInt64Array.from(values, BigInt),
});
const truth = (value: number): OnnxTensor => ({ type: 'bool', dims: [], data: Uint8Array.of(value) });
const port = (name: string, type: OnnxValue['type'], shape: readonly number[] | null): OnnxValue => ({
  name,
  type,
  shape,
});

const constants = {
  w: weights(3, 3),
  out: weights(3, 2),
  zero: { type: 'float32', dims: [1, 3], data: new Float32Array(3) } as OnnxTensor,
  rounds: whole(4),
  go: truth(1),
  one: whole(1),
  axis1: list(1),
};

/** h = tanh(h W + x[:, i]), collected; then scores of the last state and of what was collected. */
function looping(condition: readonly OnnxNode[] = [makeNode('Identity', ['c'], ['c2'])]): OnnxModel {
  const body = makeGraph(
    [port('i', 'int64', []), port('c', 'bool', []), port('h', 'float32', [1, 3])],
    [
      ...condition,
      makeNode('Gather', ['x', 'i'], ['xi'], { axis: 1 }),
      makeNode('MatMul', ['h', 'w'], ['hw']),
      makeNode('Add', ['hw', 'xi'], ['sum']),
      makeNode('Tanh', ['sum'], ['h2']),
      makeNode('Mul', ['h2', 'xi'], ['scan']),
    ],
    ['c2', 'h2', 'scan'],
  );
  return makeModel({
    inputs: { x: [1, 5, 3] },
    nodes: [
      {
        ...makeNode('Loop', ['rounds', 'go', 'zero'], ['last', 'all']),
        attributes: new Map([['body', { kind: 'graph', value: body }]]),
      },
      makeNode('ReduceMean', ['all', 'first'], ['mean'], { keepdims: 0 }),
      makeNode('Add', ['last', 'mean'], ['both']),
      makeNode('MatMul', ['both', 'out'], ['y']),
    ],
    outputs: ['y'],
    constants: { ...constants, first: list(0) },
  });
}

function scanning(attributes: Parameters<typeof makeNode>[3]): OnnxModel {
  const body = makeGraph(
    [port('h', 'float32', [1, 3]), port('xi', 'float32', [1, 3])],
    [
      makeNode('MatMul', ['h', 'w'], ['hw']),
      makeNode('Add', ['hw', 'xi'], ['sum']),
      makeNode('Sigmoid', ['sum'], ['h2']),
      makeNode('Mul', ['h2', 'xi'], ['scan']),
    ],
    ['h2', 'scan'],
  );
  const scan = makeNode('Scan', ['zero', 'x'], ['last', 'all'], { num_scan_inputs: 1, ...attributes });
  return makeModel({
    inputs: { x: [1, 5, 3] },
    nodes: [
      { ...scan, attributes: new Map([...scan.attributes, ['body', { kind: 'graph', value: body }]]) },
      makeNode('Reshape', ['all', 'flat'], ['row']),
      makeNode('MatMul', ['row', 'wide'], ['some']),
      makeNode('MatMul', ['last', 'out'], ['more']),
      makeNode('Add', ['some', 'more'], ['y']),
    ],
    outputs: ['y'],
    constants: { ...constants, flat: list(1, 15), wide: weights(15, 2) },
  });
}

/** A sequence that a loop fills, and that is joined; another that is cut, changed and read. */
function sequences(): OnnxModel {
  const body = makeGraph(
    [port('i', 'int64', []), port('c', 'bool', []), { name: 's', type: null, shape: null }],
    [
      makeNode('Identity', ['c'], ['c2']),
      makeNode('Gather', ['x', 'i'], ['xi'], { axis: 1 }),
      makeNode('Tanh', ['xi'], ['t']),
      makeNode('SequenceInsert', ['s', 't'], ['s2']),
    ],
    ['c2', 's2'],
  );
  return makeModel({
    inputs: { x: [1, 5, 3] },
    nodes: [
      makeNode('SequenceEmpty', [], ['empty'], { dtype: 1 }),
      {
        ...makeNode('Loop', ['rounds', 'go', 'empty'], ['filled']),
        attributes: new Map([['body', { kind: 'graph', value: body }]]),
      },
      makeNode('ConcatFromSequence', ['filled'], ['stacked'], { axis: 1, new_axis: 1 }),
      makeNode('SplitToSequence', ['x', 'two'], ['parts'], { axis: 1 }),
      makeNode('SequenceErase', ['parts', 'one'], ['fewer']),
      makeNode('SequenceAt', ['fewer', 'back'], ['tail']),
      makeNode('SequenceLength', ['fewer'], ['count']),
      makeNode('Cast', ['count'], ['number'], { to: 1 }),
      makeNode('Mul', ['tail', 'number'], ['twice']),
      makeNode('SplitToSequence', ['x'], ['rows'], { axis: 1, keepdims: 0 }),
      makeNode('SequenceAt', ['rows', 'one'], ['row']),
      makeNode('SequenceConstruct', ['twice', 'stacked'], ['pair']),
      makeNode('ConcatFromSequence', ['pair'], ['joined'], { axis: 1 }),
      makeNode('ReduceMean', ['joined', 'axis1'], ['mean'], { keepdims: 0 }),
      makeNode('Mul', ['mean', 'row'], ['product']),
      makeNode('MatMul', ['product', 'out'], ['y']),
    ],
    outputs: ['y'],
    constants: { ...constants, two: whole(2), back: whole(-1) },
  });
}

describe('loops, scans and sequences of constant structure', () => {
  let runtime: OnnxRuntime;
  before(async () => {
    runtime = await loadOnnxRuntime();
  });

  const cases: readonly (readonly [string, () => OnnxModel])[] = [
    ['a loop', looping],
    ['a loop whose condition is a constant', () => looping([makeNode('Identity', ['go'], ['c2'])])],
    ['a scan', () => scanning({ scan_input_axes: [1] })],
    [
      'a scan, backwards, along other axes',
      () =>
        scanning({
          scan_input_axes: [-2],
          scan_output_axes: [1],
          scan_input_directions: [1],
          scan_output_directions: [1],
        }),
    ],
    ['sequences', sequences],
  ];
  for (const [what, make] of cases) {
    it(`${what}: same scores as ONNX Runtime gives, and the right gradient`, async () => {
      const model = make();
      const x = Float32Array.from({ length: 15 }, () => random.normal());
      const wanted = await runModel(runtime, model, new Map([['x', referenceTensor('float32', [1, 5, 3], x)]]));
      const opened = await openGradientModel(model, { threads: 0 });
      try {
        const scores = await opened.forward(x, 1);
        wanted.get('y')!.data.forEach((one, at) => assert.ok(Math.abs(one - scores[at]!) < 1e-5));
        assert.ok(!opened.graph.nodes.some(({ op }) => /Loop|Scan|Sequence/.test(op)));
        const check = await checkGradient(opened, 0);
        assert.equal(check.method, 'float64');
        assert.ok(check.error < 1e-4, `error ${check.error}`);
        assert.equal(check.zero, false);
      } finally {
        await opened.close();
      }
    });
  }

  it('a loop that ends when the data says so is an error that names it and says why', async () => {
    const condition = [
      makeNode('ReduceMax', ['h'], ['most'], { keepdims: 0 }),
      makeNode('Less', ['most', 'limit'], ['c2']),
    ];
    const model = looping(condition);
    const graph = {
      ...model.graph,
      initializers: new Map([
        ...model.graph.initializers,
        ['limit', { type: 'float32', dims: [], data: Float32Array.of(9) } as const],
      ]),
    };
    const report = await reportOnModel('loop.onnx', { ...model, graph });
    assert.equal(report.ok, false);
    assert.deepEqual(report.missing, ['Loop']);
    assert.match(report.missing_nodes.join(), /Loop of last/);
    assert.match(report.remarks.join(), /depends on the data/);
    assert.ok(report.forward_ms! > 0);
  });

  it('a loop that would become too many nodes stays one: it runs, and has no gradient', async () => {
    const model = looping();
    const loop = model.graph.nodes[0]!;
    const body = loop.attributes.get('body') as { readonly kind: 'graph'; readonly value: OnnxGraph };
    const nodes = [
      makeNode('Mod', ['i', 'five'], ['at']),
      ...body.value.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'i' ? 'at' : name)) })),
    ];
    const long: OnnxModel = {
      ...model,
      graph: {
        ...model.graph,
        nodes: [
          { ...loop, attributes: new Map([['body', { kind: 'graph', value: { ...body.value, nodes } }]]) },
          ...model.graph.nodes.slice(1),
        ],
        initializers: new Map([...model.graph.initializers, ['rounds', whole(9000)], ['five', whole(5)]]),
      },
    };
    const report = await reportOnModel('loop.onnx', long);
    assert.deepEqual(report.missing, ['Loop']);
    assert.match(report.remarks.join(), /50,000 nodes/);
    assert.ok(report.forward_ms! > 0);
  });
});
