import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../math/random.ts';
import type { GradientTarget } from '../target.ts';
import { labelledBy } from '../testing/labelled-by.ts';
import { dense, maskedTarget, mlpLayers, mlpTarget, networkTarget, softmax } from '../testing/network-target.ts';
import { scoresOnly } from '../testing/restricted-targets.ts';
import { transformedTarget } from '../transformed-target.ts';
import { autoattack } from './autoattack/attack.ts';
import { runSelfChecks, SELF_CHECKS, type SelfCheckInput } from './self-checks.ts';

const perturbation = { norm: 'linf', eps: 0.03 } as const;
const plain = mlpTarget([1, 5, 5], 16, 5, 'checks');

async function verdicts(target: GradientTarget, more: Partial<SelfCheckInput> = {}) {
  const data = await labelledBy(target, 20, 'x', 2);
  const checks = await runSelfChecks({ target, data, perturbation, ...more });
  assert.deepEqual(checks.map((check) => check.id).toSorted(), SELF_CHECKS.toSorted());
  for (const check of checks) assert.equal(check.advice !== '', check.verdict === 'fail', check.id);
  return Object.fromEntries(checks.map((check) => [check.id, check.verdict]));
}

test('an honest network passes all that can be run', async () => {
  const data = await labelledBy(plain, 20, 'x', 2);
  const { foundBy } = await autoattack.run(plain, data, perturbation, autoattack.defaults, {
    random: seededRandom('s'),
  });
  const found = await verdicts(plain, { foundBy: foundBy!, operators: ['Gemm', 'Relu'], maskedSteps: [] });
  assert.deepEqual(new Set(Object.values(found)), new Set(['pass']), JSON.stringify(found));
});

test('what was not given is not run', async () => {
  const found = await verdicts(plain);
  for (const id of ['black-box-beats-white-box', 'optimisation-at-inference', 'masked-steps'])
    assert.equal(found[id], 'not-run');
  const data = await labelledBy(plain, 5, 'x');
  const black = await runSelfChecks({ target: scoresOnly(plain), data, perturbation });
  assert.equal(black.find((check) => check.id === 'zero-gradient')!.verdict, 'not-run');
});

test('a quantised input is caught: zero gradients, a large eps that does not help, and square', async () => {
  const masked = maskedTarget([1, 5, 5], 16, 5, 'checks');
  const data = await labelledBy(masked, 6, 'x');
  const wide = { norm: 'linf', eps: 0.1 } as const;
  const { foundBy } = await autoattack.run(masked, data, wide, autoattack.defaults, { random: seededRandom('s') });
  const found = await verdicts(masked, { foundBy: foundBy!, maskedSteps: ['Round'] });
  for (const id of ['zero-gradient', 'large-eps-reaches-zero', 'black-box-beats-white-box', 'masked-steps'])
    assert.equal(found[id], 'fail', id);
});

test('probabilities instead of logits are caught', async () => {
  const target = networkTarget([...mlpLayers(25, 16, 5, 'checks'), softmax(5)], [1, 5, 5]);
  assert.equal((await verdicts(target))['probabilities-for-logits'], 'fail');
});

test('a random model is caught', async () => {
  const noise = {
    name: 'noise',
    randomised: true,
    apply: (x: Float32Array, random: { normal(): number }) => x.map((value) => value + 0.05 * random.normal()),
  };
  assert.equal((await verdicts(transformedTarget(plain, noise)))['randomised-output'], 'fail');
});

test('loops in the graph are caught', async () => {
  assert.equal((await verdicts(plain, { operators: ['Gemm', 'Loop'] }))['optimisation-at-inference'], 'fail');
});

test('an attack that has not converged is caught', async () => {
  const data = await labelledBy(plain, 20, 'x');
  let calls = 0;
  const slow: GradientTarget = {
    ...plain,
    lossGradient: async (x, n, loss) => {
      const answer = await plain.lossGradient(x, n, loss);
      // Useful gradients only after the 150th pass of a run.
      const blind = ++calls % 502 < 250 && n > 0;
      return blind ? { ...answer, gradient: answer.gradient.map((_, at) => (at % 2 === 0 ? 1 : -1)) } : answer;
    },
  };
  const checks = await runSelfChecks({ target: slow, data, perturbation: { norm: 'linf', eps: 0.05 } });
  const check = checks.find((one) => one.id === 'more-iterations-do-not-help')!;
  assert.equal(check.verdict, 'fail', JSON.stringify(check));
});

test('a model that is never right has nothing to check', async () => {
  const constant = networkTarget([dense(new Float64Array(50), Float64Array.of(1, 0))], [1, 5, 5]);
  const data = await labelledBy(constant, 4, 'x', 4);
  const checks = await runSelfChecks({ target: constant, data, perturbation });
  assert.ok(checks.every((check) => check.verdict === 'not-run'));
});
