import { Fault } from '../../core/fault.ts';
import type { Random } from '../../math/random.ts';
import { sampleSize, type Target } from '../target.ts';
import type { Norm, Perturbation } from './attack.ts';

/** Norms that are a distance between two vectors. */
export type VectorNorm = 'linf' | 'l2' | 'l1' | 'l0';

/** A target's bounds, feature by feature. */
export interface Box {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

export function boxOf(target: Pick<Target, 'bounds' | 'inputShape'>): Box {
  const size = sampleSize(target);
  const spread = (bound: number | Float32Array): Float32Array =>
    typeof bound === 'number' ? new Float32Array(size).fill(bound) : bound;
  return { low: spread(target.bounds.low), high: spread(target.bounds.high) };
}

/**
 * @param allowed what the attack has a step for
 * @throws Fault `ERR_USAGE`
 */
export function assertPerturbation<Allowed extends Norm>(
  perturbation: Perturbation,
  allowed: readonly Allowed[],
  attack: string,
  infinite = false,
): { readonly norm: Allowed; readonly eps: number } {
  const { norm, eps } = perturbation;
  if (!(allowed as readonly Norm[]).includes(norm)) {
    throw new Fault('ERR_USAGE', `${attack} has no ${norm} version`, {
      where: 'norm',
      hint: `Use ${allowed.join(' or ')}.`,
    });
  }
  if (!(eps > 0) || (eps === Infinity && !infinite)) {
    throw new Fault('ERR_USAGE', `eps is ${eps}`, {
      where: 'eps',
      hint: "Give a number above zero, in the units of the target's bounds.",
    });
  }
  return { norm: norm as Allowed, eps };
}

/** Distance of two samples. */
export function distance(norm: VectorNorm, a: Float32Array, b: Float32Array): number {
  let total = 0;
  switch (norm) {
    case 'linf':
      for (let i = 0; i < a.length; i++) total = Math.max(total, Math.abs(a[i]! - b[i]!));
      return total;
    case 'l2':
      for (let i = 0; i < a.length; i++) total += (a[i]! - b[i]!) ** 2;
      return Math.sqrt(total);
    case 'l1':
      for (let i = 0; i < a.length; i++) total += Math.abs(a[i]! - b[i]!);
      return total;
    case 'l0':
      for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) total++;
      return total;
    default:
      throw new TypeError(norm satisfies never);
  }
}

/** How far float32 may carry a distance over eps: one unit in the last place of the largest bound a feature, and a millionth of eps. */
export function roundingAllowance(norm: VectorNorm, eps: number, box: Box): number {
  let largest = 0;
  for (let i = 0; i < box.low.length; i++) {
    largest = Math.max(largest, Math.abs(box.low[i]!), Math.abs(box.high[i]!));
  }
  const unit = Number.isFinite(largest) ? largest * 2 ** -23 : 0;
  const features = norm === 'l1' ? box.low.length : norm === 'l2' ? Math.sqrt(box.low.length) : 1;
  return eps * 1e-6 + unit * features;
}

export function clipToBox(x: Float32Array, box: Box): void {
  for (let i = 0; i < x.length; i++) x[i] = Math.min(Math.max(x[i]!, box.low[i]!), box.high[i]!);
}

/**
 * Moves `x` into the ball around `center` and into the box. For Linf and L1 this is the nearest such point; for L2 the ball first and the box
 * then, as APGD does, which can only come nearer to the center since the center is inside the box.
 */
export function projectOntoBall(
  norm: 'linf' | 'l2' | 'l1',
  x: Float32Array | Float64Array,
  center: Float32Array,
  eps: number,
  box: Box,
): void {
  if (norm === 'linf') {
    for (let i = 0; i < x.length; i++) {
      const low = Math.max(center[i]! - eps, box.low[i]!);
      const high = Math.min(center[i]! + eps, box.high[i]!);
      x[i] = Math.min(Math.max(x[i]!, low), high);
    }
    return;
  }
  if (norm === 'l2') {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (x[i]! - center[i]!) ** 2;
    const length = Math.sqrt(sum);
    const scale = length > eps ? eps / length : 1;
    for (let i = 0; i < x.length; i++) {
      const moved = scale === 1 ? x[i]! : center[i]! + (x[i]! - center[i]!) * scale;
      x[i] = Math.min(Math.max(moved, box.low[i]!), box.high[i]!);
    }
    return;
  }
  projectOntoL1(x, center, eps, box);
}

/**
 * Nearest point of the L1 ball within the box: every difference shrunk by one lambda and cut at the box (the optimality conditions of
 * Croce and Hein 2021, arXiv:2103.01208, section 3). The sum falls with lambda, so lambda is bisected.
 */
function projectOntoL1(x: Float32Array | Float64Array, center: Float32Array, eps: number, box: Box): void {
  const room = (i: number, difference: number): number =>
    difference > 0 ? box.high[i]! - center[i]! : center[i]! - box.low[i]!;
  const sumAt = (lambda: number): number => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      const difference = x[i]! - center[i]!;
      sum += Math.min(Math.max(Math.abs(difference) - lambda, 0), room(i, difference));
    }
    return sum;
  };
  let lambda = 0;
  if (sumAt(0) > eps) {
    let most = 0;
    for (let i = 0; i < x.length; i++) most = Math.max(most, Math.abs(x[i]! - center[i]!));
    let least = 0;
    for (let round = 0; round < 50; round++) {
      lambda = (least + most) / 2;
      if (sumAt(lambda) > eps) least = lambda;
      else most = lambda;
    }
    lambda = most;
  }
  for (let i = 0; i < x.length; i++) {
    const difference = x[i]! - center[i]!;
    const kept = Math.min(Math.max(Math.abs(difference) - lambda, 0), room(i, difference));
    x[i] = center[i]! + Math.sign(difference) * kept;
  }
}

/** Adds to `x` a random start: on the surface of the ball (APGD) or uniform in it (PGD on Linf), then into the ball and the box. */
export function randomStart(
  norm: 'linf' | 'l2' | 'l1',
  x: Float32Array,
  center: Float32Array,
  eps: number,
  box: Box,
  random: Random,
  surface: boolean,
): void {
  const moved = Float64Array.from(x, () => (norm === 'linf' ? 2 * random.uniform() - 1 : random.normal()));
  if (norm === 'l1') {
    for (let i = 0; i < x.length; i++) moved[i] = center[i]! + moved[i]!;
  } else {
    let length = 0;
    for (const value of moved) length = norm === 'linf' ? Math.max(length, Math.abs(value)) : length + value * value;
    if (norm === 'l2') length = Math.sqrt(length);
    const inside = surface || norm === 'linf' ? 1 : random.uniform() ** (1 / x.length);
    const scale = norm === 'linf' && !surface ? eps : (eps * inside) / (length + 1e-12);
    for (let i = 0; i < x.length; i++) moved[i] = center[i]! + scale * moved[i]!;
  }
  projectOntoBall(norm, moved, center, eps, box);
  x.set(moved);
}
