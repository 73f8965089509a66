import { Fault } from '../../../core/fault.ts';
import type { Random } from '../../../math/random.ts';
import { runnerUp } from '../../loss-of-scores.ts';
import { beginAttack, isWrong, scoresOf, succeed, survivors } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation } from '../norm-ball.ts';
import { row } from '../rows.ts';

export interface CubeOptions {
  /** Queries for each sample. */
  readonly queries: number;
  /** Share of the features that the first steps change. */
  readonly initialShare: number;
}

export const CUBE_DEFAULTS: CubeOptions = { queries: 1000, initialShare: 0.5 };

/** Points of the run at which the share of changed features is halved. */
const HALVINGS = [0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8];

/** Random search over the corners of the Linf cube, feature by feature, on scores alone. */
export const cube = defineAttack<'cube', CubeOptions>({
  meta: {
    id: 'cube',
    title: 'Cube attack',
    summary:
      'Random search for tables and trees: some features jump to +-eps, and the step is kept when the margin does not rise.',
    knowledge: 'scores',
    norms: ['linf'],
    modalities: ['vector', 'tabular'],
    taxonomy: ['AML.T0043.001'],
    references: ['Andriushchenko and Hein 2019, arXiv:1906.03526'],
  },
  options: (z) =>
    z.strictObject({
      queries: z.int().min(1).max(10000000).default(CUBE_DEFAULTS.queries),
      initialShare: z.number().positive().max(1).default(CUBE_DEFAULTS.initialShare),
    }),
  defaults: CUBE_DEFAULTS,
  mostQueries: ({ queries }) => 1 + queries,
  run: async (target, data, perturbation, options, context) => {
    const { eps } = assertPerturbation(perturbation, ['linf'], 'cube');
    if (target.scoreType === 'label') {
      throw new Fault('ERR_USAGE', 'cube needs scores, and the target gives labels only', { hint: 'Use hopskipjump.' });
    }
    const state = await beginAttack(target, data, context);
    const { size, classes, box } = state;
    const corner = (random: Random, feature: number, origin: number): number => {
      const value = random.below(2) === 0 ? origin - eps : origin + eps;
      return Math.min(Math.max(value, box.low[feature]!), box.high[feature]!);
    };
    let active = survivors(state);
    const randoms = new Map<number, Random>(active.map((sample) => [sample, state.random(sample, 'cube')]));
    const best = new Map<number, Float32Array>(active.map((sample) => [sample, row(state.inputs, size, sample)]));
    const margins = new Float64Array(state.count).fill(Infinity);
    for (let query = 0; query < options.queries && active.length > 0; query++) {
      if (context.signal?.aborted === true) break;
      const done = query / options.queries;
      const share = options.initialShare / 2 ** HALVINGS.filter((bound) => done > bound).length;
      const points = new Float32Array(active.length * size);
      active.forEach((sample, at) => {
        const random = randoms.get(sample)!;
        const origin = row(state.inputs, size, sample);
        const point = row(points, size, at);
        point.set(best.get(sample)!);
        // The first query is a random corner; later ones change a feature at least.
        for (let feature = 0; feature < size; feature++) {
          if (query === 0 || random.uniform() < share) point[feature] = corner(random, feature, origin[feature]!);
        }
        const one = random.below(size);
        point[one] = corner(random, one, origin[one]!);
      });
      const scores = await scoresOf(target, state, points, active);
      active = active.filter((sample, at) => {
        const own = row(scores, classes, at);
        const label = state.labels[sample]!;
        if (isWrong(own, label, target.answersAbove)) {
          succeed(state, sample, row(points, size, at));
          return false;
        }
        // Ensembles of trees are flat almost everywhere: a step that changes nothing is taken, too.
        const margin = own[label]! - own[runnerUp(own, label)]!;
        if (margin <= margins[sample]!) {
          margins[sample] = margin;
          best.set(sample, row(points, size, at).slice());
        }
        return true;
      });
      if (query % 16 === 0) context.progress?.(done);
    }
    context.progress?.(1);
    return state.result;
  },
});
