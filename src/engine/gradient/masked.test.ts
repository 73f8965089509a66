import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnx-runtime.ts';
import { gradientGraph } from '../testing/gradient-graph.ts';
import { floatTensor, makeGraph, makeModel, makeNode } from '../testing/make-model.ts';
import { referenceTensor } from '../reference/reference-tensor.ts';
import { runModel } from '../testing/run-model.ts';
import { gradientCoverage } from './coverage.ts';

const X = [0.3, -0.7, 1.6, -2.4, 0.9, 5.2];

let runtime: OnnxRuntime;
before(async () => {
  runtime = await loadOnnxRuntime();
});

async function run(nodes: readonly OnnxNode[], constants: Record<string, OnnxTensor>, straightThrough: boolean) {
  const model = makeModel({ inputs: { x: [2, 3] }, nodes, outputs: ['y'], constants });
  const feeds = new Map([['x', referenceTensor('float32', [2, 3], X)]]);
  const made = await gradientGraph(model, runtime, { feeds, wrt: ['x'], straightThrough });
  const results = await runModel(runtime, made.model, made.feeds);
  return {
    gradient: Array.from(results.get(made.names[0]!)!.data),
    dy: Array.from(made.weights.get('y')!.data),
    masked: made.masked,
    unreached: made.unreached,
    coverage: gradientCoverage(made.graph, ['x'], ['y']),
  };
}

function close(found: readonly number[], wanted: readonly number[]): void {
  assert.equal(found.length, wanted.length);
  found.forEach((one, at) => assert.ok(Math.abs(one - wanted[at]!) < 1e-5, `${found.join()} is not ${wanted.join()}`));
}

describe('steps hide the gradient, and say so', () => {
  for (const op of ['Sign', 'Round', 'Floor', 'Ceil', 'Hardmax']) {
    it(op, async () => {
      const { gradient, masked, unreached, coverage } = await run([makeNode(op, ['x'], ['y'])], {}, false);
      close(gradient, [0, 0, 0, 0, 0, 0]);
      assert.deepEqual(unreached, ['x']);
      assert.equal(masked.length, 1);
      assert.deepEqual(
        coverage.masked.map(({ operator }) => operator),
        [op],
      );
    });
  }

  for (const op of ['Round', 'Floor', 'Ceil']) {
    it(`${op} passes the gradient where stand-ins are asked for`, async () => {
      const { gradient, dy } = await run([makeNode(op, ['x'], ['y'])], {}, true);
      close(gradient, dy);
    });
  }

  it('Sign passes it within [-1, 1]', async () => {
    const { gradient, dy } = await run([makeNode('Sign', ['x'], ['y'])], {}, true);
    close(
      gradient,
      dy.map((one, at) => (Math.abs(X[at]!) <= 1 ? one : 0)),
    );
  });

  it('Hardmax passes that of Softmax', async () => {
    const hard = await run([makeNode('Hardmax', ['x'], ['y'])], {}, true);
    const soft = await run([makeNode('Softmax', ['x'], ['y'])], {}, false);
    close(hard.gradient, soft.gradient);
  });

  const whole = [makeNode('Cast', ['x'], ['i'], { to: 7 }), makeNode('Cast', ['i'], ['y'], { to: 1 })];
  it('a cast to whole numbers and back', async () => {
    const { gradient, masked } = await run(whole, {}, false);
    close(gradient, [0, 0, 0, 0, 0, 0]);
    assert.equal(masked.length, 1);
    const through = await run(whole, {}, true);
    close(through.gradient, through.dy);
  });

  it('a place that becomes a number', async () => {
    const nodes = [
      makeNode('ArgMax', ['x'], ['i'], { axis: 1, keepdims: 1 }),
      makeNode('Cast', ['i'], ['f'], { to: 1 }),
      makeNode('Expand', ['f', 'shape'], ['y']),
    ];
    const constants = { shape: { type: 'int64', dims: [2], data: BigInt64Array.of(2n, 3n) } as const };
    const { masked, coverage } = await run(nodes, constants, false);
    assert.equal(masked.length, 1);
    assert.ok(coverage.masked.some(({ operator }) => operator === 'ArgMax'));
  });

  it('a place that only chooses is no mask', async () => {
    const nodes = [
      makeNode('ArgMax', ['x'], ['i'], { axis: 1, keepdims: 1 }),
      makeNode('GatherElements', ['x', 'i'], ['y'], { axis: 1 }),
    ];
    const { masked, coverage, gradient, dy } = await run(nodes, {}, false);
    assert.deepEqual([masked, coverage.masked, coverage.missing], [[], [], []]);
    close(gradient, [0, 0, dy[0]!, 0, 0, dy[1]!]);
  });
});

describe('quantised networks', () => {
  const parameters = {
    scale: floatTensor([], [0.02]),
    zero: { type: 'uint8', dims: [], data: Uint8Array.of(120) } as const,
  };
  const pair = [
    makeNode('QuantizeLinear', ['x', 'scale', 'zero'], ['q']),
    makeNode('DequantizeLinear', ['q', 'scale', 'zero'], ['y']),
  ];

  it('hide the gradient of what they quantise', async () => {
    const { gradient, masked, coverage } = await run(pair, parameters, false);
    close(gradient, [0, 0, 0, 0, 0, 0]);
    assert.equal(masked.length, 1);
    assert.deepEqual(
      coverage.masked.map(({ operator }) => operator),
      ['QuantizeLinear'],
    );
  });

  it('pass it within their range where stand-ins are asked for', async () => {
    const { gradient, dy } = await run(pair, parameters, true);
    // 5.2 / 0.02 + 120 is beyond 255; -2.4 / 0.02 + 120 is just 0.
    close(
      gradient,
      dy.map((one, at) => (at === 5 ? 0 : one)),
    );
  });

  it('pass it through the product of a dynamically quantised layer', async () => {
    const w = [1, -2, 3, 4, 5, -6, 7, 8, -9];
    const nodes = [
      makeNode('DynamicQuantizeLinear', ['x'], ['q', 's', 'z']),
      makeNode('MatMulInteger', ['q', 'w', 'z'], ['product']),
      makeNode('Cast', ['product'], ['number'], { to: 1 }),
      makeNode('Mul', ['s', 'sw'], ['scales']),
      makeNode('Mul', ['number', 'scales'], ['y']),
    ];
    const constants = {
      w: { type: 'int8', dims: [3, 3], data: Int8Array.from(w) } as const,
      sw: floatTensor([], [0.1]),
    };
    const { gradient, dy } = await run(nodes, constants, true);
    const wanted = [0, 1].flatMap((row) =>
      [0, 1, 2].map((k) => [0, 1, 2].reduce((sum, j) => sum + 0.1 * w[3 * k + j]! * dy[3 * row + j]!, 0)),
    );
    close(gradient, wanted);
  });
});

describe('operators without a gradient are named', () => {
  const fails = async (nodes: readonly OnnxNode[], message: RegExp): Promise<void> => {
    await assert.rejects(run(nodes, {}, false), (error: { code?: string; message: string; where?: string }) => {
      assert.equal(error.code, 'ERR_MODEL_UNSUPPORTED');
      assert.match(`${error.message} ${error.where}`, message);
      return true;
    });
  };

  it('a rule that is not there', () =>
    fails(
      [
        makeNode('Transpose', ['x'], ['t']),
        makeNode('MatMul', ['x', 't'], ['square']),
        makeNode('Det', ['square'], ['y']),
      ],
      /Det.*Det of y/,
    ));

  it('a branch that depends on the input, where the branches differ in shape', () =>
    fails(
      [
        makeNode('ReduceSum', ['x'], ['sum'], { keepdims: 0 }),
        makeNode('Cast', ['sum'], ['condition'], { to: 9 }),
        makeNode('If', ['condition'], ['y'], {
          then_branch: branch([makeNode('Exp', ['x'], ['exp'])], 'exp'),
          else_branch: branch([makeNode('ReduceSum', ['x'], ['less'])], 'less'),
        }),
      ],
      /If.*If of y/,
    ));

  it('values that are no tensors', () =>
    fails(
      [
        makeNode('ReduceSum', ['x'], ['sum'], { keepdims: 0 }),
        makeNode('Less', ['sum', 'sum'], ['truth']),
        makeNode('Cast', ['truth'], ['place'], { to: 7 }),
        makeNode('SequenceConstruct', ['x', 'x'], ['list']),
        makeNode('SequenceAt', ['list', 'place'], ['y']),
      ],
      /SequenceAt/,
    ));
});

const branch = (nodes: readonly OnnxNode[], output: string) =>
  ({ kind: 'graph', value: makeGraph([], nodes, [output]) }) as const;

describe('branches that the data decides', () => {
  /** y = x^2 where sum(x) > least, -x elsewhere; the first within a branch of its own. */
  const nodes = [
    makeNode('ReduceSum', ['x'], ['sum'], { keepdims: 0 }),
    makeNode('Greater', ['sum', 'least'], ['condition']),
    makeNode('If', ['condition'], ['y'], {
      then_branch: branch(
        [
          makeNode('Not', ['condition'], ['never']),
          makeNode('If', ['never'], ['inner'], {
            then_branch: branch([makeNode('Abs', ['x'], ['abs'])], 'abs'),
            else_branch: branch([makeNode('Mul', ['x', 'x'], ['square'])], 'square'),
          }),
        ],
        'inner',
      ),
      else_branch: branch([makeNode('Neg', ['x'], ['neg'])], 'neg'),
    }),
  ];

  it('give the gradient of the one that is taken', async () => {
    // The sum is 4.9.
    const above = await run(nodes, { least: floatTensor([], [4]) }, false);
    close(
      above.gradient,
      above.dy.map((one, at) => 2 * one * X[at]!),
    );
    const below = await run(nodes, { least: floatTensor([], [5]) }, false);
    close(
      below.gradient,
      below.dy.map((one) => -one),
    );
    assert.deepEqual(above.masked, []);
  });
});
