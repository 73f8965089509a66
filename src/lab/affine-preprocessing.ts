import { Fault } from '../core/fault.ts';
import type { InputTransform } from './transformed-target.ts';

export interface Preprocessing {
  /** What values are multiplied by first. */
  readonly scale?: number | undefined;
  /** Then subtracted: one number, one a channel, or one a feature. */
  readonly mean?: readonly number[] | undefined;
  /** Then divided by. */
  readonly std?: readonly number[] | undefined;
  /** Order in which the model takes pictures. Default `nchw`, which is the data's. */
  readonly layout?: 'nchw' | 'nhwc';
}

/**
 * What is done to a sample before a model sees it, x -> (scale x - mean) / std and channels last where the model wants them, with its exact
 * gradient.
 * @throws Fault `ERR_CONFIG` where the numbers do not fit the shape
 */
export function affinePreprocessing(
  { scale = 1, mean = [0], std = [1], layout = 'nchw' }: Preprocessing,
  inputShape: readonly number[],
): InputTransform {
  const size = inputShape.reduce((product, length) => product * length, 1);
  if (layout === 'nhwc' && inputShape.length !== 3) {
    throw new Fault('ERR_CONFIG', 'The layout nhwc is for pictures: samples of [channels, height, width].', {
      where: 'preprocessing.layout',
    });
  }
  const channels = inputShape[0]!;
  const each = size / channels;
  const spread = (values: readonly number[], key: string): Float64Array => {
    if (values.length !== 1 && values.length !== channels && values.length !== size) {
      throw new Fault(
        'ERR_CONFIG',
        `There are ${values.length} numbers for ${channels} channels and ${size} features.`,
        {
          where: `preprocessing.${key}`,
          hint: 'Give one number, one a channel, or one a feature.',
        },
      );
    }
    return Float64Array.from({ length: size }, (_, f) =>
      values.length === 1 ? values[0]! : values.length === size ? values[f]! : values[Math.floor(f / each)]!,
    );
  };
  const shift = spread(mean, 'mean');
  const divisor = spread(std, 'std');
  if (divisor.includes(0) || scale === 0) {
    throw new Fault('ERR_CONFIG', 'A scale or standard deviation is zero.', { where: 'preprocessing' });
  }
  // Where feature f (in the data's order) stands in what the model takes.
  const place = Uint32Array.from({ length: size }, (_, f) =>
    layout === 'nhwc' ? (f % each) * channels + Math.floor(f / each) : f,
  );
  const [, height, width] = inputShape;
  return {
    name: 'preprocessing',
    randomised: false,
    outputShape: layout === 'nhwc' ? [height!, width!, channels] : inputShape,
    apply(x) {
      const out = new Float32Array(size);
      for (let f = 0; f < size; f++) out[place[f]!] = (scale * x[f]! - shift[f]!) / divisor[f]!;
      return out;
    },
    gradient(_, upstream) {
      return Float32Array.from({ length: size }, (__, f) => (upstream[place[f]!]! * scale) / divisor[f]!);
    },
  };
}
