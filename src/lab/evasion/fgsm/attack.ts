import {
  assertGradients,
  beginAttack,
  gradientOf,
  inputsOf,
  isWrong,
  labelsOf,
  scoresOf,
  succeed,
  survivors,
} from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation, projectOntoBall } from '../norm-ball.ts';
import { row } from '../rows.ts';
import { isZero, steepestStep } from '../step-direction.ts';

export interface FgsmOptions {
  readonly loss: 'cross-entropy' | 'margin';
}

/** One step of length eps: a baseline, and a warning when it beats stronger attacks (label leaking, masked gradients). */
export const fgsm = defineAttack<'fgsm', FgsmOptions>({
  meta: {
    id: 'fgsm',
    title: 'Fast gradient sign method',
    summary: 'One step of length eps along the gradient of the loss.',
    knowledge: 'gradients',
    norms: ['linf', 'l2'],
    modalities: ['image', 'vector', 'series'],
    taxonomy: ['AML.T0043.000'],
    references: ['Goodfellow et al. 2015, arXiv:1412.6572'],
  },
  options: (z) => z.strictObject({ loss: z.enum(['cross-entropy', 'margin']).default('cross-entropy') }),
  defaults: { loss: 'cross-entropy' },
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'fgsm');
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2'], 'fgsm');
    const state = await beginAttack(target, data, context);
    const samples = survivors(state);
    const zeroGradients = new Uint8Array(state.count);
    if (samples.length > 0 && context.signal?.aborted !== true) {
      const points = inputsOf(state, samples);
      const { gradient } = await gradientOf(target, state, points, samples, (rows) => ({
        kind: options.loss,
        labels: labelsOf(state, rows),
      }));
      samples.forEach((sample, at) => {
        const slope = row(gradient, state.size, at);
        if (isZero(slope)) zeroGradients[sample] = 1;
        const step = steepestStep(norm, slope);
        const point = row(points, state.size, at);
        for (let f = 0; f < state.size; f++) step[f] = point[f]! + eps * step[f]!;
        projectOntoBall(norm, step, row(state.inputs, state.size, sample), eps, state.box);
        point.set(step);
      });
      const scores = await scoresOf(target, state, points, samples);
      samples.forEach((sample, at) => {
        if (isWrong(row(scores, state.classes, at), state.labels[sample]!, target.answersAbove))
          succeed(state, sample, row(points, state.size, at));
      });
    }
    context.progress?.(1);
    return { ...state.result, zeroGradients };
  },
});
