import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openGradientModel } from './gradient-model.ts';
import { reportOnModel } from './report-model.ts';
import { loadOnnxBytes } from './load-onnx.ts';

/** See fixtures/record-pytorch-gradients.py, which made them. */
interface Recorded {
  readonly name: string;
  readonly torch: string;
  readonly labels: readonly number[];
  /** Bytes of the ONNX file, and of float32 in little-endian order, in Base64. */
  readonly model: string;
  readonly x: string;
  readonly scores: string;
  readonly gradient: string;
}

const recorded = JSON.parse(
  readFileSync(new URL('./testing/fixtures/pytorch-gradients.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

function floatsOf(base64: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
}

function assertClose(found: Float32Array, wanted: Float32Array): void {
  assert.equal(found.length, wanted.length);
  const size = wanted.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  assert.ok(size > 1e-4, 'nothing to compare');
  const apart = found.reduce((most, one, at) => Math.max(most, Math.abs(one - wanted[at]!)), 0);
  assert.ok(apart < 2e-5 * size, `differs by ${apart / size} of the largest`);
}

describe('gradients of whole networks against PyTorch', () => {
  for (const one of recorded) {
    it(`${one.name} (torch ${one.torch})`, async () => {
      const bytes = new Uint8Array(Buffer.from(one.model, 'base64'));
      const model = await openGradientModel(bytes, { threads: 0 });
      const labels = Int32Array.from(one.labels);
      const found = await model.lossGradient(floatsOf(one.x), labels.length, { kind: 'cross-entropy', labels });
      await model.close();
      assertClose(found.scores, floatsOf(one.scores));
      assertClose(found.gradient, floatsOf(one.gradient));
      const report = await reportOnModel(one.name, loadOnnxBytes(bytes));
      assert.equal(report.ok, true, JSON.stringify(report));
    });
  }
});
