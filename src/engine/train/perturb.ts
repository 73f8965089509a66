import { type Random, seededRandom } from '../../math/random.ts';

/** What is done to the inputs of a training step before it learns from them. */
export type Perturbation =
  | { readonly kind: 'none' }
  /** Moves along the gradient of the loss: FGSM with one step, PGD with several (Madry et al. 2018). Projected after each step. */
  | {
      readonly kind: 'gradient';
      readonly eps: number;
      readonly stepSize: number;
      readonly steps: number;
      /** `uniform`: anywhere in the ball; `gaussian`: 0.001 N(0, 1), as TRADES begins; `none`: the sample itself. */
      readonly start: 'uniform' | 'gaussian' | 'none';
    }
  /** Adds sigma N(0, 1), without clipping: what randomised smoothing certifies (Cohen et al. 2019). */
  | { readonly kind: 'noise'; readonly sigma: number };

export interface Box {
  readonly norm: 'linf' | 'l2';
  readonly low: number | Float32Array;
  readonly high: number | Float32Array;
}

/**
 * What a perturbation makes of samples before it has seen a gradient, [n, size]: noise is all of it; an attack begins there.
 * @returns null where there is nothing to draw
 */
export function perturbedStart(
  x: Float32Array,
  size: number,
  perturbation: Perturbation,
  box: Box | null,
  seed: string,
): Float32Array | null {
  if (perturbation.kind === 'noise') return addNoise(x, perturbation.sigma, seededRandom(seed));
  if (perturbation.kind === 'none' || box === null) return null;
  return startingPoint(x, size, perturbation, box, seededRandom(seed));
}

/** Where an attack on `x` begins, [n, size]: a copy, inside the ball and the box. */
export function startingPoint(
  x: Float32Array,
  size: number,
  { start, eps }: Extract<Perturbation, { kind: 'gradient' }>,
  box: Box,
  random: Random,
): Float32Array {
  const from = x.slice();
  if (start === 'none') return from;
  const { low, high } = box;
  if (start === 'gaussian') for (let i = 0; i < from.length; i++) from[i]! += 0.001 * random.normal();
  else if (box.norm === 'linf') {
    for (let i = 0; i < from.length; i++) from[i]! += eps * (random.uint32() / 2147483648 - 1);
  } else {
    for (let at = 0; at < from.length; at += size) {
      const direction = Float32Array.from({ length: size }, () => random.normal());
      let square = 0;
      for (const value of direction) square += value * value;
      const radius = (eps * random.uniform() ** (1 / size)) / Math.sqrt(square + 1e-24);
      for (let i = 0; i < size; i++) from[at + i]! += radius * direction[i]!;
    }
  }
  for (let i = 0; i < from.length; i++) {
    const least = typeof low === 'number' ? low : low[i % size]!;
    const most = typeof high === 'number' ? high : high[i % size]!;
    from[i] = Math.min(most, Math.max(least, from[i]!));
  }
  return from;
}

export function addNoise(x: Float32Array, sigma: number, random: Random): Float32Array {
  const noisy = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) noisy[i] = x[i]! + sigma * random.normal();
  return noisy;
}
