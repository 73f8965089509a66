import type { Box } from '../norm-ball.ts';

/** One sample of a run: `point` and `previous` are overwritten. */
export interface MomentumStep {
  readonly point: Float32Array;
  readonly previous: Float32Array;
  readonly slope: Float32Array;
  readonly center: Float32Array;
  readonly eps: number;
  readonly box: Box;
  readonly length: number;
  /** Weight of the step against the last move (eq. 3 of the paper): 1 at the first step. */
  readonly weight: number;
}

/** In one pass over the features: this is where Auto-PGD spends its own time. */
export function linfMomentumStep({ point, previous, slope, center, eps, box, length, weight }: MomentumStep): void {
  const rest = 1 - weight;
  const { low: floor, high: ceiling } = box;
  for (let f = 0; f < point.length; f++) {
    const x = point[f]!;
    const middle = center[f]!;
    const low = Math.max(middle - eps, floor[f]!);
    const high = Math.min(middle + eps, ceiling[f]!);
    const direction = slope[f]!;
    const moved = direction > 0 ? x + length : direction < 0 ? x - length : x;
    const inside = moved < low ? low : moved > high ? high : moved;
    const next = x + weight * (inside - x) + rest * (x - previous[f]!);
    previous[f] = x;
    point[f] = next < low ? low : next > high ? high : next;
  }
}

export function l2MomentumStep({ point, previous, slope, center, eps, box, length, weight }: MomentumStep): void {
  const { low, high } = box;
  const rest = 1 - weight;
  let steep = 0;
  for (let f = 0; f < slope.length; f++) steep += slope[f]! ** 2;
  const stride = length / (Math.sqrt(steep) + 1e-12);
  let reach = 0;
  for (let f = 0; f < point.length; f++) reach += (point[f]! + stride * slope[f]! - center[f]!) ** 2;
  const near = shrinking(Math.sqrt(reach), eps);
  let after = 0;
  const next = new Float64Array(point.length);
  for (let f = 0; f < point.length; f++) {
    const x = point[f]!;
    const middle = center[f]!;
    const inside = clamp(middle + near * (x + stride * slope[f]! - middle), low[f]!, high[f]!);
    next[f] = x + weight * (inside - x) + rest * (x - previous[f]!);
    after += (next[f]! - middle) ** 2;
    previous[f] = x;
  }
  const last = shrinking(Math.sqrt(after), eps);
  for (let f = 0; f < point.length; f++) {
    const middle = center[f]!;
    point[f] = clamp(middle + last * (next[f]! - middle), low[f]!, high[f]!);
  }
}

function shrinking(length: number, eps: number): number {
  return length > eps ? eps / length : 1;
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
