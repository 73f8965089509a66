import { defineDefence } from '../defence.ts';
import { rampedEps, runTraining, TRAINING_DEFAULTS, type TrainingOptions, trainingShape } from '../training-options.ts';

export interface TradesOptions extends TrainingOptions {
  readonly norm: 'linf' | 'l2';
  /** In units of the inputs. */
  readonly eps: number;
  readonly steps: number;
  readonly stepShare: number | null;
  readonly ramp: number;
  /** Weight of agreement between clean and perturbed against accuracy on clean. */
  readonly beta: number;
}

const defaults: TradesOptions = {
  ...TRAINING_DEFAULTS,
  norm: 'linf',
  eps: 8 / 255,
  steps: 10,
  stepShare: null,
  ramp: 0.2,
  beta: 6,
};

/** TRADES. */
export const trades = defineDefence<'trades', TradesOptions>({
  meta: {
    id: 'trades',
    title: 'TRADES',
    summary: 'Trains for accuracy on clean samples, and for the same answer on the perturbation that changes it most.',
    assurance: 'measured',
    references: ['Zhang et al. 2019, arXiv:1901.08573'],
  },
  options: (z) =>
    z.strictObject({
      ...trainingShape(z, defaults),
      norm: z.enum(['linf', 'l2']).default(defaults.norm),
      eps: z.number().positive().default(defaults.eps),
      steps: z.int().min(1).max(1000).default(defaults.steps),
      stepShare: z.number().positive().max(2).nullable().default(defaults.stepShare),
      ramp: z.number().min(0).max(1).default(defaults.ramp),
      beta: z.number().positive().default(defaults.beta),
    }),
  defaults,
  run: (model, data, options, context) => {
    const { norm, steps, ramp, beta } = options;
    const share = options.stepShare ?? Math.min(1, 2.5 / steps);
    return runTraining(
      model,
      data,
      options,
      {
        label: 'trades',
        norm,
        task: { kind: 'cross-entropy', tradesBeta: beta },
        perturbation: (progress) => {
          const eps = rampedEps(options.eps, ramp, progress);
          return { kind: 'gradient', eps, stepSize: share * eps, steps, start: 'gaussian' };
        },
      },
      context,
    );
  },
});
