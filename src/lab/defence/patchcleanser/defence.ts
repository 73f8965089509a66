import { defineDefence } from '../defence.ts';
import { runTraining, TRAINING_DEFAULTS, type TrainingOptions, trainingShape } from '../training-options.ts';
import { unchanged } from '../unchanged.ts';
import { maskSet } from './mask-set.ts';
import { patchCleanserStep, pictureLayout } from './patchcleanser.ts';

export interface PatchCleanserOptions extends Omit<TrainingOptions, 'erase' | 'erasures'> {
  /** Side of the largest patch that must be survived, in pixels. */
  readonly patch: number;
  readonly masksPerAxis: number;
  /** Value of covered pixels, in units of the inputs; null: the middle of the bounds. */
  readonly fill: number | null;
  /** Whether to train on covered pictures; otherwise the model is wrapped as it is. */
  readonly train: boolean;
}

const { erase: _, erasures: __, ...training } = TRAINING_DEFAULTS;
const defaults: PatchCleanserOptions = { ...training, patch: 5, masksPerAxis: 6, fill: null, train: true };

/** PatchCleanser: training on covered pictures, and the wrapper that masks twice. */
export const patchcleanser = defineDefence<'patchcleanser', PatchCleanserOptions>({
  meta: {
    id: 'patchcleanser',
    title: 'PatchCleanser',
    summary: 'Answers what survives double masking, which no patch of a stated size can change where it is certified.',
    assurance: 'certified',
    references: ['Xiang, Mahloujifar and Mittal 2022, arXiv:2108.09135'],
  },
  options: (z) => {
    const { erase: ___, erasures: ____, ...shape } = trainingShape(z, TRAINING_DEFAULTS);
    return z.strictObject({
      ...shape,
      patch: z.int().min(1).max(4096).default(defaults.patch),
      masksPerAxis: z.int().min(1).max(64).default(defaults.masksPerAxis),
      fill: z.number().nullable().default(defaults.fill),
      train: z.boolean().default(defaults.train),
    });
  },
  defaults,
  run: (model, data, options, context) => {
    const { patch, masksPerAxis, fill, train, ...rest } = options;
    const layout = pictureLayout(data);
    const side = { height: patch, width: patch };
    const [mask] = maskSet(layout, side, masksPerAxis);
    const step = patchCleanserStep({ patch: side, masksPerAxis, fill: fill ?? middleOf(context.bounds) });
    if (!train) return Promise.resolve(unchanged(model, [step]));
    // As many pixels covered as a mask covers, twice: what the model meets when it is asked.
    const erase = Math.max(mask!.height, mask!.width);
    const variant = { label: 'patchcleanser', perturbation: () => ({ kind: 'none' }) as const, wrapper: [step] };
    return runTraining(model, data, { ...rest, erase, erasures: 2 }, variant, context);
  },
});

function middleOf({
  low,
  high,
}: {
  readonly low: number | Float32Array;
  readonly high: number | Float32Array;
}): number {
  const first = (bound: number | Float32Array): number => (typeof bound === 'number' ? bound : bound[0]!);
  return (first(low) + first(high)) / 2;
}
