import { Fault } from '../../../core/fault.ts';
import { minimalPerturbation } from '../../trees/minimal-perturbation.ts';
import { predictedClasses } from '../../trees/predicted-class.ts';
import type { Domain } from '../../trees/region.ts';
import { isTreeTarget } from '../../trees/tree-target.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation, boxOf } from '../norm-ball.ts';
import { row } from '../rows.ts';

export interface TreeExactOptions {
  /** Boxes of leaves that may be opened for one sample. */
  readonly boxes: number;
  /** Time for one sample; 0: no limit, and a result that is the same on every machine. */
  readonly seconds: number;
}

export const TREE_EXACT_DEFAULTS: TreeExactOptions = { boxes: 1_000_000, seconds: 0 };

/** The smallest perturbation of a tree ensemble's input, with a proof that it is the smallest. */
export const treeExact = defineAttack<'tree-exact', TreeExactOptions>({
  meta: {
    id: 'tree-exact',
    title: 'Exact attack on trees',
    summary:
      'Branch and bound over the leaves of a tree ensemble: the nearest input of another class, and a proof that none is nearer.',
    knowledge: 'gradients',
    norms: ['linf', 'l2', 'l1', 'l0'],
    modalities: ['vector', 'tabular'],
    taxonomy: ['AML.T0043.000'],
    references: ['Kantchelian, Tygar and Joseph 2016, arXiv:1509.07892', 'Chen et al. 2019, arXiv:1906.03849'],
    reads: 'tree-ensemble',
  },
  options: (z) =>
    z.strictObject({
      boxes: z.int().min(1).max(1e12).default(TREE_EXACT_DEFAULTS.boxes),
      seconds: z.number().min(0).default(TREE_EXACT_DEFAULTS.seconds),
    }),
  defaults: TREE_EXACT_DEFAULTS,
  run: (target, data, perturbation, options, context) => {
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2', 'l1', 'l0'], 'tree-exact', true);
    if (!isTreeTarget(target)) {
      throw new Fault(
        'ERR_USAGE',
        `tree-exact needs a tree ensemble, and the target "${target.name}" is none that it can read`,
        {
          hint: 'Open the model as XGBoost JSON, LightGBM text or ONNX-ML; for other models use cube or square.',
        },
      );
    }
    const { ensemble } = target;
    const size = ensemble.features;
    if (data.inputs.length !== data.count * size || data.labels.length !== data.count) {
      throw new Fault('ERR_DATA', `The data do not have ${size} features a sample, or not one label each.`);
    }
    const domain: Domain = boxOf(target);
    const adversarial = Float32Array.from(data.inputs);
    const success = new Uint8Array(data.count);
    const classes = predictedClasses(ensemble, data.inputs, data.count);
    for (let i = 0; i < data.count; i++) {
      const label = data.labels[i]!;
      if (!(label >= 0 && label < target.classes)) {
        throw new Fault('ERR_DATA', `label ${label} is no class of a model with ${target.classes}`, {
          where: `sample ${i}`,
        });
      }
      if (classes[i] !== label) success[i] = 1;
    }
    for (let i = 0; i < data.count; i++) {
      if (context.signal?.aborted === true) break;
      if (success[i] === 1) continue;
      const found = minimalPerturbation(ensemble, row(data.inputs, size, i).slice(), data.labels[i]!, {
        norm,
        domain,
        boxes: options.boxes,
        milliseconds: options.seconds === 0 ? Infinity : options.seconds * 1000,
        now: options.seconds === 0 ? () => 0 : () => performance.now(),
        ...(eps === Infinity ? {} : { within: eps }),
      });
      if (found.point !== null) {
        adversarial.set(found.point, i * size);
        success[i] = 1;
      }
      context.progress?.((i + 1) / data.count);
    }
    return Promise.resolve({
      adversarial,
      success,
      queries: new Float64Array(data.count).fill(1),
      gradients: new Float64Array(data.count),
    });
  },
});
