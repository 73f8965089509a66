import { beginAttack, survivors } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { finiteBox, widest } from '../finite-box.ts';
import { assertPerturbation } from '../norm-ball.ts';
import { BoundaryWalk, type Hop, type HopSkipJumpOptions } from './boundary-walk.ts';

export const HOPSKIPJUMP_DEFAULTS: HopSkipJumpOptions = {
  iterations: 64,
  maxQueries: 25000,
  initialEvaluations: 100,
  maxEvaluations: 10000,
  starts: 100,
  stopAtEps: false,
};

/** Walks along the decision boundary with answers alone. */
export const hopskipjump = defineAttack<'hopskipjump', HopSkipJumpOptions>({
  meta: {
    id: 'hopskipjump',
    title: 'HopSkipJump',
    summary:
      'Label-only: estimates the direction of the decision boundary from answers and walks towards the original.',
    knowledge: 'labels',
    norms: ['linf', 'l2'],
    modalities: ['image', 'vector'],
    taxonomy: ['AML.T0043.001'],
    references: ['Chen et al. 2020, arXiv:1904.02144'],
  },
  options: (z) =>
    z.strictObject({
      iterations: z.int().min(1).max(10000).default(HOPSKIPJUMP_DEFAULTS.iterations),
      maxQueries: z.int().min(1).max(10000000).default(HOPSKIPJUMP_DEFAULTS.maxQueries),
      initialEvaluations: z.int().min(2).max(100000).default(HOPSKIPJUMP_DEFAULTS.initialEvaluations),
      maxEvaluations: z.int().min(2).max(1000000).default(HOPSKIPJUMP_DEFAULTS.maxEvaluations),
      starts: z.int().min(1).max(10000).default(HOPSKIPJUMP_DEFAULTS.starts),
      stopAtEps: z.boolean().default(HOPSKIPJUMP_DEFAULTS.stopAtEps),
    }),
  defaults: HOPSKIPJUMP_DEFAULTS,
  mostQueries: ({ maxQueries }) => 1 + maxQueries,
  run: async (target, data, perturbation, options, context) => {
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2'], 'hopskipjump', true);
    const box = finiteBox(target, 'hopskipjump');
    const state = await beginAttack(target, data, context);
    const hops = survivors(state).map((sample): Hop => {
      const trace: { queries: number; distance: number }[] = [];
      return { sample, point: null, random: state.random(sample, 'hopskipjump'), trace, shortest: Infinity };
    });
    const walk = new BoundaryWalk(target, state, norm, eps, options, widest(box), context);
    await walk.start(hops);
    let active = hops.filter((hop) => hop.point !== null && walk.isOpen(hop));
    for (let iteration = 1; iteration <= options.iterations && active.length > 0; iteration++) {
      if (context.signal?.aborted === true) break;
      await walk.hop(active, iteration);
      active = active.filter((hop) => walk.isOpen(hop));
      context.progress?.(iteration / options.iterations);
    }
    const traces: { queries: number; distance: number }[][] = Array.from({ length: state.count }, () => []);
    for (const hop of hops) traces[hop.sample] = hop.trace;
    context.progress?.(1);
    return { ...state.result, trace: traces };
  },
});
