import { Fault } from '../../../core/fault.ts';
import { type ImageLayout, imageLayout, isPicture } from '../../image-layout.ts';
import { argmax } from '../../loss-of-scores.ts';
import { sampleSize, type Target } from '../../target.ts';
import type { WrapperStep } from '../wrapper-config.ts';
import { type Mask, maskSet } from './mask-set.ts';

/** The wrapper's configuration: what the file beside the model says, and what runs. */
export interface PatchCleanserConfig {
  /** Largest patch, in pixels, that must be survived. */
  readonly patch: { readonly height: number; readonly width: number };
  /** Masks along each axis; the paper's setting for 224 pixels is 6. */
  readonly masksPerAxis: number;
  /** Value that masked pixels get, in the model's units. */
  readonly fill: number;
  /** Masked pictures in one call of the model. */
  readonly batch: number;
}

export interface PatchCleanserAnswer {
  readonly label: number;
  /** `unanimous`: all one-mask answers agreed. `minority`: a dissenter whose second-round answers all agreed with it. `majority`: none did. */
  readonly by: 'unanimous' | 'minority' | 'majority';
  /** Masked pictures that the model saw. */
  readonly queries: number;
}

/** The step of a `wrapper.json` that says how a model has to be used: `createPatchCleanser(target, { ...step, batch })` runs it. */
export function patchCleanserStep({ patch, masksPerAxis, fill }: Omit<PatchCleanserConfig, 'batch'>): WrapperStep {
  return { kind: 'patchcleanser', patch, masksPerAxis, fill };
}

/** A model behind double masking (Xiang, Mahloujifar and Mittal 2022, arXiv:2108.09135, algorithms 1 and 2). */
export interface PatchCleanser {
  readonly masks: readonly Mask[];
  /** The answer for one picture. */
  predict(x: Float32Array): Promise<PatchCleanserAnswer>;
  /**
   * True when all two-mask answers are `label`: then `predict` gives `label` for every picture that differs from `x` inside one patch of the
   * configured size, whatever is in it (theorem 1).
   */
  certify(x: Float32Array, label: number): Promise<boolean>;
}

/** @throws Fault `ERR_USAGE` when the model does not take pictures or the patch does not fit. */
export function createPatchCleanser(target: Target, config: PatchCleanserConfig): PatchCleanser {
  const layout = pictureLayout(target);
  const masks = maskSet(layout, config.patch, config.masksPerAxis);

  /** Answers for `x` under each of the groups of masks. */
  const answers = async (x: Float32Array, groups: readonly (readonly Mask[])[]): Promise<Int32Array> => {
    const size = sampleSize(target);
    const labels = new Int32Array(groups.length);
    for (let from = 0; from < groups.length; from += config.batch) {
      const some = groups.slice(from, from + config.batch);
      const masked = new Float32Array(some.length * size);
      some.forEach((group, i) => {
        const own = masked.subarray(i * size, (i + 1) * size);
        own.set(x);
        for (const mask of group) coverRectangle(own, layout, mask, config.fill);
      });
      const scores = await target.scores(masked, some.length);
      for (let i = 0; i < some.length; i++) {
        const own = scores.subarray(i * target.classes, (i + 1) * target.classes);
        if (own.some(Number.isNaN)) {
          throw new Fault('ERR_DATA', `The model "${target.name}" answers a masked picture with NaN.`, {
            where: 'PatchCleanser',
            hint: 'Look at the fill value and at the model: without an answer there is neither a prediction nor a certificate.',
          });
        }
        labels[from + i] = argmax(own);
      }
    }
    return labels;
  };

  return {
    masks,
    predict: async (x) => {
      const first = await answers(
        x,
        masks.map((mask) => [mask]),
      );
      const majority = mostCommon(first, target.classes);
      const dissenters = [...first.keys()].filter((i) => first[i] !== majority);
      if (dissenters.length === 0) return { label: majority, by: 'unanimous', queries: masks.length };
      let queries = masks.length;
      for (const i of dissenters) {
        const second = await answers(
          x,
          masks.map((mask) => [masks[i]!, mask]),
        );
        queries += masks.length;
        if (second.every((label) => label === first[i])) return { label: first[i]!, by: 'minority', queries };
      }
      return { label: majority, by: 'majority', queries };
    },
    certify: async (x, label) => {
      const one = await answers(
        x,
        masks.map((mask) => [mask]),
      );
      // Cheap, and most pictures that fail, fail here.
      if (one.some((answer) => answer !== label)) return false;
      const pairs = masks.flatMap((mask, i) => masks.slice(i + 1).map((other) => [mask, other]));
      for (let from = 0; from < pairs.length; from += config.batch) {
        const some = await answers(x, pairs.slice(from, from + config.batch));
        if (some.some((answer) => answer !== label)) return false;
      }
      return true;
    },
  };
}

/** @throws Fault `ERR_USAGE` when the model does not take pictures */
export function pictureLayout({ inputShape }: Pick<Target, 'inputShape'>): ImageLayout {
  const layout = imageLayout(inputShape);
  if (isPicture(layout)) return layout;
  throw new Fault('ERR_USAGE', `PatchCleanser needs pictures, not samples of [${inputShape.join(', ')}].`);
}

/** Writes `fill` over the rectangle of one picture. */
export function coverRectangle(x: Float32Array, layout: ImageLayout, mask: Mask, fill: number): void {
  for (let c = 0; c < layout.channels; c++)
    for (let row = mask.top; row < mask.top + mask.height; row++)
      for (let column = mask.left; column < mask.left + mask.width; column++) x[layout.at(c, row, column)] = fill;
}

function mostCommon(labels: Int32Array, classes: number): number {
  const counts = new Float32Array(classes);
  for (const label of labels) counts[label]!++;
  return argmax(counts);
}
