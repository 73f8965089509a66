import { Fault } from '../../core/fault.ts';
import type { GradientCoverage } from '../../engine/gradient/coverage.ts';
import { ensembleTarget } from '../ensemble-target.ts';
import { boxOf } from '../evasion/norm-ball.ts';
import type { OnnxTarget } from '../onnx-target.ts';
import { type GradientTarget, isGradientTarget, type Target } from '../target.ts';
import { bitDepth } from '../transform/bit-depth.ts';
import { jpeg } from '../transform/jpeg.ts';
import { medianFilter } from '../transform/median-filter.ts';
import { type InputTransform, transformedTarget } from '../transformed-target.ts';
import { crossCheckedTarget } from './ensemble/cross-checked-target.ts';
import { maskedTarget } from './patchcleanser/masked-target.ts';
import { smoothedTarget } from './smoothing/smoothed-target.ts';
import type { WrapperStep } from './wrapper-config.ts';

/** A model behind a wrapper, and what the wrapper is. */
export interface WrappedTarget extends GradientTarget {
  readonly wrapper: readonly WrapperStep[];
  /** The model behind all steps but the first: what a certificate of the first step is about. */
  readonly inside: GradientTarget;
  /** Which operators of all its networks a gradient passes, and which hide it. */
  readonly coverage: GradientCoverage;
  /** For reports: what attacks know, and what the networks' own remarks are. */
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
  const networks: Target[] = [bare];
  const openNetwork = async (name: string): Promise<Target> => {
    const one = await open(name);
    networks.push(one);
    return one;
  };
  // The last step stands next to the model.
  for (const step of steps.slice(1).toReversed()) inside = await wrapped(inside, step, openNetwork);
  const [first] = steps;
  const target = first === undefined ? inside : await wrapped(inside, first, openNetwork);
  const kinds = steps.map(({ kind }) => kind).join(', ');
  const own = networks.filter((one): one is OnnxTarget => 'coverage' in one);
  const remarks = [
    `Attacked behind its wrapper (${kinds || 'no steps'}): attacks know it.`,
    ...steps.map((step) => saysOf(step)).filter((line) => line !== null),
    ...new Set(own.flatMap((one) => one.remarks)),
  ];
  const coverage: GradientCoverage = {
    onTheWay: [...new Set(own.flatMap((one) => one.coverage.onTheWay))],
    missing: own.flatMap((one) => one.coverage.missing),
    masked: own.flatMap((one) => one.coverage.masked),
  };
  return { ...target, name: bare.name, wrapper: steps, inside, coverage, remarks };
}

/** What a step means for an attack, where that is not the whole truth: one sentence. */
function saysOf(step: WrapperStep): string | null {
  switch (step.kind) {
    case 'randomised-smoothing':
      return `Gradients through the vote are means over a few of its ${step.samples} draws.`;
    case 'patchcleanser':
      return 'Gradients through double masking are means over one mask each.';
    case 'bit-depth':
    case 'jpeg':
      return `Gradients pass the rounding of ${step.kind} as if it were none (BPDA).`;
    case 'ensemble':
      return step.agree === undefined
        ? null
        : `${step.agree} of ${step.models.length + 1} models must name the same class. Otherwise it abstains, which is neither right nor a success of an attack.`;
    default:
      return null;
  }
}

async function wrapped(
  target: GradientTarget,
  step: WrapperStep,
  open: (name: string) => Promise<Target>,
): Promise<GradientTarget> {
  switch (step.kind) {
    case 'randomised-smoothing':
      return smoothedTarget(answering(target, step.kind), step);
    case 'patchcleanser':
      return maskedTarget(answering(target, step.kind), step);
    case 'bit-depth':
      return transformedTarget(target, bitDepth(step.bits, rangeOf(target, step.kind)));
    case 'median-filter':
      return transformedTarget(target, medianFilter(target.inputShape, step.size));
    case 'jpeg':
      return transformedTarget(target, compression(target, step.quality));
    case 'ensemble': {
      const members: GradientTarget[] = [answering(target, step.kind)];
      for (const name of step.models) members.push(gradientsOf(await open(name)));
      return step.agree === undefined ? ensembleTarget(members) : crossCheckedTarget(members, step.agree);
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

/** A vote over copies or masks counts answers. */
function answering(target: GradientTarget, kind: string): GradientTarget {
  if (target.answersAbove === undefined) return target;
  throw new Fault('ERR_MODEL_UNSUPPORTED', 'A vote over models that may abstain is not defined.', {
    where: kind,
    hint: 'Leave "agree" out of the ensemble, or the step before it.',
  });
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
