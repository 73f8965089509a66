import { Fault } from '../../../core/fault.ts';
import { TABULAR_DECLARATION, type TabularDeclaration } from '../../tabular/declaration.ts';
import { ConstrainedSpace } from '../../tabular/constrained-space.ts';
import { constraintsOf } from '../../tabular/constraints-of-target.ts';
import { isGradientTarget } from '../../target.ts';
import { beginAttack } from '../attack-state.ts';
import { CAPGD_DEFAULTS, capgdOn } from '../capgd/attack.ts';
import { defineAttack } from '../define-attack.ts';
import { MOEVA_DEFAULTS, moevaOn } from '../moeva/attack.ts';
import { assertPerturbation } from '../norm-ball.ts';
import { row } from '../rows.ts';

export interface CaaOptions {
  readonly steps: number;
  readonly restarts: number;
  readonly generations: number;
  readonly offspring: number;
  readonly population: number;
  readonly constraints?: TabularDeclaration | undefined;
}

export const CAA_DEFAULTS: CaaOptions = { ...CAPGD_DEFAULTS, ...MOEVA_DEFAULTS };

/** CAPGD first, MOEVA on what it left: the standard attack for tables. */
export const caa = defineAttack<'caa', CaaOptions>({
  meta: {
    id: 'caa',
    title: 'Constrained adaptive attack (CAA)',
    summary:
      'CAPGD where the model has gradients, then MOEVA on the samples that survived. The robust accuracy of a table with constraints.',
    knowledge: 'scores',
    norms: ['l2', 'linf'],
    modalities: ['tabular', 'vector'],
    taxonomy: ['AML.T0043.000', 'AML.T0043.001'],
    references: ['Simonetto, Ghamizi and Cordy 2024, arXiv:2406.00775'],
  },
  options: (z) =>
    z.strictObject({
      steps: z.int().min(1).max(100000).default(CAA_DEFAULTS.steps),
      restarts: z.int().min(1).max(1000).default(CAA_DEFAULTS.restarts),
      generations: z.int().min(1).max(100000).default(CAA_DEFAULTS.generations),
      offspring: z.int().min(2).max(10000).default(CAA_DEFAULTS.offspring),
      population: z.int().min(4).max(10000).default(CAA_DEFAULTS.population),
      constraints: TABULAR_DECLARATION.optional(),
    }),
  defaults: CAA_DEFAULTS,
  run: async (target, data, perturbation, options, context) => {
    const { norm, eps } = assertPerturbation(perturbation, ['l2', 'linf'], 'caa');
    if (target.scoreType === 'label') {
      throw new Fault('ERR_USAGE', 'caa needs scores, and the target gives labels only', { hint: 'Use hopskipjump.' });
    }
    const state = await beginAttack(target, data, context);
    const constraints = constraintsOf(options.constraints, state.box);
    const spaceOf = (i: number): ConstrainedSpace =>
      new ConstrainedSpace(constraints, row(state.inputs, state.size, i).slice(), norm, eps);
    if (isGradientTarget(target)) {
      await capgdOn(
        target,
        state,
        Array.from({ length: state.count }, (_, i) => spaceOf(i)),
        options,
        context,
      );
    }
    await moevaOn(target, state, spaceOf, options, context);
    context.progress?.(1);
    return state.result;
  },
});
