import { constraintViolation } from './constraint-violation/detector.ts';
import { cusum } from './cusum/detector.ts';
import type { InputDetector } from './detector.ts';
import { ensembleDisagreement } from './ensemble-disagreement/detector.ts';
import { featureSqueezing } from './feature-squeezing/detector.ts';
import { knn } from './knn/detector.ts';
import { mahalanobis } from './mahalanobis/detector.ts';
import { statefulQuery } from './stateful-query/detector.ts';
import { t2Spe } from './t2-spe/detector.ts';

/** Every detector of hostile inputs, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const INPUT_DETECTORS = [
  constraintViolation, //
  cusum, //
  ensembleDisagreement, //
  featureSqueezing, //
  knn, //
  mahalanobis, //
  statefulQuery, //
  t2Spe, //
] as const;

export type InputDetectorId = (typeof INPUT_DETECTORS)[number]['meta']['id'];

/** The detector with this id, with its options' type forgotten: callers parse options with its own schema. */
export function inputDetectorNamed(id: string): InputDetector<string, unknown> | undefined {
  return (INPUT_DETECTORS as readonly unknown[] as readonly InputDetector<string, unknown>[]).find(
    (detector) => detector.meta.id === id,
  );
}
