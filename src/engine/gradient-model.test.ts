import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { seededRandom } from '../math/random.ts';
import { type GradientModel, type GradientModelOptions, openGradientModel } from './gradient-model.ts';
import type { Loss } from './loss.ts';
import { buildNetwork, smallConvNet } from './testing/build-network.ts';

const random = seededRandom('gradient model');
const SIZE = 3 * 8 * 8;
const N = 7;
const x = Float32Array.from({ length: N * SIZE }, () => random.uniform());
const labels = Int32Array.from({ length: N }, (_, index) => index % 5);

function close(a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-5): void {
  assert.equal(a.length, b.length);
  const scale = Math.max(...Array.from(b, Math.abs), 1e-3);
  for (let index = 0; index < a.length; index++) {
    assert.ok(Math.abs(a[index]! - b[index]!) <= tolerance * scale, `[${index}] ${a[index]} is not ${b[index]}`);
  }
}

describe('GradientModel', () => {
  const opened: GradientModel[] = [];
  after(() => Promise.all(opened.map((model) => model.close())));

  async function open(model: OnnxModel, options: GradientModelOptions = {}): Promise<GradientModel> {
    const found = await openGradientModel(writeOnnx(model), { threads: 0, ...options });
    opened.push(found);
    return found;
  }

  it('gives the same on threads, in this one, in any micro-batch, and in WebAssembly', async () => {
    const plain = await open(smallConvNet());
    const wanted = await plain.lossGradient(x, N, { kind: 'cross-entropy', labels });
    for (const options of [{ threads: 2 }, { microBatch: 2 }, { runtime: 'wasm' as const }]) {
      const model = await open(smallConvNet(), options);
      const found = await model.lossGradient(x, N, { kind: 'cross-entropy', labels });
      close(found.gradient, wanted.gradient);
      close(found.losses, wanted.losses);
      close(await model.forward(x, N), wanted.scores);
    }
  });

  it('takes the batch out of a graph that fixes it to 1 or more, and goes one at a time where that fails', async () => {
    const wanted = await (await open(smallConvNet())).lossGradient(x, N, { kind: 'margin', labels });
    for (const batch of [1, 3]) {
      const fixed = await open(smallConvNet(batch));
      assert.equal(fixed.info.batching, 'any');
      close((await fixed.lossGradient(x, N, { kind: 'margin', labels })).gradient, wanted.gradient);
    }
    // Normalised over the batch: two samples together are not two samples alone.
    const coupled = await open(
      buildNetwork([1, 4], (build, weight, input) => {
        const centred = build.add('Sub', [input, build.add('ReduceMean', [input, build.ints([0])])]);
        return build.add('MatMul', [build.add('Add', [input, centred]), weight(4, 3)]);
      }),
    );
    assert.equal(coupled.info.batching, 1);
    assert.equal((await coupled.forward(new Float32Array(12), 3)).length, 9);
    // No batch axis at all.
    const bare = await open(buildNetwork([4], (build, weight, input) => build.add('MatMul', [input, weight(4, 3)])));
    assert.deepEqual(bare.info.inputShape, [4]);
    const { scores, gradient } = await bare.vjp(
      Float32Array.of(1, 2, 3, 4, 4, 3, 2, 1),
      2,
      new Float32Array(6).fill(1),
    );
    assert.equal(scores.length, 6);
    close(gradient.subarray(0, 4), gradient.subarray(4));
  });

  it('differentiates every loss as its definition says', async () => {
    const model = await open(smallConvNet());
    const targets = labels.map((label) => (label + 2) % 5);
    const weights = Float32Array.from({ length: N * 5 }, () => random.normal());
    const losses: Loss[] = [
      { kind: 'cross-entropy', labels },
      { kind: 'dlr', labels },
      { kind: 'dlr-targeted', labels, targets },
      { kind: 'margin', labels },
      { kind: 'difference', first: labels, second: targets },
      { kind: 'weighted-scores', weights },
    ];
    const scores = await model.forward(x, N);
    for (const loss of losses) {
      const found = await model.lossGradient(x, N, loss);
      const [values, slopes] = lossByHand(scores, loss);
      close(found.losses, values, 1e-4);
      // d loss/dx is the product of the loss's own slope by the scores with the network's Jacobian.
      close(found.gradient, (await model.vjp(x, N, slopes)).gradient, 1e-3);
    }
  });

  it('puts preprocessing into the graph, in the units of the caller', async () => {
    const plain = await open(smallConvNet());
    const preprocessing = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4], channelAxis: 2, transpose: [2, 0, 1] };
    const model = await open(smallConvNet(), { preprocessing });
    assert.deepEqual(model.info.inputShape, [8, 8, 3]);
    // The same samples, prepared by hand: pixels of HWC to planes.
    const prepared = new Float32Array(x.length);
    for (let at = 0; at < x.length; at++) {
      const [sample, rest] = [Math.floor(at / SIZE), at % SIZE];
      const [pixel, channel] = [Math.floor(rest / 3), rest % 3];
      const value = (x[at]! - preprocessing.mean[channel]!) / preprocessing.std[channel]!;
      prepared[sample * SIZE + channel * 64 + pixel] = value;
    }
    const wanted = await plain.lossGradient(prepared, N, { kind: 'margin', labels });
    const found = await model.lossGradient(x, N, { kind: 'margin', labels });
    close(found.scores, wanted.scores);
    const back = Float32Array.from(x, (_, at) => {
      const [sample, rest] = [Math.floor(at / SIZE), at % SIZE];
      const [pixel, channel] = [Math.floor(rest / 3), rest % 3];
      return wanted.gradient[sample * SIZE + channel * 64 + pixel]! / preprocessing.std[channel]!;
    });
    close(found.gradient, back);
  });

  it('sees a final Softmax, and leaves it out when asked', async () => {
    const logits = await (await open(smallConvNet())).forward(x, N);
    const kept = await open(smallConvNet('n', 'softmax'));
    assert.deepEqual([kept.info.finalOperator, kept.info.cut], ['softmax', false]);
    const sums = await kept.forward(x.subarray(0, SIZE), 1);
    assert.ok(Math.abs(sums.reduce((sum, one) => sum + one, 0) - 1) < 1e-5);
    const cut = await open(smallConvNet('n', 'softmax'), { scores: 'logits' });
    assert.equal(cut.info.cut, true);
    close(await cut.forward(x, N), logits);
  });

  it('shows what is inside', async () => {
    const network = smallConvNet();
    const model = await open(network, { threads: 2 });
    const { MaxPool } = await model.activations(x, N, ['MaxPool']);
    assert.equal(MaxPool!.length, N * 8 * 4 * 4);
    await assert.rejects(model.activations(x, N, ['nothing']), { code: 'ERR_USAGE' });
  });

  it('says what is missing or hidden, and where', async () => {
    const missing = await open(
      buildNetwork(['n', 4], (build, weight, input) =>
        build.add('Det', [
          build.add('Reshape', [build.add('MatMul', [input, weight(4, 8)]), build.ints([-1, 2, 2, 2])]),
        ]),
      ),
    );
    assert.equal(missing.info.coverage.missing[0]?.operator, 'Det');
    await assert.rejects(missing.vjp(new Float32Array(4), 1, new Float32Array(2)), {
      code: 'ERR_MODEL_UNSUPPORTED',
      where: 'Det "Det"',
    });
    const sign = buildNetwork(['n', 4], (build, weight, input) =>
      build.add('MatMul', [build.add('Sign', [input]), weight(4, 3)]),
    );
    const hidden = await open(sign);
    assert.equal(hidden.info.coverage.masked[0]?.operator, 'Sign');
    const v = new Float32Array(3).fill(1);
    assert.deepEqual((await hidden.vjp(new Float32Array(4).fill(0.5), 1, v)).gradient, new Float32Array(4));
    const through = await open(sign, { straightThrough: true });
    assert.ok((await through.vjp(new Float32Array(4).fill(0.5), 1, v)).gradient.some((one) => one !== 0));
  });

  it('refuses what does not fit', async () => {
    const model = await open(smallConvNet());
    const usage = { code: 'ERR_USAGE' };
    await assert.rejects(model.forward(x, N + 1), usage);
    await assert.rejects(model.lossGradient(x, N, { kind: 'margin', labels: labels.map(() => 5) }), usage);
    await assert.rejects(model.lossGradient(x, N, { kind: 'margin', labels: new Int32Array(1) }), usage);
    await assert.rejects(open(smallConvNet(), { input: 'y' }), usage);
    await assert.rejects(open(buildNetwork(['n', 'm'], (build, _, input) => build.add('Relu', [input]))), usage);
    await assert.rejects(open(smallConvNet(), { microBatch: 3 }), usage);
    await assert.rejects(openGradientModel(new Uint8Array(40)), { code: 'ERR_MODEL_MALFORMED' });
    await assert.rejects(openGradientModel('/nowhere/model.onnx'), usage);
  });
});

/** Losses and their slopes by the scores, in plain arithmetic. */
function lossByHand(scores: Float32Array, loss: Loss): [number[], Float32Array] {
  const classes = 5;
  const values: number[] = [];
  const slopes = new Float32Array(scores.length);
  for (let sample = 0; sample < scores.length / classes; sample++) {
    const z = Array.from(scores.subarray(sample * classes, (sample + 1) * classes));
    const value = (point: readonly number[]): number => {
      const sorted = point.toSorted((a, b) => b - a);
      const other = (label: number): number => Math.max(...point.filter((_, index) => index !== label));
      switch (loss.kind) {
        case 'cross-entropy':
          return Math.log(point.reduce((sum, one) => sum + Math.exp(one), 0)) - point[loss.labels[sample]!]!;
        case 'dlr': {
          const label = loss.labels[sample]!;
          return -(point[label]! - other(label)) / (sorted[0]! - sorted[2]! + 1e-12);
        }
        case 'dlr-targeted': {
          const top = point[loss.labels[sample]!]! - point[loss.targets[sample]!]!;
          return -top / (sorted[0]! - (sorted[2]! + sorted[3]!) / 2 + 1e-12);
        }
        case 'margin':
          return other(loss.labels[sample]!) - point[loss.labels[sample]!]!;
        case 'difference':
          return point[loss.first[sample]!]! - point[loss.second[sample]!]!;
        case 'weighted-scores':
          return point.reduce((sum, one, index) => sum + one * loss.weights[sample * classes + index]!, 0);
      }
    };
    values.push(value(z));
    for (let index = 0; index < classes; index++) {
      const shifted = (step: number): number[] => z.map((one, at) => (at === index ? one + step : one));
      slopes[sample * classes + index] = (value(shifted(1e-6)) - value(shifted(-1e-6))) / 2e-6;
    }
  }
  return [values, slopes];
}
