import { Fault } from '../../core/fault.ts';
import type { Bounds, Target } from '../target.ts';
import { classScores, rawOutputs } from './evaluate.ts';
import { classesOf, type TreeEnsemble } from './tree-ensemble.ts';

/** A tree ensemble under test: its structure is at hand, so distances can be exact. */
export interface TreeTarget extends Target {
  readonly ensemble: TreeEnsemble;
}

export function isTreeTarget(target: Target): target is TreeTarget {
  return 'ensemble' in target;
}

export interface TreeTargetOptions {
  readonly name?: string;
  readonly bounds: Bounds;
  readonly classNames?: readonly string[];
  /** `label`: only the class is told, as an attacker at the door would see it. */
  readonly tells?: 'scores' | 'label';
}

/** @throws Fault `ERR_MODEL_UNSUPPORTED` where the ensemble predicts amounts and not classes. */
export function createTreeTarget(ensemble: TreeEnsemble, options: TreeTargetOptions): TreeTarget {
  const classes = classesOf(ensemble);
  if (classes < 2) {
    throw new Fault(
      'ERR_MODEL_UNSUPPORTED',
      'The tree ensemble predicts an amount; attacks need a model that tells classes.',
      {
        hint: 'Train it with a classification objective (binary:logistic, multi:softprob, binary, multiclass).',
      },
    );
  }
  const label = options.tells === 'label';
  return {
    name: options.name ?? 'tree ensemble',
    ensemble,
    inputShape: [ensemble.features],
    classes,
    ...(options.classNames === undefined ? {} : { classNames: options.classNames }),
    bounds: options.bounds,
    scoreType: label ? 'label' : ensemble.link.kind === 'probability' ? 'probabilities' : 'logits',
    scores(x, n) {
      if (x.length !== n * ensemble.features) {
        return Promise.reject(
          new Fault('ERR_DATA', `The tree ensemble takes ${ensemble.features} features a row, not ${x.length / n}.`),
        );
      }
      const scores = classScores(ensemble, rawOutputs(ensemble, x, n), classes);
      if (label) toOneHot(scores, classes);
      return Promise.resolve(scores);
    },
    close: () => Promise.resolve(),
  };
}

function toOneHot(scores: Float32Array, classes: number): void {
  for (let from = 0; from < scores.length; from += classes) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[from + c]! > scores[from + best]!) best = c;
    scores.fill(0, from, from + classes);
    scores[from + best] = 1;
  }
}
