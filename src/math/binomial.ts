import { betaQuantile, incompleteBeta } from './incomplete-beta.ts';
import { deviance, stirlingError } from './log-gamma.ts';

/** Probability of exactly `k` successes in `n` trials (Loader 2000). */
export function binomialPmf(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  if (p === 0) return k === 0 ? 1 : 0;
  if (p === 1) return k === n ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const exponent =
    stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * (1 - p));
  return Math.sqrt(n / (2 * Math.PI * k * (n - k))) * Math.exp(exponent);
}

/** Probability of at most `k` successes in `n` trials. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(1 - p, n - Math.floor(k), Math.floor(k) + 1);
}

/** Probability of at least `k` successes in `n` trials. */
export function binomialAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return incompleteBeta(p, Math.ceil(k), n - Math.ceil(k) + 1);
}

/**
 * Exact bounds on a success probability of which `successes` of `trials` were seen (Clopper and Pearson 1934). Each side holds with
 * probability at least 1 - alpha on its own; both together with 1 - 2 alpha. For a two-sided interval at 95 % give alpha = 0.025.
 */
export function clopperPearson(
  successes: number,
  trials: number,
  alpha: number,
): { readonly lower: number; readonly upper: number } {
  if (!(Number.isInteger(successes) && Number.isInteger(trials) && successes >= 0 && successes <= trials && trials > 0))
    throw new RangeError(`clopperPearson(${successes}, ${trials})`);
  return {
    lower: successes === 0 ? 0 : betaQuantile(alpha, successes, trials - successes + 1),
    upper: successes === trials ? 1 : betaQuantile(1 - alpha, successes + 1, trials - successes),
  };
}

/**
 * p-value of the exact two-sided binomial test: the probability, under success probability `p`, of all outcomes at most as likely as
 * the one seen (with a relative slack of 1e-7 for rounding, as R's `binom.test` and SciPy's `binomtest` have it).
 */
export function binomialTest(successes: number, trials: number, p: number): number {
  const limit = binomialPmf(successes, trials, p) * (1 + 1e-7);
  const mode = Math.floor((trials + 1) * p);
  if (successes === trials * p) return 1;
  if (successes < trials * p) {
    const from = firstWhere(Math.max(mode, successes + 1), trials + 1, (k) => binomialPmf(k, trials, p) <= limit);
    return Math.min(1, binomialCdf(successes, trials, p) + binomialAtLeast(from, trials, p));
  }
  const to = firstWhere(0, Math.min(mode, successes - 1) + 1, (k) => binomialPmf(k, trials, p) > limit) - 1;
  return Math.min(1, binomialCdf(to, trials, p) + binomialAtLeast(successes, trials, p));
}

/** Smallest k in [from, to) where `holds`, which once true stays true; `to` when none. */
function firstWhere(from: number, to: number, holds: (k: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
