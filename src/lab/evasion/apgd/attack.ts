import { Fault } from '../../../core/fault.ts';
import type { Loss } from '../../../engine/loss.ts';
import { classesByScore } from '../../loss-of-scores.ts';
import type { GradientTarget } from '../../target.ts';
import type { AttackContext } from '../attack.ts';
import { assertGradients, beginAttack, inputsOf, labelsOf, survivors, type AttackState } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation, projectOntoBall, randomStart } from '../norm-ball.ts';
import { row } from '../rows.ts';
import { runApgd, type ApgdRun } from './run-apgd.ts';

export interface ApgdOptions {
  /** `difference-targeted` is for models with two or three classes, where the DLR losses do not exist. */
  readonly loss: 'cross-entropy' | 'dlr' | 'margin' | 'dlr-targeted' | 'difference-targeted';
  readonly iterations: number;
  /** For each target class where the loss is targeted. */
  readonly restarts: number;
  /** Classes that a targeted loss goes to: the most likely wrong ones first. */
  readonly targetClasses: number;
  readonly eotIterations: number;
  readonly rho: number;
  /** L1: three stages with 3, 2 and 1 times eps, as the standard L1 AutoAttack does. */
  readonly shrinkingEps: boolean;
}

export const APGD_DEFAULTS: ApgdOptions = {
  loss: 'cross-entropy',
  iterations: 100,
  restarts: 5,
  targetClasses: 9,
  eotIterations: 1,
  rho: 0.75,
  shrinkingEps: false,
};

/** Auto-PGD: no step size to choose. */
export const apgd = defineAttack<'apgd', ApgdOptions>({
  meta: {
    id: 'apgd',
    title: 'Auto-PGD',
    summary:
      'Projected gradient ascent that chooses its step sizes, on cross-entropy or the difference of logits ratio.',
    knowledge: 'gradients',
    norms: ['linf', 'l2', 'l1'],
    modalities: ['image', 'vector', 'series'],
    taxonomy: ['AML.T0043.000'],
    references: ['Croce and Hein 2020, arXiv:2003.01690', 'Croce and Hein 2021, arXiv:2103.01208'],
  },
  options: (z) =>
    z.strictObject({
      loss: z
        .enum(['cross-entropy', 'dlr', 'margin', 'dlr-targeted', 'difference-targeted'])
        .default(APGD_DEFAULTS.loss),
      iterations: z.int().min(1).max(100000).default(APGD_DEFAULTS.iterations),
      restarts: z.int().min(1).max(10000).default(APGD_DEFAULTS.restarts),
      targetClasses: z.int().min(1).max(1000).default(APGD_DEFAULTS.targetClasses),
      eotIterations: z.int().min(1).max(1000).default(APGD_DEFAULTS.eotIterations),
      rho: z.number().positive().max(1).default(APGD_DEFAULTS.rho),
      shrinkingEps: z.boolean().default(APGD_DEFAULTS.shrinkingEps),
    }),
  defaults: APGD_DEFAULTS,
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'apgd');
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2', 'l1'], 'apgd');
    const state = await beginAttack(target, data, context);
    const zeroGradients = new Uint8Array(state.count);
    await apgdOn(target, state, norm, eps, options, context, zeroGradients);
    context.progress?.(1);
    return { ...state.result, zeroGradients };
  },
});

/** Runs on the survivors of a state that exists: what AutoAttack is made of. */
export async function apgdOn(
  target: GradientTarget,
  state: AttackState,
  norm: 'linf' | 'l2' | 'l1',
  eps: number,
  options: ApgdOptions,
  context: AttackContext,
  zeroGradients?: Uint8Array,
): Promise<void> {
  assertClasses(options.loss, state.classes);
  const targeted = options.loss === 'dlr-targeted' || options.loss === 'difference-targeted';
  const ranks = targeted ? Math.min(options.targetClasses, state.classes - 1) : 1;
  const order = targeted ? rankedTargets(state) : [];
  for (let rank = 0; rank < ranks; rank++) {
    for (let restart = 0; restart < options.restarts; restart++) {
      const samples = survivors(state);
      if (samples.length === 0 || context.signal?.aborted === true) return;
      const base = {
        norm,
        eotIterations: options.eotIterations,
        rho: options.rho,
        loss: (rows: readonly number[]): Loss => lossOf(options.loss, state, rows, order, rank),
        purpose: `apgd/${options.loss}/${rank}/${restart}`,
        ...(zeroGradients === undefined || rank + restart > 0 ? {} : { zeroGradients }),
        progress: (done: number) =>
          context.progress?.((rank * options.restarts + restart + done) / (ranks * options.restarts)),
      };
      if (norm === 'l1' && options.shrinkingEps)
        await shrinkingRun(target, state, samples, eps, options, base, context);
      else
        await runApgd(
          target,
          state,
          samples,
          { ...base, eps, iterations: options.iterations, successCounts: true },
          context,
        );
    }
  }
}

async function shrinkingRun(
  target: GradientTarget,
  state: AttackState,
  samples: readonly number[],
  eps: number,
  options: ApgdOptions,
  base: Omit<ApgdRun, 'eps' | 'iterations' | 'successCounts'>,
  context: AttackContext,
): Promise<void> {
  const early = Math.ceil(0.3 * options.iterations);
  const stages = [
    [3, early],
    [2, early],
    [1, Math.max(options.iterations - 2 * early, 1)],
  ] as const;
  let start: Float32Array = inputsOf(state, samples);
  samples.forEach((sample, at) => {
    const center = row(state.inputs, state.size, sample);
    randomStart('l1', row(start, state.size, at), center, 3 * eps, state.box, state.random(sample, base.purpose), true);
  });
  for (const [factor, iterations] of stages) {
    samples.forEach((sample, at) => {
      const center = row(state.inputs, state.size, sample);
      projectOntoBall('l1', row(start, state.size, at), center, factor * eps, state.box);
    });
    start = await runApgd(
      target,
      state,
      samples,
      { ...base, eps: factor * eps, iterations, successCounts: factor === 1, start },
      context,
    );
  }
}

/** Wrong classes of each sample by falling clean score. */
export function rankedTargets(state: AttackState): Int32Array[] {
  return Array.from({ length: state.count }, (_, i) =>
    classesByScore(row(state.cleanScores, state.classes, i)).filter((one) => one !== state.labels[i]),
  );
}

function lossOf(
  kind: ApgdOptions['loss'],
  state: AttackState,
  rows: readonly number[],
  order: readonly Int32Array[],
  rank: number,
): Loss {
  const labels = labelsOf(state, rows);
  if (kind !== 'dlr-targeted' && kind !== 'difference-targeted') return { kind, labels };
  const targets = Int32Array.from(rows, (sample) => order[sample]![rank]!);
  return kind === 'dlr-targeted' ? { kind, labels, targets } : { kind: 'difference', first: targets, second: labels };
}

function assertClasses(loss: ApgdOptions['loss'], classes: number): void {
  const needed = loss === 'dlr' ? 3 : loss === 'dlr-targeted' ? 4 : 2;
  if (classes >= needed) return;
  throw new Fault('ERR_USAGE', `the loss ${loss} needs ${needed} classes, and the target has ${classes}`, {
    hint: 'Use cross-entropy, margin or difference-targeted.',
  });
}
