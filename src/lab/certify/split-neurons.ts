import { type BoundedNetwork, evaluateNetwork } from './bounded-network.ts';
import { type Arithmetic, boundNetwork, type NetworkBounds } from './crown.ts';
import { type Multipliers, type OptimisedBound, optimiseSlopes } from './optimise-slopes.ts';
import type { SplitOutcome } from './split-inputs.ts';
import { caseDistance, type UnsafeRegion } from './unsafe-region.ts';

export interface NeuronSplitOptions {
  /** Sub-problems of each case. */
  readonly mostSplits: number;
  readonly arithmetic: Arithmetic;
  readonly expired: () => boolean;
}

const ROOT_ROUNDS = 40;
const CHILD_ROUNDS = 12;

/** Inputs of the region on which some neurons have a given sign. */
interface SubProblem {
  readonly bounds: NetworkBounds;
  /** By step: +1 where a neuron's input is at least 0, -1 where it is at most 0, 0 where that is open. */
  readonly signs: readonly (Int8Array | null)[];
  readonly start: Multipliers | undefined;
}

/**
 * Branch and bound over the signs of neurons, for networks with many inputs: a sub-problem whose bound does not rule a case out is
 * divided at the neuron whose relaxation costs the bound most (Bunel et al. 2020), and both parts are bounded with the sign as a
 * constraint (beta-CROWN, Wang et al. 2021). ReLU networks only are ever decided by splitting.
 * @param accept decides whether an unsafe candidate counts
 */
export async function splitNeurons(
  network: BoundedNetwork,
  region: UnsafeRegion,
  { mostSplits, arithmetic, expired }: NeuronSplitOptions,
  accept: (x: Float64Array) => Promise<boolean>,
): Promise<SplitOutcome> {
  const root = boundNetwork(network, region.box, { arithmetic, expired });
  const noSigns = network.steps.map((step, at) =>
    network.steps.some((other) => other.kind === 'activation' && other.activation === 'relu' && other.from === at)
      ? new Int8Array(step.size)
      : null,
  );
  let boxes = 0;
  for (const constraints of region.cases) {
    // One constraint that is false everywhere rules the case out; the one with the best bound is the one to work on.
    const attempts = constraints.map(({ coefficients, bound }) => {
      boxes++;
      const result = optimiseSlopes(network, root, coefficients, { rounds: ROOT_ROUNDS, goal: bound, expired });
      return { coefficients, bound, result, margin: result.lower - bound };
    });
    const { coefficients, bound, result, margin } = attempts.reduce((a, b) => (b.margin > a.margin ? b : a));
    if (margin > 0) continue;
    const stack: SubProblem[] = [];
    const divide = (problem: SubProblem, found: OptimisedBound): boolean => {
      const neuron = costliestNeuron(network, problem, found);
      if (neuron === null) return false;
      for (const sign of [1, -1] as const) {
        const child = withSign(network, problem, neuron, sign, found.multipliers);
        if (child !== null) stack.push(child);
      }
      return true;
    };
    if (!divide({ bounds: root, signs: noSigns, start: undefined }, result))
      return { verdict: 'unknown', boxes, reason: 'no neuron is left to divide at' };
    let splits = 0;
    while (stack.length > 0) {
      if (expired()) return { verdict: 'unknown', boxes, reason: 'out of time' };
      if (splits++ >= mostSplits) return { verdict: 'unknown', boxes, reason: `more than ${mostSplits} sub-problems` };
      boxes++;
      const problem = stack.pop()!;
      const found = optimiseSlopes(network, problem.bounds, coefficients, {
        rounds: CHILD_ROUNDS,
        signs: problem.signs,
        goal: bound,
        ...(problem.start === undefined ? {} : { start: problem.start }),
      });
      if (found.lower > bound) continue;
      const output = evaluateNetwork(network, found.corner).at(-1)!;
      if (caseDistance(constraints, output) <= 0 && (await accept(found.corner))) return { verdict: 'violated', boxes };
      if (!divide(problem, found)) return { verdict: 'unknown', boxes, reason: 'no neuron is left to divide at' };
    }
  }
  return { verdict: 'holds', boxes };
}

/** The unstable neuron whose lines lose most at the coefficients of the bound. */
function costliestNeuron(
  network: BoundedNetwork,
  { bounds, signs }: SubProblem,
  found: OptimisedBound,
): { readonly step: number; readonly index: number } | null {
  let best: { readonly step: number; readonly index: number } | null = null;
  let most = 0;
  network.steps.forEach((step, at) => {
    const a = found.coefficients[at];
    if (step.kind !== 'activation' || step.activation !== 'relu' || !a) return;
    const { low, high } = bounds.intervals[step.from]!;
    const { highIntercept } = bounds.relaxations[at]!;
    for (let i = 0; i < a.length; i++) {
      if (!(low[i]! < 0 && high[i]! > 0) || signs[step.from]![i] !== 0) continue;
      const cost = a[i]! < 0 ? -a[i]! * highIntercept[i]! : 0.5 * a[i]! * Math.min(-low[i]!, high[i]!);
      // Where every cost is zero any neuron that is open will do.
      if (best === null || cost > most) [best, most] = [{ step: step.from, index: i }, cost];
    }
  });
  return best;
}

/** The part of a sub-problem where one neuron has the given sign; null where no input of it has. */
function withSign(
  network: BoundedNetwork,
  { bounds, signs }: SubProblem,
  { step, index }: { readonly step: number; readonly index: number },
  sign: 1 | -1,
  start: Multipliers,
): SubProblem | null {
  const intervals = bounds.intervals.map((interval, at) => {
    if (at !== step) return interval;
    const [low, high] = [interval.low.slice(), interval.high.slice()];
    if (sign === 1) low[index] = 0;
    else high[index] = 0;
    return { low, high };
  });
  const tightened = boundNetwork(network, bounds.box, { known: { ...bounds, intervals }, method: 'ibp' });
  // Outward bounds that contradict each other have no input between them.
  if (tightened.intervals.some(({ low, high }) => low.some((value, i) => value > high[i]!))) return null;
  const own = signs.map((list, at) => {
    if (at !== step) return list;
    const copy = list!.slice();
    copy[index] = sign;
    return copy;
  });
  return { bounds: tightened, signs: own, start };
}
