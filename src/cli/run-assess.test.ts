import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildArchitecture } from '../engine/build/architectures.ts';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { readNpz } from '../formats/npy/read-npz.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import type { Assessment } from '../lab/assess/assessment.ts';
import { argmax } from '../lab/loss-of-scores.ts';
import { openOnnxTarget } from '../lab/onnx-target.ts';
import { seededRandom } from '../math/random.ts';
import { type Ran, runParapet } from './testing/run-parapet.ts';

const folder = mkdtempSync(join(tmpdir(), 'assess-command-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const parapet = (...argv: string[]): Promise<Ran> => runParapet(folder, ['assess', ...argv]);

const COUNT = 24;
const SHAPE = [3, 8, 8];

before(async () => {
  const model = buildArchitecture('mlp', { inputShape: SHAPE, classes: 4, seed: 'x' });
  writeFileSync(join(folder, 'model.onnx'), writeOnnx(model));
  const random = seededRandom('assess');
  const data = Float32Array.from({ length: COUNT * 192 }, () => random.uniform());
  const target = await openOnnxTarget(join(folder, 'model.onnx'), { threads: 0 });
  const scores = await target.scores(data, COUNT);
  await target.close();
  const labels = Int32Array.from({ length: COUNT }, (_, index) => argmax(scores.subarray(index * 4, index * 4 + 4)));
  const x = { shape: [COUNT, ...SHAPE], data };
  writeFileSync(join(folder, 'data.npz'), writeNpz({ x, y: { shape: [COUNT], data: labels } }));
});

const common = ['model.onnx', '--data', 'data.npz', '--samples', '12', '--budget', 'none'];

test('one command writes a page, numbers, code-scanning results, test results and the samples', async () => {
  const given = [...common, '--threat', 'white-box', 'sticker', 'universal', '--out', 'report'];
  const { code, out, err } = await parapet(
    ...given,
    '--require',
    'robust_accuracy>=0.99@linf:8/255',
    'clean_accuracy>=1',
  );
  assert.equal(code, 1, err);
  assert.match(out, /not met: robust_accuracy>=0\.99@linf:8\/255/);
  const file = (name: string): string => readFileSync(join(folder, 'report', name), 'utf8');
  const found = JSON.parse(file('assessment.json')) as Assessment;
  assert.equal(found.format, 'parapet-assessment');
  assert.deepEqual(
    found.requirements.map(({ verdict }) => verdict),
    ['not-met', 'met'],
  );
  assert.equal(found.clean.accuracy.value, 1);
  const page = file('report.html');
  assert.match(page, /Content-Security-Policy/);
  assert.doesNotMatch(page, /<script|https?:\/\//);
  for (const part of [
    'Can the numbers be believed',
    'Accuracy over eps',
    'By class',
    'The sticker itself',
    'What to do next',
    'How to do it again',
  ])
    assert.ok(page.includes(part), part);
  assert.ok(page.split('data:image/png;base64,').length > 6);
  const sarif = JSON.parse(file('assessment.sarif')) as { runs: { results: { ruleId: string }[] }[] };
  assert.ok(sarif.runs[0]!.results.some(({ ruleId }) => ruleId === 'assess-requirement'));
  assert.match(
    file('junit.xml'),
    /<testcase classname="parapet assess.requirements" name="robust_accuracy&gt;=0.99@linf:8\/255">\n {4}<failure/,
  );
  const saved = readNpz(readFileSync(join(folder, 'report', 'adversarial.npz')));
  const x = saved.read('autoattack_linf_0_03137_x');
  const original = saved.read('autoattack_linf_0_03137_original');
  assert.deepEqual(x.shape, [12, ...SHAPE]);
  let furthest = 0;
  for (let i = 0; i < x.data.length; i++)
    furthest = Math.max(furthest, Math.abs(Number(x.data[i]) - Number(original.data[i])));
  assert.ok(furthest > 0 && furthest <= 8 / 255 + 1e-6, String(furthest));
  // The same command has nothing left to do and says the same.
  const again = await parapet(...given, '--require', 'robust_accuracy>=0.99@linf:8/255', 'clean_accuracy>=1', '--json');
  const second = JSON.parse(again.out) as Assessment;
  assert.deepEqual(second.robust, found.robust);
  assert.deepEqual(second.curves, found.curves);
});

test('a requirement that is met gives 0', async () => {
  const { code, out, err } = await parapet(
    ...common,
    '--threat',
    'sticker',
    '--out',
    'easy',
    '--require',
    'clean_accuracy>=0.9',
  );
  assert.equal(code, 0, err + out);
});

test('what is wrong is said before anything runs', async () => {
  for (const [more, why] of [
    [['--require', 'robust>=0.5'], /no metric "robust"/],
    [['--norm', 'linf,l2'], /2 norms and 1 sizes/],
    [['--norm', 'l9'], /no norm "l9"/],
    [['--threat', 'theft'], /no threat "theft"/],
    [['--bounds', '0,0.5'], /outside the bounds/],
    [['--sticker', '2'], /between 0 and 1/],
    [['--budget', 'long'], /no duration|not a duration/],
    [['--expect-accuracy', '0.4'], /expected was 40\.0 %/],
  ] as const) {
    const { code, err } = await parapet(...common, '--out', 'wrong', ...more);
    assert.equal(code, 2, err);
    assert.match(err, why);
  }
});
