import { defineDefence } from '../defence.ts';
import { rampedEps, runTraining, TRAINING_DEFAULTS, type TrainingOptions, trainingShape } from '../training-options.ts';

export interface PgdAtOptions extends TrainingOptions {
  readonly norm: 'linf' | 'l2';
  /** In units of the inputs. */
  readonly eps: number;
  /** Attack steps of each training step. */
  readonly steps: number;
  /** Length of an attack step as a share of eps; null: 2.5 / steps, at most 1. */
  readonly stepShare: number | null;
  /** Share of the run in which eps grows to its full size. */
  readonly ramp: number;
}

const defaults: PgdAtOptions = {
  ...TRAINING_DEFAULTS,
  norm: 'linf',
  eps: 8 / 255,
  steps: 7,
  stepShare: null,
  ramp: 0.2,
};

/** Adversarial training. */
export const pgdAt = defineDefence<'pgd-at', PgdAtOptions>({
  meta: {
    id: 'pgd-at',
    title: 'Adversarial training with PGD',
    summary: 'Trains on the worst perturbation that a few gradient steps find for each sample.',
    assurance: 'measured',
    references: ['Madry et al. 2018, arXiv:1706.06083'],
  },
  options: (z) =>
    z.strictObject({
      ...trainingShape(z, defaults),
      norm: z.enum(['linf', 'l2']).default(defaults.norm),
      eps: z.number().positive().default(defaults.eps),
      steps: z.int().min(1).max(1000).default(defaults.steps),
      stepShare: z.number().positive().max(2).nullable().default(defaults.stepShare),
      ramp: z.number().min(0).max(1).default(defaults.ramp),
    }),
  defaults,
  run: (model, data, options, context) => {
    const { norm, steps, ramp } = options;
    const share = options.stepShare ?? Math.min(1, 2.5 / steps);
    return runTraining(
      model,
      data,
      options,
      {
        label: 'pgd-at',
        norm,
        perturbation: (progress) => {
          const eps = rampedEps(options.eps, ramp, progress);
          return { kind: 'gradient', eps, stepSize: share * eps, steps, start: 'uniform' };
        },
      },
      context,
    );
  },
});
