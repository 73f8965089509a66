import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnx-runtime.ts';
import { OPERATOR_CASES } from '../testing/cases/registry.ts';
import { makeInputs, modelOf } from '../testing/operator-case.ts';
import { relativeError, runModel } from '../testing/run-model.ts';
import { evaluateModel } from './evaluate-graph.ts';

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
