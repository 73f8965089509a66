import type { LossGradient } from '../engine/loss.ts';
import { seededRandom, type Random } from '../math/random.ts';
import { sampleSize, type Bounds, type GradientTarget } from './target.ts';

/** A step in front of a model: JPEG, quantisation, a random crop. */
export interface InputTransform {
  readonly name: string;
  /** Draws from `random`: then answers differ from call to call, and gradients are averaged. */
  readonly randomised: boolean;
  /** Shape that comes out; the input's when absent. */
  readonly outputShape?: readonly number[];
  /** One sample. */
  apply(x: Float32Array, random: Random): Float32Array;
  /**
   * Gradient by the step's input from that by its output. When absent the step is taken for the identity (BPDA, Athalye et al. 2018,
   * arXiv:1802.00420), which needs equal shapes and is right for steps that give back nearly what they got.
   */
  gradient?(x: Float32Array, upstream: Float32Array, random: Random): Float32Array;
}

export interface TransformedOptions {
  readonly inputShape?: readonly number[];
  readonly bounds?: Bounds;
  readonly seed?: string;
  /** Draws that are averaged for one gradient of a randomised step (EOT, Athalye et al. 2018, arXiv:1707.07397). */
  readonly draws?: number;
}

/** A model with a step in front of it, attacked as one: gradients go through the step. */
export function transformedTarget(
  inner: GradientTarget,
  transform: InputTransform,
  options: TransformedOptions = {},
): GradientTarget {
  const inputShape = options.inputShape ?? inner.inputShape;
  const size = sampleSize({ inputShape });
  const innerSize = sampleSize(inner);
  const draws = transform.randomised ? Math.max(options.draws ?? 10, 1) : 1;
  let calls = 0;
  const apply = (x: Float32Array, n: number, label: string): Float32Array => {
    const random = seededRandom(`${options.seed ?? 'transform'}/${label}`);
    const out = new Float32Array(n * innerSize);
    for (let i = 0; i < n; i++) {
      out.set(transform.apply(x.subarray(i * size, (i + 1) * size), random.fork(i)), i * innerSize);
    }
    return out;
  };
  return {
    name: `${transform.name} before ${inner.name}`,
    differentiable: true,
    inputShape,
    classes: inner.classes,
    ...(inner.classNames === undefined ? {} : { classNames: inner.classNames }),
    bounds: options.bounds ?? inner.bounds,
    scoreType: inner.scoreType,
    ...(inner.answersAbove === undefined ? {} : { answersAbove: inner.answersAbove }),
    scores: (x, n) => inner.scores(apply(x, n, transform.randomised ? `call ${calls++}` : 'fixed'), n),
    lossGradient: async (x, n, loss): Promise<LossGradient> => {
      const gradient = new Float32Array(n * size);
      const losses = new Float32Array(n);
      const scores = new Float32Array(n * inner.classes);
      for (let draw = 0; draw < draws; draw++) {
        const label = transform.randomised ? `call ${calls++}` : 'fixed';
        const moved = apply(x, n, label);
        const own = await inner.lossGradient(moved, n, loss);
        const random = seededRandom(`${options.seed ?? 'transform'}/${label}`);
        for (let i = 0; i < n; i++) {
          const upstream = own.gradient.subarray(i * innerSize, (i + 1) * innerSize);
          const back = transform.gradient?.(x.subarray(i * size, (i + 1) * size), upstream, random.fork(i)) ?? upstream;
          for (let f = 0; f < size; f++) gradient[i * size + f]! += back[f]! / draws;
        }
        for (let i = 0; i < n; i++) losses[i]! += own.losses[i]! / draws;
        for (let at = 0; at < scores.length; at++) scores[at]! += own.scores[at]! / draws;
      }
      return { scores, losses, gradient };
    },
    activations: (x, n, names) => inner.activations(apply(x, n, 'fixed'), n, names),
    close: () => inner.close(),
  };
}
