import type { Random } from '../../../math/random.ts';
import type { Windows } from './windows.ts';

/**
 * Two halves of a window of side `side`, one positive and one negative, each with its weight towards its middle; L2 length 1, turned by a
 * right angle with probability one half (section 3.3, Algorithm 3).
 */
export function windowPattern(side: number, turned: boolean): Float64Array {
  const pattern = new Float64Array(side * side);
  const half = Math.floor(side / 2);
  const put = (rows: number, from: number, sign: number): void => {
    const part = pyramid(rows, side);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < side; x++) {
        pattern[turned ? x * side + y + from : (y + from) * side + x] = sign * part[y * side + x]!;
      }
    }
  };
  put(half, 0, 1);
  put(side - half, half, -1);
  return scaled(pattern);
}

/** Rectangles around the middle, the k-th adding 1 / k². */
function pyramid(rows: number, columns: number): Float64Array {
  const part = new Float64Array(rows * columns);
  const middleRow = Math.floor(rows / 2);
  const middleColumn = Math.floor(columns / 2);
  for (let k = 0; k <= Math.max(middleRow, middleColumn); k++) {
    const top = Math.max(middleRow - k, 0);
    const bottom = Math.min(middleRow + k + 1, rows);
    const left = Math.max(middleColumn - k, 0);
    const right = Math.min(middleColumn + k + 1, columns);
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) part[y * columns + x]! += 1 / (k + 1) ** 2;
  }
  return scaled(part);
}

function scaled(values: Float64Array): Float64Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? values : values.map((value) => value / length);
}

/** A grid of five by five windows with random signs, scaled to eps. */
export function startInL2(point: Float32Array, origin: Float32Array, windows: Windows, random: Random): void {
  const { layout } = windows;
  const side = Math.max(Math.floor(Math.min(layout.height, layout.width) / 5), 1);
  const delta = new Float64Array(point.length);
  for (let top = Math.floor((layout.height % side) / 2); top + side <= layout.height; top += side) {
    for (let left = Math.floor((layout.width % side) / 2); left + side <= layout.width; left += side) {
      const pattern = windowPattern(side, random.below(2) === 1);
      for (let c = 0; c < layout.channels; c++) {
        const sign = random.below(2) === 0 ? -1 : 1;
        for (let y = 0; y < side; y++)
          for (let x = 0; x < side; x++) delta[layout.at(c, top + y, left + x)]! += sign * pattern[y * side + x]!;
      }
    }
  }
  land(point, origin, delta, windows);
}

/**
 * The mass of one window moves into another: the first gets a new pattern added to its old direction, with all the length that both had and what the
 * ball has left; the second becomes zero (Algorithm 3).
 */
export function moveInL2(
  point: Float32Array,
  best: Float32Array,
  origin: Float32Array,
  share: number,
  windows: Windows,
  random: Random,
): void {
  const { layout, eps } = windows;
  let side = Math.max(Math.round(Math.sqrt(share * layout.height * layout.width)), 3);
  if (side % 2 === 0) side++;
  side = Math.min(side, layout.height, layout.width);
  // Up to, and not including, the last place: as in the paper's own code and in AutoAttack. On pictures with an empty border that fools more.
  const place = (): [number, number] => [
    random.below(Math.max(layout.height - side, 1)),
    random.below(Math.max(layout.width - side, 1)),
  ];
  const [top, left] = place();
  const [otherTop, otherLeft] = place();
  const inFirst = (y: number, x: number): boolean => y >= top && y < top + side && x >= left && x < left + side;
  const delta = new Float64Array(point.length);
  let total = 0;
  for (let i = 0; i < delta.length; i++) {
    delta[i] = best[i]! - origin[i]!;
    total += delta[i]! ** 2;
  }
  const pattern = windowPattern(side, random.below(2) === 1);
  for (let c = 0; c < layout.channels; c++) {
    let first = 0;
    let both = 0;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const value = delta[layout.at(c, top + y, left + x)]! ** 2;
        first += value;
        both += value;
        if (!inFirst(otherTop + y, otherLeft + x)) both += delta[layout.at(c, otherTop + y, otherLeft + x)]! ** 2;
      }
    }
    const sign = random.below(2) === 0 ? -1 : 1;
    const fresh = new Float64Array(side * side);
    let length = 0;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const old = delta[layout.at(c, top + y, left + x)]! / (1e-12 + Math.sqrt(first));
        const value = sign * pattern[y * side + x]! + old;
        fresh[y * side + x] = value;
        length += value * value;
      }
    }
    const wanted = Math.sqrt(Math.max(eps * eps - total, 0) / layout.channels + both) / (1e-12 + Math.sqrt(length));
    for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) delta[layout.at(c, otherTop + y, otherLeft + x)] = 0;
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) delta[layout.at(c, top + y, left + x)] = fresh[y * side + x]! * wanted;
  }
  land(point, origin, delta, windows);
}

/** Scales to length eps, then into the box, which can only shorten. */
function land(point: Float32Array, origin: Float32Array, delta: Float64Array, { eps, low, high }: Windows): void {
  const length = Math.sqrt(delta.reduce((sum, value) => sum + value * value, 0)) + 1e-12;
  for (let i = 0; i < point.length; i++) {
    point[i] = Math.min(Math.max(origin[i]! + (delta[i]! * eps) / length, low[i]!), high[i]!);
  }
}
