import { invertIncreasing } from './invert-increasing.ts';
import { deviance, stirlingError } from './log-gamma.ts';

/** Terms of the continued fraction; it needs about the square root of the larger parameter. */
const MOST_TERMS = 200_000;

/**
 * Regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1: the probability that a Beta(a, b) variable is at most x.
 * Continued fraction (Abramowitz and Stegun 26.5.8) with a prefactor in Loader's form, so that large parameters keep
 * their digits: the relative error is about 1e-15 plus 1e-17 times the larger parameter.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN;
  if (x === 0 || x === 1) return x;
  const front = betaKernel(x, a, b);
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** 1 - I_x(a, b), without the loss of digits of the subtraction. */
export function incompleteBetaComplement(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN;
  if (x === 0 || x === 1) return 1 - x;
  const front = betaKernel(x, a, b);
  return x < (a + 1) / (a + b + 2) ? 1 - (front * fraction(x, a, b)) / a : (front * fraction(1 - x, b, a)) / b;
}

/** Quantile of the Beta(a, b) distribution: the x with I_x(a, b) = p. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  const density = (x: number): number => betaKernel(x, a, b) / (x * (1 - x));
  const start = Math.min(Math.max(a / (a + b), 1e-12), 1 - 1e-12);
  return invertIncreasing((x) => incompleteBeta(x, a, b), density, p, { low: 0, high: 1, start });
}

/** x^a (1-x)^b / B(a, b). */
function betaKernel(x: number, a: number, b: number): number {
  const n = a + b;
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * (1 - x));
  return ((a * b) / n) * Math.sqrt(n / (2 * Math.PI * a * b)) * Math.exp(exponent);
}

/** Lentz's evaluation of the continued fraction. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let value = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < 2e-16) break;
  }
  return value;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
