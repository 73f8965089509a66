import type { Random } from '../../math/random.ts';
import { type BoundedNetwork, evaluateNetwork, inputSize } from './bounded-network.ts';
import { type Arithmetic, boundNetwork } from './crown.ts';
import { falsify } from './falsify.ts';
import { lowestPoint } from './input-region.ts';
import { openCases, splitInputs, type SplitOutcome } from './split-inputs.ts';
import { splitNeurons } from './split-neurons.ts';
import { caseDistance, type UnsafeRegion } from './unsafe-region.ts';

/** `ibp`: intervals. `crown`: linear bounds with optimised slopes. `split`: those, then branch and bound until decided or out of time. */
export const BOUND_METHODS = ['ibp', 'crown', 'split'] as const;
export type BoundMethod = (typeof BOUND_METHODS)[number];

export interface DecideOptions {
  readonly method: BoundMethod;
  readonly arithmetic: Arithmetic;
  /** Boxes or neuron splits. */
  readonly mostSplits: number;
  readonly random: Random;
  readonly expired: () => boolean;
  /** Random starts of the search for a counterexample; 0 when someone else has searched already. */
  readonly restarts?: number;
}

/** Networks with at most this many inputs are split by inputs, larger ones by neurons. */
const FEW_INPUTS = 20;

/**
 * Whether no input of a region has an unsafe output: bounds first, because they are cheap and final, then a search for a counterexample
 * among the cases that bounds leave open, then branch and bound.
 * @param accept decides whether an unsafe candidate counts
 */
export async function decideRegion(
  network: BoundedNetwork,
  region: UnsafeRegion,
  { method, arithmetic, mostSplits, random, expired, restarts }: DecideOptions,
  accept: (x: Float64Array) => Promise<boolean>,
): Promise<SplitOutcome> {
  const few = inputSize(network) <= FEW_INPUTS;
  const bounds = boundNetwork(network, region.box, {
    method: method === 'ibp' ? 'ibp' : 'crown',
    arithmetic,
    expired,
  });
  const all = region.cases.map((_, index) => index);
  const open = openCases(network, bounds, region, all, method === 'ibp' ? 'intervals' : 'lines');
  if (open.length === 0) return { verdict: 'holds', boxes: 1 };
  const rest: UnsafeRegion = { box: region.box, cases: open.map(({ index }) => region.cases[index]!) };
  // Where a linear bound is lowest an unsafe output is likeliest; for a network that is linear in the region it is there or nowhere.
  for (const { index, slopes } of open) {
    const x = lowestPoint(slopes, region.box);
    const output = evaluateNetwork(network, x).at(-1)!;
    if (caseDistance(region.cases[index]!, output) <= 0 && (await accept(x))) return { verdict: 'violated', boxes: 1 };
  }
  const starts = restarts ?? (few ? 100 : 4);
  if (starts > 0 && (await falsify(network, rest, { restarts: starts, steps: 30, random, expired }, accept)))
    return { verdict: 'violated', boxes: 1 };
  if (rest.cases.some((constraints) => constraints.length === 0))
    return {
      verdict: 'unknown',
      boxes: 1,
      reason: 'every output is unsafe, and no float32 input was found in the box',
    };
  if (method !== 'split') {
    const reason = expired() ? 'out of time' : `${method === 'ibp' ? 'intervals' : 'linear bounds'} are too loose`;
    return { verdict: 'unknown', boxes: 1, reason };
  }
  const outcome = few
    ? await splitInputs(network, rest, { mostBoxes: mostSplits, arithmetic, expired }, accept)
    : await splitNeurons(network, rest, { mostSplits, arithmetic, expired }, accept);
  return { ...outcome, boxes: outcome.boxes + 1 };
}
