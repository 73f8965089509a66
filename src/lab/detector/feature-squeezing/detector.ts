import { Fault } from '../../../core/fault.ts';
import { seededRandom } from '../../../math/random.ts';
import { boxOf } from '../../evasion/norm-ball.ts';
import { imageLayout, isPicture } from '../../image-layout.ts';
import { sampleSize, type Target } from '../../target.ts';
import { bitDepth } from '../../transform/bit-depth.ts';
import { medianFilter } from '../../transform/median-filter.ts';
import type { InputTransform } from '../../transformed-target.ts';
import { defineInputDetector } from '../detector.ts';
import { throughProbabilities, toProbabilities } from '../probabilities.ts';
import { requiredModel, withGradients } from '../required-model.ts';

export interface FeatureSqueezingOptions {
  /** Bits of each value: 1 for MNIST, 5 for colour pictures. 0 leaves this squeezer out. */
  readonly bits: number;
  /** Side of the median filter. 0 leaves it out; so does an input that is no picture. */
  readonly median: number;
}

/** Answers change more on attacks than on clean inputs when detail is squeezed out. */
export const featureSqueezing = defineInputDetector<'feature-squeezing', FeatureSqueezingOptions>({
  meta: {
    id: 'feature-squeezing',
    title: 'Feature squeezing',
    summary: 'Compares the answer with those on inputs of fewer bits and on smoothed ones.',
    threats: ['adversarial-input'],
    modalities: ['image', 'vector'],
    needs: ['model'],
    stateful: false,
    taxonomy: ['AML.M0015'],
    references: ['Xu, Evans and Qi 2018, arXiv:1704.01155'],
  },
  options: (z) =>
    z.strictObject({ bits: z.int().min(0).max(16).default(5), median: z.int().min(0).max(15).default(2) }),
  defaults: { bits: 5, median: 2 },
  fit: async (models, _, options) => {
    squeezersFor(requiredModel(models, 'feature-squeezing'), options);
    return {};
  },
  open: (models, _, options) => {
    const model = requiredModel(models, 'feature-squeezing');
    const size = sampleSize(model);
    const squeezers = squeezersFor(model, options);
    const squeezed = (squeezer: InputTransform, x: Float32Array, n: number): Float32Array => {
      const result = new Float32Array(n * size);
      for (let i = 0; i < n; i++)
        result.set(squeezer.apply(x.subarray(i * size, (i + 1) * size), seededRandom(i)), i * size);
      return result;
    };
    const compare = async (x: Float32Array, n: number) => {
      const plain = toProbabilities(await model.scores(x, n), model);
      const scores = new Float64Array(n);
      const by = new Int32Array(n);
      const answers: { readonly x: Float32Array; readonly p: Float32Array }[] = [];
      for (const [k, squeezer] of squeezers.entries()) {
        const moved = squeezed(squeezer, x, n);
        const p = toProbabilities(await model.scores(moved, n), model);
        answers.push({ x: moved, p });
        for (let i = 0; i < n; i++) {
          let distance = 0;
          for (let c = i * model.classes; c < (i + 1) * model.classes; c++) distance += Math.abs(plain[c]! - p[c]!);
          // NaN compares with nothing, and would pass for no change at all.
          if (!Number.isFinite(distance)) scores[i] = Number.POSITIVE_INFINITY;
          else if (distance > scores[i]!) [scores[i], by[i]] = [distance, k];
        }
      }
      return { plain, scores, by, answers };
    };
    const differentiable = withGradients([model])?.[0];
    return {
      score: async (x, n) => (await compare(x, n)).scores,
      ...(differentiable && {
        scoreGradient: async (x: Float32Array, n: number) => {
          const { plain, scores, by, answers } = await compare(x, n);
          const gradient = new Float32Array(n * size);
          for (const [k, squeezer] of [null, ...squeezers].entries()) {
            const own = k === 0 ? plain : answers[k - 1]!.p;
            const upstream = new Float32Array(n * model.classes);
            for (let at = 0; at < upstream.length; at++) {
              const i = Math.floor(at / model.classes);
              if (k > 0 && by[i] !== k - 1) continue;
              upstream[at] = Math.sign(plain[at]! - answers[by[i]!]!.p[at]!) * (k === 0 ? 1 : -1);
            }
            const weights = throughProbabilities(own, upstream, model);
            const point = k === 0 ? x : answers[k - 1]!.x;
            const part = (await differentiable.lossGradient(point, n, { kind: 'weighted-scores', weights })).gradient;
            for (let i = 0; i < n; i++) {
              const slice = part.subarray(i * size, (i + 1) * size);
              const back = squeezer?.gradient?.(x.subarray(i * size, (i + 1) * size), slice, seededRandom(i)) ?? slice;
              for (let f = 0; f < size; f++) gradient[i * size + f]! += back[f]!;
            }
          }
          return { scores, gradient };
        },
      }),
    };
  },
});

function squeezersFor(model: Target, { bits, median }: FeatureSqueezingOptions): readonly InputTransform[] {
  const { low, high } = boxOf(model);
  const range = { low: least(low), high: -least(high.map((value) => -value)) };
  if (bits > 0 && !(Number.isFinite(range.high - range.low) && range.high > range.low))
    throw new Fault('ERR_USAGE', 'Fewer bits need inputs between two finite bounds.', { where: model.name });
  const picture = isPicture(imageLayout(model.inputShape));
  const squeezers = [
    ...(bits > 0 ? [bitDepth(bits, range)] : []),
    ...(median > 0 && picture ? [medianFilter(model.inputShape, median)] : []),
  ];
  // Nothing to compare with would be a score of 0 for everything.
  if (squeezers.length === 0)
    throw new Fault('ERR_USAGE', 'Feature squeezing has no squeezer left.', {
      where: 'options',
      hint: 'Give bits above 0, or median above 0 for pictures.',
    });
  return squeezers;
}

function least(values: Float32Array): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
