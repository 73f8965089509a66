import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnx-runtime.ts';
import { OPERATOR_CASES } from '../testing/cases/registry.ts';
import { makeInputs, modelOf } from '../testing/operator-case.ts';
import { relativeError, runModel } from '../testing/run-model.ts';
import { evaluateModel, evaluateNode } from './evaluate-graph.ts';
import { referenceTensor } from './reference-tensor.ts';
import { makeNode } from '../testing/make-model.ts';

describe('the float64 reference agrees with ONNX Runtime', () => {
  let runtime: OnnxRuntime;
  before(async () => {
    runtime = await loadOnnxRuntime();
  });
  for (const one of OPERATOR_CASES) {
    if (one.notRun !== undefined) continue;
    it(`${one.domain ?? ''} ${one.op}: ${one.says}`, async () => {
      const model = modelOf(one);
      const feeds = new Map(
        makeInputs(one).flatMap((tensor, at) => (tensor === null ? [] : [[`x${at}`, tensor] as const])),
      );
      const found = await runModel(runtime, model, feeds);
      const wanted = evaluateModel(model, feeds);
      for (const [name, tensor] of found) {
        assert.equal(tensor.type, wanted.get(name)!.type, `type of ${name}`);
        assert.deepEqual(wanted.get(name)!.dims, tensor.dims, `shape of ${name}`);
        const error = relativeError(wanted.get(name)!, tensor);
        assert.ok(error < (one.tolerance ?? 2e-5), `${name} differs by ${error}`);
      }
    });
  }
});

it('takes the largest and the smallest of more numbers than a function has arguments', () => {
  const x = referenceTensor('float32', [1, 1, 400_000], (at) => (at % 2 === 0 ? at : -at) / 400_000);
  const opsets = new Map([['', 21]]);
  const of = (op: string): number =>
    evaluateNode(makeNode(op, ['x'], ['y'], op === 'DynamicQuantizeLinear' ? {} : { keepdims: 0 }), [x], opsets)[
      op === 'DynamicQuantizeLinear' ? 1 : 0
    ]!.data[0]!;
  assert.equal(of('ReduceMax'), 399_998 / 400_000);
  assert.equal(of('ReduceMin'), -399_999 / 400_000);
  assert.ok(Math.abs(of('DynamicQuantizeLinear') - 799_997 / 400_000 / 255) < 1e-9);
  assert.equal(evaluateNode(makeNode('GlobalMaxPool', ['x'], ['y']), [x], opsets)[0]!.data[0], 399_998 / 400_000);
});
