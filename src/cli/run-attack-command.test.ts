import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildArchitecture } from '../engine/build/architectures.ts';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { openOnnxTarget } from '../lab/onnx-target.ts';
import { argmax } from '../lab/loss-of-scores.ts';
import { loadData } from '../lab/load-data.ts';
import { seededRandom } from '../math/random.ts';
import { type Ran, runParapet } from './testing/run-parapet.ts';

const folder = mkdtempSync(join(tmpdir(), 'attack-command-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const parapet = (...argv: string[]): Promise<Ran> => runParapet(folder, ['attack', ...argv]);

/** A network with random weights, and samples labelled by what it answers: it is right on all of them. */
async function prepare(): Promise<void> {
  writeFileSync(
    join(folder, 'model.onnx'),
    writeOnnx(buildArchitecture('mlp', { inputShape: [8], classes: 4, seed: 'x' })),
  );
  const random = seededRandom('attack');
  const data = Float32Array.from({ length: 40 * 8 }, () => random.uniform());
  const target = await openOnnxTarget(join(folder, 'model.onnx'), { threads: 0 });
  const scores = await target.scores(data, 40);
  await target.close();
  const labels = Int32Array.from({ length: 40 }, (_, index) => argmax(scores.subarray(index * 4, index * 4 + 4)));
  const arrays = { x: { shape: [40, 8], data }, y: { shape: [40], data: labels } };
  writeFileSync(join(folder, 'data.npz'), writeNpz(arrays));
}

test('an attack says what is left, and saves inputs inside bounds and perturbation', async () => {
  await prepare();
  const args = [
    'model.onnx',
    '--data',
    'data.npz',
    '--attack',
    'pgd',
    '--eps',
    '0.2',
    '--expect-accuracy',
    '1',
    '--threads',
    '1',
  ];
  const found = await parapet(...args, '--json', '--out', 'adversarial.npz');
  assert.equal(found.code, 0, found.err);
  const result = JSON.parse(found.out) as {
    cleanAccuracy: { value: number };
    robustAccuracy: { value: number };
    unconfirmed: number;
  };
  assert.equal(result.cleanAccuracy.value, 1);
  assert.ok(result.robustAccuracy.value < 1);
  assert.equal(result.unconfirmed, 0);
  const saved = await loadData(join(folder, 'adversarial.npz'), {});
  const before = await loadData(join(folder, 'data.npz'), {});
  assert.equal(saved.count, 40);
  for (let index = 0; index < saved.inputs.length; index++) {
    assert.ok(Math.abs(saved.inputs[index]! - before.inputs[index]!) <= 0.2 + 1e-6);
    assert.ok(saved.inputs[index]! >= 0 && saved.inputs[index]! <= 1);
  }
  const again = await parapet(...args, '--json');
  assert.equal(again.out, found.out, 'the same seed, the same result');
});

test('a wrong expectation, attack or option stops before anything is attacked', async () => {
  await prepare();
  const args = ['model.onnx', '--data', 'data.npz', '--eps', '0.2'];
  const expectation = await parapet(...args, '--attack', 'fgsm', '--expect-accuracy', '0.5');
  assert.equal(expectation.code, 2);
  assert.match(expectation.err, /accuracy/i);
  assert.equal((await parapet(...args, '--attack', 'nothing')).code, 2);
  assert.equal((await parapet(...args, '--attack', 'tree-exact')).code, 2);
  assert.equal((await parapet(...args, '--attack', 'pgd', '--set', 'steps=many')).code, 2);
  writeFileSync(join(folder, 'broken.onnx'), readFileSync(join(folder, 'model.onnx')).subarray(0, 60));
  assert.equal((await parapet('broken.onnx', '--data', 'data.npz')).code, 2);
});
