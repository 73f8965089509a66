import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { OnnxModel, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { checkOnnx } from './check-onnx.ts';

function node(op: string, inputs: string[], outputs: string[], domain = ''): OnnxNode {
  return { name: `n-${outputs[0]}`, op, domain, inputs, outputs, attributes: new Map() };
}

function model(nodes: readonly OnnxNode[], output = 'y'): OnnxModel {
  return {
    irVersion: 8,
    producer: '',
    producerVersion: '',
    opsets: new Map([['', 17]]),
    functions: [],
    metadata: new Map(),
    graph: {
      name: 'g',
      nodes,
      initializers: new Map([['w', { type: 'float32', dims: [1], data: Float32Array.of(1) }]]),
      inputs: [{ name: 'x', type: 'float32', shape: [1] }],
      outputs: [{ name: output, type: 'float32', shape: [1] }],
      values: [],
    },
  };
}

it('checkOnnx keeps an order that runs and mends one that does not', () => {
  const [first, second] = [node('Relu', ['x'], ['a']), node('Add', ['a', 'w'], ['y'])];
  assert.deepEqual(checkOnnx(model([first, second])).graph.nodes, [first, second]);
  assert.deepEqual(checkOnnx(model([second, first])).graph.nodes, [first, second]);
});

it('checkOnnx says what is wrong and where', () => {
  const wrong: [OnnxModel, RegExp][] = [
    [model([node('Relu', ['nothing'], ['y'])]), /nothing computes "nothing"/],
    [model([node('Relu', ['x'], ['y'])], 'z'), /nothing computes the output "z"/],
    [model([node('Relu', ['x'], ['y']), node('Relu', ['x'], ['y'])]), /computed twice/],
    [model([node('Add', ['x', 'y'], ['a']), node('Relu', ['a'], ['y'])]), /depends on itself/],
    [model([node('Relu', ['x'], ['w'])], 'w'), /computed twice/],
    [model([node('Odd', ['x'], ['y'], 'strange')]), /does not import/],
  ];
  for (const [one, message] of wrong) assert.throws(() => checkOnnx(one), { code: 'ERR_MODEL_MALFORMED', message });
});

it('checkOnnx walks a long chain without recursion', () => {
  const nodes = Array.from({ length: 50_000 }, (_, index) => node('Relu', [`v${index}`], [`v${index + 1}`]));
  const chain = model([node('Relu', ['x'], ['v0']), ...nodes].toReversed(), 'v50000');
  assert.equal(checkOnnx(chain).graph.nodes[0]?.inputs[0], 'x');
});

it('checkOnnx lets no operator of any number of inputs leave one out', () => {
  for (const op of ['Mean', 'Sum', 'Max', 'Concat', 'Scan']) {
    assert.throws(() => checkOnnx(model([node(op, ['x', ''], ['y'])])), {
      code: 'ERR_MODEL_MALFORMED',
      where: `${op} "n-y"`,
    });
  }
  checkOnnx(model([node('Clip', ['x', '', 'w'], ['y'])]));
  checkOnnx(model([node('Loop', ['', '', 'x'], ['y'])]));
});

it('checkOnnx lets nothing through of which ONNX Runtime makes a crash: shared axes below 0', () => {
  const attributes = new Map([['batch_dims', { kind: 'int' as const, value: -5 }]]);
  assert.throws(() => checkOnnx(model([{ ...node('GatherND', ['x', 'w'], ['y']), attributes }])), {
    code: 'ERR_MODEL_MALFORMED',
    where: 'GatherND "n-y"',
  });
});
