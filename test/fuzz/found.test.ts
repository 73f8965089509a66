import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OnnxModel, OnnxTensor } from '../../src/formats/onnx/onnx-model.ts';
import { differentiate } from '../../src/engine/gradient/differentiate.ts';
import { axisFrom } from '../../src/engine/gradient/formula.ts';
import { interpolationMatrix } from '../../src/engine/gradient/interpolation-matrix.ts';
import { windowOf } from '../../src/engine/gradient/window.ts';
import { GraphBuilder } from '../../src/engine/graph/graph-builder.ts';
import type { ShapedGraph } from '../../src/engine/graph/shaped-graph.ts';
import { indices } from '../../src/engine/reference/reference-tensor.ts';
import { intTensor, floatTensor, makeModel, makeNode } from '../../src/engine/testing/make-model.ts';
import { networkFromOnnx } from '../../src/lab/certify/network-from-onnx.ts';

/** What mutants of models met: each of these kept a process busy for ever, filled its memory, or was no Fault. */

const certified = (
  op: string,
  inputs: readonly string[],
  attributes = {},
  constants: Record<string, OnnxTensor> = {},
) => makeModel({ inputs: { x: [1, 4] }, nodes: [makeNode(op, inputs, ['y'], attributes)], outputs: ['y'], constants });

test('bounds are not computed for what a constant asks for without measure', () => {
  const folded = (op: string, inputs: readonly string[], constants: Record<string, OnnxTensor>): OnnxModel =>
    makeModel({
      inputs: { x: [1, 4] },
      nodes: [makeNode(op, inputs, ['c']), makeNode('Add', ['x', 'c'], ['y'])],
      outputs: ['y'],
      constants,
    });
  const one = floatTensor([1], [1]);
  const huge = intTensor([1], [2 ** 40]);
  const models: readonly OnnxModel[] = [
    certified('Concat', ['x'], { axis: 2 ** 28 }),
    certified('Pad', ['x', 'pads'], {}, { pads: intTensor([4], [0, 0, 0, 2 ** 40]) }),
    folded('Tile', ['one', 'many'], { one, many: huge }),
    folded('Range', ['zero', 'many', 'step'], {
      zero: intTensor([], [0]),
      many: intTensor([], [2 ** 40]),
      step: intTensor([], [1]),
    }),
    folded('Add', ['column', 'row'], {
      column: floatTensor([100_000, 1], new Array<number>(100_000).fill(1)),
      row: floatTensor([1, 100_000], new Array<number>(100_000).fill(1)),
    }),
    folded('Resize', ['picture', '', 'scales'], {
      picture: floatTensor([1, 1, 1, 4], [1, 2, 3, 4]),
      scales: floatTensor([4], [1, 1, 65_536, 65_536]),
    }),
    folded('Identity', ['four'], { four: { type: 'int4', dims: [3], data: Uint8Array.of(0x21, 3) } }),
  ];
  for (const model of models)
    assert.throws(() => networkFromOnnx(model), { code: /^ERR_MODEL_(?:UNSUPPORTED|MALFORMED)$/ });
  networkFromOnnx(folded('Expand', ['one', 'many'], { one, many: intTensor([2], [1, 4]) }));
});

test('an image is resized by a scale, and from places as far away as a file likes', () => {
  const axis = { input: 4, output: 3, scale: 0.75, start: 0, end: 1 };
  const how = {
    mode: 'linear',
    coordinates: 'asymmetric',
    rounding: 'floor',
    cubicCoefficient: -0.75,
    excludeOutside: false,
    antialias: false,
  };
  assert.throws(() => interpolationMatrix({ ...axis, scale: 0 }, how), RangeError);
  assert.throws(() => interpolationMatrix({ ...axis, scale: 1e-30 }, { ...how, antialias: true }), RangeError);
  // Places of 1e30 and beyond: all that is seen there is the edge.
  const far = interpolationMatrix({ ...axis, output: 2, scale: 1e-30 }, how);
  assert.deepEqual([...far], [1, 0, 0, 0, 0, 0, 0, 1]);
});

test('windows have steps, and no more places than gradients are made for', () => {
  const unsupported = (reason: string): never => {
    throw new TypeError(reason);
  };
  const windowFrom = (attributes: Readonly<Record<string, readonly number[]>>): unknown =>
    windowOf({ node: makeNode('AveragePool', ['x'], ['y'], attributes), unsupported }, [8, 8], [4, 4]);
  assert.throws(() => windowFrom({ kernel_shape: [2 ** 40, 3] }), /too large/);
  assert.throws(() => windowFrom({ kernel_shape: [2, 2], strides: [0, 1] }), /below 1/);
  assert.throws(() => windowFrom({ kernel_shape: [2, 2], dilations: [1] }), /below 1/);
  windowFrom({ kernel_shape: [2, 2], strides: [2, 2] });
});

test('lengths that are no whole numbers are not counted up to', () => {
  assert.throws(() => [...indices([0.5])], RangeError);
  assert.throws(() => [...indices([-1])], RangeError);
  assert.equal([...indices([2, 2])].length, 4);
});

test('margins that repeat an input a million times are not folded back one by one', () => {
  const fold = (margin: number): unknown => {
    const build = new GraphBuilder(['x', 'y', 'dy']);
    const graph: ShapedGraph = {
      opsets: new Map([['', 21]]),
      irVersion: 10,
      nodes: [makeNode('Pad', ['x', 'pads'], ['y'], { mode: 'wrap' })],
      constants: new Map([['pads', intTensor([4], [0, 1, 0, margin])]]),
      parameters: new Map(),
      inputs: [{ name: 'x', type: 'float32', shape: [1, 4] }],
      outputs: [{ name: 'y', type: 'float32', shape: [1, 5 + margin] }],
      shapes: new Map([
        ['x', [1, 4]],
        ['y', [1, 5 + margin]],
      ]),
      types: new Map([
        ['x', 'float32'],
        ['y', 'float32'],
      ]),
    };
    return differentiate(graph, build, { seeds: new Map([['y', 'dy']]), wrt: ['x'], batch: 1 });
  };
  fold(3);
  assert.throws(() => fold(1_000_001), { code: 'ERR_MODEL_UNSUPPORTED', message: /many times its input/ });
});

test('patches are not counted where margins make them without number', () => {
  const build = new GraphBuilder(['x', 'y', 'dy']);
  const shapes = new Map([
    ['x', [1, 4, 4]],
    ['y', [1, 1, 3, 3]],
  ]);
  const graph: ShapedGraph = {
    opsets: new Map([['', 21]]),
    irVersion: 10,
    nodes: [makeNode('Col2Im', ['x', 'image', 'block'], ['y'], { pads: [2 ** 30, 2 ** 30, 2 ** 30, 2 ** 30] })],
    constants: new Map([
      ['image', intTensor([2], [3, 3])],
      ['block', intTensor([2], [2, 2])],
    ]),
    parameters: new Map(),
    inputs: [{ name: 'x', type: 'float32', shape: [1, 4, 4] }],
    outputs: [{ name: 'y', type: 'float32', shape: [1, 1, 3, 3] }],
    shapes,
    types: new Map([
      ['x', 'float32'],
      ['y', 'float32'],
    ]),
  };
  assert.throws(() => differentiate(graph, build, { seeds: new Map([['y', 'dy']]), wrt: ['x'], batch: 1 }), {
    code: 'ERR_MODEL_UNSUPPORTED',
    message: /more numbers than are made/,
  });
});

test('an axis is one of those that there are', () => {
  assert.throws(() => axisFrom(2 ** 31 - 1, 4), RangeError);
  assert.deepEqual([axisFrom(-1, 4), axisFrom(4, 4)], [3, 4]);
});
