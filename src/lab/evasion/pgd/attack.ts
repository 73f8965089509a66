import { ascendGradient } from '../ascend-gradient.ts';
import { assertGradients, beginAttack } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation, projectOntoBall, randomStart } from '../norm-ball.ts';
import { row } from '../rows.ts';
import { signStep, steepestStep } from '../step-direction.ts';

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
    const { size, box } = state;
    const length = eps * (options.stepShare ?? 2.5 / options.steps);
    const { steps, restarts, loss } = options;
    return ascendGradient(
      target,
      state,
      {
        steps,
        restarts,
        loss,
        begin: (point, sample, restart) => {
          if (!options.randomStart) return;
          const center = row(state.inputs, size, sample);
          randomStart(norm, point, center, eps, box, state.random(sample, `pgd/${restart}`), false);
        },
        move: (point, slope, sample) => {
          const center = row(state.inputs, size, sample);
          if (norm === 'linf') return signStep(point, slope, center, eps, box, length);
          const moved = steepestStep(norm, slope);
          for (let f = 0; f < size; f++) moved[f] = point[f]! + length * moved[f]!;
          projectOntoBall(norm, moved, center, eps, box);
          point.set(moved);
        },
      },
      context,
    );
  },
});
