import { Fault } from '../../core/fault.ts';
import type { OutputConstraint, VnnlibProperty } from '../../formats/vnnlib/read-vnnlib.ts';
import { type BoundedNetwork, inputSize, outputSize } from './bounded-network.ts';
import type { InputRegion } from './input-region.ts';
import type { Interval } from './relaxation.ts';

/** Inputs in a region, and the ways in which an output is unsafe there: all constraints of one case true. */
export interface UnsafeRegion {
  readonly box: InputRegion;
  readonly cases: readonly (readonly OutputConstraint[])[];
}

/**
 * Cases with the same box together, so that bounds are computed once for them.
 * @throws Fault `ERR_DATA` where the property is about another network.
 */
export function unsafeRegions(property: VnnlibProperty, network: BoundedNetwork): readonly UnsafeRegion[] {
  if (property.inputs !== inputSize(network) || property.outputs !== outputSize(network))
    throw new Fault(
      'ERR_DATA',
      `The property is about ${property.inputs} inputs and ${property.outputs} outputs, the network has ${inputSize(network)} and ${outputSize(network)}.`,
    );
  const regions: { readonly box: Interval; readonly cases: (readonly OutputConstraint[])[] }[] = [];
  for (const { low, high, constraints } of property.cases) {
    // An empty box cannot be entered.
    if (low.some((value, i) => value > high[i]!)) continue;
    const same = regions.find(
      ({ box }) => low.every((v, i) => v === box.low[i]) && high.every((v, i) => v === box.high[i]),
    );
    if (same === undefined) regions.push({ box: { low, high }, cases: [constraints] });
    else same.cases.push(constraints);
  }
  return regions;
}

/** How far an output is from meeting all constraints of a case: at most 0 exactly where it does. */
export function caseDistance(constraints: readonly OutputConstraint[], output: ArrayLike<number>): number {
  let worst = Number.NEGATIVE_INFINITY;
  for (const { coefficients, bound } of constraints)
    worst = Math.max(worst, constraintValue(coefficients, bound, output));
  return worst;
}

/** Index of the constraint that is furthest from being true. */
export function furthestConstraint(constraints: readonly OutputConstraint[], output: ArrayLike<number>): number {
  let [best, value] = [0, Number.NEGATIVE_INFINITY];
  constraints.forEach(({ coefficients, bound }, index) => {
    const own = constraintValue(coefficients, bound, output);
    if (own > value) [best, value] = [index, own];
  });
  return best;
}

function constraintValue(coefficients: Float64Array, bound: number, output: ArrayLike<number>): number {
  let sum = -bound;
  for (let i = 0; i < coefficients.length; i++) if (coefficients[i] !== 0) sum += coefficients[i]! * output[i]!;
  return sum;
}

/** The nearest float32 input that lies inside the box; null where the box holds none. */
export function roundIntoBox(x: Float64Array, box: Interval): Float32Array | null {
  const rounded = Float32Array.from(x);
  for (let i = 0; i < rounded.length; i++) {
    if (rounded[i]! > box.high[i]!) rounded[i] = neighbour(rounded[i]!, -1);
    if (rounded[i]! < box.low[i]!) rounded[i] = neighbour(rounded[i]!, 1);
    if (!(rounded[i]! >= box.low[i]! && rounded[i]! <= box.high[i]!)) return null;
  }
  return rounded;
}

/** The next float32 above (+1) or below (-1). */
function neighbour(value: number, direction: 1 | -1): number {
  const float = Float32Array.of(value);
  const bits = new Int32Array(float.buffer);
  if (value === 0) return direction * 2 ** -149;
  bits[0]! += value > 0 === direction > 0 ? 1 : -1;
  return float[0]!;
}
