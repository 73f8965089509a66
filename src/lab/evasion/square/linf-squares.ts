import type { Random } from '../../../math/random.ts';
import type { Windows } from './windows.ts';

/** Vertical stripes of +-eps, one sign for each channel and column. */
export function startInLinf(point: Float32Array, origin: Float32Array, windows: Windows, random: Random): void {
  const { layout, eps } = windows;
  for (let c = 0; c < layout.channels; c++) {
    for (let x = 0; x < layout.width; x++) {
      const sign = random.below(2) === 0 ? -eps : eps;
      for (let y = 0; y < layout.height; y++) put(point, origin, layout.at(c, y, x), sign, windows);
    }
  }
}

/**
 * A square at a random place is set to +-eps in each channel (section 3.2). Where `best` stands at -eps the new sign moves it by 2 eps, so that
 * every value ends on the surface of the ball or on a bound. In a vector the square is a stretch.
 */
export function moveInLinf(
  point: Float32Array,
  best: Float32Array,
  origin: Float32Array,
  share: number,
  windows: Windows,
  random: Random,
): void {
  const { layout, eps } = windows;
  const pixels = layout.height * layout.width;
  const side = Math.max(Math.round(Math.sqrt(share * pixels)), 1);
  const height = Math.min(layout.height === 1 ? 1 : Math.min(side, layout.width), layout.height);
  const width = layout.height === 1 ? Math.max(Math.round(share * pixels), 1) : height;
  const top = random.below(layout.height - height + 1);
  const left = random.below(layout.width - width + 1);
  point.set(best);
  for (let c = 0; c < layout.channels; c++) {
    const sign = random.below(2) === 0 ? -eps : eps;
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) put(point, origin, layout.at(c, y, x), sign, windows);
    }
  }
}

function put(point: Float32Array, origin: Float32Array, at: number, change: number, { low, high }: Windows): void {
  point[at] = Math.min(Math.max(origin[at]! + change, low[at]!), high[at]!);
}
