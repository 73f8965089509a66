import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildNetwork, smallConvNet } from '../engine/testing/build-network.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { type Ran, runParapet } from './testing/run-parapet.ts';

const folder = mkdtempSync(join(tmpdir(), 'check-model-'));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'net.onnx'), writeOnnx(smallConvNet()));
const square = buildNetwork(['n', 'h', 'w'], (build, _, x) => build.add('Det', [x]));
writeFileSync(join(folder, 'det.onnx'), writeOnnx(square));

const check = (argv: readonly string[], terminal = false): Promise<Ran> =>
  runParapet(folder, ['model', 'check', ...argv], { terminal });

test('model check --json prints one object, and 0 says that the gradient is right', async () => {
  const { code, out, err } = await check(['net.onnx', '--json'], true);
  assert.deepEqual([code, err], [0, '']);
  const report = JSON.parse(out) as Record<string, unknown>;
  for (const key of ['ok', 'operators', 'missing', 'max_relative_error', 'forward_ms', 'gradient_ms'])
    assert.ok(key in report, key);
  assert.equal(report['ok'], true);
  assert.deepEqual(report['input_shape'], [3, 8, 8]);
});

test('model check for people says the verdict, and on a terminal what it does', async () => {
  const { code, out, err } = await check(['net.onnx'], true);
  assert.equal(code, 0);
  assert.match(out, /sample +3 x 8 x 8 in, 5 scores out/);
  assert.match(out, /verdict +ok/);
  assert.match(err, /^reading \.\.\.\nopening \.\.\.\nforward run \.\.\.\n/);
  assert.equal((await check(['net.onnx'])).err, '');
});

test('model check ends with 1 for a missing gradient, and names its place', async () => {
  const { code, out } = await check(['det.onnx', '--shape', '3x3']);
  assert.equal(code, 1);
  assert.match(out, /no gradient +Det "Det"/);
  assert.match(out, /verdict +not ok/);
});

test('model check ends with 2 for what cannot be read, run or understood', async () => {
  assert.equal((await check(['none.onnx'])).code, 2);
  assert.equal((await check(['net.onnx', '--shape', '3x'])).code, 2);
  assert.equal((await check(['net.onnx', '--runtime', 'gpu'])).code, 2);
  const wrong = await check(['net.onnx', '--output', 'nowhere']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /no output "nowhere"/);
});
