import { TABULAR_DECLARATION, type TabularDeclaration } from '../../tabular/declaration.ts';
import { ConstrainedSpace } from '../../tabular/constrained-space.ts';
import { constraintsOf } from '../../tabular/constraints-of-target.ts';
import type { GradientTarget } from '../../target.ts';
import type { AttackContext } from '../attack.ts';
import {
  assertGradients,
  beginAttack,
  gradientOf,
  isWrong,
  labelsOf,
  succeed,
  survivors,
  type AttackState,
} from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation } from '../norm-ball.ts';
import { row } from '../rows.ts';

export interface CapgdOptions {
  readonly steps: number;
  readonly restarts: number;
  readonly constraints?: TabularDeclaration | undefined;
}

export const CAPGD_DEFAULTS: CapgdOptions = { steps: 10, restarts: 2 };

/** Gradient steps with the step size and momentum of APGD, each followed by a repair of the constraints. */
export const capgd = defineAttack<'capgd', CapgdOptions>({
  meta: {
    id: 'capgd',
    title: 'Constrained adaptive PGD (CAPGD)',
    summary:
      'Gradient attack for tables: every step is repaired so that ranges, whole numbers, one-hot groups and relations hold.',
    knowledge: 'gradients',
    norms: ['l2', 'linf'],
    modalities: ['tabular', 'vector'],
    taxonomy: ['AML.T0043.000'],
    references: ['Simonetto, Ghamizi and Cordy 2024, arXiv:2406.00775'],
  },
  options: (z) =>
    z.strictObject({
      steps: z.int().min(1).max(100000).default(CAPGD_DEFAULTS.steps),
      restarts: z.int().min(1).max(1000).default(CAPGD_DEFAULTS.restarts),
      constraints: TABULAR_DECLARATION.optional(),
    }),
  defaults: CAPGD_DEFAULTS,
  run: async (target, data, perturbation, options, context) => {
    const { norm, eps } = assertPerturbation(perturbation, ['l2', 'linf'], 'capgd');
    const network = assertGradients(target, 'capgd');
    const state = await beginAttack(network, data, context);
    const constraints = constraintsOf(options.constraints, state.box);
    const spaces = Array.from(
      { length: state.count },
      (_, i) => new ConstrainedSpace(constraints, row(state.inputs, state.size, i).slice(), norm, eps),
    );
    await capgdOn(network, state, spaces, options, context);
    context.progress?.(1);
    return state.result;
  },
});

/** Iterations after which the step size is looked at: 0.22 of all, then ever denser (as APGD). */
function checkpoints(steps: number): Set<number> {
  const found = new Set<number>();
  let [before, at] = [0, 0.22];
  while (at <= 1) {
    found.add(Math.ceil(at * steps));
    [before, at] = [at, at + Math.max(at - before - 0.03, 0.06)];
  }
  return found;
}

/** Runs on the survivors of a state that exists. */
export async function capgdOn(
  target: GradientTarget,
  state: AttackState,
  spaces: readonly ConstrainedSpace[],
  options: CapgdOptions,
  context: AttackContext,
): Promise<void> {
  const { size, classes } = state;
  const looks = checkpoints(options.steps);
  for (let restart = 0; restart < options.restarts; restart++) {
    let active = survivors(state);
    const points = new Map<number, Float32Array>();
    const before = new Map<number, Float32Array>();
    const best = new Map<number, { loss: number; point: Float32Array }>();
    const step = new Float64Array(state.count);
    const raised = new Int32Array(state.count);
    const lookedAt = new Float64Array(state.count).fill(-Infinity);
    const halved = new Uint8Array(state.count);
    for (const i of active) {
      const space = spaces[i]!;
      const start = space.original.slice();
      if (restart > 0) {
        const random = state.random(i, `capgd/${restart}`);
        for (const at of space.movable)
          start[at] = space.original[at]! + ((2 * random.uniform() - 1) * space.eps) / space.constraints.cost[at]!;
        if (!space.admit(start)) start.set(space.original);
      }
      points.set(i, start);
      before.set(i, start);
      step[i] = 2 * space.eps;
    }
    let since = 0;
    for (let iteration = 0; iteration <= options.steps && active.length > 0; iteration++) {
      if (context.signal?.aborted === true) return;
      const batch = new Float32Array(active.length * size);
      active.forEach((i, at) => batch.set(points.get(i)!, at * size));
      const found = await gradientOf(target, state, batch, active, (rows) => ({
        kind: 'cross-entropy',
        labels: labelsOf(state, rows),
      }));
      const look = looks.has(iteration);
      active = active.filter((i, at) => {
        const space = spaces[i]!;
        const point = points.get(i)!;
        if (isWrong(row(found.scores, classes, at), state.labels[i]!, target.answersAbove) && space.allows(point)) {
          succeed(state, i, point);
          return false;
        }
        const loss = found.losses[at]!;
        const known = best.get(i);
        if (known === undefined || loss > known.loss) {
          best.set(i, { loss, point: point.slice() });
          raised[i]!++;
        }
        let from = point;
        if (look) {
          const stuck = halved[i] === 0 && best.get(i)!.loss === lookedAt[i];
          halved[i] = 0;
          if (raised[i]! < 0.75 * (iteration - since) || stuck) {
            step[i]! /= 2;
            halved[i] = 1;
            from = best.get(i)!.point;
          }
          lookedAt[i] = best.get(i)!.loss;
          raised[i] = 0;
        }
        points.set(i, advance(space, from, before.get(i)!, row(found.gradient, size, at), step[i]!, iteration > 0));
        before.set(i, from);
        return true;
      });
      if (look) since = iteration;
      context.progress?.((restart + iteration / (options.steps + 1)) / options.restarts);
    }
  }
}

/** One step of APGD in the units of cost, repaired; the point itself where no repair was found. */
function advance(
  space: ConstrainedSpace,
  point: Float32Array,
  before: Float32Array,
  gradient: Float32Array,
  step: number,
  momentum: boolean,
): Float32Array {
  const { cost } = space.constraints;
  let length = 0;
  for (const at of space.movable) length += (gradient[at]! / cost[at]!) ** 2;
  const aimed = point.slice();
  for (const at of space.movable) {
    // A unit of cost moves a feature by 1 / cost, and the loss by gradient / cost.
    const slope = gradient[at]! / cost[at]!;
    const along = space.norm === 'linf' ? Math.sign(slope) : slope / (Math.sqrt(length) + 1e-12);
    aimed[at] = point[at]! + (step * along) / cost[at]!;
  }
  if (!space.admit(aimed)) return point.slice();
  if (!momentum) return aimed;
  const next = point.slice();
  for (const at of space.movable)
    next[at] = point[at]! + 0.75 * (aimed[at]! - point[at]!) + 0.25 * (point[at]! - before[at]!);
  return space.admit(next) ? next : aimed;
}
