import { defineDefence } from '../defence.ts';
import { runTraining, TRAINING_DEFAULTS, type TrainingOptions, trainingShape } from '../training-options.ts';

/** Plain training: what the others are compared with. */
export const standard = defineDefence<'standard', TrainingOptions>({
  meta: {
    id: 'standard',
    title: 'Plain training',
    summary:
      'Trains on the samples as they are, with augmentation where asked for: no defence, but what the others are measured against.',
    assurance: 'none',
    references: [],
  },
  options: (z) => z.strictObject(trainingShape(z, TRAINING_DEFAULTS)),
  defaults: TRAINING_DEFAULTS,
  run: (model, data, options, context) =>
    runTraining(model, data, options, { label: 'standard', perturbation: () => ({ kind: 'none' }) }, context),
});
