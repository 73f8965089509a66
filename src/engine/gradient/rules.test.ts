import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnx-runtime.ts';
import { OPERATOR_CASES } from '../testing/cases/registry.ts';
import { checkRule } from '../testing/check-rule.ts';
import { findGradientRule, gradientRules } from './registry.ts';
import { GRADIENT_FREE } from './rules/gradient-free.ts';

describe('gradient rules against differences of the float64 reference', () => {
  let runtime: OnnxRuntime;
  before(async () => {
    runtime = await loadOnnxRuntime();
  });
  for (const one of OPERATOR_CASES) {
    // Rules see graphs of operator set 21 and later; older ones go through the preparation first.
    if ((one.opset ?? 21) < 21) continue;
    it(`${one.domain ?? ''} ${one.op}: ${one.says}`, async () => {
      const rule = findGradientRule(one.domain ?? '', one.op);
      assert.ok(rule !== undefined, 'no rule');
      const { exact, run, perSample, norms, standIn } = await checkRule(one, rule, runtime);
      assert.ok(exact < 1e-5, `float64 against differences: ${exact}`);
      assert.ok(run < 1e-4, `ONNX Runtime against float64: ${run}`);
      assert.ok(perSample < 1e-5, `gradient by sample: ${perSample}`);
      assert.ok(standIn === null || standIn < 1e-5, `stand-in against differences: ${standIn}`);
      assert.ok(norms === null || norms < 1e-5, `norms: ${norms}`);
    });
  }
});

/**
 * Rules without a case, because they have nothing to be checked: what they give is a place, a truth value, or does not depend on the
 * values of a floating input.
 */
const WITHOUT_CASE = [
  'And',
  'BitShift',
  'BitwiseAnd',
  'BitwiseNot',
  'BitwiseOr',
  'BitwiseXor',
  'Constant',
  'ConstantOfShape',
  'Equal',
  'EyeLike',
  'Greater',
  'GreaterOrEqual',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'NonMaxSuppression',
  'NonZero',
  'Not',
  'OneHot',
  'Or',
  'Range',
  'Shape',
  'Size',
  'Unique',
  'Xor',
  'com.microsoft.GatherBlockQuantized',
];

describe('the list of gradient rules', () => {
  it('has a case for each rule but those that are named here, and a rule for each case', () => {
    const name = (one: { readonly op: string; readonly domain?: string }): string =>
      one.domain === undefined || one.domain === '' ? one.op : `${one.domain}.${one.op}`;
    const cases = new Set(OPERATOR_CASES.filter(({ opset = 21 }) => opset >= 21).map(name));
    const rules = gradientRules().map(name);
    assert.deepEqual(rules.filter((one) => !cases.has(one)).toSorted(), WITHOUT_CASE);
    assert.deepEqual(GRADIENT_FREE.map(name).toSorted(), WITHOUT_CASE);
    assert.deepEqual(
      [...cases].filter((one) => !rules.includes(one)),
      [],
    );
  });
});
