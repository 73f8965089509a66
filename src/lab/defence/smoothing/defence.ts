import { defineDefence } from '../defence.ts';
import { runTraining, TRAINING_DEFAULTS, type TrainingOptions, trainingShape } from '../training-options.ts';

export interface SmoothingDefenceOptions extends TrainingOptions {
  /** Deviation of the noise, in units of the inputs; the smoothed model must be used with the same. */
  readonly sigma: number;
  /** What the wrapper is told: noisy copies for one answer, and the error that an answer may have. */
  readonly samples: number;
  readonly alpha: number;
}

const defaults: SmoothingDefenceOptions = { ...TRAINING_DEFAULTS, sigma: 0.25, samples: 100, alpha: 0.001 };

/** Randomised smoothing: training on noise, and the wrapper that votes over noisy copies. */
export const smoothing = defineDefence<'smoothing', SmoothingDefenceOptions>({
  meta: {
    id: 'smoothing',
    title: 'Randomised smoothing',
    summary: 'Trains on samples with Gaussian noise, so that the majority over noisy copies can be certified in L2.',
    assurance: 'certified',
    references: ['Cohen, Rosenfeld and Kolter 2019, arXiv:1902.02918'],
  },
  options: (z) =>
    z.strictObject({
      ...trainingShape(z, defaults),
      sigma: z.number().positive().default(defaults.sigma),
      samples: z.int().min(10).max(1_000_000).default(defaults.samples),
      alpha: z.number().positive().lt(1).default(defaults.alpha),
    }),
  defaults,
  run: (model, data, options, context) => {
    const { sigma, samples, alpha } = options;
    return runTraining(
      model,
      data,
      options,
      {
        label: 'smoothing',
        perturbation: () => ({ kind: 'noise', sigma }),
        wrapper: [{ kind: 'randomised-smoothing', sigma, samples, alpha }],
      },
      context,
    );
  },
});
