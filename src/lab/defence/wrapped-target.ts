import { Fault } from '../../core/fault.ts';
import { ensembleTarget } from '../ensemble-target.ts';
import { boxOf } from '../evasion/norm-ball.ts';
import { type GradientTarget, isGradientTarget, type Target } from '../target.ts';
import { bitDepth } from '../transform/bit-depth.ts';
import { jpeg } from '../transform/jpeg.ts';
import { medianFilter } from '../transform/median-filter.ts';
import { type InputTransform, transformedTarget } from '../transformed-target.ts';
import { maskedTarget } from './patchcleanser/masked-target.ts';
import { smoothedTarget } from './smoothing/smoothed-target.ts';
import type { WrapperStep } from './wrapper-config.ts';

/** A model behind a wrapper, and what the wrapper is. */
export interface WrappedTarget extends GradientTarget {
  readonly wrapper: readonly WrapperStep[];
  /** The model behind all steps but the first: what a certificate of the first step is about. */
  readonly inside: GradientTarget;
  /** For reports. */
  readonly remarks: readonly string[];
}

export function isWrappedTarget(target: Target): target is WrappedTarget {
  return 'wrapper' in target;
}

/**
 * A model as its wrapper says that it is used, as one target: answers come from behind all steps, and so do gradients, so that attacks on it know the
 * defence (exactly where a step has a gradient, as the identity where it rounds, as a mean over draws or masks where it votes).
 * @param open opens a further model by its name
 * @throws Fault `ERR_MODEL_UNSUPPORTED` where a step does not fit the model
 */
export async function wrappedTarget(
  bare: Target,
  steps: readonly WrapperStep[],
  open: (name: string) => Promise<Target>,
): Promise<WrappedTarget> {
  let inside = gradientsOf(bare);
  // The last step stands next to the model.
  for (const step of steps.slice(1).toReversed()) inside = await wrapped(inside, step, open);
  const [first] = steps;
  const target = first === undefined ? inside : await wrapped(inside, first, open);
  const kinds = steps.map(({ kind }) => kind).join(', ');
  const remarks = [`Attacked behind its wrapper (${kinds || 'no steps'}): attacks know it.`];
  return { ...target, name: bare.name, wrapper: steps, inside, remarks };
}

async function wrapped(
  target: GradientTarget,
  step: WrapperStep,
  open: (name: string) => Promise<Target>,
): Promise<GradientTarget> {
  switch (step.kind) {
    case 'randomised-smoothing':
      return smoothedTarget(target, step);
    case 'patchcleanser':
      return maskedTarget(target, step);
    case 'bit-depth':
      return transformedTarget(target, bitDepth(step.bits, rangeOf(target, step.kind)));
    case 'median-filter':
      return transformedTarget(target, medianFilter(target.inputShape, step.size));
    case 'jpeg':
      return transformedTarget(target, compression(target, step.quality));
    case 'ensemble': {
      const members: GradientTarget[] = [target];
      for (const name of step.models) members.push(gradientsOf(await open(name)));
      return ensembleTarget(members);
    }
    case 'canonical-text':
      throw new Fault('ERR_MODEL_UNSUPPORTED', 'A wrapper of texts does not say how they are tokenised.', {
        where: 'canonical-text',
        hint: 'Open the target file that hardening wrote beside it (.target.json).',
      });
    default:
      throw new TypeError(step satisfies never);
  }
}

function compression(target: GradientTarget, quality: number): InputTransform {
  return jpeg(target.inputShape, { quality, ...rangeOf(target, 'jpeg'), rounding: 'straight-through' });
}

function rangeOf(target: Target, kind: string): { readonly low: number; readonly high: number } {
  const { low, high } = boxOf(target);
  if (low.every((value) => value === low[0]) && high.every((value) => value === high[0])) {
    return { low: low[0]!, high: high[0]! };
  }
  throw new Fault('ERR_MODEL_UNSUPPORTED', 'The step needs the same bounds for all values.', { where: kind });
}

function gradientsOf(target: Target): GradientTarget {
  if (isGradientTarget(target)) return target;
  throw new Fault('ERR_MODEL_UNSUPPORTED', `A wrapper stands around networks; "${target.name}" is none.`, {
    hint: 'Name an ONNX network under "model".',
  });
}
