import { Fault } from '../../core/fault.ts';
import { imageLayout, isPicture } from '../image-layout.ts';
import type { InputTransform } from '../transformed-target.ts';

/**
 * Each value becomes the median of its window, `size` by `size`, edges reflected (Xu, Evans and Qi 2018, section III-C). For an even size
 * the window begins size/2 above and left of the value, and the higher of the two middle values is taken, as SciPy's `median_filter` does.
 * The gradient goes to the value that was taken.
 */
export function medianFilter(inputShape: readonly number[], size: number): InputTransform {
  const layout = imageLayout(inputShape);
  if (!isPicture(layout))
    throw new Fault('ERR_USAGE', `A median filter needs pictures, not samples of [${inputShape}].`);
  const { channels, height, width, at } = layout;
  const before = Math.floor(size / 2);
  /** For each value the index of the value that replaces it. */
  const sources = (x: Float32Array): Int32Array => {
    const result = new Int32Array(x.length);
    const window = new Int32Array(size * size);
    for (let c = 0; c < channels; c++)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          let used = 0;
          for (let dy = 0; dy < size; dy++)
            for (let dx = 0; dx < size; dx++)
              window[used++] = at(c, reflect(row - before + dy, height), reflect(column - before + dx, width));
          window.sort((a, b) => x[a]! - x[b]! || a - b);
          result[at(c, row, column)] = window[Math.floor(window.length / 2)]!;
        }
    return result;
  };
  return {
    name: `${size}x${size} median`,
    randomised: false,
    apply: (x) => Float32Array.from(sources(x), (from) => x[from]!),
    gradient: (x, upstream) => {
      const gradient = new Float32Array(x.length);
      sources(x).forEach((from, to) => (gradient[from]! += upstream[to]!));
      return gradient;
    },
  };
}

/** …, 1, 0 | 0, 1, …: the edge is repeated. */
function reflect(index: number, length: number): number {
  const wrapped = ((index % (2 * length)) + 2 * length) % (2 * length);
  return wrapped < length ? wrapped : 2 * length - 1 - wrapped;
}
