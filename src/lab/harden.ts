import { Fault } from '../core/fault.ts';
import type { TrainingProgress } from '../engine/train/train.ts';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import type { Artefact, Defence } from './defence/defence.ts';
import { defenceNamed } from './defence/registry.ts';
import { wrappedTarget } from './defence/wrapped-target.ts';
import type { WrapperStep } from './defence/wrapper-config.ts';
import { type LabelledData, sliceData } from './labelled-data.ts';
import { openOnnxTarget } from './onnx-target.ts';
import { type RobustAccuracy, robustAccuracy } from './robust-accuracy.ts';
import type { Bounds, GradientTarget } from './target.ts';

export interface HardenOptions {
  readonly defence: Defence<string, unknown>;
  readonly defenceOptions: unknown;
  /** Seeded weights, or a model that is trained on. */
  readonly model: OnnxModel;
  /** True when the model has learnt something already: it is measured first. */
  readonly pretrained: boolean;
  readonly data: LabelledData;
  /** Never trained on. */
  readonly heldOut: LabelledData;
  readonly bounds: Bounds;
  readonly classes: number;
  readonly measure: {
    readonly norm: 'linf' | 'l2';
    readonly eps: number;
    /** Held-out samples that are attacked. */
    readonly samples: number;
  };
  readonly seed: string;
  readonly threads: number;
  /** Beginning of the names of files beside the model, where the defence gives several. */
  readonly name?: string;
  /** The architecture with other seeded weights, where the model is one from scratch. */
  readonly fresh?: (seed: string) => OnnxModel;
  readonly checkpoint?: string;
  readonly signal?: AbortSignal;
  readonly progress?: (at: TrainingProgress) => void;
}

export interface HardenResult {
  readonly artefact: Artefact;
  /** On held-out samples; null for a model from scratch. */
  readonly before: RobustAccuracy | null;
  /** Null when it was interrupted. */
  readonly after: RobustAccuracy | null;
}

/**
 * Runs a defence and measures the model before and after, under PGD-20 on held-out samples. The number after is an upper bound: assess
 * the model with AutoAttack before relying on it.
 */
export async function harden(options: HardenOptions): Promise<HardenResult> {
  const { data, heldOut, measure, model, signal } = options;
  if (data.inputShape.join() !== heldOut.inputShape.join()) {
    throw new Fault('ERR_DATA', 'The samples that are held out have another shape than those that are trained on.');
  }
  const measured = sliceData(heldOut, 0, Math.min(heldOut.count, measure.samples));
  const open = (one: OnnxModel): Promise<GradientTarget> =>
    openOnnxTarget(one, {
      bounds: options.bounds,
      inputShape: data.inputShape,
      threads: options.threads > 1 ? options.threads : 0,
    });
  const robust = async (
    one: OnnxModel,
    wrapper: readonly WrapperStep[] = [],
    beside: NonNullable<Artefact['beside']> = [],
  ): Promise<RobustAccuracy> => {
    const bare = await open(one);
    // What is measured is what is used: the model behind its wrapper, attacked through it.
    const target =
      wrapper.length === 0 ? bare : await wrappedTarget(bare, wrapper, (name) => open(named(beside, name)));
    try {
      const { norm, eps } = measure;
      return await robustAccuracy(target, measured, {
        norm,
        eps,
        seed: `${options.seed}/measure`,
        ...(signal === undefined ? {} : { signal }),
      });
    } finally {
      await target.close();
    }
  };
  const before = options.pretrained ? await robust(model) : null;
  const artefact = await options.defence.run(model, data, options.defenceOptions, {
    bounds: options.bounds,
    classes: options.classes,
    seed: options.seed,
    defence: defenceNamed,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.fresh === undefined ? {} : { fresh: options.fresh }),
    threads: options.threads,
    ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
    ...(signal === undefined ? {} : { signal }),
    ...(options.progress === undefined ? {} : { progress: options.progress }),
  });
  return {
    artefact,
    before,
    after: artefact.interrupted ? null : await robust(artefact.model, artefact.wrapper, artefact.beside),
  };
}

function named(beside: NonNullable<Artefact['beside']>, name: string): OnnxModel {
  const found = beside.find((one) => one.name === name);
  if (found !== undefined) return found.model;
  throw new Fault('ERR_MODEL_UNSUPPORTED', `The defence gave no model "${name}".`);
}
