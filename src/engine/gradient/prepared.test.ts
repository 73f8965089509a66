import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { findGradientRule } from './registry.ts';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnx-runtime.ts';
import { OPERATOR_CASES } from '../testing/cases/registry.ts';
import { checkGradient } from '../testing/check-gradient.ts';
import { makeInputs, modelOf } from '../testing/operator-case.ts';

/** Operators that the preparation says in others. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['Upsample', 'Resize'],
  ['Scatter', 'ScatterElements'],
]);

describe('gradients of operators as older operator sets write them', () => {
  let runtime: OnnxRuntime;
  before(async () => {
    runtime = await loadOnnxRuntime();
  });
  for (const one of OPERATOR_CASES) {
    if ((one.opset ?? 21) >= 21) continue;
    it(`${one.op}: ${one.says}`, async () => {
      assert.ok(findGradientRule('', RENAMED.get(one.op) ?? one.op) !== undefined, 'no rule');
      const values = makeInputs(one);
      const feeds = new Map(
        values.flatMap((tensor, at) =>
          tensor === null || one.inputs[at]!.role === 'constant' ? [] : [[`x${at}`, tensor] as const],
        ),
      );
      const wrt = one.inputs.flatMap((input, at) => (input?.role === 'variable' ? [`x${at}`] : []));
      const { exact, run } = await checkGradient(modelOf(one), runtime, { feeds, wrt });
      assert.ok(exact < 1e-5, `float64 against differences: ${exact}`);
      assert.ok(run < 1e-4, `ONNX Runtime against float64: ${run}`);
    });
  }
});
