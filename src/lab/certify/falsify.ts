import type { Random } from '../../math/random.ts';
import { type BoundedNetwork, evaluateNetwork, inputGradient } from './bounded-network.ts';
import type { OutputConstraint } from '../../formats/vnnlib/read-vnnlib.ts';
import { type InputRegion, projectIntoRegion } from './input-region.ts';
import { caseDistance, furthestConstraint, type UnsafeRegion } from './unsafe-region.ts';

export interface FalsifyOptions {
  /** Random starts for each case. */
  readonly restarts: number;
  /** Steps from each start. */
  readonly steps: number;
  readonly random: Random;
  /** True when the search should end. */
  readonly expired: () => boolean;
}

/**
 * Looks for an input in the region whose output is unsafe, by projected sub-gradient descent on the constraint that is furthest from
 * true. In double precision; whoever reports runs the model itself on what is found.
 * @param accept called with each candidate; the search goes on while it says no
 */
export async function falsify(
  network: BoundedNetwork,
  region: UnsafeRegion,
  { restarts, steps, random, expired }: FalsifyOptions,
  accept: (x: Float64Array) => Promise<boolean>,
): Promise<boolean> {
  const { low, high } = region.box;
  const width = high.map((value, i) => value - low[i]!);
  for (let restart = 0; restart < restarts; restart++) {
    for (const constraints of region.cases) {
      const x = low.map((value, i) => (restart === 0 ? value + width[i]! / 2 : value + width[i]! * random.uniform()));
      if (await descend(network, region.box, constraints, x, { width, steps, expired }, accept)) return true;
    }
  }
  return false;
}

export interface DescendOptions {
  /** [inputs]: what steps are measured in. */
  readonly width: Float64Array;
  readonly steps: number;
  readonly expired: () => boolean;
}

/** Descent from one point, which it moves. */
export async function descend(
  network: BoundedNetwork,
  box: InputRegion,
  constraints: readonly OutputConstraint[],
  x: Float64Array,
  { width, steps, expired }: DescendOptions,
  accept: (x: Float64Array) => Promise<boolean>,
): Promise<boolean> {
  projectIntoRegion(x, box);
  for (let step = 0; step <= steps; step++) {
    if (expired()) return false;
    const values = evaluateNetwork(network, x);
    const output = values.at(-1)!;
    if (caseDistance(constraints, output) <= 0 && (await accept(x))) return true;
    if (step === steps || constraints.length === 0) break;
    const { coefficients } = constraints[furthestConstraint(constraints, output)]!;
    const gradient = inputGradient(network, values, coefficients);
    const rate = 0.25 * 0.85 ** step + 0.002;
    for (let i = 0; i < x.length; i++) x[i]! -= rate * width[i]! * Math.sign(gradient[i]!);
    projectIntoRegion(x, box);
  }
  return false;
}
