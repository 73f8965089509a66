import { activate, activationSlope, type BoundedActivation } from './bounded-network.ts';

/** Lower and upper bounds of a flat vector. */
export interface Interval {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * Two lines a neuron: lowSlope · z + lowIntercept <= f(z) <= highSlope · z + highIntercept for every z in the neuron's interval, rounding
 * of the lines themselves included.
 */
export interface Relaxation {
  readonly lowSlope: Float64Array;
  readonly lowIntercept: Float64Array;
  readonly highSlope: Float64Array;
  readonly highIntercept: Float64Array;
}

export function emptyRelaxation(size: number): Relaxation {
  return {
    lowSlope: new Float64Array(size),
    lowIntercept: new Float64Array(size),
    highSlope: new Float64Array(size),
    highIntercept: new Float64Array(size),
  };
}

/** Relative size of what an intercept is moved outward for the rounding of the few operations that made it. */
const ROUNDING = 8 * Number.EPSILON;

/**
 * The lines of CROWN (Zhang et al. 2018, tables 2 and 3): for ReLU the chord above, and below the line through the origin that leaves
 * the smaller area; for sigmoid and tanh tangents and chords (Singh et al. 2019, section 4.3, where the interval holds zero).
 * @param alpha slopes of the lower lines of unstable ReLUs, in [0, 1], instead of the area rule
 */
export function relax(activation: BoundedActivation, bounds: Interval, alpha?: Float64Array): Relaxation {
  const size = bounds.low.length;
  const lines = emptyRelaxation(size);
  for (let i = 0; i < size; i++) {
    const low = bounds.low[i]!;
    const high = bounds.high[i]!;
    if (activation === 'relu') relaxRelu(lines, i, low, high, alpha?.[i]);
    else relaxSigmoid(lines, i, activation, low, high);
  }
  return lines;
}

function relaxRelu(lines: Relaxation, i: number, low: number, high: number, alpha: number | undefined): void {
  if (low >= 0) {
    lines.lowSlope[i] = 1;
    lines.highSlope[i] = 1;
  } else if (high > 0) {
    const slope = high / (high - low);
    lines.highSlope[i] = slope;
    // The chord as computed must lie above both ends, whatever the division was rounded to.
    lines.highIntercept[i] = Math.max(-slope * low, high - slope * high) * (1 + ROUNDING);
    lines.lowSlope[i] = alpha ?? (high > -low ? 1 : 0);
  }
}

function relaxSigmoid(lines: Relaxation, i: number, activation: BoundedActivation, low: number, high: number): void {
  const f = (z: number): number => activate(activation, z);
  const slack = (slope: number): number => ROUNDING * (1 + slope * Math.max(Math.abs(low), Math.abs(high)));
  const chord = high > low ? Math.max(0, (f(high) - f(low)) / (high - low)) : 0;
  const middle = low + (high - low) / 2;
  const tangent = activationSlope(activation, middle);
  const flattest = Math.min(activationSlope(activation, low), activationSlope(activation, high));
  // Convex below zero, concave above.
  const [lowSlope, lowAt] = high <= 0 ? [tangent, middle] : low >= 0 ? [chord, low] : [flattest, low];
  const [highSlope, highAt] = low >= 0 ? [tangent, middle] : high <= 0 ? [chord, high] : [flattest, high];
  lines.lowSlope[i] = lowSlope;
  lines.lowIntercept[i] = f(lowAt) - lowSlope * lowAt - slack(lowSlope);
  lines.highSlope[i] = highSlope;
  lines.highIntercept[i] = f(highAt) - highSlope * highAt + slack(highSlope);
}
