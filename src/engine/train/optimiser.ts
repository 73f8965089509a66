import { Fault } from '../../core/fault.ts';

/** How weights follow gradients. Learning rates come from a schedule, step by step. */
export type OptimiserOptions =
  | {
      readonly kind: 'sgd';
      /** v <- momentum v + g; 0 is plain SGD. */
      readonly momentum: number;
      /** Sutskever et al. 2013, in the form that moves by g + momentum v. */
      readonly nesterov: boolean;
      /** Added to the gradient: g + weightDecay w (L2 regularisation). */
      readonly weightDecay: number;
    }
  | {
      /** Loshchilov and Hutter 2019: Adam whose weight decay acts on the weights and not through the moments. */
      readonly kind: 'adamw';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    };

export const ADAMW: OptimiserOptions = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

export interface Optimiser {
  /**
   * Changes `weights` in place. Weight decay leaves out those that `decays` says false for (biases and norms, usually).
   * @param gradients in the order of the weights, each of its weight's length
   */
  update(weights: readonly Float32Array[], gradients: readonly Float32Array[], learningRate: number): void;
  /** Everything that it remembers, sharing memory: written to checkpoints, and filled in when one is resumed. */
  readonly slots: Readonly<Record<string, readonly Float32Array[]>>;
  /** Updates so far; set when a checkpoint is resumed. */
  steps: number;
}

/** @param decays for each weight whether weight decay acts on it */
export function createOptimiser(
  options: OptimiserOptions,
  lengths: readonly number[],
  decays: readonly boolean[] = lengths.map(() => true),
): Optimiser {
  checkOptions(options);
  return options.kind === 'sgd' ? createSgd(options, lengths, decays) : createAdamW(options, lengths, decays);
}

function checkOptions(options: OptimiserOptions): void {
  const rates = options.kind === 'sgd' ? [options.momentum] : [options.beta1, options.beta2];
  if (rates.some((rate) => !(rate >= 0 && rate < 1)) || !(options.weightDecay >= 0)) {
    throw new Fault(
      'ERR_USAGE',
      'Momentum and betas lie between 0 and 1 (not included), weight decay is not negative.',
    );
  }
}

function createSgd(
  { momentum, nesterov, weightDecay }: Extract<OptimiserOptions, { kind: 'sgd' }>,
  lengths: readonly number[],
  decays: readonly boolean[],
): Optimiser {
  const velocity = momentum === 0 ? [] : lengths.map((length) => new Float32Array(length));
  return {
    steps: 0,
    slots: { velocity },
    update(weights, gradients, learningRate) {
      this.steps += 1;
      for (let which = 0; which < weights.length; which++) {
        const weight = weights[which]!;
        const gradient = gradients[which]!;
        const decay = decays[which]! ? weightDecay : 0;
        const speed = velocity[which];
        if (speed === undefined) {
          for (let i = 0; i < weight.length; i++) weight[i]! -= learningRate * (gradient[i]! + decay * weight[i]!);
        } else if (nesterov) {
          for (let i = 0; i < weight.length; i++) {
            const g = gradient[i]! + decay * weight[i]!;
            const v = momentum * speed[i]! + g;
            speed[i] = v;
            weight[i]! -= learningRate * (g + momentum * v);
          }
        } else {
          for (let i = 0; i < weight.length; i++) {
            const v = momentum * speed[i]! + gradient[i]! + decay * weight[i]!;
            speed[i] = v;
            weight[i]! -= learningRate * v;
          }
        }
      }
    },
  };
}

function createAdamW(
  { beta1, beta2, epsilon, weightDecay }: Extract<OptimiserOptions, { kind: 'adamw' }>,
  lengths: readonly number[],
  decays: readonly boolean[],
): Optimiser {
  const first = lengths.map((length) => new Float32Array(length));
  const second = lengths.map((length) => new Float32Array(length));
  return {
    steps: 0,
    slots: { first, second },
    update(weights, gradients, learningRate) {
      this.steps += 1;
      // The corrections of both moments, moved out of the loop: w -= lr * m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon).
      const root = Math.sqrt(1 - beta2 ** this.steps);
      const rate = (learningRate * root) / (1 - beta1 ** this.steps);
      const floor = epsilon * root;
      for (let which = 0; which < weights.length; which++) {
        const weight = weights[which]!;
        const gradient = gradients[which]!;
        const [m, v] = [first[which]!, second[which]!];
        const keep = decays[which]! ? 1 - learningRate * weightDecay : 1;
        for (let i = 0; i < weight.length; i++) {
          const g = gradient[i]!;
          const mean = beta1 * m[i]! + (1 - beta1) * g;
          const square = beta2 * v[i]! + (1 - beta2) * g * g;
          m[i] = mean;
          v[i] = square;
          weight[i] = keep * weight[i]! - (rate * mean) / (Math.sqrt(square) + floor);
        }
      }
    },
  };
}

/**
 * Scales gradients down so that their L2 norm, all together, is at most `limit` (Pascanu et al. 2013).
 * @returns the norm before
 */
export function clipGradients(gradients: readonly Float32Array[], limit: number): number {
  let sum = 0;
  for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  const norm = Math.sqrt(sum);
  if (norm > limit) {
    const scale = limit / norm;
    for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) gradient[i]! *= scale;
  }
  return norm;
}
