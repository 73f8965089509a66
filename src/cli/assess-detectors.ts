import { isFault } from '../core/fault.ts';
import type { AssessOptions } from '../lab/assess/assess.ts';
import { measureFittingDetectors } from '../lab/detector/measure-fitting-detectors.ts';
import type { Perturbation } from '../lab/evasion/attack.ts';
import { type FeatureTarget, openFeatureTarget } from '../lab/feature-target.ts';
import { isGradientTarget, type Target } from '../lab/target.ts';
import { isTextTarget } from '../lab/text/text-target.ts';

/**
 * The detectors' part of an assessment of an ONNX file: those that fit the model, under the first perturbation that they can be
 * measured at. Nothing where there is none (a sticker, edits of a text).
 */
export function assessDetectors(
  target: Target,
  file: string,
  {
    perturbations,
    threads,
    seed,
  }: { readonly perturbations: readonly Perturbation[]; readonly threads: number; readonly seed: string },
): Pick<AssessOptions, 'detect'> {
  const found = perturbations.find(({ norm, eps }) => (norm === 'linf' || norm === 'l2') && Number.isFinite(eps));
  // Behind an address every query costs, trees have no layers, and texts are no vectors that may be compared.
  if (found === undefined || !isGradientTarget(target) || isTextTarget(target)) return {};
  const perturbation = { norm: found.norm as 'linf' | 'l2', eps: found.eps };
  return {
    detect: async (data, seconds, signal, leftOut) => {
      // A declared target may prepare its inputs, which the bare file would not.
      const features = /\.onnx$/i.test(file) ? await featuresOf(file, target, threads) : null;
      try {
        return await measureFittingDetectors(
          { target, ...(features && { features }), perturbation, seed, leftOut },
          data,
          seconds,
          signal,
        );
      } finally {
        await features?.close();
      }
    },
  };
}

/** Null where the network has no hidden layer, or what is inside cannot be told by sample. */
async function featuresOf(file: string, { bounds }: Target, threads: number): Promise<FeatureTarget | null> {
  try {
    return await openFeatureTarget(file, { bounds, threads });
  } catch (error) {
    if (isFault(error) && (error.code === 'ERR_USAGE' || error.code === 'ERR_MODEL_UNSUPPORTED')) return null;
    throw error;
  }
}
