import { Fault } from '../../core/fault.ts';
import { binomialTest, clopperPearson } from '../../math/binomial.ts';
import { normalQuantile } from '../../math/normal.ts';
import type { Random } from '../../math/random.ts';
import { sampleSize, type Target } from '../target.ts';

/** Parameters of Cohen, Rosenfeld and Kolter 2019 (arXiv 1902.02918), section 3.2 and 4. */
export interface SmoothingOptions {
  /** Standard deviation of the noise, in units of the target's bounds. */
  readonly sigma: number;
  /** Samples that choose the class. */
  readonly n0: number;
  /** Samples that bound its probability. */
  readonly n: number;
  /** Probability with which an answer may be wrong. */
  readonly alpha: number;
  /** Noisy samples in one call of the target. */
  readonly batch: number;
}

export const SMOOTHING_DEFAULTS: Omit<SmoothingOptions, 'sigma'> = { n0: 100, n: 100_000, alpha: 0.001, batch: 1000 };

/**
 * `certified`: with probability 1 - alpha, the smoothed classifier answers `label` everywhere within `radius` (L2). `abstain`: the
 * class that seemed likeliest is not shown to have more than half of the answers.
 */
export type SmoothedCertificate =
  | { readonly kind: 'certified'; readonly label: number; readonly radius: number; readonly lowerBound: number }
  | { readonly kind: 'abstain'; readonly label: number };

export type SmoothedPrediction =
  | { readonly kind: 'predicted'; readonly label: number; readonly pValue: number }
  | { readonly kind: 'abstain'; readonly pValue: number };

/** Radius that `successes` of `n` noisy answers certify: sigma · Φ⁻¹(lower bound), or null where the bound is not above one half. */
export function certifiedRadius(
  successes: number,
  n: number,
  alpha: number,
  sigma: number,
): { readonly radius: number; readonly lowerBound: number } | null {
  const lowerBound = clopperPearson(successes, n, alpha).lower;
  return lowerBound > 0.5 ? { radius: sigma * normalQuantile(lowerBound), lowerBound } : null;
}

/**
 * CERTIFY of the paper: n0 noisy samples choose a class, n fresh ones bound its probability.
 * The noise is not clipped to the target's bounds: the theorem is about Gaussian noise, and a target is asked outside of its bounds here.
 * @param x one sample, in the target's units
 */
export async function certifySmoothed(
  target: Target,
  x: Float32Array,
  options: SmoothingOptions,
  random: Random,
): Promise<SmoothedCertificate> {
  check(options);
  const chosen = top(await countAnswers(target, x, options.n0, options, random));
  const counts = await countAnswers(target, x, options.n, options, random);
  const found = certifiedRadius(counts[chosen]!, options.n, options.alpha, options.sigma);
  return found === null
    ? { kind: 'abstain', label: chosen }
    : { kind: 'certified', label: chosen, radius: found.radius, lowerBound: found.lowerBound };
}

/** PREDICT of the paper: the likeliest class of n noisy samples, unless a binomial test cannot tell it from the second. */
export async function predictSmoothed(
  target: Target,
  x: Float32Array,
  options: SmoothingOptions,
  random: Random,
): Promise<SmoothedPrediction> {
  check(options);
  const counts = await countAnswers(target, x, options.n, options, random);
  const first = top(counts);
  const rest = Float64Array.from(counts, (count, label) => (label === first ? -1 : count));
  const second = target.classes > 1 ? counts[top(rest)]! : 0;
  const pValue = binomialTest(counts[first]!, counts[first]! + second, 0.5);
  return pValue > options.alpha ? { kind: 'abstain', pValue } : { kind: 'predicted', label: first, pValue };
}

/**
 * How often the target gives each class on noisy copies of `x`. Ties among scores go to the lowest class, as argmax has it; scores with NaN
 * are an answer for no class.
 */
async function countAnswers(
  target: Target,
  x: Float32Array,
  samples: number,
  { sigma, batch }: SmoothingOptions,
  random: Random,
): Promise<Float64Array> {
  const size = sampleSize(target);
  if (x.length !== size) throw new Fault('ERR_DATA', `A sample has ${x.length} values, the model takes ${size}.`);
  const counts = new Float64Array(target.classes);
  for (let done = 0; done < samples; done += batch) {
    const n = Math.min(batch, samples - done);
    const noisy = new Float32Array(n * size);
    for (let i = 0; i < noisy.length; i++) noisy[i] = x[i % size]! + sigma * random.normal();
    const scores = await target.scores(noisy, n);
    for (let i = 0; i < n; i++) {
      const own = scores.subarray(i * target.classes, (i + 1) * target.classes);
      if (!own.some(Number.isNaN)) counts[top(own)]!++;
    }
  }
  return counts;
}

function top(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function check({ sigma, n0, n, alpha, batch }: SmoothingOptions): void {
  const whole = (value: number): boolean => Number.isInteger(value) && value > 0;
  if (!(sigma > 0 && whole(n0) && whole(n) && whole(batch) && alpha > 0 && alpha < 1))
    throw new Fault(
      'ERR_USAGE',
      'Smoothing needs sigma > 0, whole n0, n and batch above 0, and alpha between 0 and 1.',
    );
}

/** One point of a certified curve: the share of samples that are right with at least this radius. */
export interface CertifiedPoint {
  readonly radius: number;
  readonly accuracy: number;
}

/** Certified accuracy over radius. An abstention, and a certificate for a wrong class, count as wrong at every radius. */
export function certifiedCurve(
  certificates: readonly SmoothedCertificate[],
  labels: ArrayLike<number>,
  radii: readonly number[],
): readonly CertifiedPoint[] {
  return radii.map((radius) => ({
    radius,
    accuracy:
      certificates.filter((one, i) => one.kind === 'certified' && one.label === labels[i] && one.radius >= radius)
        .length / certificates.length,
  }));
}
