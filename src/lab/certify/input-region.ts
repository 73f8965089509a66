import type { Interval } from './relaxation.ts';

/** A ball of the Euclidean norm. */
export interface Ball {
  readonly centre: Float64Array;
  readonly radius: number;
}

/** The inputs that a statement is about: those in a box, and where there is a ball, in both. */
export interface InputRegion extends Interval {
  readonly ball?: Ball;
}

/** What is computed here is moved outward by this share of its size. */
const OUTWARD = 8 * Number.EPSILON;

/**
 * All inputs within eps of x that are between the target's bounds. Each face of the box and the ball's radius are rounded outward, so
 * that nothing within eps is left out.
 */
export function regionAround(
  x: Float32Array,
  norm: 'linf' | 'l2',
  eps: number,
  bounds: { readonly low: Float32Array; readonly high: Float32Array },
): InputRegion {
  const centre = Float64Array.from(x);
  const out = (value: number): number => OUTWARD * (Math.abs(value) + eps);
  const low = centre.map((value, i) => Math.min(value, Math.max(bounds.low[i]!, value - eps - out(value))));
  const high = centre.map((value, i) => Math.max(value, Math.min(bounds.high[i]!, value + eps + out(value))));
  return norm === 'linf' ? { low, high } : { low, high, ball: { centre, radius: eps * (1 + OUTWARD) } };
}

/** The point of the region where slopes · x is smallest in the ball, brought into the box; without a ball, the box's corner. */
export function lowestPoint(slopes: Float64Array, region: InputRegion): Float64Array {
  const { low, high, ball } = region;
  const corner = slopes.map((slope, i) => (slope > 0 ? low[i]! : high[i]!));
  if (ball === undefined) return corner;
  const length = Math.sqrt(slopes.reduce((sum, slope) => sum + slope * slope, 0));
  if (!(length > 0)) return Float64Array.from(ball.centre);
  const step = ball.radius / length;
  // Bringing it into a box that holds the centre only brings it nearer to the centre.
  return slopes.map((slope, i) => Math.min(Math.max(ball.centre[i]! - step * slope, low[i]!), high[i]!));
}

/** The nearest point of the region to x, up to rounding. The box is taken to hold the ball's centre. */
export function projectIntoRegion(x: Float64Array, region: InputRegion): void {
  const { low, high, ball } = region;
  if (ball !== undefined) {
    let square = 0;
    for (let i = 0; i < x.length; i++) square += (x[i]! - ball.centre[i]!) ** 2;
    const share = square > ball.radius ** 2 ? ball.radius / Math.sqrt(square) : 1;
    if (share < 1) for (let i = 0; i < x.length; i++) x[i] = ball.centre[i]! + share * (x[i]! - ball.centre[i]!);
  }
  for (let i = 0; i < x.length; i++) x[i] = Math.min(Math.max(x[i]!, low[i]!), high[i]!);
}
