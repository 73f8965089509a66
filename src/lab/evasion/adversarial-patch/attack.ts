import { Fault } from '../../../core/fault.ts';
import { imageLayout, isPicture } from '../../image-layout.ts';
import { adam, type Adam } from '../adam.ts';
import { assertGradients, beginAttack, gradientOf, isWrong, labelsOf, scoresOf, survivors } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { finiteBox } from '../finite-box.ts';
import { assertPerturbation } from '../norm-ball.ts';
import { row } from '../rows.ts';
import { PATCH_SHAPES, type PatchShape } from './patch-mask.ts';
import {
  drawPlacement,
  gradientByPatch,
  largestSide,
  showPatch,
  shownPixels,
  type Patch,
  type PlacementRange,
} from './place-patch.ts';

export interface AdversarialPatchOptions extends PlacementRange {
  readonly shape: PatchShape;
  /** One patch for all samples; false learns one for each, as for a single sign. */
  readonly universal: boolean;
  /** Class that the model shall answer; null for any wrong one. */
  readonly target: number | null;
  readonly iterations: number;
  /** Pictures in one step: samples, or with `universal: false` views of each sample. */
  readonly batch: number;
  /** Step of Adam, as a share of the range between the bounds. */
  readonly learningRate: number;
}

export const PATCH_DEFAULTS: AdversarialPatchOptions = {
  shape: 'circle',
  universal: true,
  target: null,
  iterations: 500,
  batch: 16,
  learningRate: 0.02,
  center: null,
  shift: 0.05,
  rotation: 22.5,
  smallest: 0.8,
  brightness: 0.1,
  contrast: 0.1,
};

/** Samples that learn in one call when each has its own patch. */
const VIEWS = 4;

/**
 * A printable patch that fools the model wherever it is stuck: learnt over random views (expectation over transformation). `eps` is the share of
 * the picture that it may cover. Each sample is judged on one random view that was not learnt from.
 */
export const adversarialPatch = defineAttack<'adversarial-patch', AdversarialPatchOptions>({
  meta: {
    id: 'adversarial-patch',
    title: 'Adversarial patch',
    summary: 'Learns a patch or stickers that fool the model at any place, angle, size and light within given ranges.',
    knowledge: 'gradients',
    norms: ['patch'],
    modalities: ['image'],
    taxonomy: ['AML.T0043.000', 'AML.T0041'],
    references: ['Brown et al. 2017, arXiv:1712.09665', 'Eykholt et al. 2018, arXiv:1707.08945'],
    wholeSet: true,
  },
  options: (z) =>
    z.strictObject({
      shape: z.enum(PATCH_SHAPES).default(PATCH_DEFAULTS.shape),
      universal: z.boolean().default(PATCH_DEFAULTS.universal),
      target: z.int().min(0).nullable().default(PATCH_DEFAULTS.target),
      iterations: z.int().min(1).max(1000000).default(PATCH_DEFAULTS.iterations),
      batch: z.int().min(1).max(4096).default(PATCH_DEFAULTS.batch),
      learningRate: z.number().positive().max(1).default(PATCH_DEFAULTS.learningRate),
      center: z
        .strictObject({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) })
        .nullable()
        .default(PATCH_DEFAULTS.center),
      shift: z.number().min(0).max(1).default(PATCH_DEFAULTS.shift),
      rotation: z.number().min(0).max(180).default(PATCH_DEFAULTS.rotation),
      smallest: z.number().positive().max(1).default(PATCH_DEFAULTS.smallest),
      brightness: z.number().min(0).max(1).default(PATCH_DEFAULTS.brightness),
      contrast: z.number().min(0).max(0.9).default(PATCH_DEFAULTS.contrast),
    }),
  defaults: PATCH_DEFAULTS,
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'adversarial-patch');
    const { eps } = assertPerturbation(perturbation, ['patch'], 'adversarial-patch');
    const layout = imageLayout(target.inputShape);
    if (!isPicture(layout)) {
      throw new Fault('ERR_USAGE', `a patch has no place in an input of shape [${target.inputShape.join(', ')}]`, {
        hint: 'It takes images [channels, height, width].',
      });
    }
    if (eps >= 1) {
      throw new Fault('ERR_USAGE', `a patch that may cover ${eps} of the picture leaves nothing`, {
        where: 'eps',
        hint: 'Give the share of the area, such as 0.05.',
      });
    }
    if (options.target !== null && options.target >= target.classes) {
      throw new Fault('ERR_USAGE', `there is no class ${options.target}`, { where: 'target' });
    }
    const box = finiteBox(target, 'adversarial-patch');
    const state = await beginAttack(target, data, context);
    const { size, classes, result } = state;
    // A sample of the target class shows nothing: it is answered so without a patch.
    const samples = survivors(state).filter((sample) => state.labels[sample] !== options.target);
    const largest = largestSide(options.shape, eps, layout);
    const maxPixels = Math.floor(eps * layout.height * layout.width);
    const side = Math.max(Math.round(largest), 2);
    const patchSize = layout.channels * side * side;
    const random = context.random.fork('adversarial-patch');
    const makePatch = (): Patch => ({
      shape: options.shape,
      channels: layout.channels,
      side,
      values: new Float32Array(patchSize).map(() => 0.25 + 0.5 * random.uniform()),
    });
    const shared = makePatch();
    const patches = new Map<number, Patch>(samples.map((sample) => [sample, options.universal ? shared : makePatch()]));
    const optimisers = new Map<Patch, Adam>([...new Set(patches.values())].map((patch) => [patch, adam(patchSize)]));

    for (let iteration = 0; iteration < options.iterations && samples.length > 0; iteration++) {
      for (const views of viewsOf(samples)) {
        if (context.signal?.aborted === true) return result;
        const points = new Float32Array(views.length * size);
        const shown = views.map((sample, at) => {
          const patch = patches.get(sample)!;
          const placement = drawPlacement(options, largest, layout, random);
          const pixels = shownPixels(patch, placement, layout, maxPixels);
          const point = row(points, size, at);
          point.set(row(state.inputs, size, sample));
          showPatch(point, patch, placement, pixels, box);
          return { patch, placement, pixels };
        });
        const { gradient } = await gradientOf(target, state, points, views, (rows) => ({
          kind: 'cross-entropy',
          labels: options.target === null ? labelsOf(state, rows) : new Int32Array(rows.length).fill(options.target),
        }));
        // Away from the label, or towards the target: Adam descends.
        const sign = options.target === null ? -1 : 1;
        const pulls = new Map<Patch, Float64Array>();
        shown.forEach(({ patch, placement, pixels }, at) => {
          const pull = pulls.get(patch) ?? new Float64Array(patchSize);
          pulls.set(patch, pull);
          gradientByPatch(pull, row(gradient, size, at), patch, placement, pixels, box);
        });
        for (const [patch, pull] of pulls) {
          for (let i = 0; i < patchSize; i++) pull[i]! *= sign;
          optimisers.get(patch)!.direct(pull);
          for (let i = 0; i < patchSize; i++) {
            patch.values[i] = Math.min(Math.max(patch.values[i]! - options.learningRate * pull[i]!, 0), 1);
          }
        }
      }
      context.progress?.((iteration + 1) / (options.iterations + 1));
    }

    for (let from = 0; from < samples.length; from += options.batch) {
      if (context.signal?.aborted === true) return result;
      const batch = samples.slice(from, from + options.batch);
      const points = new Float32Array(batch.length * size);
      batch.forEach((sample, at) => {
        const patch = patches.get(sample)!;
        const placement = drawPlacement(options, largest, layout, state.random(sample, 'patch/view'));
        const point = row(points, size, at);
        point.set(row(state.inputs, size, sample));
        showPatch(point, patch, placement, shownPixels(patch, placement, layout, maxPixels), box);
      });
      const scores = await scoresOf(target, state, points, batch);
      batch.forEach((sample, at) => {
        if (!isWrong(row(scores, classes, at), state.labels[sample]!, target.answersAbove)) return;
        result.adversarial.set(row(points, size, at), sample * size);
        result.success[sample] = 1;
      });
    }
    context.progress?.(1);
    const learnt = [...new Set(patches.values())];
    const values = new Float32Array(learnt.length * patchSize);
    learnt.forEach((patch, at) => values.set(patch.values, at * patchSize));
    return { ...result, pattern: { shape: [learnt.length, layout.channels, side, side], values } };

    /** A random batch for one patch of all; for patches of their own some views of every sample. */
    function* viewsOf(all: readonly number[]): Generator<number[]> {
      if (options.universal) {
        yield Array.from({ length: options.batch }, () => all[random.below(all.length)]!);
        return;
      }
      for (let from = 0; from < all.length; from += VIEWS) {
        const some = all.slice(from, from + VIEWS);
        yield some.flatMap((sample) => Array.from({ length: options.batch }, () => sample));
      }
    }
  },
});
