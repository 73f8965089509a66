import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SampleOutcome } from '../evasion/metrics.ts';
import type { AttackReport } from '../evasion/run-attack.ts';
import type { AssessStep, StepResult } from './assessment.ts';
import { foundByOf, robustOf } from './join-results.ts';
import { WorstCase } from './worst-case.ts';

const perturbation = { norm: 'edits', eps: 0.3 } as const;
const step = (id: string, more: Partial<AssessStep> = {}): AssessStep => ({
  id,
  scenario: 'black-box',
  title: id,
  attack: id,
  options: {},
  perturbation,
  samples: 40,
  expectedSamples: 40,
  chunk: 8,
  standard: true,
  why: '',
  expectedSeconds: 1,
  queries: null,
  ...more,
});
const result = (id: string, attacked: number, status: StepResult['status'] = 'complete'): StepResult => ({
  step: step(id),
  status,
  reason: '',
  attacked,
  seconds: 1,
  metrics: null,
  byQueries: null,
  byDistance: null,
});
const worst = new Map([['edits', new WorstCase('edits', new Uint8Array(40).fill(1), new Int32Array(40))]]);

test('where several attacks are standard together, the number is whole only where all of them are', () => {
  const robust = (...steps: readonly StepResult[]) => robustOf(perturbation, steps, worst)[0];
  assert.deepEqual(
    [robust(result('a', 40), result('b', 40))!.complete, robust(result('a', 40), result('b', 40))!.accuracy.of],
    [true, 40],
  );
  for (const status of ['budget', 'queries', 'failed', 'interrupted'] as const) {
    assert.equal(robust(result('a', 40), result('b', 5, status))!.complete, false, status);
    assert.equal(robust(result('a', 40), result('b', 0, status))!.complete, false, status);
  }
  assert.equal(robust(result('a', 40), result('b', 12))!.accuracy.of, 12);
  assert.equal(robust(result('a', 0, 'failed')), undefined);
});

test('what Square alone found is looked for in every standard attack', () => {
  const outcome = (sample: number, foundBy: string | null): SampleOutcome => ({
    sample,
    label: 0,
    clean: true,
    abstained: false,
    fooled: foundBy !== null,
    claimed: foundBy !== null,
    answer: 1,
    distance: 0.1,
    queries: 1,
    gradients: 0,
    foundBy,
  });
  const report = (...members: readonly (string | null)[]): AttackReport =>
    ({ outcomes: members.map((member, sample) => outcome(sample, member)) }) as unknown as AttackReport;
  const plan = [step('linf', { attack: 'autoattack' }), step('l2', { attack: 'autoattack' })];
  const reports = new Map([
    ['linf', report('apgd-ce', null)],
    ['l2', report('square', 'square', null)],
  ]);
  assert.deepEqual(foundByOf(reports, plan), ['square', 'square', null]);
  assert.equal(foundByOf(new Map(), plan), undefined);
});
