import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildMlp } from '../engine/build/architectures.ts';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { loadData } from '../lab/load-data.ts';
import { argmax } from '../lab/loss-of-scores.ts';
import { openOnnxTarget } from '../lab/onnx-target.ts';
import { checkPredicate } from '../passport/predicates.ts';
import { seededRandom } from '../math/random.ts';
import { assessDetectors } from './assess-detectors.ts';
import { statementFrom } from './passport-statements.ts';
import { type Ran, runParapet } from './testing/run-parapet.ts';
import { threatTable } from './threat-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'detector-command-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const parapet = (...argv: string[]): Promise<Ran> => runParapet(folder, ['detector', ...argv]);

/** Networks with random weights, and samples labelled by what the first answers. */
before(async () => {
  for (const seed of ['one', 'two'])
    writeFileSync(join(folder, `${seed}.onnx`), writeOnnx(buildMlp({ inputShape: [8], classes: 3, seed }, [16])));
  const target = await openOnnxTarget(join(folder, 'one.onnx'), { threads: 0 });
  for (const [name, n] of [
    ['clean', 400],
    ['test', 200],
  ] as const) {
    const random = seededRandom(name);
    const data = Float32Array.from({ length: n * 8 }, () => random.uniform());
    const scores = await target.scores(data, n);
    const labels = Int32Array.from({ length: n }, (_, i) => argmax(scores.subarray(i * 3, i * 3 + 3)));
    const arrays = { x: { shape: [n, 8], data }, y: { shape: [n], data: labels } };
    writeFileSync(join(folder, `${name}.npz`), writeNpz(arrays));
  }
  await target.close();
});

const CALIBRATE = ['calibrate', 'one.onnx', '--data', 'clean.npz', '--fpr', '0.05', '--threads', '1'];
const EVALUATE = ['evaluate', 'one.onnx', '--data', 'test.npz', '--eps', '0.3', '--samples', '30', '--threads', '1'];

test('a detector is calibrated, evaluated against both attacks, and becomes a statement of a passport', async () => {
  const made = await parapet(...CALIBRATE, '--detector', 'mahalanobis', '--out', 'm.json', '--json');
  assert.equal(made.code, 0, made.err);
  const said = JSON.parse(made.out) as { threshold: number; models: { role: string; layer?: string }[] };
  const file = JSON.parse(readFileSync(join(folder, 'm.json'), 'utf8')) as Record<string, unknown>;
  assert.equal(file['threshold'], said.threshold);
  assert.deepEqual(
    said.models.map(({ role, layer }) => [role, typeof layer]),
    [
      ['model', 'undefined'],
      ['features', 'string'],
    ],
  );
  const found = await parapet(...EVALUATE, '--thresholds', 'm.json', '--attack', 'pgd', '--json');
  assert.equal(found.code, 0, found.err);
  const result = JSON.parse(found.out) as {
    threshold: number;
    statedFalsePositiveRate: number;
    falsePositiveRate: { value: number; of: number };
    truePositiveRate: { value: number };
    auroc: number;
    adaptive: { auroc: number; evaded: { value: number } };
  };
  assert.equal(result.threshold, said.threshold);
  assert.equal(result.falsePositiveRate.of, 200);
  assert.ok(result.auroc >= 0 && result.auroc <= 1 && result.adaptive.evaded.value > 0);
  const again = await parapet(...EVALUATE, '--thresholds', 'm.json', '--attack', 'pgd', '--json');
  assert.equal(again.out, found.out, 'the same seed, the same result');
  const text = await parapet(...EVALUATE, '--thresholds', 'm.json');
  assert.match(text.out, /attack that knows it/);
  const statement = checkPredicate(
    'thresholds',
    statementFrom(
      'thresholds',
      { value: file, text: '', where: 'm.json', written: new Date(), role: 'training' },
      { sha256: '', value: { files: 0, bytes: 0 } },
      '1.2.3',
    ),
    'm.json',
  );
  assert.deepEqual((statement as { detectors: unknown }).detectors, [
    {
      id: 'mahalanobis',
      threshold: said.threshold,
      falsePositiveRate: 0.05,
      calibration: (file['calibratedOn'] as { sha256: string }).sha256,
    },
  ]);
});

test('an ensemble takes other models, and the thresholds are refused for others than those', async () => {
  const args = ['--detector', 'ensemble-disagreement', '--out', 'e.json'];
  assert.equal((await parapet(...CALIBRATE, ...args)).code, 2, 'it needs other models');
  const made = await parapet(...CALIBRATE, ...args, '--ensemble', 'two.onnx');
  assert.equal(made.code, 0, made.err);
  const found = await parapet(...EVALUATE, '--thresholds', 'e.json', '--ensemble', 'two.onnx', '--json');
  assert.equal(found.code, 0, found.err);
  const other = await parapet(...EVALUATE, '--thresholds', 'e.json', '--ensemble', 'one.onnx');
  assert.equal(other.code, 2);
  assert.match(other.err, /made for another model/);
});

test('what is wrong with the command line or the data is said', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[...CALIBRATE, '--detector', 'nothing'], /There are constraint-violation, cusum/],
    [[...CALIBRATE, '--detector', 'knn', '--set', 'k=0'], /option of knn/],
    [[...CALIBRATE, '--detector', 'knn', '--layer', 'nowhere'], /no value "nowhere"/],
    [[...CALIBRATE, '--detector', 'cusum', '--layer', 'x'], /--layer/],
    [[...CALIBRATE, '--detector', 'feature-squeezing', '--set', 'bits=0'], /no squeezer left/],
    [
      ['calibrate', 'one.onnx', '--data', 'clean.npz', '--detector', 'knn', '--fpr', '0.001'],
      /cannot set a false-positive rate/,
    ],
    [['calibrate', 'one.onnx', '--data', 'clean.npz', '--detector', 'knn', '--fpr', '1.5'], /between 0 and 1/],
    [[...CALIBRATE, '--detector', 'knn', '--bounds', '0,0.5'], /outside the bounds/],
    [[...EVALUATE, '--thresholds', 'm.json', '--bounds', '0,0.5'], /outside the bounds/],
    [[...EVALUATE, '--thresholds', 'none.json'], /cannot be read/],
    [[...EVALUATE, '--thresholds', 'one.onnx'], /not JSON/],
    [[...EVALUATE, '--thresholds', 'm.json', '--attack', 'nothing'], /There is no attack/],
    [[...EVALUATE, '--thresholds', 'm.json', '--norm', 'l0'], /linf or l2/],
    [['evaluate', 'one.onnx', '--data', 'clean.npz', '--thresholds', 'm.json'], /calibrated on/],
    [['evaluate', 'two.onnx', '--data', 'test.npz', '--thresholds', 'm.json'], /another model/],
  ];
  for (const [argv, says] of cases) {
    const { code, err } = await parapet(...argv);
    assert.equal(code, 2, argv.join(' '));
    assert.match(err, says);
  }
});

test('the table of threats names defences and both kinds of detectors', () => {
  const row = threatTable().find(({ threat }) => threat === 'adversarial-input')!;
  assert.ok(row.prove.includes('autoattack'));
  assert.ok(row.prevent.includes('pgd-at') && !row.prevent.includes('standard'));
  assert.ok(row.detect.includes('mahalanobis') && row.detect.includes('stateful-query'));
});

test('an assessment measures the detectors that fit, and none under perturbations that are no distance', async () => {
  const file = join(folder, 'one.onnx');
  const target = await openOnnxTarget(file, { threads: 0 });
  try {
    const about = { threads: 0, seed: 'assess' };
    const patch = { norm: 'patch', eps: 0.05 } as const;
    assert.deepEqual(assessDetectors(target, file, { ...about, perturbations: [patch] }), {});
    const perturbations = [patch, { norm: 'l2', eps: 0.8 } as const];
    const { detect } = assessDetectors(target, file, { ...about, perturbations });
    const left: string[] = [];
    const found = await detect!(await loadData(join(folder, 'clean.npz')), null, undefined, (id) => left.push(id));
    assert.deepEqual(left, []);
    assert.deepEqual(
      found.map(({ detector, norm, adaptive }) => [detector, norm, adaptive !== null]),
      [
        ['mahalanobis', 'l2', true],
        ['knn', 'l2', true],
        ['stateful-query', 'l2', true],
      ],
    );
  } finally {
    await target.close();
  }
});
