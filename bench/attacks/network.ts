import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openGradientModel, type GradientModel } from '../../src/engine/gradient-model.ts';
import type { LabelledData } from '../../src/lab/labelled-data.ts';
import type { GradientTarget } from '../../src/lab/target.ts';

/** A small MNIST network, trained with PGD at eps 0.3 by `reference/train.py`. */
export const NETWORK = join(import.meta.dirname, 'mnist-pgd.onnx');
const DATA = resolve(import.meta.dirname, '../../../shared/data/models/mnist');

/** The first test images of MNIST, or null where the data is not there. */
export function mnistTestImages(count: number): LabelledData | null {
  if (!existsSync(DATA)) return null;
  const read = (name: string): Buffer => gunzipSync(readFileSync(join(DATA, name)));
  const pixels = read('t10k-images-idx3-ubyte.gz').subarray(16, 16 + count * 784);
  const labels = read('t10k-labels-idx1-ubyte.gz').subarray(8, 8 + count);
  return {
    inputs: Float32Array.from(pixels, (value) => value / 255),
    labels: Int32Array.from(labels),
    count,
    inputShape: [1, 28, 28],
  };
}

export interface TimedTarget {
  readonly target: GradientTarget;
  readonly model: GradientModel;
  /** Milliseconds inside the model, and samples that it saw. */
  readonly spent: { inside: number; forward: number; backward: number };
}

/** The network as a target, with the time that calls take to come back. */
export async function openNetwork(threads?: number): Promise<TimedTarget> {
  const model = await openGradientModel(NETWORK, threads === undefined ? {} : { threads });
  const spent = { inside: 0, forward: 0, backward: 0 };
  const timed = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const start = performance.now();
    const result = await call();
    spent.inside += performance.now() - start;
    return result;
  };
  const target: GradientTarget = {
    name: 'mnist-pgd',
    differentiable: true,
    inputShape: model.info.inputShape,
    classes: model.info.classes,
    bounds: { low: 0, high: 1 },
    scoreType: 'logits',
    scores: (x, n) => {
      spent.forward += n;
      return timed(() => model.forward(x, n));
    },
    lossGradient: (x, n, loss) => {
      spent.backward += n;
      return timed(() => model.lossGradient(x, n, loss));
    },
    activations: (x, n, names) => model.activations(x, n, names),
    close: () => model.close(),
  };
  return { target, model, spent };
}
