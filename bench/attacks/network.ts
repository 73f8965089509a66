import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { LabelledData } from '../../src/lab/labelled-data.ts';
import { openOnnxTarget, type OnnxTarget } from '../../src/lab/onnx-target.ts';

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

export interface CountingTarget {
  readonly target: OnnxTarget;
  /** The same, not counted. */
  readonly bare: OnnxTarget;
  /** Samples that went forward, and forward and backward. */
  readonly spent: { forward: number; backward: number };
}

export async function openNetwork(): Promise<CountingTarget> {
  const bare = await openOnnxTarget(NETWORK);
  const spent = { forward: 0, backward: 0 };
  const target: OnnxTarget = {
    ...bare,
    scores: (x, n) => {
      spent.forward += n;
      return bare.scores(x, n);
    },
    lossGradient: (x, n, loss) => {
      spent.backward += n;
      return bare.lossGradient(x, n, loss);
    },
  };
  return { target, bare, spent };
}
