import { seededRandom } from '../../../math/random.ts';
import { argmax } from '../../loss-of-scores.ts';
import { type GradientTarget, sampleSize } from '../../target.ts';
import { confirmErrors } from '../confirm-errors.ts';
import type { WrapperStep } from '../wrapper-config.ts';

/** Copies over which a gradient is averaged (EOT; Salman et al. 2019, arXiv:1906.04584, attack a smoothed model so). */
const GRADIENT_DRAWS = 16;
/** Noisy copies in one call of the model. */
const AT_ONCE = 512;

/**
 * A model behind randomised smoothing. Scores are the logarithm of each class's share of the votes (half a vote more, so that none is infinite); the
 * answer is the likeliest class, whether or not a test would abstain (`predictSmoothed`). Every input meets the same draws of noise: who attacks this target knows them, which nobody
 * does who meets fresh ones, so what is measured here is rather too low than too high.
 */
export function smoothedTarget(
  inner: GradientTarget,
  { sigma, samples }: Extract<WrapperStep, { kind: 'randomised-smoothing' }>,
): GradientTarget {
  const size = sampleSize(inner);
  const { classes } = inner;
  const noise = (draw: number): Float32Array => {
    const random = seededRandom('smoothing').fork(draw);
    return Float32Array.from({ length: size }, () => sigma * random.normal());
  };
  // What is kept is bounded: noise beyond it is drawn again.
  const kept = Array.from({ length: Math.min(samples, Math.max(1, Math.floor(4_000_000 / size))) }, (_, draw) =>
    noise(draw),
  );
  const noiseOf = (draw: number): Float32Array => kept[draw] ?? noise(draw);
  /** Copies `from` to `to` of all copies of n samples, sample by sample. */
  const copies = (x: Float32Array, draws: number, from: number, to: number): Float32Array => {
    const noisy = new Float32Array((to - from) * size);
    for (let at = from; at < to; at++) {
      const own = noiseOf(at % draws);
      const source = Math.floor(at / draws) * size;
      const place = (at - from) * size;
      for (let f = 0; f < size; f++) noisy[place + f] = x[source + f]! + own[f]!;
    }
    return noisy;
  };
  const logShares = (votes: Float64Array, draws: number): Float32Array =>
    Float32Array.from(votes, (count) => Math.log((count + 0.5) / (draws + 0.5 * classes)));
  const count = (votes: Float64Array, scores: Float32Array, draws: number, from: number): void => {
    for (let i = 0; i * classes < scores.length; i++) {
      const own = scores.subarray(i * classes, (i + 1) * classes);
      if (!own.some(Number.isNaN)) votes[Math.floor((from + i) / draws) * classes + argmax(own)]!++;
    }
  };
  const draws = Math.min(samples, GRADIENT_DRAWS);
  const scoresOf = async (x: Float32Array, n: number): Promise<Float32Array> => {
    const votes = new Float64Array(n * classes);
    for (let from = 0; from < n * samples; from += AT_ONCE) {
      const to = Math.min(from + AT_ONCE, n * samples);
      count(votes, await inner.scores(copies(x, samples, from, to), to - from), samples, from);
    }
    return logShares(votes, samples);
  };
  return {
    name: `smoothed ${inner.name}`,
    differentiable: true,
    inputShape: inner.inputShape,
    classes,
    ...(inner.classNames === undefined ? {} : { classNames: inner.classNames }),
    bounds: inner.bounds,
    scoreType: 'logits',
    scores: scoresOf,
    lossGradient: async (x, n, loss) => {
      const gradient = new Float32Array(n * size);
      const losses = new Float32Array(n);
      const votes = new Float64Array(n * classes);
      for (let draw = 0; draw < draws; draw++) {
        const own = noiseOf(draw);
        const noisy = Float32Array.from({ length: n * size }, (_, at) => x[at]! + own[at % size]!);
        const found = await inner.lossGradient(noisy, n, loss);
        for (let at = 0; at < gradient.length; at++) gradient[at]! += found.gradient[at]! / draws;
        for (let i = 0; i < n; i++) losses[i]! += found.losses[i]! / draws;
        count(votes, found.scores, 1, 0);
      }
      // A few draws may name another class than all of them do.
      const scores = await confirmErrors(logShares(votes, draws), x, loss, { ...inner, scores: scoresOf });
      return { scores, losses, gradient };
    },
    activations: (x, n, names) => inner.activations(x, n, names),
    close: () => inner.close(),
  };
}
