import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OnnxModel, OnnxTensor, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import { reportOnModel } from '../report-model.ts';
import { floatTensor, intTensor, makeGraph, makeModel, makeNode } from '../testing/make-model.ts';
import { resolveSequences } from './resolve-sequences.ts';
import { unrollLoops } from './unroll-loops.ts';

const port = (name: string, type: OnnxValue['type'], shape: readonly number[]): OnnxValue => ({ name, type, shape });
const truth: OnnxTensor = { type: 'bool', dims: [], data: Uint8Array.of(1) };
const count = (rounds: bigint): OnnxTensor => ({ type: 'int64', dims: [], data: BigInt64Array.of(rounds) });

/** h = 0.5 h, so many times; `rounds` null: no count. */
function looping(rounds: bigint | null, outer = false): OnnxModel {
  const body = makeGraph(
    [port('i', 'int64', []), port('c', 'bool', []), port('h', 'float32', [1, 3])],
    [makeNode('Identity', ['c'], ['c2']), makeNode('Mul', ['h', 'half'], ['h2'])],
    ['c2', 'h2'],
  );
  const loop = {
    ...makeNode('Loop', [rounds === null ? '' : 'rounds', 'go', 'x'], ['y']),
    attributes: new Map([['body', { kind: 'graph' as const, value: body }]]),
  };
  const inside = makeGraph([], [loop], ['y']);
  const branch = {
    ...makeNode('If', ['go'], ['z']),
    attributes: new Map([
      ['then_branch', { kind: 'graph' as const, value: inside }],
      ['else_branch', { kind: 'graph' as const, value: makeGraph([], [makeNode('Identity', ['x'], ['e'])], ['e']) }],
    ]),
  };
  return makeModel({
    inputs: { x: [1, 3] },
    nodes: [outer ? branch : loop],
    outputs: [outer ? 'z' : 'y'],
    constants: { ...(rounds === null ? {} : { rounds: count(rounds) }), go: truth, half: floatTensor([1], [0.5]) },
  });
}

const report = (model: OnnxModel): Promise<unknown> => reportOnModel('m', model, { runtime: 'native' });

describe('what a small file may ask for', () => {
  it('refuses loops that would run for ever, also inside branches, and names them', async () => {
    for (const model of [looping(2n ** 40n), looping(2n ** 62n, true), looping(null)]) {
      await assert.rejects(report(model), { code: 'ERR_MODEL_UNSUPPORTED', where: /^Loop "/ });
    }
    await report(looping(4n));
  });

  it('refuses constants that ask for more numbers than fit', async () => {
    const shape = intTensor([2], [2 ** 20, 2 ** 20]);
    for (const [op, inputs, attributes] of [
      ['ConstantOfShape', ['shape'], {}],
      ['Expand', ['x', 'shape'], {}],
      ['Tile', ['x', 'shape'], {}],
      ['RandomNormal', [], { shape: [2 ** 20, 2 ** 20] }],
    ] as const) {
      const model = makeModel({
        inputs: { x: [1, 3] },
        nodes: [makeNode(op, inputs, ['big'], attributes), makeNode('Add', ['x', 'big'], ['y'])],
        outputs: ['y'],
        constants: { shape },
      });
      await assert.rejects(report(model), { code: 'ERR_MODEL_UNSUPPORTED', where: new RegExp(`^${op} `) });
    }
  });

  it('refuses regions with more samples than fit', async () => {
    const regions = (samples: number): OnnxModel =>
      makeModel({
        inputs: { x: [1, 1, 4, 4] },
        nodes: [makeNode('RoiAlign', ['x', 'rois', 'of'], ['y'], { sampling_ratio: samples, output_height: 2 })],
        outputs: ['y'],
        constants: { rois: floatTensor([1, 4], [0, 0, 3, 3]), of: intTensor([1], [0]) },
      });
    await report(regions(2));
    await assert.rejects(report(regions(2 ** 31 - 1)), { where: /^RoiAlign /, message: /more than 1 GiB/ });
  });

  it('makes no value that the shapes say is too large, and no gradient that would be', async () => {
    const resized = (factor: number, length: number): OnnxModel =>
      makeModel({
        inputs: { x: [1, 1, 1, length] },
        nodes: [makeNode('Resize', ['x', '', 'scales'], ['y'])],
        outputs: ['y'],
        constants: { scales: floatTensor([4], [1, 1, 1, factor]) },
      });
    await assert.rejects(report(resized(2 ** 20, 1000)), {
      code: 'ERR_MODEL_UNSUPPORTED',
      message: /A value would have/,
    });
    const told = (await report(resized(2, 10_000))) as { missing: readonly string[]; ok: boolean };
    assert.deepEqual([told.ok, told.missing], [false, ['Resize']]);
  });

  it('makes no sample of a size that nobody asked for', async () => {
    for (const shape of [
      [2, 2 ** 31 - 1],
      [1, 2 ** 40],
      [2 ** 31 - 1, 3],
      [2 ** 50, 2 ** 50],
    ]) {
      const model = makeModel({ inputs: { x: shape }, nodes: [makeNode('Relu', ['x'], ['y'])], outputs: ['y'] });
      await assert.rejects(report(model), { code: 'ERR_MODEL_UNSUPPORTED', message: /more numbers/ });
    }
    const model = makeModel({ inputs: { x: [1, 3] }, nodes: [makeNode('Relu', ['x'], ['y'])], outputs: ['y'] });
    const other = { ...model.graph, inputs: [...model.graph.inputs, port('z', 'int64', [2 ** 50])] };
    await assert.rejects(report({ ...model, graph: other }), {
      code: 'ERR_MODEL_UNSUPPORTED',
      message: /"z" has more/,
    });
  });

  it('writes no loop out whose body holds more than it shows', async () => {
    const deep = makeGraph(
      [],
      Array.from({ length: 100 }, (_, at) => makeNode('Relu', [at === 0 ? 'h' : `d${at - 1}`], [`d${at}`])),
      ['d99'],
    );
    const branch = {
      ...makeNode('If', ['c'], ['h2']),
      attributes: new Map([
        ['then_branch', { kind: 'graph' as const, value: deep }],
        ['else_branch', { kind: 'graph' as const, value: deep }],
      ]),
    };
    const body = makeGraph(
      [port('i', 'int64', []), port('c', 'bool', []), port('h', 'float32', [1, 3])],
      [makeNode('Identity', ['c'], ['c2']), branch],
      ['c2', 'h2'],
    );
    const model = looping(1000n);
    const loop = { ...model.graph.nodes[0]!, attributes: new Map([['body', { kind: 'graph' as const, value: body }]]) };
    const known = {
      numberOf: (name: string) => (name === 'rounds' ? 1000 : 1),
      numbersOf: () => undefined,
      shapeOf: () => undefined,
      isRunning: () => true,
    };
    assert.equal(unrollLoops({ ...model, graph: { ...model.graph, nodes: [loop] } }, known), null);
  });

  it('keeps a constant of a body once, whatever the rounds', () => {
    const model = looping(50n);
    const body = model.graph.nodes[0]!.attributes.get('body');
    assert.ok(body?.kind === 'graph');
    const own = { ...body.value, initializers: new Map([['half', floatTensor([1], [0.5])]]) };
    const loop = { ...model.graph.nodes[0]!, attributes: new Map([['body', { kind: 'graph' as const, value: own }]]) };
    const known = { numberOf: () => 50, numbersOf: () => undefined, shapeOf: () => undefined, isRunning: () => true };
    const written = unrollLoops({ ...model, graph: { ...model.graph, nodes: [loop] } }, known)!;
    const halves = [...written.graph.initializers.values()].filter(({ data }) => data?.[0] === 0.5);
    assert.equal(halves.length, 2); // the model's own, and the body's
  });

  it('splits nothing into more parts than are written out', () => {
    const model = makeModel({
      inputs: { x: [1, 3] },
      nodes: [makeNode('SplitToSequence', ['x'], ['parts'], { axis: 1 })],
      outputs: ['parts'],
    });
    const known = { numberOf: () => undefined, numbersOf: () => undefined, shapeOf: () => [0, 2 ** 40] };
    assert.equal(resolveSequences(model, known), null);
  });
});
