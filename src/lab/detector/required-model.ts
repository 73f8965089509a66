import { Fault } from '../../core/fault.ts';
import { isGradientTarget, type GradientTarget, type Target } from '../target.ts';
import type { DetectorModels } from './detector.ts';

/** @throws Fault `ERR_USAGE` when the model is missing */
export function requiredModel({ model }: DetectorModels, detector: string): Target {
  if (model === undefined) throw missing(detector, 'the model');
  return model;
}

/** The target whose scores are features; the model itself where none is named. */
export function requiredFeatures({ features, model }: DetectorModels, detector: string): Target {
  const found = features ?? model;
  if (found === undefined) throw missing(detector, 'a model to take features from');
  return found;
}

/** The model and its ensemble: two at least. */
export function requiredEnsemble({ model, ensemble }: DetectorModels, detector: string): readonly Target[] {
  const all = [...(model === undefined ? [] : [model]), ...(ensemble ?? [])];
  if (all.length < 2) throw missing(detector, 'two models for the same task');
  return all;
}

/** All of them with gradients, or null. */
export function withGradients(targets: readonly Target[]): readonly GradientTarget[] | null {
  return targets.every(isGradientTarget) ? (targets as readonly GradientTarget[]) : null;
}

function missing(detector: string, what: string): Fault {
  return new Fault('ERR_USAGE', `The detector ${detector} needs ${what}.`);
}
