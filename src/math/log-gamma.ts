const HALF_LOG_2_PI = 0.9189385332046728;

/** B(2k) / (2k(2k-1)) for k = 1, 2, …: Stirling's series, Abramowitz and Stegun 6.1.41. */
const STIRLING = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
  43867 / 244188,
] as const;

/** Above this the series above is exact to double precision. */
const SERIES_FROM = 12;

/** Logarithm of the gamma function for x > 0, to a few 1e-15 times max(1, |result|). */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_2_PI + stirlingError(x);
}

/**
 * log Γ(x + 1) - (x + 1/2) log x + x - log(2π)/2: what Stirling's formula misses. Small, so that sums of such terms keep the
 * digits which differences of log-gammas lose (Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000).
 */
export function stirlingError(x: number): number {
  let sum = 0;
  let at = x;
  // Γ(x + 2) = (x + 1) Γ(x + 1), in terms of this function.
  for (; at < SERIES_FROM; at += 1) sum += (at + 0.5) * Math.log1p(1 / at) - 1;
  return sum + stirlingSeries(at);
}

/** x log(x / m) + m - x, without cancellation where x is near m (Loader 2000). */
export function deviance(x: number, m: number): number {
  if (x === 0) return m;
  const difference = x - m;
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) - difference;
  const v = difference / (x + m);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

function stirlingSeries(x: number): number {
  const square = 1 / (x * x);
  let value = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) value = value * square + STIRLING[k]!;
  return value / x;
}
