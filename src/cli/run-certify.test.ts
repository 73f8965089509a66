import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildMlp } from '../engine/build/architectures.ts';
import { buildNetwork } from '../engine/testing/build-network.ts';
import { readNpz } from '../formats/npy/read-npz.ts';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { argmax } from '../lab/loss-of-scores.ts';
import { openOnnxTarget } from '../lab/onnx-target.ts';
import { seededRandom } from '../math/random.ts';
import { type Ran, runParapet } from './testing/run-parapet.ts';

const folder = mkdtempSync(join(tmpdir(), 'parapet-certify-'));
after(() => rmSync(folder, { recursive: true }));

const parapet = (...argv: string[]): Promise<Ran> => runParapet(folder, ['certify', ...argv]);

/** A network with random weights, samples labelled by what it answers but for the first, and one whose output is known: |x0| + x1. */
async function prepare(): Promise<void> {
  writeFileSync(join(folder, 'model.onnx'), writeOnnx(buildMlp({ inputShape: [6], classes: 3, seed: 'x' }, [10, 10])));
  const random = seededRandom('certify');
  const data = Float32Array.from({ length: 10 * 6 }, () => 0.2 + 0.6 * random.uniform());
  const target = await openOnnxTarget(join(folder, 'model.onnx'), { threads: 0 });
  const scores = await target.scores(data.slice(), 10);
  await target.close();
  const labels = Int32Array.from({ length: 10 }, (_, i) => argmax(scores.subarray(i * 3, i * 3 + 3)));
  labels[0] = (labels[0]! + 1) % 3;
  writeFileSync(join(folder, 'data.npz'), writeNpz({ x: { shape: [10, 6], data }, y: { shape: [10], data: labels } }));
  const sum = buildNetwork(['n', 2], (build, _, x) =>
    build.add('Gemm', [
      build.add('Relu', [build.add('Gemm', [x, build.floats([1, -1, 0, 0, 0, 1], [2, 3]), build.floats([0, 0, 1])])]),
      build.floats([1, 1, 1], [3, 1]),
      build.floats([-1]),
    ]),
  );
  writeFileSync(join(folder, 'sum.onnx'), writeOnnx(sum));
  const property = (limit: number): string =>
    `(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)
     (assert (>= X_0 -1))(assert (<= X_0 1))(assert (>= X_1 -1))(assert (<= X_1 1))(assert (>= Y_0 ${limit}))`;
  writeFileSync(join(folder, 'holds.vnnlib'), property(2.001));
  writeFileSync(join(folder, 'broken.vnnlib'), property(1.999));
}

interface Result {
  readonly status: string;
  readonly counts: { certified: number; falsified: number; unknown: number; misclassified: number };
  readonly certifiedAccuracy: { value: number };
  readonly certificates: readonly { sample: number; verdict: string; answer?: number; seconds: number }[];
}

test('samples: verdicts, counterexamples that the model is wrong on, and a log to go on from', async () => {
  await prepare();
  const args = [
    'model.onnx',
    '--data',
    'data.npz',
    '--eps',
    '1/8',
    '--method',
    'split',
    '--log',
    'log.jsonl',
    '--json',
  ];
  const first = await parapet(...args, '--out', 'found.npz');
  assert.equal(first.code, 0, first.err);
  const result = JSON.parse(first.out) as Result;
  assert.equal(result.status, 'complete');
  assert.equal(result.counts.misclassified, 1);
  assert.equal(result.counts.certified + result.counts.falsified, 9, 'a small network is decided');
  assert.ok(result.counts.certified > 0 && result.counts.falsified > 0, first.out);
  assert.equal(result.certifiedAccuracy.value, result.counts.certified / 10);
  const npz = readNpz(readFileSync(join(folder, 'found.npz')));
  const [x, y, original] = ['x', 'y', 'original'].map((name) => npz.read(name).data as Float32Array);
  assert.equal(y!.length, result.counts.falsified);
  const target = await openOnnxTarget(join(folder, 'model.onnx'), { threads: 0 });
  const scores = await target.scores(Float32Array.from(x!), y!.length);
  await target.close();
  y!.forEach((label, i) => assert.notEqual(argmax(scores.subarray(i * 3, i * 3 + 3)), label));
  x!.forEach((value, i) => assert.ok(Math.abs(value - original![i]!) <= 1 / 8 && value >= 0 && value <= 1));

  // A log that was cut in the middle of a line gives the same result again.
  const lines = readFileSync(join(folder, 'log.jsonl'), 'utf8').split('\n');
  writeFileSync(join(folder, 'log.jsonl'), `${lines.slice(0, 5).join('\n')}\n${lines[5]!.slice(0, 9)}`);
  const again = await parapet(...args);
  const verdicts = (text: string) => (JSON.parse(text) as Result).certificates.map((one) => ({ ...one, seconds: 0 }));
  assert.deepEqual(verdicts(again.out), verdicts(first.out));
  assert.equal((await parapet(...args.map((one) => (one === '1/8' ? '1/9' : one)))).code, 2, 'the log of another run');
  appendFileSync(join(folder, 'log.jsonl'), '{"sample":3}\n');
  assert.match((await parapet(...args)).err, /damaged.*log.jsonl:12/);
});

test('properties: verified, violated with what the network answers, unknown; and their exit codes', async () => {
  await prepare();
  const verified = await parapet('sum.onnx', '--property', 'holds.vnnlib', '--json');
  assert.equal(verified.code, 0, verified.err);
  assert.equal((JSON.parse(verified.out) as { verified: number }).verified, 1);
  const both = await parapet('sum.onnx', '--property', 'holds.vnnlib', '--property', 'broken.vnnlib', '--json');
  assert.equal(both.code, 1, both.err);
  const { properties } = JSON.parse(both.out) as {
    properties: { verdict: string; counterexample?: { input: number[]; output: number[] } }[];
  };
  assert.deepEqual(
    properties.map(({ verdict }) => verdict),
    ['verified', 'violated'],
  );
  const { input, output } = properties[1]!.counterexample!;
  assert.ok(Math.abs(input[0]!) <= 1 && Math.abs(input[1]!) <= 1 && output[0]! >= 1.999);
  assert.ok(Math.abs(Math.abs(input[0]!) + input[1]! - output[0]!) < 1e-5);
  const late = await parapet('sum.onnx', '--property', 'holds.vnnlib', '--budget', '0s');
  assert.ok(late.code === 3 || late.code === 0);
  const other = await parapet('model.onnx', '--property', 'holds.vnnlib');
  assert.equal(other.code, 2);
  assert.match(other.err, /2 inputs and 1 outputs/);
});

test('smoothing: a curve that falls, abstentions, and the same seed the same result', async () => {
  await prepare();
  const args = ['model.onnx', '--data', 'data.npz', '--smoothing', '--sigma', '0.1', '--n', '500', '--json'];
  const first = await parapet(...args, '--radii', '0,0.05,0.1,9');
  assert.equal(first.code, 0, first.err);
  const { curve, accuracy, certificates } = JSON.parse(first.out) as {
    curve: { radius: number; accuracy: number }[];
    accuracy: { value: number };
    certificates: unknown[];
  };
  assert.deepEqual(
    curve.map(({ radius }) => radius),
    [0, 0.05, 0.1, 9],
  );
  assert.equal(curve[0]!.accuracy, accuracy.value);
  assert.ok(curve[0]!.accuracy >= 0.5 && curve[0]!.accuracy >= curve[1]!.accuracy && curve[3]!.accuracy === 0);
  assert.equal(certificates.length, 10);
  assert.equal((await parapet(...args, '--radii', '0,0.05,0.1,9')).out, first.out);
});

test('what is refused', async () => {
  await prepare();
  const data = ['--data', 'data.npz'];
  for (const args of [
    [],
    [...data, '--property', 'holds.vnnlib'],
    [...data, '--method', 'guess'],
    [...data, '--norm', 'l1'],
    [...data, '--eps', '0'],
    [...data, '--arithmetic', 'exact'],
    [...data, '--timeout', 'soon'],
    [...data, '--smoothing', '--alpha', '2'],
    [...data, '--smoothing', '--out', 'x.npz'],
    [...data, '--expect-accuracy', '0.2'],
    ['--property', 'missing.vnnlib'],
    ['--property', 'holds.vnnlib', '--smoothing'],
  ]) {
    const { code, err } = await parapet('model.onnx', ...args);
    assert.equal(code, 2, `${args.join(' ')}: ${err}`);
  }
});
