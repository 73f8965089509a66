import { applyBackward, applyMap, type LinearMap } from './linear-map.ts';

export const BOUNDED_ACTIVATIONS = ['relu', 'sigmoid', 'tanh'] as const;
export type BoundedActivation = (typeof BOUNDED_ACTIVATIONS)[number];

/**
 * One step of a network that bounds can be computed for. Every value is a flat vector; `from` is the index of an earlier step.
 * A network without cycles: step 0 is the input, the last one the output.
 */
export type NetworkStep =
  | { readonly kind: 'input'; readonly size: number }
  | {
      readonly kind: 'affine';
      readonly size: number;
      /** The sum of these, `map` null for the identity. */
      readonly terms: readonly { readonly from: number; readonly map: LinearMap | null }[];
      readonly bias: Float64Array;
      /** Sum of the absolute values of what the bias was computed from, where that is more than its own: what its rounding is in proportion to. */
      readonly biasMagnitude?: Float64Array;
      /** How far a runtime's weights may be from these, in unit roundoffs of float32: more than 0 where constants of the file are computed from others. */
      readonly doubt?: number;
    }
  | {
      readonly kind: 'activation';
      readonly size: number;
      readonly from: number;
      readonly activation: BoundedActivation;
    };

export interface BoundedNetwork {
  readonly steps: readonly NetworkStep[];
}

export function inputSize(network: BoundedNetwork): number {
  return network.steps[0]!.size;
}

export function outputSize(network: BoundedNetwork): number {
  return network.steps.at(-1)!.size;
}

export function activate(activation: BoundedActivation, z: number): number {
  switch (activation) {
    case 'relu':
      return z > 0 ? z : 0;
    case 'sigmoid':
      return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
    case 'tanh':
      return Math.tanh(z);
  }
}

export function activationSlope(activation: BoundedActivation, z: number): number {
  switch (activation) {
    case 'relu':
      return z > 0 ? 1 : 0;
    case 'sigmoid': {
      const s = activate('sigmoid', z);
      return s * (1 - s);
    }
    case 'tanh':
      return 1 - Math.tanh(z) ** 2;
  }
}

/** Values of all steps at one input, in double precision. */
export function evaluateNetwork(network: BoundedNetwork, x: Float64Array): readonly Float64Array[] {
  const values: Float64Array[] = [];
  for (const step of network.steps) {
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
      const { activation } = step;
      values.push(values[step.from]!.map((z) => activate(activation, z)));
    }
  }
  return values;
}

/** Gradient of weights · output by the input, at the point that `values` (of `evaluateNetwork`) belong to. */
export function inputGradient(
  network: BoundedNetwork,
  values: readonly Float64Array[],
  weights: Float64Array,
): Float64Array {
  const { steps } = network;
  const sums = steps.map((step) => new Float64Array(step.size));
  sums.at(-1)!.set(weights);
  for (let at = steps.length - 1; at > 0; at--) {
    const step = steps[at]!;
    const sum = sums[at]!;
    if (step.kind === 'activation') {
      const z = values[step.from]!;
      const into = sums[step.from]!;
      for (let i = 0; i < sum.length; i++)
        if (sum[i] !== 0) into[i]! += sum[i]! * activationSlope(step.activation, z[i]!);
    } else if (step.kind === 'affine') {
      for (const { from, map } of step.terms) {
        const into = sums[from]!;
        if (map === null) for (let i = 0; i < sum.length; i++) into[i]! += sum[i]!;
        else applyBackward(map, sum, 1, into);
      }
    }
  }
  return sums[0]!;
}
