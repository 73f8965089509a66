import type { z as Zod } from 'zod';
import { Fault } from '../../core/fault.ts';
import { ADAMW, type OptimiserOptions } from '../../engine/train/optimiser.ts';
import type { Perturbation } from '../../engine/train/perturb.ts';
import { train, type TrainingSource } from '../../engine/train/train.ts';
import type { TrainingTask } from '../../engine/train/training-task.ts';
import type { AttackSpace } from '../../engine/train/training-program.ts';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import type { LabelledData } from '../labelled-data.ts';
import { labelledSource } from '../training-source.ts';
import type { Artefact, DefenceContext } from './defence.ts';
import type { WrapperStep } from './wrapper-config.ts';

/** What every defence that trains can be told. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly batch: number;
  readonly optimiser: 'adamw' | 'sgd';
  /** Largest learning rate. */
  readonly rate: number;
  readonly schedule: 'constant' | 'step' | 'cosine' | 'one-cycle';
  /** Share of the run in which the learning rate rises. */
  readonly warmUp: number;
  readonly weightDecay: number;
  /** Largest norm of the gradient; null: not clipped. */
  readonly clip: number | null;
  /** Decay of the moving average of the weights that is handed out; null: the last weights are. */
  readonly average: number | null;
  readonly labelSmoothing: number;
  /** Pixels that pictures are moved by at most. */
  readonly shift: number;
  readonly mirror: boolean;
  readonly brightness: number;
  /** Side of a square that is greyed out in each picture, in pixels. */
  readonly erase: number;
  /** Such squares in each picture. */
  readonly erasures: number;
  /** Beginnings of the names of the weights that are trained; null: all. */
  readonly trainable: readonly string[] | null;
  readonly batchNorm: 'update' | 'frozen';
}

export const TRAINING_DEFAULTS: TrainingOptions = {
  epochs: 20,
  batch: 128,
  optimiser: 'adamw',
  rate: 2e-3,
  schedule: 'cosine',
  warmUp: 0.1,
  weightDecay: 0,
  clip: null,
  average: 0.999,
  labelSmoothing: 0,
  shift: 0,
  mirror: false,
  brightness: 0,
  erase: 0,
  erasures: 1,
  trainable: null,
  batchNorm: 'update',
};

/** Schema of the above, for a defence to extend. */
export function trainingShape(z: typeof Zod, defaults: TrainingOptions) {
  return {
    epochs: z.int().min(1).max(100_000).default(defaults.epochs),
    batch: z.int().min(1).max(65_536).default(defaults.batch),
    optimiser: z.enum(['adamw', 'sgd']).default(defaults.optimiser),
    rate: z.number().positive().default(defaults.rate),
    schedule: z.enum(['constant', 'step', 'cosine', 'one-cycle']).default(defaults.schedule),
    warmUp: z.number().min(0).max(0.9).default(defaults.warmUp),
    weightDecay: z.number().min(0).default(defaults.weightDecay),
    clip: z.number().positive().nullable().default(defaults.clip),
    average: z.number().positive().lt(1).nullable().default(defaults.average),
    labelSmoothing: z.number().min(0).lt(1).default(defaults.labelSmoothing),
    shift: z.int().min(0).max(64).default(defaults.shift),
    mirror: z.boolean().default(defaults.mirror),
    erase: z.int().min(0).max(4096).default(defaults.erase),
    erasures: z.int().min(1).max(16).default(defaults.erasures),
    brightness: z.number().min(0).max(1).default(defaults.brightness),
    trainable: z
      .array(z.string())
      .nullable()
      .default(defaults.trainable === null ? null : [...defaults.trainable]),
    batchNorm: z.enum(['update', 'frozen']).default(defaults.batchNorm),
  };
}

/** How a defence differs from plain training. */
export interface TrainingVariant {
  readonly label: string;
  readonly task?: TrainingTask;
  readonly norm?: AttackSpace['norm'];
  readonly perturbation: (progress: number) => Perturbation;
  /** Where batches come from; default: the samples, with the augmentation of pictures. */
  readonly source?: (input: string) => TrainingSource;
  readonly wrapper?: readonly WrapperStep[];
}

/** Trains a model as the options and the variant say. */
export async function runTraining(
  model: OnnxModel,
  data: LabelledData,
  options: TrainingOptions,
  variant: TrainingVariant,
  context: DefenceContext,
): Promise<Artefact> {
  const input = model.graph.inputs.find(({ name }) => !model.graph.initializers.has(name));
  if (input === undefined) throw new Fault('ERR_MODEL_UNSUPPORTED', 'The model has no input.');
  const source =
    variant.source?.(input.name) ??
    labelledSource(data, {
      input: input.name,
      classes: context.classes,
      labelSmoothing: options.labelSmoothing,
      augmentation: {
        shift: options.shift,
        mirror: options.mirror,
        brightness: options.brightness,
        erase: options.erase,
        erasures: options.erasures,
      },
    });
  const { norm } = variant;
  const optimiser: OptimiserOptions =
    options.optimiser === 'sgd'
      ? { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: options.weightDecay }
      : { ...(ADAMW as Extract<OptimiserOptions, { kind: 'adamw' }>), weightDecay: options.weightDecay };
  const result = await train(model, source, {
    tasks: [variant.task ?? { kind: 'cross-entropy' }],
    epochs: options.epochs,
    batch: Math.min(options.batch, data.count),
    threads: context.threads,
    optimiser,
    schedule: { kind: options.schedule, peak: options.rate, warmUp: options.warmUp },
    ...(options.clip === null ? {} : { clip: options.clip }),
    ...(options.average === null ? {} : { average: { kind: 'ema', decay: options.average } }),
    ...(options.trainable === null ? {} : { trainable: options.trainable }),
    batchNorm: options.batchNorm,
    ...(norm === undefined ? {} : { space: { norm, low: context.bounds.low, high: context.bounds.high } }),
    perturbation: ({ progress }) => variant.perturbation(progress),
    seed: context.seed,
    label: `${variant.label} ${JSON.stringify(options)}`,
    ...(context.checkpoint === undefined ? {} : { checkpoint: { file: context.checkpoint } }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
    ...(context.progress === undefined ? {} : { progress: context.progress }),
  });
  return {
    model: result.model,
    wrapper: variant.wrapper ?? [],
    seconds: result.seconds,
    steps: result.steps,
    history: result.history,
    interrupted: result.interrupted,
  };
}

/** eps grows linearly over the first `ramp` of the run: without this, training at a large eps often collapses to one class. */
export function rampedEps(eps: number, ramp: number, progress: number): number {
  return ramp === 0 ? eps : eps * Math.min(1, progress / ramp);
}
