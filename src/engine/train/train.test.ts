import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { seededRandom } from '../../math/random.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { buildMlp, buildResNet } from '../build/architectures.ts';
import { prepare } from '../graph/prepare.ts';
import { loadOnnxRuntime } from '../onnx-runtime.ts';
import { ADAMW } from './optimiser.ts';
import type { Perturbation } from './perturb.ts';
import { StepRunner } from './step-runner.ts';
import { train, type TrainingSource, type TrainOptions } from './train.ts';
import { trainableWeights } from './trainable-weights.ts';
import { buildTrainingProgram } from './training-program.ts';
import type { TrainingTask } from './training-task.ts';

const folder = mkdtempSync(join(tmpdir(), 'parapet-train-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Two classes of points: above and below a curve. */
function curve(count: number): TrainingSource {
  const random = seededRandom('curve');
  const x = Float32Array.from({ length: 2 * count }, () => random.uniform());
  const isAbove = (i: number): boolean => x[2 * i + 1]! > 0.5 + 0.3 * Math.sin(6 * x[2 * i]!);
  return {
    count,
    shapes: { input: [2] },
    gather: (indices) => ({
      inputs: { input: Float32Array.from([...indices].flatMap((i) => [x[2 * i]!, x[2 * i + 1]!])) },
      targets: [Float32Array.from([...indices].flatMap((i) => (isAbove(i) ? [0, 1] : [1, 0])))],
    }),
  };
}

const net = (): OnnxModel => buildMlp({ inputShape: [2], classes: 2, seed: 'net' }, [16, 16]);
const options: TrainOptions = {
  tasks: [{ kind: 'cross-entropy' }],
  epochs: 6,
  batch: 32,
  optimiser: ADAMW,
  schedule: { kind: 'cosine', peak: 0.02, warmUp: 0.1 },
  average: { kind: 'ema', decay: 0.99 },
  space: { norm: 'linf', low: 0, high: 1 },
  perturbation: (): Perturbation => ({ kind: 'gradient', eps: 0.02, stepSize: 0.01, steps: 2, start: 'uniform' }),
  seed: 'a',
};

describe('train', () => {
  it('learns, tells about it, and gives the same weights for the same seed', async () => {
    const seen: number[] = [];
    const first = await train(net(), curve(640), { ...options, progress: ({ step }) => void seen.push(step) });
    // Samples closer to the curve than eps cannot be right under attack.
    assert.ok(first.history.at(-1)!.accuracy > 0.83, JSON.stringify(first.history));
    assert.equal(seen.length, 120);
    const again = await train(net(), curve(640), options);
    assert.deepEqual(writeOnnx(again.model), writeOnnx(first.model));
    const other = await train(net(), curve(640), { ...options, seed: 'b' });
    assert.notDeepEqual(writeOnnx(other.model), writeOnnx(first.model));
  });

  it('that was stopped in the middle of an epoch goes on to the same bytes', async () => {
    const whole = await train(net(), curve(640), options);
    const file = join(folder, 'stopped.npz');
    const abort = new AbortController();
    const part = await train(net(), curve(640), {
      ...options,
      checkpoint: { file },
      signal: abort.signal,
      progress: ({ step }) => step === 47 && abort.abort(),
    });
    assert.deepEqual([part.interrupted, part.steps], [true, 47]);
    const rest = await train(net(), curve(640), { ...options, checkpoint: { file } });
    assert.equal(rest.interrupted, false);
    assert.deepEqual(writeOnnx(rest.model), writeOnnx(whole.model));
    // A checkpoint of other options, or a damaged one, is refused.
    const more = { ...options, epochs: 7, checkpoint: { file } };
    await assert.rejects(train(net(), curve(640), more), { code: 'ERR_DATA', where: file });
    writeFileSync(file, readFileSync(file).subarray(0, 1000));
    await assert.rejects(train(net(), curve(640), { ...options, checkpoint: { file } }), { code: 'ERR_DATA' });
  });

  it('gives the same however a batch is cut up, also on threads, up to the order of sums', async () => {
    for (const perturbation of [
      options.perturbation!,
      (): Perturbation => ({ kind: 'noise', sigma: 0.1 }),
    ] satisfies TrainOptions['perturbation'][]) {
      const short: TrainOptions = { ...options, epochs: 1, perturbation };
      const whole = await train(net(), curve(320), short);
      for (const pieces of [{ microBatch: 16 }, { microBatch: 8, threads: 2 }, { threads: 2 }]) {
        const { model } = await train(net(), curve(320), { ...short, ...pieces });
        for (const [name, { data }] of whole.model.graph.initializers) {
          const other = model.graph.initializers.get(name)!.data as Float32Array;
          (data as Float32Array).forEach((value, i) => assert.ok(Math.abs(value - other[i]!) < 1e-5, name));
        }
      }
    }
  });

  it('changes only the weights that it may', async () => {
    const { model } = await train(net(), curve(320), { ...options, epochs: 1, trainable: ['last.'] });
    for (const [name, { data }] of net().graph.initializers) {
      const same = Buffer.from(writeOnnxBytes(data)).equals(writeOnnxBytes(model.graph.initializers.get(name)!.data));
      assert.equal(same, !name.startsWith('last.'), name);
    }
    await assert.rejects(train(net(), curve(320), { ...options, trainable: ['nothing'] }), { code: 'ERR_USAGE' });
  });

  it('stops early and hands out the best', async () => {
    const models: Uint8Array[] = [];
    const result = await train(net(), curve(320), {
      ...options,
      patience: 2,
      validate: (model, epoch) => {
        models.push(writeOnnx(model));
        return Promise.resolve({ score: [1, 3, 2, 2, 5, 5][epoch]! });
      },
    });
    assert.equal(result.history.length, 4);
    assert.deepEqual(writeOnnx(result.model), models[1]);
  });

  it('says when it diverges, and when there is too little data', async () => {
    const wild: TrainOptions = {
      ...options,
      optimiser: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
      schedule: { kind: 'constant', peak: 1e30 },
    };
    await assert.rejects(train(net(), curve(320), wild), { code: 'ERR_DATA', message: /diverged/ });
    await assert.rejects(train(net(), curve(8), options), { code: 'ERR_DATA', message: /fewer than one batch/ });
  });

  it('learns running statistics of BatchNormalization, or leaves them as they are', async () => {
    const source = pictures(64);
    const resnet = buildResNet({ inputShape: [1, 8, 8], classes: 2, seed: 'r' }, [{ width: 4, blocks: 1 }], 'r');
    const { average: _, ...plain } = options;
    for (const batchNorm of ['update', 'frozen'] as const) {
      const { model } = await train(resnet, source, { ...plain, epochs: 2, batch: 16, batchNorm });
      const mean = model.graph.initializers.get('stem.norm.running_mean')!.data as Float32Array;
      assert.equal(
        mean.some((value) => value !== 0),
        batchNorm === 'update',
      );
    }
  });
});

function writeOnnxBytes(data: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}

function pictures(count: number): TrainingSource {
  const random = seededRandom('pictures');
  const x = Float32Array.from({ length: 64 * count }, () => random.uniform());
  return {
    count,
    shapes: { input: [1, 8, 8] },
    gather: (indices) => ({
      inputs: { input: Float32Array.from([...indices].flatMap((i) => [...x.subarray(64 * i, 64 * i + 64)])) },
      targets: [Float32Array.from([...indices].flatMap((i) => (x[64 * i]! > 0.5 ? [0, 1] : [1, 0])))],
    }),
  };
}

describe('the graph of a training step', () => {
  const tasks: readonly (readonly [string, TrainingTask])[] = [
    ['cross-entropy', { kind: 'cross-entropy' }],
    ['binary-cross-entropy', { kind: 'binary-cross-entropy', weight: 0.5 }],
    ['squared-error', { kind: 'squared-error' }],
    ['TRADES', { kind: 'cross-entropy', tradesBeta: 6 }],
  ];
  for (const [name, task] of tasks) {
    it(`has the gradient of its own loss: ${name}, through BatchNormalization in training`, async () => {
      const model = prepare(
        buildResNet({ inputShape: [1, 4, 4], classes: 3, seed: 'g' }, [{ width: 3, blocks: 1 }], 'g'),
      );
      const weights = trainableWeights(model);
      const program = await buildTrainingProgram({
        model,
        runtime: await loadOnnxRuntime(),
        sampleShapes: { input: [1, 4, 4] },
        batch: 4,
        tasks: [task],
        weights,
        batchNorm: 'update',
        attack: { norm: 'l2', low: 0, high: 1 },
      });
      const runner = await StepRunner.open(program, { norm: 'l2', low: 0, high: 1 });
      const random = seededRandom(name);
      const values = [...program.weights, ...program.running].map(({ name: one }) =>
        (model.graph.initializers.get(one)!.data as Float32Array).slice(),
      );
      const parameters = { weights: values.slice(0, weights.length), running: values.slice(weights.length) };
      const x = Float32Array.from({ length: 64 }, () => random.uniform());
      const target = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0.2, 0.3, 0.5);
      // TRADES needs a second half that differs: noise, the same each time.
      const perturbation: Perturbation = { kind: 'noise', sigma: 0.3 };
      const batch = { inputs: { input: x }, targets: [target], perturbation, seed: 's' };
      const { gradients } = await runner.run(parameters, batch);
      // Directional derivatives: central differences along the gradient of each weight.
      for (const [which, gradient] of gradients.entries()) {
        const norm = Math.hypot(...gradient);
        if (norm < 1e-4) continue;
        const weight = parameters.weights[which]!;
        const before = weight.slice();
        const h = 2e-3;
        const lossAt = async (sign: number): Promise<number> => {
          weight.forEach((_, i) => (weight[i] = before[i]! + (sign * h * gradient[i]!) / norm));
          return (await runner.run(parameters, batch)).loss;
        };
        const slope = ((await lossAt(1)) - (await lossAt(-1))) / (2 * h);
        weight.set(before);
        assert.ok(Math.abs(slope - norm) < 0.03 * norm + 2e-3, `${weights[which]}: ${slope} is not ${norm}`);
      }
      await runner.close();
    });
  }

  it('has the derivatives of TRADES that PyTorch has', async () => {
    // z -> z: a network of one identity layer, so that the gradient by its bias is the sum of the derivatives by the scores.
    const model = prepare(buildMlp({ inputShape: [3], classes: 3, seed: 't' }, []));
    const eye = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    const program = await buildTrainingProgram({
      model,
      runtime: await loadOnnxRuntime(),
      sampleShapes: { input: [3] },
      batch: 2,
      tasks: [{ kind: 'cross-entropy', tradesBeta: 6 }],
      weights: ['last.weight', 'last.bias'],
      batchNorm: 'update',
    });
    const runtime = await loadOnnxRuntime();
    const session = await runtime.openBytes(program.train.bytes);
    const z = Float32Array.of(1, 2, -1, 0.5, 0, 0.2, 2, 1, -2, 0, 0.3, 0.4);
    const tensor = (data: Float32Array, dims: readonly number[]) => ({ type: 'float32', dims, data });
    const wanted = [...program.train.losses, ...program.train.gradients];
    const result = await session.run(
      {
        input: tensor(z, [4, 3]),
        'target 0': tensor(Float32Array.of(0, 1, 0, 1, 0, 0), [2, 3]),
        'last.weight': tensor(eye, [3, 3]),
        'last.bias': tensor(new Float32Array(3), [3]),
        [program.train.before[0]!]: tensor(new Float32Array(9).fill(2), [3, 3]),
        [program.train.before[1]!]: tensor(new Float32Array(3), [3]),
        [program.train.share]: tensor(Float32Array.of(0.5), []),
      },
      wanted,
    );
    const loss = result[program.train.losses[0]!]!.data as Float32Array;
    // torch 1.13.1, float64: cross_entropy(z[:2], y) + 6 kl_div(log_softmax(z[2:]), softmax(z[:2]), batchmean) and its gradient by z.
    assert.ok(Math.abs((loss[0]! + loss[1]!) / 2 - 2.171803667401688) < 1e-5);
    const byScores = [
      [-1.023200054301837, 0.9509609617024553, 0.07223909259938173],
      [0.2595337144040297, -0.15945467929968857, -0.10007903510434063],
      [1.3857081717946484, -1.3199897517779977, -0.06571842001665094],
      [-0.4971299047659207, 0.27894610065372966, 0.21818380411219157],
    ];
    const byWeight = result[program.train.gradients[0]!]!.data as Float32Array;
    for (let out = 0; out < 3; out++) {
      for (let from = 0; from < 3; from++) {
        const sum = byScores.reduce((total, row, n) => total + row[out]! * z[n * 3 + from]!, 0);
        // Half of it, and what was there before.
        assert.ok(Math.abs(byWeight[out * 3 + from]! - sum / 2 - 2) < 1e-5, `${out}, ${from}`);
      }
    }
    await session.release();
  });
});
