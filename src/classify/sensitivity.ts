import { Fault } from '../core/fault.ts';
import type { Classifier } from './classifier.ts';

/** How readily a statistical detector speaks: each model says which probability that is. */
export const SENSITIVITIES = ['low', 'balanced', 'high'] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

/** @throws Fault `ERR_CONFIG` when the model has no threshold of that name. */
export function thresholdOf(classifier: Classifier, head: number, sensitivity: Sensitivity): number {
  const threshold = classifier.header.heads[head]?.thresholds[sensitivity];
  if (threshold === undefined)
    throw new Fault('ERR_CONFIG', `The model "${classifier.header.name}" has no threshold for "${sensitivity}".`, {
      hint: 'Train it again (see its card).',
    });
  return threshold;
}
