import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { isFault } from '../../core/fault.ts';
import { binomialAtLeast } from '../../math/binomial.ts';
import { seededRandom } from '../../math/random.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { sampleSize } from '../target.ts';
import { pictureProblem, sensorProblem, type SmallProblem, tableProblem } from '../testing/small-problems.ts';
import { calibrateDetector } from './calibrate.ts';
import type { DetectorModels, InputDetector } from './detector.ts';
import { openDetector, openThresholds, type OpenedDetector } from './open-detector.ts';
import { INPUT_DETECTORS, inputDetectorNamed, type InputDetectorId } from './registry.ts';
import { isReported } from './reported.ts';
import { writeThresholds } from './thresholds-file.ts';

const [pictures, sensors, table] = [await pictureProblem(), await sensorProblem(), await tableProblem()];
after(async () => {
  for (const one of [pictures, sensors, table]) await one.close();
});

/** Where each detector is at home, and options that fit that data. */
const HOMES: Readonly<Record<InputDetectorId, { readonly problem: SmallProblem; readonly options: object }>> = {
  'constraint-violation': { problem: table, options: {} },
  cusum: { problem: sensors, options: {} },
  'ensemble-disagreement': { problem: pictures, options: {} },
  'feature-squeezing': { problem: pictures, options: { bits: 1, median: 0 } },
  knn: { problem: pictures, options: {} },
  mahalanobis: { problem: pictures, options: {} },
  'stateful-query': { problem: pictures, options: { memory: 100 } },
  't2-spe': { problem: sensors, options: { components: 3 } },
};
const RATE = 0.05;
const detectors = INPUT_DETECTORS as readonly unknown[] as readonly InputDetector<InputDetectorId, unknown>[];

function modelsFor({ meta: { needs } }: InputDetector<string, unknown>, problem: SmallProblem): DetectorModels {
  return {
    ...(needs.includes('model') && { model: problem.model }),
    ...(needs.includes('features') && { features: problem.features }),
    ...(needs.includes('ensemble') && { ensemble: [problem.other] }),
  };
}

async function calibrated(detector: InputDetector<InputDetectorId, unknown>, clean?: LabelledData) {
  const { problem, options } = HOMES[detector.meta.id];
  const models = modelsFor(detector, problem);
  const chosen = detector.options(z).parse(options);
  const found = await calibrateDetector(detector, models, clean ?? problem.clean, chosen, { falsePositiveRate: RATE });
  return { problem, models, found, opened: openDetector(found, models) };
}

test('every folder is registered and documented, and every registered detector has its folder', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'detector.ts')))
    .map((entry) => entry.name);
  assert.deepEqual(detectors.map(({ meta }) => meta.id as string).toSorted(), folders.toSorted());
  for (const id of folders) {
    const readme = readFileSync(join(import.meta.dirname, id, 'README.md'), 'utf8');
    assert.match(readme, /^# /, `${id}/README.md has no title`);
    for (const option of Object.keys(inputDetectorNamed(id)!.defaults as object))
      assert.ok(readme.includes(`\`${option}\``), `${id}/README.md does not say what ${option} is`);
    for (const part of ['## Use', '## What it does not see']) assert.ok(readme.includes(part), `${id}: ${part}`);
  }
});

for (const detector of detectors) {
  const { id, stateful, needs } = detector.meta;

  test(`${id}: an empty object gives its defaults, and unknown options are refused`, () => {
    assert.deepEqual(detector.options(z).parse({}), detector.defaults);
    assert.throws(() => detector.options(z).parse({ noSuchOption: 1 }));
  });

  test(`${id}: clean inputs that it did not see are reported at the stated rate`, async () => {
    const { problem, opened } = await calibrated(detector);
    const { reported } = await opened.inspect(problem.test.inputs, problem.test.count);
    const alarms = reported.reduce((sum, one) => sum + one, 0);
    // The threshold comes from 1000 samples and has a spread of its own, as large as that of the test: two sigma of it are granted. Scores of
    // detectors with a memory hang together, so that 1000 of them say as much as a few hundred.
    const granted = RATE + 2 * Math.sqrt((RATE * (1 - RATE)) / (stateful ? 100 : 1000));
    const n = problem.test.count;
    assert.ok(binomialAtLeast(alarms, n, granted) > 1e-3, `${alarms} of ${n} clean samples reported`);
  });

  test(`${id}: the same from a file, scores and all, and the same seed gives the same file`, async () => {
    const { problem, models, found, opened } = await calibrated(detector);
    const text = writeThresholds(found);
    assert.equal(writeThresholds((await calibrated(detector)).found), text);
    const again = openThresholds(text, models);
    const n = 40;
    const part = problem.test.inputs.slice(0, n * sampleSize(problem.test));
    assert.deepEqual(await again.fresh().score(part, n), await opened.fresh().score(part, n));
    assert.equal(again.calibrated.threshold, found.threshold);
  });

  test(`${id}: what is no number is reported, and what comes after it is looked at`, async () => {
    const { problem, opened } = await calibrated(detector);
    const size = sampleSize(problem.test);
    const n = 60;
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const clean = problem.test.inputs.slice(0, n * size);
      const spoilt = clean.slice();
      spoilt[20 * size + 3] = bad;
      const scorer = opened.fresh();
      const scores = await scorer.score(spoilt, n);
      assert.ok(isReported(scores[20]!, found(opened)), `${bad} scores ${scores[20]}`);
      const before = await opened.fresh().score(clean, n);
      for (let i = 0; i < n; i++) {
        if (i === 20) continue;
        assert.ok(Number.isFinite(scores[i]!), `${bad}: sample ${i} scores ${scores[i]}`);
        if (!stateful) assert.equal(scores[i], before[i], `sample ${i}`);
      }
    }
  });

  test(`${id}: clean data with NaN, too little data and missing models are refused in words`, async () => {
    const { problem } = HOMES[id];
    const bad = { ...problem.clean, inputs: problem.clean.inputs.slice() };
    bad.inputs[sampleSize(problem.clean) * 3 + 2] = Number.NaN;
    await assert.rejects(
      calibrated(detector, bad),
      (error) => isFault(error) && error.code === 'ERR_DATA' && error.where === 'sample 3, feature 2',
    );
    await assert.rejects(
      calibrated(detector, sliceData(problem.clean, 0, 20)),
      (error) => isFault(error) && error.code === 'ERR_DATA',
    );
    if (needs.length === 0) return;
    const usage = (error: unknown): boolean => isFault(error) && error.code === 'ERR_USAGE';
    await assert.rejects(calibrateDetector(detector, {}, problem.clean, detector.defaults), usage);
    const { found: made, models } = await calibrated(detector);
    assert.throws(() => openDetector(made, {}), usage);
    const elsewhere = modelsFor(detector, problem === pictures ? table : pictures);
    assert.throws(() => openDetector(made, { ...models, ...elsewhere }), usage, 'a model that takes other inputs');
  });

  test(`${id}: a series that comes row by row is scored as it is as a whole`, async () => {
    const { problem, opened } = await calibrated(detector);
    const size = sampleSize(problem.test);
    const n = 30;
    const whole = problem.test.inputs.slice(0, n * size);
    const together = await opened.fresh().score(whole, n);
    // Twice, so that one series does not go on in the other.
    for (let turn = 0; turn < 2; turn++) {
      const next = opened.follow();
      for (let i = 0; i < n; i++) {
        const { scores } = await next(whole.slice(i * size, (i + 1) * size), 1);
        assert.ok(Math.abs(scores[0]! - together[i]!) <= 1e-5 * Math.max(1, Math.abs(together[i]!)), `row ${i}`);
      }
    }
    await assert.rejects(opened.follow()(whole, 1), { code: 'ERR_USAGE' });
  });

  test(`${id}: fitted numbers of another shape are refused`, async () => {
    const { found: made, models } = await calibrated(detector);
    const [name] = Object.keys(made.state);
    if (name === undefined) return; // it learns nothing
    const config = (error: unknown): boolean => isFault(error) && error.code === 'ERR_CONFIG';
    const { [name]: _gone, ...rest } = made.state;
    assert.throws(() => openDetector({ ...made, state: rest }, models), config);
    const wrong = { dims: [1, 1, 1], data: new Float64Array(1) };
    assert.throws(() => openDetector({ ...made, state: { ...made.state, [name]: wrong } }, models), config);
    assert.throws(() => openDetector({ ...made, options: { noSuchOption: 1 } }, models), config);
  });

  if (!stateful) {
    test(`${id}: a score does not depend on what else is asked`, async () => {
      const { problem, opened } = await calibrated(detector);
      const size = sampleSize(problem.test);
      const together = await opened.scorer.score(problem.test.inputs.slice(0, 10 * size), 10);
      for (const i of [0, 7]) {
        const [alone] = await opened.scorer.score(problem.test.inputs.slice(i * size, (i + 1) * size), 1);
        assert.ok(Math.abs(alone! - together[i]!) <= 1e-5 * Math.max(1, Math.abs(alone!)));
      }
    });

    // Bits are rounded: the gradient is that of the identity in their place, and no difference shows it.
    if (id !== 'feature-squeezing') {
      test(`${id}: the gradient of the score is what differences say`, async () => {
        const { problem, opened } = await calibrated(detector);
        assert.ok((await shareThatAgrees(opened, problem)) > 0.9);
      });
    }
  }
}

/** Directions along which the score changes as its gradient says. Kinks (ReLU, the nearest class, another neighbour) spoil some. */
async function shareThatAgrees({ scorer }: OpenedDetector, problem: SmallProblem): Promise<number> {
  const size = sampleSize(problem.test);
  const n = 40;
  const random = seededRandom('directions');
  const x = problem.test.inputs.slice(0, n * size).map((value) => value + problem.eps * 0.7 * random.normal());
  const { gradient, scores } = await scorer.scoreGradient!(x, n);
  const plain = await scorer.score(x, n);
  const way = Float64Array.from(x, () => random.normal() / Math.sqrt(size));
  const step = 3e-4 * (problem.model.bounds.high as number);
  const [up, down] = [1, -1].map((sign) => x.map((value, at) => value + sign * step * way[at]!));
  const [above, below] = [await scorer.score(up!, n), await scorer.score(down!, n)];
  let agree = 0;
  for (let i = 0; i < n; i++) {
    assert.ok(Math.abs(scores[i]! - plain[i]!) <= 1e-6 * Math.max(1, plain[i]!), 'both ways to the score agree');
    let [wanted, length] = [0, 0];
    for (let f = 0; f < size; f++) {
      wanted += gradient[i * size + f]! * way[i * size + f]!;
      length += gradient[i * size + f]! ** 2;
    }
    const seen = (above[i]! - below[i]!) / (2 * step);
    if (Math.abs(seen - wanted) <= 0.03 * Math.sqrt(length / size) * Math.sqrt(size) + 1e-6) agree++;
  }
  return agree / n;
}

function found({ calibrated: { threshold } }: OpenedDetector): number {
  return threshold;
}
