import type { Random } from '../../../math/random.ts';
import { imageLayout } from '../../image-layout.ts';
import type { Box } from '../norm-ball.ts';

/**
 * Noise of three grains in turn: every value on its own, coarse patches, one value for all. The finest noise looks the same to many
 * networks whatever its seed, so that a start of one grain alone may never be found.
 */
export function noiseImage(
  point: Float32Array,
  attempt: number,
  random: Random,
  inputShape: readonly number[],
  { low, high }: Box,
): void {
  const layout = imageLayout(inputShape);
  const cells = [Infinity, 4, 1][attempt % 3]!;
  if (layout === undefined || cells === Infinity) {
    for (let f = 0; f < point.length; f++) point[f] = within(random.uniform(), low[f]!, high[f]!);
    return;
  }
  const values = Float64Array.from({ length: layout.channels * cells * cells }, () => random.uniform());
  for (let c = 0; c < layout.channels; c++) {
    for (let y = 0; y < layout.height; y++) {
      for (let x = 0; x < layout.width; x++) {
        const cell = Math.floor((y * cells) / layout.height) * cells + Math.floor((x * cells) / layout.width);
        const f = layout.at(c, y, x);
        point[f] = within(values[c * cells * cells + cell]!, low[f]!, high[f]!);
      }
    }
  }
}

function within(share: number, low: number, high: number): number {
  return Math.min(Math.max(low + share * (high - low), low), high);
}
