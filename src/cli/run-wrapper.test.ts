import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { seededRandom } from '../math/random.ts';
import { type Ran, runParapet } from './testing/run-parapet.ts';

const folder = mkdtempSync(join(tmpdir(), 'wrapper-command-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const parapet = (line: string): Promise<Ran> => runParapet(folder, line.split(' '));
const COUNT = 240;

/** Pictures with a bright half, left or right. */
before(async () => {
  const random = seededRandom('halves');
  const labels = Int32Array.from({ length: COUNT }, (_, i) => i % 2);
  const data = Float32Array.from({ length: COUNT * 64 }, (_, at) => {
    const bright = (at % 8 < 4 ? 0 : 1) === Math.floor(at / 64) % 2;
    return Math.min(1, Math.max(0, (bright ? 0.7 : 0.3) + 0.1 * random.normal()));
  });
  writeFileSync(
    join(folder, 'data.npz'),
    writeNpz({ x: { shape: [COUNT, 1, 8, 8], data }, y: { shape: [COUNT], data: labels } }),
  );
  const { code, err } = await parapet(
    'harden --architecture mlp --data data.npz --method standard --epochs 5 --batch 32 --out plain.onnx --measure 20',
  );
  assert.equal(code, 0, err);
});

test('a model behind PatchCleanser is attacked, certified and assessed', async () => {
  const hardened = await parapet(
    'harden plain.onnx --data data.npz --method patchcleanser --set patch=2 masksPerAxis=2 --epochs 3 --batch 32 --measure 10 --out patch.onnx --json',
  );
  assert.equal(hardened.code, 0, hardened.err);
  const wrapper = JSON.parse(readFileSync(join(folder, 'patch.wrapper.json'), 'utf8')) as { steps: unknown[] };
  const step = { kind: 'patchcleanser', patch: { height: 2, width: 2 }, masksPerAxis: 2, fill: 0.5 };
  assert.deepEqual(wrapper, { version: 1, model: 'patch.onnx', bounds: [0, 1], steps: [step] });
  const certified = await parapet('certify patch.wrapper.json --data data.npz --samples 8 --json');
  assert.equal(certified.code, 0, certified.err);
  const report = JSON.parse(certified.out) as {
    method: string;
    cleanAccuracy: { value: number };
    certifiedAccuracy: { value: number };
  };
  assert.equal(report.method, 'patchcleanser');
  assert.ok(report.cleanAccuracy.value > 0.9 && report.certifiedAccuracy.value > 0.5, certified.out);
  // No patch of that size changes what is certified: 4 of 64 pixels.
  const attacked = await parapet(
    'attack patch.wrapper.json --data data.npz --samples 8 --attack adversarial-patch --norm patch --eps 0.0625 --set iterations=3 --json',
  );
  assert.equal(attacked.code, 0, attacked.err);
  const { robustAccuracy } = JSON.parse(attacked.out) as { robustAccuracy: { value: number } };
  assert.ok(robustAccuracy.value >= report.certifiedAccuracy.value);
  const assessed = await parapet(
    'assess patch.wrapper.json --data data.npz --samples 4 --budget none --threat certificate --out report --json',
  );
  assert.equal(assessed.code, 0, assessed.err);
  const { model } = JSON.parse(assessed.out) as { model: { name: string; gradients: boolean; remarks: string[] } };
  assert.deepEqual([model.name, model.gradients], ['patch.wrapper.json', true]);
  assert.match(model.remarks[0]!, /behind its wrapper \(patchcleanser\)/);
});

test('a smoothed model is certified with what its wrapper says', async () => {
  const hardened = await parapet(
    'harden plain.onnx --data data.npz --method smoothing --set sigma=0.2 samples=20 --epochs 2 --batch 32 --measure 10 --out smooth.onnx',
  );
  assert.equal(hardened.code, 0, hardened.err);
  const certified = await parapet('certify smooth.wrapper.json --data data.npz --samples 10 --n 200 --n0 20 --json');
  assert.equal(certified.code, 0, certified.err);
  const report = JSON.parse(certified.out) as { method: string; sigma: number; accuracy: { value: number } };
  assert.deepEqual([report.method, report.sigma], ['smoothing', 0.2]);
  assert.ok(report.accuracy.value > 0.8);
  const other = await parapet('certify smooth.wrapper.json --data data.npz --sigma 0.5');
  assert.equal(other.code, 2);
  assert.match(other.err, /smooths with sigma 0\.2/);
});

test('cleaned inputs: an artefact that detectors take and nothing certifies', async () => {
  const hardened = await parapet(
    'harden plain.onnx --data data.npz --method input-cleaning --set bits=3 median=2 --measure 20 --out clean.onnx',
  );
  assert.equal(hardened.code, 0, hardened.err);
  const calibrated = await parapet(
    'detector calibrate clean.wrapper.json --data data.npz --detector feature-squeezing --fpr 0.05 --out t.json',
  );
  assert.equal(calibrated.code, 0, calibrated.err);
  const evaluated = await parapet(
    'detector evaluate clean.wrapper.json --data data.npz --thresholds t.json --samples 10 --eps 0.2',
  );
  // The same samples as those of the calibration are refused: the thresholds and the model were accepted before.
  assert.match(evaluated.err, /calibrat|same samples|samples/i);
  const certified = await parapet('certify clean.wrapper.json --data data.npz');
  assert.equal(certified.code, 2);
  assert.match(certified.err, /no certificate for "median-filter"/);
  const layers = await parapet('detector calibrate clean.wrapper.json --data data.npz --detector knn --out k.json');
  assert.match(layers.err, /needs the network itself/);
});
