import { adversarialPatch, PATCH_DEFAULTS } from '../../src/lab/evasion/adversarial-patch/attack.ts';
import type { PatchShape } from '../../src/lab/evasion/adversarial-patch/patch-mask.ts';
import {
  drawPlacement,
  largestSide,
  type Patch,
  showPatch,
  shownPixels,
} from '../../src/lab/evasion/adversarial-patch/place-patch.ts';
import { boxOf } from '../../src/lab/evasion/norm-ball.ts';
import { imageLayout, isPicture } from '../../src/lab/image-layout.ts';
import type { LabelledData } from '../../src/lab/labelled-data.ts';
import { argmax } from '../../src/lab/loss-of-scores.ts';
import { pickData } from '../../src/lab/split-data.ts';
import type { GradientTarget, Target } from '../../src/lab/target.ts';
import { seededRandom } from '../../src/math/random.ts';

/** Share of a picture that a sticker covers. */
export const STICKER_AREA = 0.025;
/** Pixels that a round one is wide at most: its diameter is 5.7. */
export const ROUND_PIXELS = 6;

/** On the sign: the middle of the picture, give or take a tenth, at the angles and in the light that a drive past it brings. */
const ON_THE_SIGN = { ...PATCH_DEFAULTS, center: { x: 0.5, y: 0.5 }, shift: 0.1, rotation: 15 };

/** Samples of one class, as many as there are or are wanted. */
export function signsOf(data: LabelledData, label: number, most: number): LabelledData {
  const own = Array.from({ length: data.count }, (_, i) => i).filter((i) => data.labels[i] === label);
  return pickData(data, seededRandom('signs').shuffle(own).slice(0, most));
}

export interface StickerWish {
  readonly shape: PatchShape;
  /** Class that the sign shall be taken for; null for any other. */
  readonly goal: number | null;
  readonly iterations: number;
  readonly seed: string;
}

/** One sticker that fools the model on all of these signs: learnt over random views. */
export async function learnSticker(target: GradientTarget, signs: LabelledData, wish: StickerWish): Promise<Patch> {
  const { shape, goal, iterations, seed } = wish;
  const { pattern } = await adversarialPatch.run(
    target,
    signs,
    { norm: 'patch', eps: STICKER_AREA },
    { ...ON_THE_SIGN, shape, target: goal, iterations, learningRate: 0.05 },
    { random: seededRandom(seed) },
  );
  const [, channels = 0, side = 0] = pattern!.shape;
  return { shape, channels, side, values: pattern!.values };
}

/** A sticker of one colour: what covering alone does. */
export function plainSticker(like: Patch): Patch {
  return { ...like, values: like.values.map(() => 1) };
}

/** Signs with a sticker on each, in views that nothing was learnt from. */
export function stuckOn(signs: LabelledData, patch: Patch, seed: string): LabelledData {
  const layout = imageLayout(signs.inputShape);
  if (!isPicture(layout)) throw new TypeError('signs are pictures');
  const box = boxOf({ inputShape: signs.inputShape, bounds: { low: 0, high: 1 } });
  const largest = largestSide(patch.shape, STICKER_AREA, layout);
  const most = Math.floor(STICKER_AREA * layout.height * layout.width);
  const inputs = Float32Array.from(signs.inputs);
  const size = inputs.length / signs.count;
  for (let i = 0; i < signs.count; i++) {
    const placement = drawPlacement(ON_THE_SIGN, largest, layout, seededRandom(seed).fork(i));
    const shown = shownPixels(patch, placement, layout, most);
    showPatch(inputs.subarray(i * size, (i + 1) * size), patch, placement, shown, box);
  }
  return { ...signs, inputs };
}

/** Answers of a model, one a sample. */
export async function answersOf(target: Target, data: LabelledData): Promise<Int32Array> {
  const size = data.inputs.length / data.count;
  const answers = new Int32Array(data.count);
  for (let from = 0; from < data.count; from += 256) {
    const to = Math.min(from + 256, data.count);
    const scores = await target.scores(data.inputs.slice(from * size, to * size), to - from);
    for (let i = from; i < to; i++) {
      answers[i] = argmax(scores.subarray((i - from) * target.classes, (i - from + 1) * target.classes));
    }
  }
  return answers;
}

/** Share of the samples that are answered rightly. */
export function rightShare(answers: Int32Array, data: LabelledData): number {
  return answers.reduce((right, answer, i) => right + (answer === data.labels[i] ? 1 : 0), 0) / data.count;
}

/** The wrong answer that comes most often; null when there is none. */
export function commonMistake(answers: Int32Array, data: LabelledData): number | null {
  const counts = new Map<number, number>();
  answers.forEach((answer, i) => {
    if (answer !== data.labels[i]) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  });
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}
