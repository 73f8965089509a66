import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Fault, isFault } from '../../core/fault.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { Target } from '../target.ts';
import { labelledBy } from '../testing/labelled-by.ts';
import { maskedTarget, mlpTarget } from '../testing/network-target.ts';
import { labelOnly, scoresOnly } from '../testing/restricted-targets.ts';
import { assess, type AssessOptions } from './assess.ts';
import { type Assessment, SCENARIOS } from './assessment.ts';
import { planAssessment } from './plan-assessment.ts';
import { parseRequirement } from './requirement.ts';

const folder = mkdtempSync(join(tmpdir(), 'assess-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const plain = mlpTarget([1, 5, 5], 12, 4, 'assess');
const linf = [{ norm: 'linf', eps: 0.03 }] as const;

async function run(
  target: Target,
  data: LabelledData,
  name: string,
  more: Partial<AssessOptions> = {},
): Promise<Assessment> {
  const { assessment } = await assess({
    target,
    data,
    perturbations: linf,
    scenarios: ['white-box'],
    budget: null,
    samples: 16,
    state: join(folder, name),
    ...more,
  });
  return assessment;
}

/** What does not depend on the clock. */
function numbersOf({ steps, robust, curves, selfChecks, clean, requirements }: Assessment): unknown {
  return {
    robust,
    curves,
    selfChecks,
    clean,
    requirements,
    steps: steps.map(({ step, status, attacked, metrics }) => ({ id: step.id, status, attacked, metrics })),
  };
}

test('a run that was interrupted goes on to the numbers of one that was not', async () => {
  const data = await labelledBy(plain, 24, 'x', 3);
  const whole = await run(plain, data, 'whole');
  assert.equal(whole.status, 'complete');
  const stop = new AbortController();
  let told = 0;
  const half = await run(plain, data, 'half', {
    signal: stop.signal,
    progress: ({ doing }) => {
      if (doing.startsWith('Auto-PGD') && ++told === 3) stop.abort();
    },
  });
  assert.equal(half.status, 'incomplete');
  assert.ok(half.steps.some(({ status }) => status === 'interrupted'));
  assert.deepEqual(numbersOf(await run(plain, data, 'half')), numbersOf(whole));
});

test('the curve falls, begins at the clean accuracy and agrees with the standard attack at its eps', async () => {
  const data = await labelledBy(plain, 16, 'y', 2);
  const found = await run(plain, data, 'curve');
  const curve = found.curves.find(({ norm }) => norm === 'linf')!;
  assert.equal(curve.points[0]!.eps, 0);
  assert.equal(curve.points[0]!.robust.value, 14 / 16);
  curve.points.slice(1).forEach((point, at) => assert.ok(point.robust.value <= curve.points[at]!.robust.value));
  const at = curve.points.find(({ eps }) => Math.abs(eps - 0.03) < 1e-9)!;
  assert.equal(at.robust.value, found.robust[0]!.accuracy.value);
  assert.ok(curve.points.at(-1)!.robust.value < curve.points[0]!.robust.value);
  assert.ok(found.curves.some(({ norm }) => norm === 'l2'));
});

test('a network that hides its gradients is told apart, and meets no requirement', async () => {
  const masked = maskedTarget([1, 5, 5], 12, 4, 'assess');
  const data = await labelledBy(masked, 8, 'x');
  const found = await run(masked, data, 'masked', {
    samples: 8,
    requirements: [parseRequirement('robust_accuracy>=0.01@linf:0.03')],
  });
  const failed = found.selfChecks.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
  assert.ok(failed.includes('zero-gradient') && failed.includes('large-eps-reaches-zero'), failed.join());
  assert.equal(found.requirements[0]!.verdict, 'not-met');
  assert.equal(found.advice[0]!.urgency, 'high');
});

test('another norm and eps in a requirement is measured, too', async () => {
  const data = await labelledBy(plain, 8, 'x');
  const found = await run(plain, data, 'more', {
    samples: 8,
    requirements: [parseRequirement('robust_accuracy>=0.1@l2:0.05')],
  });
  assert.notEqual(found.requirements[0]!.verdict, 'unknown');
  assert.deepEqual(
    found.robust.map(({ norm }) => norm),
    ['linf', 'l2'],
  );
});

test('a folder of another assessment is refused, and left as it is', async () => {
  const data = await labelledBy(plain, 8, 'x');
  await run(plain, data, 'taken', { samples: 4 });
  const before = readdirSync(join(folder, 'taken')).toSorted();
  await assert.rejects(
    run(plain, data, 'taken', { samples: 5 }),
    (error) => isFault(error) && error.code === 'ERR_USAGE' && /another assessment/.test(error.message),
  );
  assert.deepEqual(readdirSync(join(folder, 'taken')).toSorted(), before);
});

test('the plan fits what the target tells', async () => {
  const cost = { forward: 0.001, gradient: 0.003, surviving: 0.5 };
  const options = { perturbations: linf, scenarios: SCENARIOS, stickerArea: 0.05, samples: 1000, budget: 600 } as const;
  const attacks = (target: Target): string[] => [
    ...new Set(planAssessment(target, cost, options).map(({ attack }) => attack)),
  ];
  assert.deepEqual(attacks(plain), [
    'autoattack',
    'apgd',
    'ddn',
    'square',
    'hopskipjump',
    'adversarial-patch',
    'universal-perturbation',
  ]);
  assert.deepEqual(attacks(scoresOnly(plain)), ['square', 'hopskipjump']);
  assert.deepEqual(attacks(labelOnly(plain)), ['hopskipjump']);
  const vector = mlpTarget([9], 6, 3, 'v');
  assert.ok(!attacks(vector).includes('adversarial-patch'));
});

test('more time buys more samples, never fewer than say something', () => {
  const cost = { forward: 0.001, gradient: 0.003, surviving: 1 };
  const samples = (budget: number | null): number =>
    planAssessment(plain, cost, {
      perturbations: linf,
      scenarios: SCENARIOS,
      stickerArea: 0.05,
      samples: 1000,
      budget,
    })[0]!.expectedSamples;
  assert.equal(samples(1), 1);
  assert.ok(samples(3600) > samples(600));
  assert.equal(samples(null), 1000);
  const steps = planAssessment(plain, cost, {
    perturbations: linf,
    scenarios: SCENARIOS,
    stickerArea: 0.05,
    samples: 1000,
    budget: 3600,
  });
  assert.ok(steps.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0) < 3600);
});

test('time that is used up is said, and what was measured until then stays', async () => {
  const data = await labelledBy(plain, 24, 'x');
  const slow: Target = {
    ...scoresOnly(plain),
    scores: async (x, n) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return plain.scores(x, n);
    },
  };
  const found = await run(slow, data, 'slow', { scenarios: ['black-box'], budget: 3, samples: 24 });
  assert.equal(found.status, 'incomplete');
  assert.equal(found.clean.accuracy.value, 1);
  assert.ok(found.steps.some(({ status }) => status === 'budget'));
});

test('what does not fit the model is said and is no gap; what time did not allow is one', async () => {
  const data = await labelledBy(plain, 8, 'x');
  const refusing = (code: 'ERR_MODEL_UNSUPPORTED' | 'ERR_BUDGET_EXHAUSTED') => (): Promise<never> =>
    Promise.reject(new Fault(code, 'it does not go'));
  const more = { scenarios: ['certificate', 'white-box'] as const, samples: 8 };
  const other = await run(plain, data, 'kind', { ...more, certify: refusing('ERR_MODEL_UNSUPPORTED') });
  assert.deepEqual(other.notRun, [{ what: 'certificates', why: 'it does not go', cut: false }]);
  assert.equal(other.status, 'complete');
  const late = await run(plain, data, 'late', { ...more, certify: refusing('ERR_BUDGET_EXHAUSTED') });
  assert.equal(late.status, 'incomplete');
  // A target that fails is no gap that can be passed over.
  const dead = (): Promise<never> => Promise.reject(new Fault('ERR_TARGET', 'gone'));
  await assert.rejects(
    run(plain, data, 'dead', { ...more, certify: dead }),
    (error) => isFault(error) && error.code === 'ERR_TARGET',
  );
});

test('a damaged state is told as one', async () => {
  const data = await labelledBy(plain, 8, 'x');
  await run(plain, data, 'bent', { samples: 4 });
  const path = join(folder, 'bent', 'plan.json');
  const state = JSON.parse(readFileSync(path, 'utf8'));
  for (const text of [
    '{',
    'null',
    JSON.stringify({ ...state, plan: [{}] }),
    JSON.stringify({ ...state, enough: null }),
  ]) {
    writeFileSync(path, text);
    await assert.rejects(
      run(plain, data, 'bent', { samples: 4 }),
      (error) => isFault(error) && error.code === 'ERR_DATA',
      text.slice(0, 20),
    );
  }
});

test('a detector that was not measured is said, now and in a later call; one that had no time is tried again', async () => {
  const data = await labelledBy(plain, 24, 'x');
  let calls = 0;
  const detecting = (code: 'ERR_DATA' | 'ERR_BUDGET_EXHAUSTED'): Partial<AssessOptions> => ({
    scenarios: ['detector'],
    detect: async (_, __, ___, leftOut) => {
      calls++;
      leftOut('knn', new Fault(code, 'It could not be had.'));
      return [];
    },
  });
  for (const [code, asked] of [
    ['ERR_DATA', 1],
    ['ERR_BUDGET_EXHAUSTED', 2],
  ] as const) {
    calls = 0;
    const wanted = [{ what: 'detector knn', why: 'It could not be had.', cut: asked === 2 }];
    for (let turn = 0; turn < 2; turn++)
      assert.deepEqual((await run(plain, data, `left ${code}`, detecting(code))).notRun, wanted, `${code}, ${turn}`);
    assert.equal(calls, asked, code);
  }
});

test('samples that are too few for detectors do not take the rest with them', async () => {
  const data = await labelledBy(plain, 12, 'x');
  const found = await run(plain, data, 'few', {
    scenarios: ['detector'],
    detect: async () => {
      throw new Fault('ERR_DATA', 'The samples are too few.');
    },
  });
  assert.deepEqual(found.notRun, [{ what: 'detectors', why: 'The samples are too few.', cut: false }]);
});
