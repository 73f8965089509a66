import { Fault } from '../../../core/fault.ts';
import type { Random } from '../../../math/random.ts';
import { runnerUp } from '../../loss-of-scores.ts';
import type { Target } from '../../target.ts';
import type { AttackContext } from '../attack.ts';
import { beginAttack, isWrong, scoresOf, succeed, survivors, type AttackState } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { imageLayout, isPicture } from '../../image-layout.ts';
import { assertPerturbation } from '../norm-ball.ts';
import { row } from '../rows.ts';
import { startInL2, moveInL2 } from './l2-windows.ts';
import { startInLinf, moveInLinf } from './linf-squares.ts';
import type { Windows } from './windows.ts';

export interface SquareOptions {
  /** Queries for each sample and restart. */
  readonly queries: number;
  readonly restarts: number;
  /** Share of the pixels that the first squares cover. */
  readonly initialShare: number;
  /** Stretches the schedule of shares over `queries`; the standard attack keeps the schedule of 10,000. */
  readonly rescaleSchedule: boolean;
}

export const SQUARE_DEFAULTS: SquareOptions = { queries: 5000, restarts: 1, initialShare: 0.8, rescaleSchedule: false };

/** Random search with squares, on scores alone. */
export const square = defineAttack<'square', SquareOptions>({
  meta: {
    id: 'square',
    title: 'Square attack',
    summary:
      'Random search: squares of shrinking size are tried, and kept when the margin falls. Needs scores, no gradients.',
    knowledge: 'scores',
    norms: ['linf', 'l2'],
    modalities: ['image', 'vector'],
    taxonomy: ['AML.T0043.001'],
    references: ['Andriushchenko et al. 2020, arXiv:1912.00049'],
  },
  options: (z) =>
    z.strictObject({
      queries: z.int().min(1).max(10000000).default(SQUARE_DEFAULTS.queries),
      restarts: z.int().min(1).max(1000).default(SQUARE_DEFAULTS.restarts),
      initialShare: z.number().positive().max(1).default(SQUARE_DEFAULTS.initialShare),
      rescaleSchedule: z.boolean().default(SQUARE_DEFAULTS.rescaleSchedule),
    }),
  defaults: SQUARE_DEFAULTS,
  mostQueries: ({ queries, restarts }) => 1 + queries * restarts,
  run: async (target, data, perturbation, options, context) => {
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2'], 'square');
    if (target.scoreType === 'label') {
      throw new Fault('ERR_USAGE', 'square needs scores, and the target gives labels only', {
        hint: 'Use hopskipjump.',
      });
    }
    assertSquareLayout(target, norm);
    const state = await beginAttack(target, data, context);
    await squareOn(target, state, norm, eps, options, context);
    context.progress?.(1);
    return state.result;
  },
});

/** @throws Fault `ERR_USAGE` when the input has no shape for squares */
export function assertSquareLayout(target: Pick<Target, 'inputShape'>, norm: 'linf' | 'l2'): void {
  const layout = imageLayout(target.inputShape);
  if (layout !== undefined && (norm === 'linf' || isPicture(layout))) return;
  throw new Fault('ERR_USAGE', `square has no ${norm} step for an input of shape [${target.inputShape.join(', ')}]`, {
    hint: 'It takes images [channels, height, width], and for linf vectors [features].',
  });
}

/** Runs on the survivors of a state that exists. */
export async function squareOn(
  target: Target,
  state: AttackState,
  norm: 'linf' | 'l2',
  eps: number,
  options: SquareOptions,
  context: AttackContext,
): Promise<void> {
  const layout = imageLayout(target.inputShape)!;
  const windows: Windows = { layout, eps, low: state.box.low, high: state.box.high };
  const start = norm === 'linf' ? startInLinf : startInL2;
  const move = norm === 'linf' ? moveInLinf : moveInL2;
  const { size, classes } = state;
  for (let restart = 0; restart < options.restarts; restart++) {
    let active = survivors(state);
    const randoms = new Map<number, Random>(
      active.map((sample) => [sample, state.random(sample, `square/${restart}`)]),
    );
    const best = new Map<number, Float32Array>();
    const margins = new Float64Array(state.count).fill(Infinity);
    for (let query = 0; query < options.queries && active.length > 0; query++) {
      if (context.signal?.aborted === true) return;
      const share = shareAt(query - 1, options);
      const points = new Float32Array(active.length * size);
      active.forEach((sample, at) => {
        const origin = row(state.inputs, size, sample);
        const point = row(points, size, at);
        const random = randoms.get(sample)!;
        const known = best.get(sample);
        if (known === undefined) start(point, origin, windows, random);
        else move(point, known, origin, share, windows, random);
      });
      const scores = await scoresOf(target, state, points, active);
      active = active.filter((sample, at) => {
        const own = row(scores, classes, at);
        const label = state.labels[sample]!;
        if (isWrong(own, label, target.answersAbove)) {
          succeed(state, sample, row(points, size, at));
          return false;
        }
        const margin = own[label]! - own[runnerUp(own, label)]!;
        if (margin < margins[sample]! || query === 0) {
          margins[sample] = margin;
          best.set(sample, row(points, size, at).slice());
        }
        return true;
      });
      if (query % 16 === 0) context.progress?.((restart + query / options.queries) / options.restarts);
    }
  }
}

/** Iterations of 10,000 after which the share is halved once more (section 5 of the paper, and its reference). */
const HALVINGS = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

/** Share of the pixels in a square at an iteration, counted from 0. */
export function shareAt(
  iteration: number,
  options: Pick<SquareOptions, 'queries' | 'initialShare' | 'rescaleSchedule'>,
): number {
  const scaled = options.rescaleSchedule ? Math.floor((iteration / options.queries) * 10000) : iteration;
  return options.initialShare / 2 ** HALVINGS.filter((bound) => scaled > bound).length;
}
