import { defineDefence } from '../defence.ts';
import { rampedEps, runTraining, TRAINING_DEFAULTS, type TrainingOptions, trainingShape } from '../training-options.ts';

export interface FastAtOptions extends TrainingOptions {
  /** In units of the inputs. */
  readonly eps: number;
  /** Length of the first part's one step as a share of eps. */
  readonly stepShare: number;
  readonly ramp: number;
  /** Share of the run that ends with two steps of the size of eps each: one step alone can learn to hide its gradient. */
  readonly finish: number;
}

const defaults: FastAtOptions = {
  ...TRAINING_DEFAULTS,
  schedule: 'one-cycle',
  warmUp: 0.3,
  rate: 5e-3,
  eps: 8 / 255,
  stepShare: 1.25,
  ramp: 0.2,
  finish: 0.5,
};

/** Adversarial training at about twice the cost of plain training. */
export const fastAt = defineDefence<'fast-at', FastAtOptions>({
  meta: {
    id: 'fast-at',
    title: 'Fast adversarial training',
    summary: 'Trains on one gradient step from a random start, and ends with two, which undoes what one step hides.',
    assurance: 'measured',
    references: ['Wong, Rice and Kolter 2020, arXiv:2001.03994'],
  },
  options: (z) =>
    z.strictObject({
      ...trainingShape(z, defaults),
      eps: z.number().positive().default(defaults.eps),
      stepShare: z.number().positive().max(2).default(defaults.stepShare),
      ramp: z.number().min(0).max(1).default(defaults.ramp),
      finish: z.number().min(0).max(1).default(defaults.finish),
    }),
  defaults,
  run: (model, data, options, context) =>
    runTraining(
      model,
      data,
      options,
      {
        label: 'fast-at',
        norm: 'linf',
        perturbation: (progress) => {
          const eps = rampedEps(options.eps, options.ramp, progress);
          return progress < 1 - options.finish
            ? { kind: 'gradient', eps, stepSize: options.stepShare * eps, steps: 1, start: 'uniform' }
            : { kind: 'gradient', eps, stepSize: eps, steps: 2, start: 'uniform' };
        },
      },
      context,
    ),
});
