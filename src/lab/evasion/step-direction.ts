import type { Box } from './norm-ball.ts';

/** Steepest ascent under a norm: the sign for Linf, the unit vector for L2, the largest coordinate for L1. Zero stays zero. */
export function steepestStep(norm: 'linf' | 'l2' | 'l1', gradient: Float32Array): Float64Array {
  const step = new Float64Array(gradient.length);
  if (norm === 'linf') {
    for (let i = 0; i < step.length; i++) step[i] = Math.sign(gradient[i]!);
    return step;
  }
  if (norm === 'l2') {
    let sum = 0;
    for (let i = 0; i < step.length; i++) sum += gradient[i]! ** 2;
    const length = Math.sqrt(sum) + 1e-12;
    for (let i = 0; i < step.length; i++) step[i] = gradient[i]! / length;
    return step;
  }
  let best = 0;
  for (let i = 1; i < step.length; i++) if (Math.abs(gradient[i]!) > Math.abs(gradient[best]!)) best = i;
  step[best] = Math.sign(gradient[best]!);
  return step;
}

export function isZero(gradient: Float32Array): boolean {
  for (const value of gradient) if (value !== 0) return false;
  return true;
}

/** The Linf step with its projection in one pass, in place. */
export function signStep(
  point: Float32Array,
  slope: Float32Array,
  center: Float32Array,
  eps: number,
  box: Box,
  length: number,
): void {
  const { low: floor, high: ceiling } = box;
  for (let f = 0; f < point.length; f++) {
    const low = Math.max(center[f]! - eps, floor[f]!);
    const high = Math.min(center[f]! + eps, ceiling[f]!);
    const direction = slope[f]!;
    const moved = direction > 0 ? point[f]! + length : direction < 0 ? point[f]! - length : point[f]!;
    point[f] = moved < low ? low : moved > high ? high : moved;
  }
}
