import { Fault } from '../../core/fault.ts';

/** Averages of weights, which are often more accurate and more robust than the last ones. */
export type AverageOptions =
  /** Exponential moving average: a <- decay a + (1 - decay) w after every step; young averages forget faster. */
  | { readonly kind: 'ema'; readonly decay: number }
  /** Izmailov et al. 2018: the plain mean of the weights at the end of every epoch from this share of the run on. */
  | { readonly kind: 'swa'; readonly from: number };

export interface WeightAverage {
  readonly weights: readonly Float32Array[];
  /** What was averaged so far; set when a checkpoint is resumed. */
  count: number;
  afterStep(weights: readonly Float32Array[]): void;
  afterEpoch(weights: readonly Float32Array[], progress: number): void;
}

export function createAverage(options: AverageOptions, initial: readonly Float32Array[]): WeightAverage {
  if (options.kind === 'ema' && !(options.decay > 0 && options.decay < 1)) {
    throw new Fault('ERR_USAGE', 'The decay of the moving average must lie between 0 and 1.');
  }
  const averages = initial.map((weight) => weight.slice());
  const mix = (weights: readonly Float32Array[], share: number): void => {
    for (let which = 0; which < averages.length; which++) {
      const [average, weight] = [averages[which]!, weights[which]!];
      for (let i = 0; i < average.length; i++) average[i]! += share * (weight[i]! - average[i]!);
    }
  };
  return {
    weights: averages,
    count: 0,
    afterStep(weights) {
      if (options.kind !== 'ema') return;
      this.count += 1;
      mix(weights, 1 - Math.min(options.decay, (1 + this.count) / (10 + this.count)));
    },
    afterEpoch(weights, progress) {
      if (options.kind !== 'swa' || progress < options.from) return;
      this.count += 1;
      mix(weights, 1 / this.count);
    },
  };
}
