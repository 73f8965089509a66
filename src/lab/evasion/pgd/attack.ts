import type { Loss } from '../../../engine/loss.ts';
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
import { assertPerturbation, projectOntoBall, randomStart } from '../norm-ball.ts';
import { gatherRows, row } from '../rows.ts';
import { isZero, signStep, steepestStep } from '../step-direction.ts';

export interface PgdOptions {
  readonly steps: number;
  /** Length of a step as a share of eps; 2.5 / steps when null (Madry et al. 2018, appendix). */
  readonly stepShare: number | null;
  readonly restarts: number;
  readonly randomStart: boolean;
  readonly loss: 'cross-entropy' | 'margin' | 'dlr';
}

/** Projected gradient ascent with restarts. A sample that is fooled leaves the batch at once. */
export const pgd = defineAttack<'pgd', PgdOptions>({
  meta: {
    id: 'pgd',
    title: 'Projected gradient descent',
    summary: 'Repeated gradient steps inside the perturbation ball, from random starts.',
    knowledge: 'gradients',
    norms: ['linf', 'l2', 'l1'],
    modalities: ['image', 'vector', 'series'],
    taxonomy: ['AML.T0043.000'],
    references: ['Madry et al. 2018, arXiv:1706.06083'],
  },
  options: (z) =>
    z.strictObject({
      steps: z.int().min(1).max(100000).default(40),
      stepShare: z.number().positive().nullable().default(null),
      restarts: z.int().min(1).max(10000).default(1),
      randomStart: z.boolean().default(true),
      loss: z.enum(['cross-entropy', 'margin', 'dlr']).default('cross-entropy'),
    }),
  defaults: { steps: 40, stepShare: null, restarts: 1, randomStart: true, loss: 'cross-entropy' },
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'pgd');
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2', 'l1'], 'pgd');
    const state = await beginAttack(target, data, context);
    const { size, classes, box } = state;
    const length = eps * (options.stepShare ?? 2.5 / options.steps);
    const zeroGradients = new Uint8Array(state.count);
    const loss = (rows: readonly number[]): Loss => ({ kind: options.loss, labels: labelsOf(state, rows) });

    for (let restart = 0; restart < options.restarts; restart++) {
      let samples = survivors(state);
      let points = inputsOf(state, samples);
      if (options.randomStart) {
        samples.forEach((sample, at) => {
          const center = row(state.inputs, size, sample);
          randomStart(norm, row(points, size, at), center, eps, box, state.random(sample, `pgd/${restart}`), false);
        });
      }
      for (let step = 0; step <= options.steps && samples.length > 0; step++) {
        if (context.signal?.aborted === true) return { ...state.result, zeroGradients };
        const last = step === options.steps;
        const asked = last
          ? { scores: await scoresOf(target, state, points, samples), gradient: null }
          : await gradientOf(target, state, points, samples, loss);
        const still: number[] = [];
        samples.forEach((sample, at) => {
          const point = row(points, size, at);
          if (isWrong(row(asked.scores, classes, at), state.labels[sample]!)) return succeed(state, sample, point);
          still.push(at);
          if (asked.gradient === null) return;
          const slope = row(asked.gradient, size, at);
          if (step === 0 && isZero(slope)) zeroGradients[sample] = 1;
          const center = row(state.inputs, size, sample);
          if (norm === 'linf') signStep(point, slope, center, eps, box, length);
          else {
            const moved = steepestStep(norm, slope);
            for (let f = 0; f < size; f++) moved[f] = point[f]! + length * moved[f]!;
            projectOntoBall(norm, moved, center, eps, box);
            point.set(moved);
          }
        });
        if (still.length < samples.length) {
          points = gatherRows(points, size, still);
          samples = still.map((at) => samples[at]!);
        }
        context.progress?.((restart + step / (options.steps + 1)) / options.restarts);
      }
    }
    context.progress?.(1);
    return { ...state.result, zeroGradients };
  },
});
