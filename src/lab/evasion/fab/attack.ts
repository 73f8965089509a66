import type { GradientTarget } from '../../target.ts';
import { rankedTargets } from '../apgd/attack.ts';
import type { AttackContext } from '../attack.ts';
import {
  assertGradients,
  beginAttack,
  gradientOf,
  inputsOf,
  isWrong,
  scoresOf,
  survivors,
  type AttackState,
} from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation, clipToBox, distance, randomStart } from '../norm-ball.ts';
import { gatherRows, row } from '../rows.ts';
import { stepOntoPlane } from './project-onto-plane.ts';

export interface FabOptions {
  readonly iterations: number;
  readonly restarts: number;
  /** One run for each of the most likely wrong classes (FAB-T); with false one run against all classes. */
  readonly targeted: boolean;
  readonly targetClasses: number;
  readonly alphaMax: number;
  readonly eta: number;
  readonly beta: number;
  /** Ends a sample at the first point within eps; false goes on to the smallest perturbation. */
  readonly stopAtEps: boolean;
}

export const FAB_DEFAULTS: FabOptions = {
  iterations: 100,
  restarts: 1,
  targeted: true,
  targetClasses: 9,
  alphaMax: 0.1,
  eta: 1.05,
  beta: 0.9,
  stopAtEps: false,
};

type FabNorm = 'linf' | 'l2' | 'l1';

/** Fast adaptive boundary attack: looks for the nearest point that is misclassified. */
export const fab = defineAttack<'fab', FabOptions>({
  meta: {
    id: 'fab',
    title: 'Fast adaptive boundary attack',
    summary: 'Finds the smallest perturbation by stepping onto linearised decision boundaries.',
    knowledge: 'gradients',
    norms: ['linf', 'l2', 'l1'],
    modalities: ['image', 'vector', 'series'],
    taxonomy: ['AML.T0043.000'],
    references: ['Croce and Hein 2020, arXiv:1907.02044'],
  },
  options: (z) =>
    z.strictObject({
      iterations: z.int().min(1).max(100000).default(FAB_DEFAULTS.iterations),
      restarts: z.int().min(1).max(10000).default(FAB_DEFAULTS.restarts),
      targeted: z.boolean().default(FAB_DEFAULTS.targeted),
      targetClasses: z.int().min(1).max(1000).default(FAB_DEFAULTS.targetClasses),
      alphaMax: z.number().positive().max(1).default(FAB_DEFAULTS.alphaMax),
      eta: z.number().min(1).max(2).default(FAB_DEFAULTS.eta),
      beta: z.number().positive().max(1).default(FAB_DEFAULTS.beta),
      stopAtEps: z.boolean().default(FAB_DEFAULTS.stopAtEps),
    }),
  defaults: FAB_DEFAULTS,
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'fab');
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2', 'l1'], 'fab', true);
    const state = await beginAttack(target, data, context);
    await fabOn(target, state, norm, eps, options, context);
    context.progress?.(1);
    return state.result;
  },
});

/** Runs on the survivors of a state that exists. */
export async function fabOn(
  target: GradientTarget,
  state: AttackState,
  norm: FabNorm,
  eps: number,
  options: FabOptions,
  context: AttackContext,
): Promise<void> {
  const order = rankedTargets(state);
  const ranks = options.targeted ? Math.min(options.targetClasses, state.classes - 1) : 1;
  const open = survivors(state);
  const shortest = new Float64Array(state.count).fill(Infinity);
  for (let rank = 0; rank < ranks; rank++) {
    for (let restart = 0; restart < options.restarts; restart++) {
      // The standard attack drops a sample once it is fooled within eps; for the smallest perturbation every run counts.
      const samples = options.stopAtEps ? survivors(state) : open;
      if (samples.length === 0 || context.signal?.aborted === true) return;
      const progress = (done: number): void =>
        context.progress?.((rank * options.restarts + restart + done) / (ranks * options.restarts));
      await boundaryRun({
        target,
        state,
        samples,
        norm,
        eps,
        options,
        order,
        rank,
        restart,
        shortest,
        context,
        progress,
      });
    }
  }
}

interface BoundaryRun {
  readonly target: GradientTarget;
  readonly state: AttackState;
  readonly samples: readonly number[];
  readonly norm: FabNorm;
  readonly eps: number;
  readonly options: FabOptions;
  readonly order: readonly Int32Array[];
  readonly rank: number;
  readonly restart: number;
  /** Smallest distance so far, over all runs. */
  readonly shortest: Float64Array;
  readonly context: AttackContext;
  readonly progress: (done: number) => void;
}

async function boundaryRun(run: BoundaryRun): Promise<void> {
  const { target, state, samples, norm, eps, options, context } = run;
  const { size, classes, box } = state;
  let active = Array.from(samples);
  let points = inputsOf(state, active);
  if (run.restart > 0) {
    const radius = (sample: number): number =>
      Math.min(Number.isFinite(eps) ? eps : Infinity, run.shortest[sample]!) / 2;
    active.forEach((sample, at) => {
      if (!Number.isFinite(radius(sample))) return;
      const random = state.random(sample, `fab/${run.rank}/${run.restart}`);
      randomStart(norm, row(points, size, at), row(state.inputs, size, sample), radius(sample), box, random, true);
    });
  }
  for (let iteration = 0; iteration < options.iterations && active.length > 0; iteration++) {
    if (context.signal?.aborted === true) return;
    const planes = options.targeted
      ? await targetedPlanes(run, points, active)
      : await nearestPlanes(run, points, active);
    active.forEach((sample, at) => {
      const point = row(points, size, at);
      const origin = row(state.inputs, size, sample);
      const w = row(planes.slopes, size, at);
      const gap = planes.gaps[at]!;
      // Value of the linearised difference at the original: the plane is the same, the distance to it another.
      let originGap = gap;
      for (let f = 0; f < size; f++) originGap += w[f]! * (origin[f]! - point[f]!);
      const near = stepOntoPlane(norm, point, w, gap, box);
      const back = stepOntoPlane(norm, origin, w, originGap, box);
      const a = Math.max(lengthOf(norm, near), 1e-8);
      const b = Math.max(lengthOf(norm, back), 1e-8);
      const alpha = Math.min(a / (a + b), options.alphaMax);
      for (let f = 0; f < size; f++) {
        point[f] = (point[f]! + options.eta * near[f]!) * (1 - alpha) + (origin[f]! + options.eta * back[f]!) * alpha;
      }
      clipToBox(point, box);
    });
    const scores = await scoresOf(target, state, points, active);
    const still: number[] = [];
    active.forEach((sample, at) => {
      const point = row(points, size, at);
      if (isWrong(row(scores, classes, at), state.labels[sample]!, target.answersAbove)) {
        const origin = row(state.inputs, size, sample);
        const found = distance(norm, point, origin);
        if (found < run.shortest[sample]!) {
          run.shortest[sample] = found;
          if (found <= eps) {
            state.result.adversarial.set(point, sample * size);
            state.result.success[sample] = 1;
            if (options.stopAtEps) return;
          }
        }
        for (let f = 0; f < size; f++) point[f] = origin[f]! + options.beta * (point[f]! - origin[f]!);
      }
      still.push(at);
    });
    if (still.length < active.length) {
      points = gatherRows(points, size, still);
      active = still.map((at) => active[at]!);
    }
    run.progress((iteration + 1) / options.iterations);
  }
}

/** z_other - z_label and its gradient: at zero lies the boundary. */
interface Planes {
  readonly gaps: Float64Array;
  readonly slopes: Float32Array;
}

async function targetedPlanes(run: BoundaryRun, points: Float32Array, samples: readonly number[]): Promise<Planes> {
  const { losses, gradient } = await gradientOf(run.target, run.state, points, samples, (rows) => ({
    kind: 'difference',
    first: Int32Array.from(rows, (sample) => run.order[sample]![run.rank]!),
    second: Int32Array.from(rows, (sample) => run.state.labels[sample]!),
  }));
  return { gaps: Float64Array.from(losses), slopes: gradient };
}

/** Of all wrong classes the one whose linearised boundary is nearest in the dual norm. */
async function nearestPlanes(run: BoundaryRun, points: Float32Array, samples: readonly number[]): Promise<Planes> {
  const { state, norm } = run;
  const { size } = state;
  const gaps = new Float64Array(samples.length);
  const slopes = new Float32Array(samples.length * size);
  const nearest = new Float64Array(samples.length).fill(Infinity);
  for (let rank = 0; rank < state.classes - 1; rank++) {
    const { losses, gradient } = await gradientOf(run.target, state, points, samples, (rows) => ({
      kind: 'difference',
      first: Int32Array.from(rows, (sample) => run.order[sample]![rank]!),
      second: Int32Array.from(rows, (sample) => state.labels[sample]!),
    }));
    for (let at = 0; at < samples.length; at++) {
      const w = row(gradient, size, at);
      const away = Math.abs(losses[at]!) / (1e-12 + lengthOf(DUAL[norm], w));
      if (away >= nearest[at]!) continue;
      nearest[at] = away;
      gaps[at] = losses[at]!;
      slopes.set(w, at * size);
    }
  }
  return { gaps, slopes };
}

const DUAL = { linf: 'l1', l2: 'l2', l1: 'linf' } as const;

function lengthOf(norm: FabNorm, step: Float64Array | Float32Array): number {
  let total = 0;
  if (norm === 'linf') for (const value of step) total = Math.max(total, Math.abs(value));
  else if (norm === 'l2') for (const value of step) total += value * value;
  else for (const value of step) total += Math.abs(value);
  return norm === 'l2' ? Math.sqrt(total) : total;
}
