import type { OnnxModel } from '../../../formats/onnx/onnx-model.ts';
import type { Random } from '../../../math/random.ts';
import { boxOf, projectOntoBall } from '../../evasion/norm-ball.ts';
import { steepestStep } from '../../evasion/step-direction.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { openOnnxTarget } from '../../onnx-target.ts';
import { type Bounds, sampleSize } from '../../target.ts';

export interface TransferOptions {
  readonly norm: 'linf' | 'l2';
  readonly eps: number;
  readonly bounds: Bounds;
  readonly threads: number;
  readonly random: Random;
  readonly signal?: AbortSignal;
}

/** Gradient steps, each 2.5 eps / STEPS long. */
const STEPS = 5;
const AT_ONCE = 64;

/**
 * The samples, and behind them the same ones as attacks on models that are trained already leave them (each on one of these, drawn by chance), with their own labels:
 * what a further member is trained on so that what fools the others does not fool it (ensemble adversarial training, Tramèr et al. 2018, arXiv:1705.07204).
 */
export async function withTransferred(
  data: LabelledData,
  models: readonly OnnxModel[],
  { norm, eps, bounds, threads, random, signal }: TransferOptions,
): Promise<LabelledData> {
  const size = sampleSize(data);
  const inputs = new Float32Array(2 * data.inputs.length);
  inputs.set(data.inputs);
  const moved = inputs.subarray(data.inputs.length);
  moved.set(data.inputs);
  const whose = Int32Array.from({ length: data.count }, () => random.below(models.length));
  for (const [at, model] of models.entries()) {
    const target = await openOnnxTarget(model, { bounds, inputShape: data.inputShape, threads: Math.max(1, threads) });
    try {
      const box = boxOf(target);
      const own = [...whose.keys()].filter((i) => whose[i] === at);
      for (let from = 0; from < own.length && signal?.aborted !== true; from += AT_ONCE) {
        const rows = own.slice(from, from + AT_ONCE);
        const points = new Float32Array(rows.length * size);
        rows.forEach((i, k) => points.set(data.inputs.subarray(i * size, (i + 1) * size), k * size));
        const labels = Int32Array.from(rows, (i) => data.labels[i]!);
        for (let step = 0; step < STEPS; step++) {
          const { gradient } = await target.lossGradient(points, rows.length, { kind: 'cross-entropy', labels });
          rows.forEach((i, k) => {
            const point = points.subarray(k * size, (k + 1) * size);
            const direction = steepestStep(norm, gradient.subarray(k * size, (k + 1) * size));
            for (let f = 0; f < size; f++) point[f]! += ((2.5 * eps) / STEPS) * direction[f]!;
            projectOntoBall(norm, point, data.inputs.subarray(i * size, (i + 1) * size), eps, box);
          });
        }
        rows.forEach((i, k) => moved.set(points.subarray(k * size, (k + 1) * size), i * size));
      }
    } finally {
      await target.close();
    }
  }
  const labels = new Int32Array(2 * data.count);
  labels.set(data.labels);
  labels.set(data.labels, data.count);
  return { ...data, inputs, labels, count: 2 * data.count };
}
