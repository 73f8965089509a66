import { Fault } from '../../core/fault.ts';
import { isGradientTarget, sampleSize, type GradientTarget, type Target } from '../target.ts';
import type { DetectorModels } from './detector.ts';

/** The model, which must tell classes apart. @throws Fault `ERR_USAGE` when it is missing or has one score */
export function requiredModel({ model }: DetectorModels, detector: string): Target {
  if (model === undefined) throw missing(detector, 'the model');
  assertClasses(model, detector);
  return model;
}

/** The target whose scores are features; the model itself where none is named. */
export function requiredFeatures({ features, model }: DetectorModels, detector: string): Target {
  const found = features ?? model;
  if (found === undefined) throw missing(detector, 'a model to take features from');
  return found;
}

/** The model and its ensemble: two at least, which take the same inputs and tell the same classes apart. */
export function requiredEnsemble({ model, ensemble }: DetectorModels, detector: string): readonly Target[] {
  const all = [...(model === undefined ? [] : [model]), ...(ensemble ?? [])];
  const [first] = all;
  if (first === undefined || all.length < 2) throw missing(detector, 'two models for the same task');
  for (const one of all) {
    assertClasses(one, detector);
    if (sampleSize(one) === sampleSize(first) && one.classes === first.classes) continue;
    throw new Fault('ERR_USAGE', 'The models of an ensemble must take the same inputs and tell the same classes.', {
      where: one.name,
    });
  }
  return all;
}

/** All of them with gradients, or null. */
export function withGradients(targets: readonly Target[]): readonly GradientTarget[] | null {
  return targets.every(isGradientTarget) ? (targets as readonly GradientTarget[]) : null;
}

/** One score is no distribution over classes: its softmax is 1 whatever comes in, and a detector of changes would see none. */
function assertClasses({ classes, name }: Target, detector: string): void {
  if (classes >= 2) return;
  throw new Fault('ERR_USAGE', `The detector ${detector} compares answers over classes; this model has one score.`, {
    where: name,
  });
}

function missing(detector: string, what: string): Fault {
  return new Fault('ERR_USAGE', `The detector ${detector} needs ${what}.`);
}
