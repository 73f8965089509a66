import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { share } from '../evasion/metrics.ts';
import type { SelfCheck } from '../evasion/self-checks.ts';
import type { Assessment } from './assessment.ts';
import { judgeRequirements } from './judge-requirements.ts';
import { parseRequirement } from './requirement.ts';

test('requirements are read with fractions, percent and spaces', () => {
  assert.deepEqual(parseRequirement('robust_accuracy >= 50% @ linf:8/255'), {
    text: 'robust_accuracy>=50%@linf:8/255',
    metric: 'robust_accuracy',
    operator: '>=',
    value: 0.5,
    perturbation: { norm: 'linf', eps: 8 / 255 },
  });
  assert.equal(parseRequirement('clean_accuracy>0.9').perturbation, null);
});

test('what cannot be read is refused with the reason', () => {
  for (const [text, why] of [
    ['robust_accuracy>=0.5', /which norm/],
    ['clean_accuracy>=0.9@linf:0.1', /no norm and eps/],
    ['accuracy>=0.5@linf:0.1', /no metric/],
    ['robust_accuracy>=1.5@linf:0.1', /no share/],
    ['robust_accuracy>=x@linf:0.1', /no share/],
    ['robust_accuracy>=0.5@l7:0.1', /no norm "l7"/],
    ['robust_accuracy>=0.5@linf:0', /above 0/],
    ['robust_accuracy>=0.5@linf:1:2', /above 0/],
    ['robust_accuracy', /cannot be read/],
    ['', /cannot be read/],
  ] as const) {
    assert.throws(
      () => parseRequirement(text),
      (error) => isFault(error) && error.code === 'ERR_USAGE' && why.test(error.message),
      text,
    );
  }
});

const check = (id: SelfCheck['id'], verdict: SelfCheck['verdict'], numbers = {}): SelfCheck => ({
  id,
  verdict,
  numbers,
  says: '',
  advice: '',
});

function found(robust: number, more: Partial<Assessment> = {}): Assessment {
  return {
    model: { gradients: true },
    clean: { accuracy: share(95, 100), chance: 0.1, abstained: null, perClass: [] },
    robust: [
      {
        norm: 'linf',
        eps: 0.1,
        accuracy: share(robust, 100),
        complete: true,
        perClass: [{ label: 0, samples: 100, clean: 0.95, robust: robust / 100 }],
      },
    ],
    selfChecks: [check('zero-gradient', 'pass')],
    certificates: [],
    data: { count: 1000 },
    ...more,
  } as unknown as Assessment;
}

const verdictOf = (text: string, assessment: Assessment): string =>
  judgeRequirements([parseRequirement(text)], assessment)[0]!.verdict;

test('a number decides when it was measured to its end and nothing speaks against it', () => {
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', found(60)), 'met');
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', found(40)), 'not-met');
  assert.equal(verdictOf('attack_success_rate<=0.4@linf:0.1', found(60)), 'met');
  assert.equal(verdictOf('attack_success_rate<=0.3@linf:0.1', found(60)), 'not-met');
  assert.equal(verdictOf('clean_accuracy>=0.95', found(0)), 'met');
});

test('what was not measured is unknown', () => {
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.2', found(60)), 'unknown');
  assert.equal(verdictOf('robust_accuracy>=0.5@l2:0.1', found(60)), 'unknown');
  assert.equal(verdictOf('certified_accuracy>=0.1@linf:0.1', found(60)), 'unknown');
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', found(60, { selfChecks: [] })), 'unknown');
});

test('a cut off attack can fail a requirement and cannot meet one', () => {
  const cut = (robust: number): Assessment => {
    const whole = found(robust);
    return { ...whole, robust: whole.robust.map((one) => ({ ...one, complete: false })) };
  };
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', cut(60)), 'unknown');
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', cut(40)), 'not-met');
});

test('a failed self-check takes a good number away and leaves a bad one', () => {
  const masked = { selfChecks: [check('zero-gradient', 'fail')] };
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', found(60, masked)), 'not-met');
  assert.equal(verdictOf('attack_success_rate<=0.5@linf:0.1', found(60, masked)), 'not-met');
  assert.equal(verdictOf('clean_accuracy>=0.5', found(60, masked)), 'met');
  assert.equal(verdictOf('robust_accuracy<=0.7@linf:0.1', found(60, masked)), 'met');
});

test('what Square alone gained is taken off once more', () => {
  const square = (gain: number): Partial<Assessment> => ({
    selfChecks: [check('black-box-beats-white-box', 'fail', { fooledBySquareAlone: gain })],
  });
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', found(60, square(0.02))), 'met');
  assert.equal(verdictOf('robust_accuracy>=0.59@linf:0.1', found(60, square(0.02))), 'not-met');
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', found(60, square(0.2))), 'not-met');
});

test('few samples meet no requirement where there are more, and may fail one', () => {
  const few = (right: number): Assessment => {
    const whole = found(60);
    return { ...whole, robust: whole.robust.map((one) => ({ ...one, accuracy: share(right, 20) })) };
  };
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', few(18)), 'unknown');
  assert.equal(verdictOf('robust_accuracy>=0.5@linf:0.1', few(2)), 'not-met');
});

test('an unfinished certificate can only be too low', () => {
  const certificates = [
    {
      method: 'crown',
      norm: 'linf',
      samples: 50,
      complete: false,
      points: [{ eps: 0.1, certified: 0.4, falsified: 0, unknown: 0.6 }],
    },
  ] as const;
  assert.equal(verdictOf('certified_accuracy>=0.3@linf:0.1', found(60, { certificates })), 'met');
  assert.equal(verdictOf('certified_accuracy>=0.5@linf:0.1', found(60, { certificates })), 'unknown');
  assert.equal(verdictOf('certified_accuracy<=0.5@linf:0.1', found(60, { certificates })), 'unknown');
  const few = [{ ...certificates[0], samples: 9 }];
  assert.equal(verdictOf('certified_accuracy>=0.3@linf:0.1', found(60, { certificates: few })), 'unknown');
});
