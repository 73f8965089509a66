import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildNetwork } from '../../engine/testing/build-network.ts';
import type { GraphBuilder } from '../../engine/graph/graph-builder.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { seededRandom } from '../../math/random.ts';
import { handshake } from '../handshake.ts';
import { openOnnxTarget, type OnnxTarget } from '../onnx-target.ts';
import { labelledBy } from '../testing/labelled-by.ts';
import { autoattack } from './autoattack/attack.ts';
import { runAttack } from './run-attack.ts';
import { runSelfChecks } from './self-checks.ts';

/** A network of two dense layers as an ONNX file, with steps before and after it. */
async function open(
  before: (build: GraphBuilder, x: string) => string,
  after: (build: GraphBuilder, logits: string) => string = (_, logits) => logits,
): Promise<OnnxTarget> {
  const model = buildNetwork(['n', 1, 6, 6], (build, weight, x) => {
    const flat = build.add('Flatten', [before(build, build.add('Sub', [x, build.scalar(0.5)]))]);
    const hidden = build.add('Relu', [build.add('Gemm', [flat, weight(36, 24), weight(24)])]);
    return after(build, build.add('Gemm', [hidden, weight(24, 4), weight(4)]));
  });
  return openOnnxTarget(writeOnnx(model), { threads: 0, scores: 'as-is' });
}

async function failed(target: OnnxTarget, eps: number): Promise<{ fails: string[]; robust: number }> {
  try {
    const data = await labelledBy(target, 8, 'x');
    await handshake(target, data, { accuracy: 1 });
    const perturbation = { norm: 'linf', eps } as const;
    const report = await runAttack({ attack: autoattack, target, data, perturbation });
    assert.equal(report.metrics.unconfirmed, 0);
    const foundBy = report.outcomes.map((one) => one.foundBy);
    const checks = await runSelfChecks({ target, data, perturbation, foundBy });
    assert.ok(
      checks.every((check) => check.verdict !== 'not-run'),
      JSON.stringify(checks),
    );
    const fails = checks.filter((check) => check.verdict === 'fail').map((check) => check.id as string);
    return { fails, robust: report.metrics.robustAccuracy.value };
  } finally {
    await target.close();
  }
}

test('a plain ONNX network: fooled, and every self-check passes', async () => {
  const { fails, robust } = await failed(await open((_, x) => x), 0.05);
  assert.ok(robust < 1);
  assert.deepEqual(fails, []);
});

test('a quantised input is caught', async () => {
  const steps = (build: GraphBuilder, x: string): string =>
    build.add('Div', [build.add('Round', [build.add('Mul', [x, build.scalar(16)])]), build.scalar(16)]);
  const { fails } = await failed(await open(steps), 0.1);
  assert.ok(fails.includes('masked-steps'), String(fails));
  assert.ok(fails.includes('zero-gradient') || fails.includes('black-box-beats-white-box'), String(fails));
});

test('a network that sees signs only is caught', async () => {
  const { fails } = await failed(await open((build, x) => build.add('Sign', [x])), 0.2);
  assert.ok(fails.includes('masked-steps'), String(fails));
});

test('a softmax that is kept is caught', async () => {
  const loud = (build: GraphBuilder, logits: string): string =>
    build.add('Softmax', [build.add('Mul', [logits, build.scalar(40)])], { axis: 1 });
  const { fails } = await failed(await open((_, x) => x, loud), 0.05);
  assert.ok(fails.includes('probabilities-for-logits'), String(fails));
});

test('AutoAttack on ONNX gives the same verdicts whatever the chunks are', async () => {
  const target = await open((_, x) => x);
  try {
    const data = await labelledBy(target, 12, 'y', 1);
    const perturbation = { norm: 'l2', eps: 0.2 } as const;
    const run = (chunk: number) => runAttack({ attack: autoattack, target, data, perturbation, chunk, seed: 's' });
    const [whole, parts] = [await run(12), await run(5)];
    assert.deepEqual(
      parts.outcomes.map((one) => one.fooled),
      whole.outcomes.map((one) => one.fooled),
    );
    assert.ok(whole.metrics.robustAccuracy.value < 11 / 12);
  } finally {
    await target.close();
  }
});

test('a run is the same for the same seed', async () => {
  const target = await open((_, x) => x);
  try {
    const data = await labelledBy(target, 4, 'z');
    const context = () => ({ random: seededRandom('seed') });
    const run = () => autoattack.run(target, data, { norm: 'linf', eps: 0.05 }, autoattack.defaults, context());
    assert.deepEqual(await run(), await run());
  } finally {
    await target.close();
  }
});
