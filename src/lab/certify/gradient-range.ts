import { activationSlope, type BoundedNetwork } from './bounded-network.ts';
import type { NetworkBounds } from './crown.ts';
import { applyBackward, applyBackwardMagnitudes } from './linear-map.ts';

/**
 * The largest absolute value that each component of the gradient of row · output by the input can have in the box (ReluVal's smear,
 * Wang et al. 2018, without the width). Guides splitting; no verdict rests on it, so rounding is not accounted for.
 */
export function gradientRange(network: BoundedNetwork, bounds: NetworkBounds, row: Float64Array): Float64Array {
  const { steps } = network;
  const centres = steps.map((step) => new Float64Array(step.size));
  const radii = steps.map((step) => new Float64Array(step.size));
  centres.at(-1)!.set(row);
  for (let at = steps.length - 1; at > 0; at--) {
    const step = steps[at]!;
    const [centre, radius] = [centres[at]!, radii[at]!];
    if (step.kind === 'affine') {
      for (const { from, map } of step.terms) {
        const [c, r] = [centres[from]!, radii[from]!];
        if (map === null) {
          for (let i = 0; i < centre.length; i++) c[i]! += centre[i]!;
          for (let i = 0; i < radius.length; i++) r[i]! += radius[i]!;
        } else {
          applyBackward(map, centre, 1, c);
          applyBackwardMagnitudes(map, radius, r);
        }
      }
    } else if (step.kind === 'activation') {
      const { low, high } = bounds.intervals[step.from]!;
      const slope = (z: number): number => activationSlope(step.activation, z);
      for (let i = 0; i < centre.length; i++) {
        // Slopes grow up to zero for ReLU and fall on both sides of it for the others.
        const ends = [slope(low[i]!), slope(high[i]!)];
        const most = low[i]! < 0 && high[i]! > 0 ? Math.max(...ends, slope(Number.MIN_VALUE)) : Math.max(...ends);
        const least = Math.min(...ends);
        const [middle, half] = [(most + least) / 2, (most - least) / 2];
        centres[step.from]![i]! += middle * centre[i]!;
        radii[step.from]![i]! += middle * radius[i]! + half * (Math.abs(centre[i]!) + radius[i]!);
      }
    }
  }
  return centres[0]!.map((value, i) => Math.abs(value) + radii[0]![i]!);
}
