import { Fault } from '../../core/fault.ts';
import { activate, type BoundedActivation, type BoundedNetwork, inputSize } from './bounded-network.ts';
import type { InputRegion } from './input-region.ts';
import { applyBackward, applyMagnitudes, applyMap, longestRow } from './linear-map.ts';
import { type Interval, relax, type Relaxation } from './relaxation.ts';

/**
 * Which arithmetic bounds hold for. `float32`: every evaluation of the network in float32 with the file's weights, whatever the order of its
 * sums and whether products are fused into them, without underflow. `real`: the network in real arithmetic, which is what competitions of
 * verifiers are about; a float32 evaluation may leave such bounds by its rounding.
 */
export const ARITHMETICS = ['float32', 'real'] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

/** What is known about every value of a network over one region of inputs. */
export interface NetworkBounds {
  readonly box: InputRegion;
  readonly arithmetic: Arithmetic;
  /** Of each step. */
  readonly intervals: readonly Interval[];
  /** Of each activation step; null for the others. */
  readonly relaxations: readonly (Relaxation | null)[];
  /** Of each affine step: the largest sum of absolute products that one of its values can be, which bounds the rounding of any order of summation; null for the others. */
  readonly magnitudes: readonly (Float64Array | null)[];
}

export interface BackwardBound {
  /** [count]: rows · value(step) is at least this everywhere in the box. */
  readonly lower: Float64Array;
  /** [count, input]: slopes of the linear lower bound by the input. */
  readonly slopes: Float64Array;
}

/** Unit roundoff of a double with a factor for what the analysis leaves out; an operation count is multiplied in. */
const UNIT = 2 * Number.EPSILON;
/** The same of a float32: 2^-24, twice. */
const FLOAT32_UNIT = 2 ** -23;
/** How far a runtime's float32 sigmoid or tanh may be from the function: such kernels are polynomials, accurate to a few 2^-22. */
const FLOAT32_ACTIVATION = 2 ** -19;

/**
 * Relative error of a sum of `terms` products, by the sum of their magnitudes (Higham 2002, section 3.1: n u / (1 - n u) for any order of
 * summation), for the bounds' own double arithmetic and for the arithmetic of the network that they are about.
 */
function gammaOf(arithmetic: Arithmetic, terms: number): number {
  return (UNIT + (arithmetic === 'float32' ? FLOAT32_UNIT : 0)) * (terms + 8);
}

export interface BoundOptions {
  /** Bounds that hold already (of a larger region), to be improved on. */
  readonly known?: NetworkBounds;
  /** `ibp` leaves the backward pass out. */
  readonly method?: 'ibp' | 'crown';
  /** Default: what `known` has, or `real`. */
  readonly arithmetic?: Arithmetic;
  /** Once it says true the backward passes are left out: the bounds are looser then, and hold. */
  readonly expired?: () => boolean;
}

/**
 * Bounds of every step over a region: intervals (Gowal et al. 2018), and for what enters an activation and has no fixed sign yet CROWN's
 * linear bounds propagated backward to the input (Zhang et al. 2018), the better of the two.
 *
 * Each is computed in double precision and moved outward by an a-priori bound of its own rounding error; for `float32` also by a bound of
 * the rounding of the network's own evaluation, sum by sum.
 */
export function boundNetwork(
  network: BoundedNetwork,
  box: InputRegion,
  { known, method = 'crown', arithmetic = known?.arithmetic ?? 'real', expired = () => false }: BoundOptions = {},
): NetworkBounds {
  const intervals: Interval[] = [];
  const relaxations: (Relaxation | null)[] = [];
  const magnitudes: (Float64Array | null)[] = [];
  const bounds: NetworkBounds = { box, arithmetic, intervals, relaxations, magnitudes };
  const feedsActivation = new Set(network.steps.flatMap((step) => (step.kind === 'activation' ? [step.from] : [])));
  network.steps.forEach((step, at) => {
    let relaxation: Relaxation | null = null;
    let magnitude: Float64Array | null = null;
    if (step.kind === 'input') intervals.push(box);
    else if (step.kind === 'affine') {
      const affine = affineInterval(step, intervals, arithmetic);
      magnitude = affine.magnitude;
      intervals.push(intersect(affine.interval, known?.intervals[at]));
    } else {
      const before = intervals[step.from]!;
      relaxation = widened(relax(step.activation, before), step.activation, arithmetic);
      const { activation } = step;
      const slack = activationSlack(activation, arithmetic);
      intervals.push({
        low: before.low.map((z) => activate(activation, z) - slack),
        high: before.high.map((z) => activate(activation, z) + slack),
      });
    }
    relaxations.push(relaxation);
    magnitudes.push(magnitude);
    // On a box the first affine step has exact intervals, so a backward pass cannot help it.
    const inexact = step.kind === 'affine' && (box.ball !== undefined || step.terms.some(({ from }) => from !== 0));
    if (method === 'crown' && inexact && feedsActivation.has(at)) refine(network, bounds, at, expired);
  });
  return bounds;
}

function activationSlack(activation: BoundedActivation, arithmetic: Arithmetic): number {
  if (activation === 'relu') return 0;
  return 4 * Number.EPSILON + (arithmetic === 'float32' ? FLOAT32_ACTIVATION : 0);
}

/** Lines that hold for a runtime's activation, too. */
function widened(lines: Relaxation, activation: BoundedActivation, arithmetic: Arithmetic): Relaxation {
  const slack = activationSlack(activation, arithmetic);
  if (slack === 0) return lines;
  for (let i = 0; i < lines.lowIntercept.length; i++) {
    lines.lowIntercept[i]! -= slack;
    lines.highIntercept[i]! += slack;
  }
  return lines;
}

/** Backward bounds for those neurons of step `at` whose sign is open. */
function refine(network: BoundedNetwork, bounds: NetworkBounds, at: number, expired: () => boolean): void {
  const { low, high } = bounds.intervals[at]!;
  const size = low.length;
  const open: number[] = [];
  for (let i = 0; i < size; i++) if (low[i]! < 0 && high[i]! > 0) open.push(i);
  const chunk = 128;
  for (let from = 0; from < open.length && !expired(); from += chunk) {
    const some = open.slice(from, from + chunk);
    const rows = new Float64Array(2 * some.length * size);
    some.forEach((neuron, k) => {
      rows[2 * k * size + neuron] = 1;
      rows[(2 * k + 1) * size + neuron] = -1;
    });
    const { lower } = boundBackward(network, bounds, at, rows, 2 * some.length);
    some.forEach((neuron, k) => {
      low[neuron] = Math.max(low[neuron]!, lower[2 * k]!);
      high[neuron] = Math.min(high[neuron]!, -lower[2 * k + 1]!);
    });
  }
}

/** What the optimisation of one row's bound needs of the backward pass. */
export interface BackwardTrace {
  /** Added to the coefficients of a step's value, for one row: multipliers of constraints on it. */
  readonly shifts: readonly (Float64Array | null)[];
  /** Filled with the coefficients of each activation's value. */
  readonly coefficients: (Float64Array | null)[];
}

/**
 * Lower bounds of `count` linear functions of one step's value over the region.
 * @param rows [count, size of the step]; overwritten
 * @param through `intervals`: ends at the last activations, whose intervals stand for what is before them, which is what interval bound
 * propagation does with the network's last layer (Gowal et al. 2018, section 3)
 */
export function boundBackward(
  network: BoundedNetwork,
  bounds: NetworkBounds,
  step: number,
  rows: Float64Array,
  count: number,
  trace?: BackwardTrace,
  through: 'lines' | 'intervals' = 'lines',
): BackwardBound {
  const pending: (Float64Array | null)[] = network.steps.map(() => null);
  pending[step] = rows;
  const constant = new Float64Array(count);
  const error = new Float64Array(count);
  for (let at = step; at > 0; at--) {
    const a = pending[at];
    if (a === null || a === undefined) continue;
    pending[at] = null;
    const current = network.steps[at]!;
    const shift = trace?.shifts[at];
    if (shift) for (let i = 0; i < shift.length; i++) a[i]! += shift[i]!;
    if (current.kind === 'affine') {
      const magnitude = bounds.magnitudes[at]!;
      const gamma = gammaOf(bounds.arithmetic, productsOf(current)) + UNIT * current.size;
      addDots(a, count, current.bias, constant);
      addAbsoluteDots(a, count, magnitude, gamma, error);
      for (const { from, map } of current.terms) {
        const into = (pending[from] ??= new Float64Array(count * network.steps[from]!.size));
        if (map === null) for (let i = 0; i < a.length; i++) into[i]! += a[i]!;
        else applyBackward(map, a, count, into);
      }
    } else if (current.kind === 'activation' && through === 'intervals')
      concretiseActivation(a, count, bounds.intervals[at]!, constant, error);
    else if (current.kind === 'activation') {
      if (trace !== undefined) trace.coefficients[at] = a;
      const into = (pending[current.from] ??= new Float64Array(a.length));
      passActivation(a, count, bounds.relaxations[at]!, bounds.intervals[current.from]!, into, constant, error);
    }
  }
  const slopes = pending[0] ?? new Float64Array(count * inputSize(network));
  return { lower: concretise(slopes, count, bounds.box, constant, error), slopes };
}

/** Replaces each activation by the end of its interval that is lower for the sign of its coefficient. */
function concretiseActivation(
  a: Float64Array,
  count: number,
  { low, high }: Interval,
  constant: Float64Array,
  error: Float64Array,
): void {
  const size = low.length;
  for (let r = 0; r < count; r++) {
    let sum = 0;
    let doubt = 0;
    for (let i = 0, at = r * size; i < size; i++, at++) {
      const product = a[at]! * (a[at]! > 0 ? low[i]! : high[i]!);
      sum += product;
      doubt += Math.abs(product);
    }
    constant[r]! += sum;
    error[r]! += UNIT * (size + 8) * doubt;
  }
}

/** Replaces each activation by the line that is on the right side for the sign of its coefficient. */
function passActivation(
  a: Float64Array,
  count: number,
  lines: Relaxation,
  before: Interval,
  into: Float64Array,
  constant: Float64Array,
  error: Float64Array,
): void {
  const size = lines.lowSlope.length;
  const gamma = UNIT * (size + 8);
  for (let r = 0; r < count; r++) {
    let sum = 0;
    let doubt = 0;
    for (let i = 0, at = r * size; i < size; i++, at++) {
      const factor = a[at]!;
      if (factor === 0) continue;
      const slope = factor > 0 ? lines.lowSlope[i]! : lines.highSlope[i]!;
      const intercept = factor > 0 ? lines.lowIntercept[i]! : lines.highIntercept[i]!;
      into[at]! += factor * slope;
      sum += factor * intercept;
      doubt +=
        Math.abs(factor) *
        (Math.abs(intercept) + slope * Math.max(Math.abs(before.low[i]!), Math.abs(before.high[i]!)));
    }
    constant[r]! += sum;
    error[r]! += gamma * doubt;
  }
}

/** Smallest value of slopes · x + constant over the region, less the error: over the box, or over the ball where that is higher. */
function concretise(
  slopes: Float64Array,
  count: number,
  box: InputRegion,
  constant: Float64Array,
  error: Float64Array,
): Float64Array {
  const size = box.low.length;
  const gamma = UNIT * (size + 8);
  const lower = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    let sum = 0;
    let doubt = Math.abs(constant[r]!);
    let square = 0;
    let middle = 0;
    for (let j = 0, at = r * size; j < size; j++, at++) {
      const slope = slopes[at]!;
      const low = box.low[j]!;
      const high = box.high[j]!;
      sum += slope * (slope > 0 ? low : high);
      doubt += Math.abs(slope) * Math.max(Math.abs(low), Math.abs(high));
      if (box.ball !== undefined) {
        square += slope * slope;
        middle += slope * box.ball.centre[j]!;
      }
    }
    if (box.ball !== undefined) {
      // Cauchy and Schwarz: slopes · x >= slopes · centre - |slopes| radius.
      const reach = Math.sqrt(square) * box.ball.radius;
      doubt += reach;
      sum = Math.max(sum, middle - reach);
    }
    lower[r] = sum + constant[r]! - (error[r]! + gamma * doubt) * (1 + 1e-6);
  }
  return lower;
}

function affineInterval(
  step: Extract<BoundedNetwork['steps'][number], { kind: 'affine' }>,
  intervals: readonly Interval[],
  arithmetic: Arithmetic,
): { readonly interval: Interval; readonly magnitude: Float64Array } {
  const centre = Float64Array.from(step.bias);
  const radius = new Float64Array(step.size);
  const magnitude = (step.biasMagnitude ?? step.bias).map(Math.abs);
  for (const { from, map } of step.terms) {
    const { low, high } = intervals[from]!;
    const middle = low.map((value, i) => value / 2 + high[i]! / 2);
    // Around the middle as it was rounded.
    const reach = low.map((value, i) => Math.max(middle[i]! - value, high[i]! - middle[i]!) * (1 + Number.EPSILON));
    const most = low.map((value, i) => Math.max(Math.abs(value), Math.abs(high[i]!)));
    if (map === null) {
      for (let i = 0; i < step.size; i++) {
        centre[i]! += middle[i]!;
        radius[i]! += reach[i]!;
        magnitude[i]! += most[i]!;
      }
    } else {
      applyMap(map, middle, centre);
      applyMagnitudes(map, reach, radius);
      applyMagnitudes(map, most, magnitude);
    }
  }
  const gamma = gammaOf(arithmetic, productsOf(step));
  const low = centre.map((value, i) => value - radius[i]! - gamma * magnitude[i]!);
  const high = centre.map((value, i) => value + radius[i]! + gamma * magnitude[i]!);
  // An overflow would give NaN, which no comparison below would take for a doubt.
  if (!low.every(Number.isFinite) || !high.every(Number.isFinite))
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The bounds of a value inside the network overflow a double.', {
      hint: 'Check the weights and the box of inputs for absurd magnitudes.',
    });
  return { interval: { low, high }, magnitude: magnitude.map((value) => value * (1 + 1e-6)) };
}

/** Products that one value of the step sums at most, and as many more as the doubt of its weights is worth. */
function productsOf(step: Extract<BoundedNetwork['steps'][number], { kind: 'affine' }>): number {
  return step.terms.reduce((sum, { map }) => sum + (map === null ? 1 : longestRow(map)), 1 + (step.doubt ?? 0));
}

function intersect(interval: Interval, known: Interval | undefined): Interval {
  if (known === undefined) return interval;
  return {
    low: interval.low.map((value, i) => Math.max(value, known.low[i]!)),
    high: interval.high.map((value, i) => Math.min(value, known.high[i]!)),
  };
}

function addDots(a: Float64Array, count: number, b: Float64Array, into: Float64Array): void {
  const size = b.length;
  for (let r = 0; r < count; r++) {
    let sum = 0;
    for (let i = 0, at = r * size; i < size; i++, at++) sum += a[at]! * b[i]!;
    into[r]! += sum;
  }
}

function addAbsoluteDots(a: Float64Array, count: number, b: Float64Array, factor: number, into: Float64Array): void {
  const size = b.length;
  for (let r = 0; r < count; r++) {
    let sum = 0;
    for (let i = 0, at = r * size; i < size; i++, at++) sum += Math.abs(a[at]!) * b[i]!;
    into[r]! += factor * sum;
  }
}
