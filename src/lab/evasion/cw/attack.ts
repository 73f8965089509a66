import { adam, type Adam } from '../adam.ts';
import { assertGradients, beginAttack, gradientOf, isWrong, labelsOf, survivors } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { finiteBox } from '../finite-box.ts';
import { assertPerturbation, distance } from '../norm-ball.ts';
import { row } from '../rows.ts';

export interface CwOptions {
  readonly searchSteps: number;
  readonly iterations: number;
  readonly learningRate: number;
  readonly initialConstant: number;
  /** By how much the wrong logit must lead. */
  readonly confidence: number;
  /** Ends a search step when a tenth of the iterations brought nothing. */
  readonly abortEarly: boolean;
}

export const CW_DEFAULTS: CwOptions = {
  searchSteps: 9,
  iterations: 1000,
  learningRate: 0.01,
  initialConstant: 0.001,
  confidence: 0,
  abortEarly: true,
};

/** Keeps arctanh finite at the bounds. */
const INSIDE = 0.999999;

/** Minimises the L2 length and the margin together, in a space without bounds. Lengths inside are shares of each feature's range. */
export const cw = defineAttack<'cw', CwOptions>({
  meta: {
    id: 'cw',
    title: 'Carlini and Wagner, L2',
    summary: 'Finds a small L2 perturbation by optimising length and margin together, with a search for their balance.',
    knowledge: 'gradients',
    norms: ['l2'],
    modalities: ['image', 'vector'],
    taxonomy: ['AML.T0043.000'],
    references: ['Carlini and Wagner 2017, arXiv:1608.04644'],
  },
  options: (z) =>
    z.strictObject({
      searchSteps: z.int().min(1).max(50).default(CW_DEFAULTS.searchSteps),
      iterations: z.int().min(1).max(100000).default(CW_DEFAULTS.iterations),
      learningRate: z.number().positive().max(10).default(CW_DEFAULTS.learningRate),
      initialConstant: z.number().positive().default(CW_DEFAULTS.initialConstant),
      confidence: z.number().min(0).default(CW_DEFAULTS.confidence),
      abortEarly: z.boolean().default(CW_DEFAULTS.abortEarly),
    }),
  defaults: CW_DEFAULTS,
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'cw');
    const { eps } = assertPerturbation(perturbation, ['l2'], 'cw', true);
    const { low, high } = finiteBox(target, 'cw');
    const state = await beginAttack(target, data, context);
    const { size, classes, result } = state;
    const samples = survivors(state);
    const range = high.map((value, f) => value - low[f]!);
    const constant = new Float64Array(state.count).fill(options.initialConstant);
    const least = new Float64Array(state.count);
    const most = new Float64Array(state.count).fill(Infinity);
    const shortest = new Float64Array(state.count).fill(Infinity);

    for (let search = 0; search < options.searchSteps; search++) {
      const origin = samples.map((sample) => {
        const x = row(state.inputs, size, sample);
        return Float64Array.from(x, (value, f) =>
          range[f]! > 0 ? Math.atanh((2 * ((value - low[f]!) / range[f]!) - 1) * INSIDE) : 0,
        );
      });
      const change = samples.map(() => new Float64Array(size));
      const optimisers: Adam[] = samples.map(() => adam(size));
      const hit = new Uint8Array(samples.length);
      const checkpoint = new Float64Array(samples.length).fill(Infinity);
      let active = samples.map((_, at) => at);
      for (let iteration = 0; iteration < options.iterations && active.length > 0; iteration++) {
        if (context.signal?.aborted === true) return result;
        const points = new Float32Array(active.length * size);
        active.forEach((at, i) => {
          const point = row(points, size, i);
          for (let f = 0; f < size; f++) {
            const value = low[f]! + (range[f]! * (Math.tanh(origin[at]![f]! + change[at]![f]!) + 1)) / 2;
            point[f] = Math.min(Math.max(value, low[f]!), high[f]!);
          }
        });
        const asked = active.map((at) => samples[at]!);
        const { scores, losses, gradient } = await gradientOf(target, state, points, asked, (rows) => ({
          kind: 'margin',
          labels: labelsOf(state, rows),
        }));
        const still: number[] = [];
        active.forEach((at, i) => {
          const sample = samples[at]!;
          const point = row(points, size, i);
          const x = row(state.inputs, size, sample);
          const lead = losses[i]!;
          if (
            lead >= options.confidence &&
            isWrong(row(scores, classes, i), state.labels[sample]!, target.answersAbove)
          ) {
            hit[at] = 1;
            const found = distance('l2', point, x);
            if (found < shortest[sample]!) {
              shortest[sample] = found;
              if (found <= eps) {
                result.adversarial.set(point, sample * size);
                result.success[sample] = 1;
              }
            }
          }
          const pushes = lead < options.confidence;
          const slope = row(gradient, size, i);
          const step = new Float64Array(size);
          let loss = pushes ? constant[sample]! * (options.confidence - lead) : 0;
          for (let f = 0; f < size; f++) {
            if (range[f] === 0) continue;
            const share = (point[f]! - x[f]!) / range[f]!;
            loss += share * share;
            const byShare = 2 * share - (pushes ? constant[sample]! * slope[f]! * range[f]! : 0);
            const tanh = Math.tanh(origin[at]![f]! + change[at]![f]!);
            step[f] = (byShare * (1 - tanh * tanh)) / 2;
          }
          optimisers[at]!.direct(step);
          for (let f = 0; f < size; f++) change[at]![f]! -= options.learningRate * step[f]!;
          const tenth = Math.max(Math.floor(options.iterations / 10), 1);
          if (options.abortEarly && iteration % tenth === 0) {
            if (loss > 0.9999 * checkpoint[at]!) return;
            checkpoint[at] = loss;
          }
          still.push(at);
        });
        active = still;
        context.progress?.((search + iteration / options.iterations) / options.searchSteps);
      }
      samples.forEach((sample, at) => {
        if (hit[at] === 1) most[sample] = constant[sample]!;
        else least[sample] = constant[sample]!;
        constant[sample] = most[sample] === Infinity ? constant[sample]! * 10 : (least[sample]! + most[sample]!) / 2;
      });
    }
    context.progress?.(1);
    return result;
  },
});
