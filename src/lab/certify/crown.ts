import { Fault } from '../../core/fault.ts';
import { activate, type BoundedNetwork, inputSize } from './bounded-network.ts';
import { applyBackward, applyMagnitudes, applyMap } from './linear-map.ts';
import { type Interval, relax, type Relaxation } from './relaxation.ts';

/** What is known about every value of a network over one box of inputs. */
export interface NetworkBounds {
  readonly box: Interval;
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

/** Unit roundoff with a factor for what the analysis leaves out; an operation count is multiplied in. */
const UNIT = 2 * Number.EPSILON;

/**
 * Bounds of every step over a box: intervals (Gowal et al. 2018), and for what enters an activation and has no fixed sign yet CROWN's
 * linear bounds propagated backward to the input (Zhang et al. 2018), the better of the two.
 *
 * The bounds hold for the network in real arithmetic with the file's weights: each is computed in double precision and moved outward by
 * an a-priori bound of its own rounding error.
 *
 * @param known bounds that hold already (of a larger box), to be improved on
 * @param method `ibp` leaves the backward pass out
 */
export function boundNetwork(
  network: BoundedNetwork,
  box: Interval,
  { known, method = 'crown' }: { readonly known?: NetworkBounds; readonly method?: 'ibp' | 'crown' } = {},
): NetworkBounds {
  const intervals: Interval[] = [];
  const relaxations: (Relaxation | null)[] = [];
  const magnitudes: (Float64Array | null)[] = [];
  const bounds: NetworkBounds = { box, intervals, relaxations, magnitudes };
  const feedsActivation = new Set(network.steps.flatMap((step) => (step.kind === 'activation' ? [step.from] : [])));
  network.steps.forEach((step, at) => {
    let relaxation: Relaxation | null = null;
    let magnitude: Float64Array | null = null;
    if (step.kind === 'input') intervals.push(box);
    else if (step.kind === 'affine') {
      const affine = affineInterval(step, intervals);
      magnitude = affine.magnitude;
      intervals.push(intersect(affine.interval, known?.intervals[at]));
    } else {
      const before = intervals[step.from]!;
      relaxation = relax(step.activation, before);
      const { activation } = step;
      const slack = activation === 'relu' ? 0 : 4 * Number.EPSILON;
      intervals.push({
        low: before.low.map((z) => activate(activation, z) - slack),
        high: before.high.map((z) => activate(activation, z) + slack),
      });
    }
    relaxations.push(relaxation);
    magnitudes.push(magnitude);
    // The first affine step has exact intervals, so a backward pass cannot help it.
    if (method === 'crown' && step.kind === 'affine' && feedsActivation.has(at) && step.terms.some((t) => t.from !== 0))
      refine(network, bounds, at);
  });
  return bounds;
}

/** Backward bounds for those neurons of step `at` whose sign is open. */
function refine(network: BoundedNetwork, bounds: NetworkBounds, at: number): void {
  const { low, high } = bounds.intervals[at]!;
  const size = low.length;
  const open: number[] = [];
  for (let i = 0; i < size; i++) if (low[i]! < 0 && high[i]! > 0) open.push(i);
  const chunk = 128;
  for (let from = 0; from < open.length; from += chunk) {
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
 * Lower bounds of `count` linear functions of one step's value over the box.
 * @param rows [count, size of the step]
 */
export function boundBackward(
  network: BoundedNetwork,
  bounds: NetworkBounds,
  step: number,
  rows: Float64Array,
  count: number,
  trace?: BackwardTrace,
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
      const widest = current.terms.reduce((most, { map }) => Math.max(most, map?.columns ?? 1), 1);
      const gamma = UNIT * (current.size + widest + 8);
      addDots(a, count, current.bias, constant);
      addAbsoluteDots(a, count, magnitude, gamma, error);
      for (const { from, map } of current.terms) {
        const into = (pending[from] ??= new Float64Array(count * network.steps[from]!.size));
        if (map === null) for (let i = 0; i < a.length; i++) into[i]! += a[i]!;
        else applyBackward(map, a, count, into);
      }
    } else if (current.kind === 'activation') {
      if (trace !== undefined) trace.coefficients[at] = a;
      const into = (pending[current.from] ??= new Float64Array(a.length));
      passActivation(a, count, bounds.relaxations[at]!, bounds.intervals[current.from]!, into, constant, error);
    }
  }
  const slopes = pending[0] ?? new Float64Array(count * inputSize(network));
  return { lower: concretise(slopes, count, bounds.box, constant, error), slopes };
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

/** Smallest value of slopes · x + constant over the box, less the error. */
function concretise(
  slopes: Float64Array,
  count: number,
  box: Interval,
  constant: Float64Array,
  error: Float64Array,
): Float64Array {
  const size = box.low.length;
  const gamma = UNIT * (size + 8);
  const lower = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    let sum = 0;
    let doubt = Math.abs(constant[r]!);
    for (let j = 0, at = r * size; j < size; j++, at++) {
      const slope = slopes[at]!;
      const low = box.low[j]!;
      const high = box.high[j]!;
      sum += slope * (slope > 0 ? low : high);
      doubt += Math.abs(slope) * Math.max(Math.abs(low), Math.abs(high));
    }
    lower[r] = sum + constant[r]! - (error[r]! + gamma * doubt) * (1 + 1e-6);
  }
  return lower;
}

function affineInterval(
  step: Extract<BoundedNetwork['steps'][number], { kind: 'affine' }>,
  intervals: readonly Interval[],
): { readonly interval: Interval; readonly magnitude: Float64Array } {
  const centre = Float64Array.from(step.bias);
  const radius = new Float64Array(step.size);
  const magnitude = step.bias.map(Math.abs);
  let widest = 1;
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
      widest = Math.max(widest, map.columns);
      applyMap(map, middle, centre);
      applyMagnitudes(map, reach, radius);
      applyMagnitudes(map, most, magnitude);
    }
  }
  const gamma = UNIT * (widest + 8);
  const low = centre.map((value, i) => value - radius[i]! - gamma * magnitude[i]!);
  const high = centre.map((value, i) => value + radius[i]! + gamma * magnitude[i]!);
  // An overflow would give NaN, which no comparison below would take for a doubt.
  if (!low.every(Number.isFinite) || !high.every(Number.isFinite))
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The bounds of a value inside the network overflow a double.', {
      hint: 'Check the weights and the box of inputs for absurd magnitudes.',
    });
  return { interval: { low, high }, magnitude: magnitude.map((value) => value * (1 + 1e-6)) };
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
