import type { Random } from '../../../math/random.ts';
import { assertGradients, beginAttack, gradientOf, isWrong, labelsOf, scoresOf, survivors } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation, type Box } from '../norm-ball.ts';
import { row } from '../rows.ts';
import { steepestStep } from '../step-direction.ts';

export interface UniversalOptions {
  readonly epochs: number;
  readonly batch: number;
  /** Length of a step as a share of eps. */
  readonly stepShare: number;
  /** Samples whose loss is above this have had enough: they no longer pull. */
  readonly lossCeiling: number;
}

export const UNIVERSAL_DEFAULTS: UniversalOptions = { epochs: 10, batch: 32, stepShare: 0.1, lossCeiling: 9 };

/** One perturbation that is added to every sample. */
export const universalPerturbation = defineAttack<'universal-perturbation', UniversalOptions>({
  meta: {
    id: 'universal-perturbation',
    title: 'Universal perturbation',
    summary: 'Learns one perturbation that fools the model on most samples it is added to.',
    knowledge: 'gradients',
    norms: ['linf', 'l2'],
    modalities: ['image', 'vector', 'series'],
    taxonomy: ['AML.T0043.000'],
    references: ['Moosavi-Dezfooli et al. 2017, arXiv:1610.08401', 'Shafahi et al. 2020, arXiv:1811.11304'],
    wholeSet: true,
  },
  options: (z) =>
    z.strictObject({
      epochs: z.int().min(1).max(10000).default(UNIVERSAL_DEFAULTS.epochs),
      batch: z.int().min(1).max(4096).default(UNIVERSAL_DEFAULTS.batch),
      stepShare: z.number().positive().max(2).default(UNIVERSAL_DEFAULTS.stepShare),
      lossCeiling: z.number().positive().default(UNIVERSAL_DEFAULTS.lossCeiling),
    }),
  defaults: UNIVERSAL_DEFAULTS,
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'universal-perturbation');
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2'], 'universal-perturbation');
    const state = await beginAttack(target, data, context);
    const { size, classes, box, result } = state;
    const samples = survivors(state);
    const pattern = new Float32Array(size);
    const random = context.random.fork('universal');
    const steps = options.epochs * Math.ceil(samples.length / options.batch);
    let step = 0;
    for (let epoch = 0; epoch < options.epochs && samples.length > 0; epoch++) {
      for (const batch of batches(samples, options.batch, random)) {
        if (context.signal?.aborted === true) return result;
        const points = added(state.inputs, batch, pattern, size, box);
        const { losses, gradient } = await gradientOf(target, state, points, batch, (rows) => ({
          kind: 'cross-entropy',
          labels: labelsOf(state, rows),
        }));
        const pull = new Float32Array(size);
        batch.forEach((_, at) => {
          if (losses[at]! > options.lossCeiling) return;
          const slope = row(gradient, size, at);
          for (let f = 0; f < size; f++) pull[f]! += slope[f]!;
        });
        const direction = steepestStep(norm, pull);
        for (let f = 0; f < size; f++) pattern[f]! += eps * options.stepShare * direction[f]!;
        shorten(pattern, norm, eps);
        context.progress?.(++step / (steps + 1));
      }
    }
    for (let from = 0; from < samples.length; from += options.batch) {
      if (context.signal?.aborted === true) return result;
      const batch = samples.slice(from, from + options.batch);
      const points = added(state.inputs, batch, pattern, size, box);
      const scores = await scoresOf(target, state, points, batch);
      batch.forEach((sample, at) => {
        if (!isWrong(row(scores, classes, at), state.labels[sample]!, target.answersAbove)) return;
        result.adversarial.set(row(points, size, at), sample * size);
        result.success[sample] = 1;
      });
    }
    context.progress?.(1);
    return { ...result, pattern: { shape: target.inputShape, values: pattern } };
  },
});

function* batches(samples: readonly number[], batch: number, random: Random): Generator<number[]> {
  const order = random.shuffle([...samples]);
  for (let from = 0; from < order.length; from += batch) yield order.slice(from, from + batch);
}

function added(
  inputs: Float32Array,
  batch: readonly number[],
  pattern: Float32Array,
  size: number,
  box: Box,
): Float32Array {
  const points = new Float32Array(batch.length * size);
  batch.forEach((sample, at) => {
    for (let f = 0; f < size; f++) {
      const value = inputs[sample * size + f]! + pattern[f]!;
      points[at * size + f] = Math.min(Math.max(value, box.low[f]!), box.high[f]!);
    }
  });
  return points;
}

function shorten(pattern: Float32Array, norm: 'linf' | 'l2', eps: number): void {
  if (norm === 'linf') {
    for (let f = 0; f < pattern.length; f++) pattern[f] = Math.min(Math.max(pattern[f]!, -eps), eps);
    return;
  }
  const length = Math.sqrt(pattern.reduce((sum, value) => sum + value * value, 0));
  if (length > eps) for (let f = 0; f < pattern.length; f++) pattern[f]! *= eps / length;
}
