import { Fault } from '../../../core/fault.ts';
import { runnerUp } from '../../loss-of-scores.ts';
import { TABULAR_DECLARATION, type TabularDeclaration } from '../../tabular/declaration.ts';
import { violationScore } from '../../tabular/constraints.ts';
import { ConstrainedSpace } from '../../tabular/constrained-space.ts';
import { constraintsOf } from '../../tabular/constraints-of-target.ts';
import type { Target } from '../../target.ts';
import type { AttackContext } from '../attack.ts';
import { beginAttack, isWrong, succeed, survivors, type AttackState } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation } from '../norm-ball.ts';
import { row } from '../rows.ts';
import { offspringOf, randomMember } from './breeding.ts';
import { fittest } from './fittest.ts';

export interface MoevaOptions {
  readonly generations: number;
  readonly offspring: number;
  readonly population: number;
  readonly constraints?: TabularDeclaration | undefined;
}

export const MOEVA_DEFAULTS: MoevaOptions = { generations: 100, offspring: 100, population: 100 };

/** One row of a population: margin of the true class, cost, and what it breaks; all to be small. */
export interface Member {
  readonly row: Float32Array;
  readonly objectives: readonly [number, number, number];
}

/** A genetic search on scores alone that keeps a table's constraints. */
export const moeva = defineAttack<'moeva', MoevaOptions>({
  meta: {
    id: 'moeva',
    title: 'Multi-objective evolutionary attack (MOEVA)',
    summary:
      'Genetic search for tables: margin, cost and broken constraints are lowered together. Needs scores, no gradients.',
    knowledge: 'scores',
    norms: ['l2', 'linf'],
    modalities: ['tabular', 'vector'],
    taxonomy: ['AML.T0043.001'],
    references: ['Simonetto et al. 2022, arXiv:2112.01156', 'Simonetto, Ghamizi and Cordy 2024, arXiv:2406.00775'],
  },
  options: (z) =>
    z.strictObject({
      generations: z.int().min(1).max(100000).default(MOEVA_DEFAULTS.generations),
      offspring: z.int().min(2).max(10000).default(MOEVA_DEFAULTS.offspring),
      population: z.int().min(4).max(10000).default(MOEVA_DEFAULTS.population),
      constraints: TABULAR_DECLARATION.optional(),
    }),
  defaults: MOEVA_DEFAULTS,
  run: async (target, data, perturbation, options, context) => {
    const { norm, eps } = assertPerturbation(perturbation, ['l2', 'linf'], 'moeva');
    if (target.scoreType === 'label') {
      throw new Fault('ERR_USAGE', 'moeva needs scores, and the target gives labels only', {
        hint: 'Use hopskipjump.',
      });
    }
    const state = await beginAttack(target, data, context);
    const constraints = constraintsOf(options.constraints, state.box);
    await moevaOn(
      target,
      state,
      (i) => new ConstrainedSpace(constraints, row(state.inputs, state.size, i).slice(), norm, eps),
      options,
      context,
    );
    context.progress?.(1);
    return state.result;
  },
});

/** Samples whose populations are asked about together. */
const TOGETHER = 16;

/** Runs on the survivors of a state that exists. */
export async function moevaOn(
  target: Target,
  state: AttackState,
  spaceOf: (sample: number) => ConstrainedSpace,
  options: MoevaOptions,
  context: AttackContext,
): Promise<void> {
  const all = survivors(state);
  const stopped = (): boolean => context.signal?.aborted === true;
  for (let from = 0; from < all.length; from += TOGETHER) {
    if (stopped()) return;
    let active = all.slice(from, from + TOGETHER).map((sample) => ({
      sample,
      space: spaceOf(sample),
      random: state.random(sample, 'moeva'),
      members: [] as Member[],
    }));
    active = active.filter(({ space }) => space.movable.length > 0);
    for (let generation = 0; generation <= options.generations && active.length > 0; generation++) {
      if (stopped()) return;
      const count = generation === 0 ? options.population : options.offspring;
      const points = new Float32Array(active.length * count * state.size);
      active.forEach((own, at) => {
        for (let index = 0; index < count; index++) {
          const made =
            generation === 0 ? randomMember(own.space, own.random) : offspringOf(own.space, own.members, own.random);
          points.set(made, (at * count + index) * state.size);
        }
      });
      const scores = await target.scores(points, active.length * count);
      active = active.filter((own, at) => {
        state.result.queries[own.sample]! += count;
        const label = state.labels[own.sample]!;
        const born: Member[] = [];
        for (let index = 0; index < count; index++) {
          const point = row(points, state.size, at * count + index);
          const score = row(scores, state.classes, at * count + index);
          if (isWrong(score, label, target.answersAbove) && own.space.allows(point)) {
            succeed(state, own.sample, point);
            return false;
          }
          const broken = violationScore(own.space.constraints, point, own.space.original);
          born.push({
            row: point.slice(),
            objectives: [score[label]! - score[runnerUp(score, label)]!, own.space.distance(point), broken],
          });
        }
        own.members = fittest([...own.members, ...born], options.population);
        return true;
      });
      context.progress?.((from + (generation / options.generations) * TOGETHER) / Math.max(1, all.length));
    }
  }
}
