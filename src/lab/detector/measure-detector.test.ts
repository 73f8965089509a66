import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { z } from 'zod';
import { isFault } from '../../core/fault.ts';
import type { DetectorResult } from '../assess/assessment.ts';
import { attackNamed } from '../evasion/registry.ts';
import { sliceData } from '../labelled-data.ts';
import { sampleSize } from '../target.ts';
import { labelOnly } from '../testing/restricted-targets.ts';
import { pictureProblem, sensorProblem, type SmallProblem, tableProblem } from '../testing/small-problems.ts';
import { calibrateDetector } from './calibrate.ts';
import type { DetectorModels } from './detector.ts';
import { largestHiddenBias } from './hidden-bias.ts';
import { measureDetector } from './measure-detector.ts';
import { measureFittingDetectors } from './measure-fitting-detectors.ts';
import { openDetector } from './open-detector.ts';
import { type InputDetectorId, inputDetectorNamed } from './registry.ts';
import { reportedCount } from './reported.ts';

const [pictures, sensors, table] = [await pictureProblem(), await sensorProblem(), await tableProblem()];
after(async () => {
  for (const one of [pictures, sensors, table]) await one.close();
});

interface Setup {
  readonly options?: object;
  readonly attack?: string;
  readonly attackOptions?: object;
  readonly eps?: number;
  readonly attacked?: number;
  readonly restarts?: number;
}

async function opened(id: InputDetectorId, problem: SmallProblem, options: object = {}) {
  const detector = inputDetectorNamed(id)!;
  const { needs } = detector.meta;
  const models: DetectorModels = {
    model: problem.model,
    ...(needs.includes('features') && { features: problem.features }),
    ...(needs.includes('ensemble') && { ensemble: [problem.other] }),
  };
  const chosen = detector.options(z).parse(options);
  const calibrated = await calibrateDetector(detector, models, problem.clean, chosen, { falsePositiveRate: 0.05 });
  return openDetector(calibrated, models);
}

async function measured(id: InputDetectorId, problem: SmallProblem, setup: Setup = {}) {
  const attack = attackNamed(setup.attack ?? 'pgd')!;
  return measureDetector({
    opened: await opened(id, problem, setup.options),
    target: problem.model,
    data: problem.test,
    attack,
    attackOptions: { ...(attack.defaults as object), ...setup.attackOptions },
    perturbation: { norm: 'linf', eps: setup.eps ?? problem.eps },
    attacked: setup.attacked ?? 60,
    adaptive: { steps: 40, restarts: setup.restarts ?? 2 },
    seed: 'test',
  });
}

for (const { id, problem, options, stronger } of [
  { id: 'feature-squeezing', problem: pictures, options: { bits: 1, median: 0 }, stronger: 0.6 },
  { id: 'mahalanobis', problem: pictures, options: {}, stronger: 0.6 },
  { id: 'knn', problem: pictures, options: {}, stronger: 0.6 },
  { id: 'ensemble-disagreement', problem: pictures, options: {}, stronger: 0.6 },
  { id: 't2-spe', problem: sensors, options: { components: 3 }, stronger: 0.8 },
  { id: 'constraint-violation', problem: table, options: {}, stronger: 1.5 },
] as const) {
  test(`${id} sees plain projected gradient descent`, async () => {
    const { measurement } = await measured(id, problem, { options });
    assert.ok(measurement.truePositiveRate.value > 0.85, `reported ${measurement.truePositiveRate.value}`);
    assert.ok(measurement.auroc > 0.95, `AUROC ${measurement.auroc}`);
    assert.ok(measurement.truePositiveRate.of >= 15, 'too few were fooled to say anything');
    assert.ok(measurement.falsePositiveRate.value < 0.1);
    const forReports: DetectorResult = measurement;
    assert.equal(forReports.statedFalsePositiveRate, 0.05);
    assert.deepEqual(JSON.parse(JSON.stringify(measurement)), measurement, 'plain JSON');
  });

  test(`${id} is evaded by an attack that knows it and may change more`, async () => {
    const { measurement, scores } = await measured(id, problem, { options, eps: stronger, restarts: 4 });
    const { adaptive } = measurement;
    assert.ok(adaptive !== null);
    const unseenByPlain = measurement.fooled.value * (1 - measurement.truePositiveRate.value);
    assert.ok(adaptive.evaded.value > unseenByPlain + 0.2, `${adaptive.evaded.value} over ${unseenByPlain}`);
    assert.ok(
      measurement.adaptiveFooled.value >= measurement.fooled.value,
      'it may always fall back on the plain attack',
    );
    const passed = scores.adaptive.length - reportedCount(scores.adaptive, measurement.threshold);
    assert.equal(adaptive.evaded.value, passed / measurement.attacked);
  });
}

test('cusum sees a shift that lasts, and an attacker who knows it keeps under it', async () => {
  const { scorer, calibrated } = await opened('cusum', sensors);
  const n = 300;
  const size = sampleSize(sensors.test);
  const clean = sensors.test.inputs.slice(0, n * size);
  const deviation = Math.sqrt(
    Array.from({ length: n }, (_, i) => clean[i * size]! ** 2).reduce((sum, square) => sum + square, 0) / n,
  );
  const shifted = clean.map((value, at) => (at % size === 0 ? value + deviation : value));
  const { threshold } = calibrated;
  const before = reportedCount(await scorer.score(clean, n), threshold) / n;
  const after = reportedCount(await scorer.score(shifted, n), threshold) / n;
  assert.ok(after > 0.7 && before < 0.2, `${before} of the clean rows, ${after} of the shifted`);
  const hidden = await largestHiddenBias(scorer, clean, n, 0, {
    threshold,
    alarms: before + 0.01,
    direction: 1,
    unit: deviation,
  });
  assert.ok(hidden > 0 && hidden < deviation, `a bias of ${hidden / deviation} deviations stays hidden`);
});

test('cusum: the knowing attack on a series fools the model no more than the plain one, and raises no alarm of its own', async () => {
  const id = 'cusum';
  const { measurement } = await measured(id, sensors, { attackOptions: { steps: 20 }, attacked: 120, eps: 2 });
  assert.ok(measurement.adaptive !== null);
  assert.ok(measurement.adaptive.truePositiveRate.value <= measurement.truePositiveRate.value);
  assert.ok(measurement.adaptiveFooled.value <= measurement.fooled.value);
});

test('stateful-query sees the queries of HopSkipJump; changing accounts evades it, at the price of accounts', async () => {
  const { measurement } = await measured('stateful-query', pictures, {
    options: { memory: 200 },
    attack: 'hopskipjump',
    attackOptions: { maxQueries: 500 },
    attacked: 8,
  });
  const { queries, adaptive } = measurement;
  assert.ok(queries !== undefined && adaptive !== null);
  assert.equal(queries.runsReported.value, 1);
  assert.ok(queries.untilReported! < 100, `first report at query ${queries.untilReported}`);
  assert.ok(measurement.truePositiveRate.value > 0.7);
  const [accounts, ownCopy] = queries.knowing;
  assert.equal(accounts!.evaded.value, measurement.fooled.value, 'changing accounts costs the attack nothing');
  assert.ok(accounts!.evaded.value > 0.4);
  assert.ok(accounts!.accounts >= 500 / 10 / 2 && ownCopy!.accounts === 1);
  assert.ok(ownCopy!.evaded.value < accounts!.evaded.value, 'one account cannot ask enough');
  assert.equal(adaptive.truePositiveRate.value, 0);
});

test('stateful-query watches queries: attacks by gradient have none', async () => {
  await assert.rejects(measured('stateful-query', pictures), (error) => isFault(error) && error.code === 'ERR_USAGE');
});

test('the data of the calibration is refused, and so is an attack that fools nothing', async () => {
  const one = await opened('mahalanobis', pictures);
  const pgd = attackNamed('pgd')!;
  const run = { opened: one, target: pictures.model, attack: pgd, attacked: 10 };
  const data = (error: unknown): boolean => isFault(error) && error.code === 'ERR_DATA';
  const usual = { norm: 'linf', eps: 0.35 } as const;
  await assert.rejects(measureDetector({ ...run, data: pictures.clean, perturbation: usual }), data);
  const tiny = { norm: 'linf', eps: 1e-6 } as const;
  await assert.rejects(measureDetector({ ...run, data: pictures.test, perturbation: tiny }), data);
});

test('without gradients of the model the attack that knows is said to be a weak one', async () => {
  const one = await opened('mahalanobis', pictures);
  const hopskipjump = attackNamed('hopskipjump')!;
  const { measurement } = await measureDetector({
    opened: one,
    target: labelOnly(pictures.model),
    data: sliceData(pictures.test, 0, 200),
    attack: hopskipjump,
    attackOptions: { ...(hopskipjump.defaults as object), maxQueries: 400 },
    perturbation: { norm: 'linf', eps: 0.5 },
    attacked: 8,
  });
  assert.match(measurement.adaptiveSays, /less than what is possible/);
});

test('a measurement that is stopped gives no half numbers', async () => {
  const one = await opened('knn', pictures);
  await assert.rejects(
    measureDetector({
      opened: one,
      target: pictures.model,
      data: pictures.test,
      attack: attackNamed('pgd')!,
      perturbation: { norm: 'linf', eps: 0.35 },
      signal: AbortSignal.abort(),
    }),
    (error) => isFault(error) && error.code === 'ERR_BUDGET_EXHAUSTED',
  );
});

test('every detector that fits a model is measured, each with the attack that knows it', async () => {
  const { model: target, features, test: data } = pictures;
  const left: [string, string][] = [];
  const leftOut = (id: string, { message }: Error): void => void left.push([id, message]);
  const fitting = { target, features, perturbation: { norm: 'linf', eps: 0.35 }, leftOut } as const;
  const found: readonly DetectorResult[] = await measureFittingDetectors(fitting, data, 600);
  assert.deepEqual(
    found.map(({ detector }) => detector),
    ['feature-squeezing', 'mahalanobis', 'knn', 'stateful-query'],
  );
  for (const one of found) assert.ok(one.adaptive !== null && one.statedFalsePositiveRate === 0.01);
  assert.equal(left.length, 0);
  const weak = { ...fitting, perturbation: { norm: 'linf', eps: 1e-6 } } as const;
  const some = await measureFittingDetectors(weak, data, 600);
  assert.deepEqual(
    some.map(({ detector }) => detector),
    ['stateful-query'],
    'queries are seen whether or not they fool the model',
  );
  assert.deepEqual(
    left.map(([id]) => id),
    ['feature-squeezing', 'mahalanobis', 'knn'],
  );
  for (const [, why] of left) assert.match(why, /fooled none/);
  await assert.rejects(
    measureFittingDetectors(fitting, sliceData(data, 0, 20), 60),
    (error) => isFault(error) && error.code === 'ERR_DATA',
  );
  await assert.rejects(
    measureFittingDetectors(fitting, data, 1e-6),
    (error) => isFault(error) && error.code === 'ERR_BUDGET_EXHAUSTED',
  );
});
