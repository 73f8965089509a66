import {
  assertGradients,
  beginAttack,
  gradientOf,
  inputsOf,
  isWrong,
  labelsOf,
  scoresOf,
  survivors,
} from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { finiteBox, widest } from '../finite-box.ts';
import { assertPerturbation, distance } from '../norm-ball.ts';
import { row } from '../rows.ts';

export interface DdnOptions {
  readonly steps: number;
  /** First length, as a share of the widest feature's range. */
  readonly initialLength: number;
  /** By which share the length grows or shrinks. */
  readonly gamma: number;
}

export const DDN_DEFAULTS: DdnOptions = { steps: 100, initialLength: 1, gamma: 0.05 };

/** Direction by gradient steps, length by whether the last point was adversarial: small L2 perturbations in a hundred passes. */
export const ddn = defineAttack<'ddn', DdnOptions>({
  meta: {
    id: 'ddn',
    title: 'Decoupled direction and norm',
    summary: 'Finds a small L2 perturbation: the length shrinks while the model errs and grows while it does not.',
    knowledge: 'gradients',
    norms: ['l2'],
    modalities: ['image', 'vector'],
    taxonomy: ['AML.T0043.000'],
    references: ['Rony et al. 2019, arXiv:1811.09600'],
  },
  options: (z) =>
    z.strictObject({
      steps: z.int().min(1).max(100000).default(DDN_DEFAULTS.steps),
      initialLength: z.number().positive().default(DDN_DEFAULTS.initialLength),
      gamma: z.number().positive().max(0.9).default(DDN_DEFAULTS.gamma),
    }),
  defaults: DDN_DEFAULTS,
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'ddn');
    const { eps } = assertPerturbation(perturbation, ['l2'], 'ddn', true);
    const box = finiteBox(target, 'ddn');
    const unit = widest(box);
    const state = await beginAttack(target, data, context);
    const { size, classes, result } = state;
    const samples = survivors(state);
    const points = inputsOf(state, samples);
    const change = samples.map(() => new Float64Array(size));
    const length = new Float64Array(samples.length).fill(options.initialLength * unit);
    const shortest = new Float64Array(samples.length).fill(Infinity);
    const note = (at: number, scores: Float32Array): boolean => {
      const sample = samples[at]!;
      if (!isWrong(scores, state.labels[sample]!, target.answersAbove)) return false;
      const point = row(points, size, at);
      const found = distance('l2', point, row(state.inputs, size, sample));
      if (found < shortest[at]!) {
        shortest[at] = found;
        if (found <= eps) {
          result.adversarial.set(point, sample * size);
          result.success[sample] = 1;
        }
      }
      return true;
    };
    for (let step = 0; step < options.steps && samples.length > 0; step++) {
      if (context.signal?.aborted === true) return result;
      // Step length from 1 to 0.01 along a cosine (section 4 of the paper).
      const stride = unit * (0.01 + (0.99 * (1 + Math.cos((Math.PI * step) / options.steps))) / 2);
      const { scores, gradient } = await gradientOf(target, state, points, samples, (rows) => ({
        kind: 'cross-entropy',
        labels: labelsOf(state, rows),
      }));
      samples.forEach((sample, at) => {
        const wrong = note(at, row(scores, classes, at));
        const slope = row(gradient, size, at);
        const own = change[at]!;
        let steep = 0;
        for (const value of slope) steep += value * value;
        steep = Math.sqrt(steep);
        // A zero gradient says nothing: a random direction gets the sample going.
        const random = steep === 0 ? state.random(sample, `ddn/${step}`) : undefined;
        if (random !== undefined) steep = Math.sqrt(size);
        let total = 0;
        for (let f = 0; f < size; f++) {
          own[f]! += (stride * (random?.normal() ?? slope[f]!)) / steep;
          total += own[f]! ** 2;
        }
        length[at]! *= wrong ? 1 - options.gamma : 1 + options.gamma;
        const scale = length[at]! / (Math.sqrt(total) + 1e-12);
        const origin = row(state.inputs, size, sample);
        const point = row(points, size, at);
        for (let f = 0; f < size; f++) {
          point[f] = Math.min(Math.max(origin[f]! + own[f]! * scale, box.low[f]!), box.high[f]!);
          own[f] = point[f]! - origin[f]!;
        }
      });
      context.progress?.((step + 1) / (options.steps + 1));
    }
    if (samples.length > 0 && context.signal?.aborted !== true) {
      const scores = await scoresOf(target, state, points, samples);
      samples.forEach((_, at) => note(at, row(scores, classes, at)));
    }
    context.progress?.(1);
    return result;
  },
});
