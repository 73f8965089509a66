import type { BoundedNetwork } from './bounded-network.ts';
import { type BackwardTrace, boundBackward, type NetworkBounds } from './crown.ts';
import { lowestPoint } from './input-region.ts';
import { applyMap } from './linear-map.ts';
import type { Relaxation } from './relaxation.ts';

/** What can be moved to make a bound better, by step; null for steps that have none. */
export interface Multipliers {
  /** Of activation steps: slopes of the lower lines of unstable ReLUs, in [0, 1]. */
  readonly alpha: readonly (Float64Array | null)[];
  /** Of the steps that a ReLU reads: multipliers of the sign that a neuron was given, at least 0. */
  readonly beta: readonly (Float64Array | null)[];
}

export interface OptimisedBound {
  readonly lower: number;
  /** Of the linear lower bound, by the input. */
  readonly slopes: Float64Array;
  readonly multipliers: Multipliers;
  /** Input at which the linear lower bound is smallest. */
  readonly corner: Float64Array;
  /** Coefficients of each activation's value in the best round; null for other steps. */
  readonly coefficients: readonly (Float64Array | null)[];
}

export interface OptimiseOptions {
  readonly rounds: number;
  /** Signs given to neurons by branching, by step: +1, -1, or 0 for none. Whatever the multipliers, the bound is one of the inputs that keep them. */
  readonly signs?: readonly (Int8Array | null)[];
  readonly start?: Multipliers;
  /** Ends the rounds early: the bound is good enough. */
  readonly goal: number;
  /** Ends the rounds when it says true. */
  readonly expired?: () => boolean;
}

const STEP = 0.25;
const DECAY = 0.95;

/**
 * The best lower bound of row · output that gradient ascent on the slopes of the lower lines (alpha-CROWN, Xu et al. 2021) and on the
 * multipliers of given signs (beta-CROWN, Wang et al. 2021) finds. Every choice of them is a sound bound, so the best is.
 */
export function optimiseSlopes(
  network: BoundedNetwork,
  bounds: NetworkBounds,
  row: Float64Array,
  { rounds, signs, start, goal, expired = () => false }: OptimiseOptions,
): OptimisedBound {
  const { steps } = network;
  const last = steps.length - 1;
  const alpha = steps.map((step, at) => {
    if (step.kind !== 'activation' || step.activation !== 'relu') return null;
    return (start?.alpha[at] ?? bounds.relaxations[at]!.lowSlope).slice();
  });
  const beta = steps.map((_, at) => {
    const given = signs?.[at];
    return given ? (start?.beta[at]?.slice() ?? new Float64Array(given.length)) : null;
  });
  const relaxations = bounds.relaxations.map((lines, at): Relaxation | null =>
    lines !== null && alpha[at] ? { ...lines, lowSlope: lines.lowSlope.slice() } : lines,
  );
  const moved: NetworkBounds = { ...bounds, relaxations };
  const ascent = new Ascent();
  let best: OptimisedBound | undefined;
  let rate = STEP;
  for (let round = 0; ; round++, rate *= DECAY) {
    const shifts = steps.map((_, at) => {
      const given = signs?.[at];
      return given ? beta[at]!.map((value, i) => -value * given[i]!) : null;
    });
    steps.forEach((step, at) => {
      if (step.kind === 'activation' && alpha[at]) setSlopes(relaxations[at]!, alpha[at], bounds.intervals[step.from]!);
    });
    const trace: BackwardTrace = { shifts, coefficients: steps.map(() => null) };
    const { lower, slopes } = boundBackward(network, moved, last, row.slice(), 1, trace);
    const corner = lowestPoint(slopes, bounds.box);
    if (best === undefined || lower[0]! > best.lower)
      best = {
        lower: lower[0]!,
        slopes,
        corner,
        coefficients: trace.coefficients,
        multipliers: { alpha: alpha.map((a) => a?.slice() ?? null), beta: beta.map((b) => b?.slice() ?? null) },
      };
    if (round >= rounds || best.lower > goal || expired()) return best;
    const values = alongLines(network, corner, relaxations, trace.coefficients);
    // By Danskin: the derivative at the corner where the bound is attained, with the lines that were chosen.
    steps.forEach((step, at) => {
      if (step.kind !== 'activation' || !alpha[at]) return;
      const a = trace.coefficients[at];
      const { low, high } = bounds.intervals[step.from]!;
      const z = values[step.from]!;
      const gradient = alpha[at].map((_, i) => (a && low[i]! < 0 && high[i]! > 0 && a[i]! > 0 ? a[i]! * z[i]! : 0));
      ascent.move(alpha[at], gradient, rate, `a${at}`);
      for (let i = 0; i < alpha[at].length; i++) alpha[at][i] = Math.min(1, Math.max(0, alpha[at][i]!));
    });
    steps.forEach((_, at) => {
      const given = signs?.[at];
      if (!given) return;
      const gradient = Float64Array.from(given, (sign, i) => -sign * values[at]![i]!);
      ascent.move(beta[at]!, gradient, rate, `b${at}`);
      for (let i = 0; i < given.length; i++) beta[at]![i] = Math.max(0, beta[at]![i]!);
    });
  }
}

function setSlopes(
  lines: Relaxation,
  alpha: Float64Array,
  { low, high }: { readonly low: Float64Array; readonly high: Float64Array },
): void {
  for (let i = 0; i < alpha.length; i++) if (low[i]! < 0 && high[i]! > 0) lines.lowSlope[i] = alpha[i]!;
}

/** Values of the steps at `x` when every activation is replaced by the line that its coefficient chose. */
function alongLines(
  network: BoundedNetwork,
  x: Float64Array,
  relaxations: readonly (Relaxation | null)[],
  coefficients: readonly (Float64Array | null)[],
): readonly Float64Array[] {
  const values: Float64Array[] = [];
  network.steps.forEach((step, at) => {
    if (step.kind === 'input') values.push(x);
    else if (step.kind === 'affine') {
      const sum = Float64Array.from(step.bias);
      for (const { from, map } of step.terms) {
        const value = values[from]!;
        if (map === null) for (let i = 0; i < sum.length; i++) sum[i]! += value[i]!;
        else applyMap(map, value, sum);
      }
      values.push(sum);
    } else {
      const lines = relaxations[at]!;
      const a = coefficients[at];
      const z = values[step.from]!;
      values.push(
        z.map((value, i) =>
          a && a[i]! < 0
            ? lines.highSlope[i]! * value + lines.highIntercept[i]!
            : lines.lowSlope[i]! * value + lines.lowIntercept[i]!,
        ),
      );
    }
  });
  return values;
}

/** Adam (Kingma and Ba 2015), upward. */
class Ascent {
  readonly #moments = new Map<string, { readonly first: Float64Array; readonly second: Float64Array; round: number }>();

  move(values: Float64Array, gradient: Float64Array, rate: number, key: string): void {
    let state = this.#moments.get(key);
    if (state === undefined) {
      state = { first: new Float64Array(values.length), second: new Float64Array(values.length), round: 0 };
      this.#moments.set(key, state);
    }
    state.round++;
    const { first, second, round } = state;
    for (let i = 0; i < values.length; i++) {
      const g = gradient[i]!;
      first[i] = 0.9 * first[i]! + 0.1 * g;
      second[i] = 0.999 * second[i]! + 0.001 * g * g;
      const size = Math.sqrt(second[i]! / (1 - 0.999 ** round));
      if (size > 0) values[i]! += (rate * (first[i]! / (1 - 0.9 ** round))) / (size + 1e-12);
    }
  }
}
