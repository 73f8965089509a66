import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAverage } from './average-weights.ts';
import { ADAMW, clipGradients, createOptimiser, type OptimiserOptions } from './optimiser.ts';
import { learningRate } from './schedule.ts';

const PLAIN = [0.8999999761581421, -1.880000114440918, 0.4599999785423279];
const MOMENTUM = [0.8055710792541504, -1.7108744382858276, 0.486101895570755];
const NESTEROV = [0.7213771343231201, -1.6124858856201172, 0.44531166553497314];
const ADAM = [0.5947244167327881, -1.563288927078247, 0.594852864742279];
/** Four updates of w = (1, -2, 0.5) with g = (0.1 t, -0.3, 0.2 (t - 2)), t = 1 to 4, at rate 0.1. */
function fourSteps(options: OptimiserOptions, decays?: readonly boolean[]): number[] {
  const optimiser = createOptimiser(options, [3], decays);
  const weight = Float32Array.of(1, -2, 0.5);
  for (let t = 0; t < 4; t++) optimiser.update([weight], [Float32Array.of(0.1 * (t + 1), -0.3, 0.2 * (t - 1))], 0.1);
  return [...weight];
}

function assertClose(actual: readonly number[], wanted: readonly number[], tolerance = 1e-6): void {
  actual.forEach((value, index) =>
    assert.ok(Math.abs(value - wanted[index]!) < tolerance, `${value} is not ${wanted[index]}`),
  );
}

describe('createOptimiser', () => {
  // Recorded from torch.optim (PyTorch 1.13.1) with the same updates.
  it('goes where PyTorch goes', () => {
    assertClose(fourSteps({ kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 }), PLAIN);
    assertClose(fourSteps({ kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0.01 }), MOMENTUM);
    assertClose(fourSteps({ kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 }), NESTEROV);
    assertClose(fourSteps({ ...(ADAMW as Extract<OptimiserOptions, { kind: 'adamw' }>), weightDecay: 0.05 }), ADAM);
  });

  it('leaves out of weight decay what it is told to', () => {
    const decayed: OptimiserOptions = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0.5 };
    assertClose(fourSteps(decayed, [false]), PLAIN);
    assert.ok(Math.abs(fourSteps(decayed)[0]! - PLAIN[0]!) > 0.01);
  });

  it('refuses rates that make no sense', () => {
    for (const momentum of [-0.1, 1, NaN]) {
      const options: OptimiserOptions = { kind: 'sgd', momentum, nesterov: false, weightDecay: 0 };
      assert.throws(() => createOptimiser(options, [1]), { code: 'ERR_USAGE' });
    }
  });
});

it('clipGradients scales all gradients together, and only down', () => {
  const gradients = [Float32Array.of(3), Float32Array.of(0, 4)];
  assert.equal(clipGradients(gradients, 10), 5);
  assert.deepEqual(gradients, [Float32Array.of(3), Float32Array.of(0, 4)]);
  assert.equal(clipGradients(gradients, 2.5), 5);
  assert.deepEqual(gradients, [Float32Array.of(1.5), Float32Array.of(0, 2)]);
});

describe('learningRate', () => {
  it('rises in the warm-up, and falls as its kind says', () => {
    const at = (kind: 'constant' | 'step' | 'cosine' | 'one-cycle', progress: number, warmUp = 0.2): number =>
      learningRate({ kind, peak: 2, warmUp }, progress);
    for (const kind of ['constant', 'step', 'cosine', 'one-cycle'] as const) {
      assert.equal(at(kind, 0.1), 1);
      assert.equal(at(kind, 0.2), 2);
      assert.ok(at(kind, 0) > 0);
    }
    assert.equal(at('constant', 1), 2);
    assertClose([at('step', 0.5), at('step', 0.8), at('cosine', 0.6), at('one-cycle', 0.6)], [0.2, 0.02, 1, 1]);
    assertClose([at('cosine', 1), at('one-cycle', 1)], [0, 0]);
    assertClose([learningRate({ kind: 'cosine', peak: 2, floor: 0.1 }, 1)], [0.2]);
  });

  it('refuses a rate of zero and a warm-up that never ends', () => {
    assert.throws(() => learningRate({ kind: 'constant', peak: 0 }, 0), { code: 'ERR_USAGE' });
    assert.throws(() => learningRate({ kind: 'constant', peak: 1, warmUp: 1 }, 0), { code: 'ERR_USAGE' });
  });
});

describe('createAverage', () => {
  it('swa is the mean of the epochs behind its beginning', () => {
    const average = createAverage({ kind: 'swa', from: 0.5 }, [Float32Array.of(9)]);
    [1, 2, 3, 5].forEach((value, epoch) => average.afterEpoch([Float32Array.of(value)], (epoch + 1) / 4));
    assertClose([...average.weights[0]!], [(2 + 3 + 5) / 3]);
    assert.equal(average.count, 3);
  });

  it('ema forgets slowly once it is old, and fast while it is young', () => {
    const average = createAverage({ kind: 'ema', decay: 0.99 }, [Float32Array.of(0)]);
    average.afterStep([Float32Array.of(1)]);
    assertClose([...average.weights[0]!], [1 - 2 / 11]);
    for (let step = 0; step < 2000; step++) average.afterStep([Float32Array.of(1)]);
    average.afterStep([Float32Array.of(0)]);
    assertClose([...average.weights[0]!], [0.99], 1e-4);
  });
});
