import { Fault } from '../core/fault.ts';
import type { TrainingSource } from '../engine/train/train.ts';
import { type Random, seededRandom } from '../math/random.ts';
import type { LabelledData } from './labelled-data.ts';

/** Changes of pictures that leave their class as it is. */
export interface Augmentation {
  /** Moves by up to so many pixels each way; what comes in from outside repeats the edge. */
  readonly shift?: number;
  /** Mirrors half of the samples left to right. Not for digits or traffic signs. */
  readonly mirror?: boolean;
  /** Multiplies and shifts all values of a sample: (x - 0.5) (1 + c) + 0.5 + b with c and b uniform in plus or minus this. Clipped to 0..1. */
  readonly brightness?: number;
  /** Greys out (0.5) a square of this side at a place drawn by chance: trains for masks, as PatchCleanser (Xiang et al. 2022) wants it. */
  readonly erase?: number;
  /** Squares of this size in each picture, which may lie over each other. Default 1; two are what PatchCleanser's certificate asks of a model. */
  readonly erasures?: number;
}

export interface LabelledSourceOptions {
  /** Name of the model's input. */
  readonly input: string;
  readonly classes: number;
  /** Share of the target that is spread over all classes (Szegedy et al. 2016). */
  readonly labelSmoothing?: number;
  readonly augmentation?: Augmentation;
}

/**
 * Labelled samples as a source of training batches.
 * @throws Fault `ERR_DATA` when a label is no class of the model, `ERR_USAGE` when pictures are asked for and there are none.
 */
export function labelledSource(data: LabelledData, options: LabelledSourceOptions): TrainingSource {
  const { classes, labelSmoothing = 0, augmentation = {} } = options;
  const at = data.labels.findIndex((label) => !(label >= 0 && label < classes));
  if (at >= 0) {
    throw new Fault('ERR_DATA', `A label is ${data.labels[at]}, and the model has the classes 0 to ${classes - 1}.`, {
      where: `sample ${at}`,
    });
  }
  const { shift = 0, mirror = false, brightness = 0, erase = 0, erasures = 1 } = augmentation;
  const moves = shift > 0 || mirror || brightness > 0 || erase > 0;
  if (moves && data.inputShape.length !== 3) {
    throw new Fault('ERR_USAGE', 'Augmentation is for pictures: samples of [channels, height, width].');
  }
  const size = data.inputShape.reduce((product, length) => product * length, 1);
  const [low, high] = [labelSmoothing / classes, 1 - labelSmoothing + labelSmoothing / classes];
  return {
    count: data.count,
    shapes: { [options.input]: data.inputShape },
    gather(indices, seed) {
      const inputs = new Float32Array(indices.length * size);
      const target = new Float32Array(indices.length * classes).fill(low);
      const random = moves ? seededRandom(`${seed}/augmentation`) : null;
      indices.forEach((index, to) => {
        const sample = data.inputs.subarray(index * size, (index + 1) * size);
        const place = inputs.subarray(to * size, (to + 1) * size);
        if (random === null) place.set(sample);
        else {
          const draw = (range: number): number => (range === 0 ? 0 : random.below(2 * range + 1) - range);
          const [dx, dy] = [draw(shift), draw(shift)];
          move(sample, place, data.inputShape, { dx, dy, mirror: mirror && random.below(2) === 1 });
          if (brightness > 0) {
            const contrast = 1 + brightness * (2 * random.uniform() - 1);
            const light = 0.5 - 0.5 * contrast + brightness * (2 * random.uniform() - 1);
            for (let i = 0; i < size; i++) place[i] = Math.min(1, Math.max(0, place[i]! * contrast + light));
          }
          for (let k = 0; erase > 0 && k < erasures; k++) greyOut(place, data.inputShape, erase, random);
        }
        target[to * classes + data.labels[index]!] = high;
      });
      return { inputs: { [options.input]: inputs }, targets: [target] };
    },
  };
}

function move(
  from: Float32Array,
  to: Float32Array,
  shape: readonly number[],
  { dx, dy, mirror }: { readonly dx: number; readonly dy: number; readonly mirror: boolean },
): void {
  const [channels, height, width] = shape as [number, number, number];
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      const row = (channel * height + Math.min(height - 1, Math.max(0, y + dy))) * width;
      for (let x = 0; x < width; x++) {
        const source = Math.min(width - 1, Math.max(0, x + dx));
        to[(channel * height + y) * width + x] = from[row + (mirror ? width - 1 - source : source)]!;
      }
    }
  }
}

function greyOut(sample: Float32Array, shape: readonly number[], side: number, random: Random): void {
  const [channels, height, width] = shape as [number, number, number];
  const top = random.below(Math.max(1, height - side + 1));
  const left = random.below(Math.max(1, width - side + 1));
  for (let channel = 0; channel < channels; channel++) {
    for (let y = top; y < Math.min(height, top + side); y++) {
      const row = (channel * height + y) * width;
      sample.fill(0.5, row + left, row + Math.min(width, left + side));
    }
  }
}
