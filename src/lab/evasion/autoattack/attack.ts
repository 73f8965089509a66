import type { GradientTarget } from '../../target.ts';
import { apgdOn, APGD_DEFAULTS } from '../apgd/attack.ts';
import type { AttackContext } from '../attack.ts';
import { assertGradients, beginAttack, survivors, type AttackState } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { fabOn, FAB_DEFAULTS } from '../fab/attack.ts';
import { assertPerturbation } from '../norm-ball.ts';
import { assertSquareLayout, squareOn, SQUARE_DEFAULTS } from '../square/attack.ts';

export const AUTOATTACK_VERSIONS = ['standard', 'plus', 'rand'] as const;

export interface AutoAttackOptions {
  readonly version: (typeof AUTOATTACK_VERSIONS)[number];
}

type Stage = 'apgd-ce' | 'apgd-dlr' | 'apgd-t' | 'fab' | 'fab-t' | 'square';

/** Order and members as in the reference implementation. */
const STAGES: Readonly<Record<AutoAttackOptions['version'], readonly Stage[]>> = {
  standard: ['apgd-ce', 'apgd-t', 'fab-t', 'square'],
  plus: ['apgd-ce', 'apgd-dlr', 'fab', 'square', 'apgd-t', 'fab-t'],
  rand: ['apgd-ce', 'apgd-dlr'],
};

/** Share of the whole work, roughly, for progress. */
const WEIGHT: Readonly<Record<Stage, number>> = {
  'apgd-ce': 1,
  'apgd-dlr': 1,
  'apgd-t': 9,
  fab: 9,
  'fab-t': 14,
  square: 20,
};

/** The ensemble by which robustness is compared in the literature: each attack runs on what the ones before left. */
export const autoattack = defineAttack<'autoattack', AutoAttackOptions>({
  meta: {
    id: 'autoattack',
    title: 'AutoAttack',
    summary:
      'APGD-CE, targeted APGD, FAB-T and Square in turn, each on the survivors: the standard measure of robust accuracy.',
    knowledge: 'gradients',
    norms: ['linf', 'l2'],
    modalities: ['image', 'vector'],
    taxonomy: ['AML.T0043.000', 'AML.T0043.001'],
    references: ['Croce and Hein 2020, arXiv:2003.01690'],
  },
  options: (z) => z.strictObject({ version: z.enum(AUTOATTACK_VERSIONS).default('standard') }),
  defaults: { version: 'standard' },
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'autoattack');
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2'], 'autoattack');
    const stages = STAGES[options.version];
    if (stages.includes('square')) assertSquareLayout(target, norm);
    const state = await beginAttack(target, data, context);
    const foundBy: (string | null)[] = Array.from(state.result.success, (wrong) => (wrong === 1 ? 'clean' : null));
    const zeroGradients = new Uint8Array(state.count);
    const whole = stages.reduce((sum, stage) => sum + WEIGHT[stage], 0);
    let before = 0;
    for (const stage of stages) {
      if (context.signal?.aborted === true || survivors(state).length === 0) break;
      const done = before;
      const own: AttackContext = {
        ...context,
        progress: (part) => context.progress?.((done + part * WEIGHT[stage]) / whole),
      };
      await runStage(stage, target, state, norm, eps, options.version, own, zeroGradients);
      for (let i = 0; i < state.count; i++) if (state.result.success[i] === 1) foundBy[i] ??= stage;
      before += WEIGHT[stage];
    }
    context.progress?.(1);
    return { ...state.result, foundBy, zeroGradients };
  },
});

/**
 * With two or three classes the DLR losses do not exist; then the difference of two logits stands in for them, which the reference
 * implementation does not offer.
 */
async function runStage(
  stage: Stage,
  target: GradientTarget,
  state: AttackState,
  norm: 'linf' | 'l2',
  eps: number,
  version: AutoAttackOptions['version'],
  context: AttackContext,
  zeroGradients: Uint8Array,
): Promise<void> {
  const restarts = version === 'plus' ? 5 : 1;
  const eotIterations = version === 'rand' ? 20 : 1;
  const apgd = { ...APGD_DEFAULTS, restarts, eotIterations };
  switch (stage) {
    case 'apgd-ce':
      return apgdOn(target, state, norm, eps, apgd, context, zeroGradients);
    case 'apgd-dlr':
      return apgdOn(target, state, norm, eps, { ...apgd, loss: state.classes < 3 ? 'margin' : 'dlr' }, context);
    case 'apgd-t': {
      const loss = state.classes < 4 ? 'difference-targeted' : 'dlr-targeted';
      return apgdOn(target, state, norm, eps, { ...apgd, restarts: 1, loss }, context);
    }
    case 'fab':
      return fabOn(
        target,
        state,
        norm,
        eps,
        { ...FAB_DEFAULTS, restarts: 5, targeted: false, stopAtEps: true },
        context,
      );
    case 'fab-t':
      return fabOn(target, state, norm, eps, { ...FAB_DEFAULTS, stopAtEps: true }, context);
    case 'square':
      return squareOn(target, state, norm, eps, SQUARE_DEFAULTS, context);
    default:
      throw new TypeError(stage satisfies never);
  }
}
