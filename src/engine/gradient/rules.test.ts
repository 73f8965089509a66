import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnx-runtime.ts';
import { OPERATOR_CASES } from '../testing/cases/registry.ts';
import { checkRule } from '../testing/check-rule.ts';
import { findGradientRule } from './registry.ts';

describe('gradient rules against differences of the float64 reference', () => {
  let runtime: OnnxRuntime;
  before(async () => {
    runtime = await loadOnnxRuntime();
  });
  for (const one of OPERATOR_CASES) {
    // Rules see graphs of operator set 21 and later; older ones go through the preparation first.
    if ((one.opset ?? 21) < 21) continue;
    if (findGradientRule(one.domain ?? '', one.op) === undefined) continue;
    it(`${one.domain ?? ''} ${one.op}: ${one.says}`, async () => {
      const rule = findGradientRule(one.domain ?? '', one.op);
      assert.ok(rule !== undefined, 'no rule');
      const { exact, run, perSample, norms } = await checkRule(one, rule, runtime);
      assert.ok(exact < 1e-5, `float64 against differences: ${exact}`);
      assert.ok(run < 1e-4, `ONNX Runtime against float64: ${run}`);
      assert.ok(perSample < 1e-5, `gradient by sample: ${perSample}`);
      assert.ok(norms === null || norms < 1e-5, `norms: ${norms}`);
    });
  }
});
