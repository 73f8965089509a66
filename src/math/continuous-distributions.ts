import { betaQuantile, incompleteBeta, incompleteBetaComplement } from './incomplete-beta.ts';
import { gammaQuantile, incompleteGammaComplement } from './incomplete-gamma.ts';

/** 1 - cdf. */
export function chiSquareSurvival(x: number, freedom: number): number {
  return x <= 0 ? 1 : incompleteGammaComplement(freedom / 2, x / 2);
}

export function chiSquareQuantile(p: number, freedom: number): number {
  return 2 * gammaQuantile(p, freedom / 2);
}

export function fSurvival(x: number, numerator: number, denominator: number): number {
  if (x <= 0) return 1;
  return incompleteBetaComplement((numerator * x) / (numerator * x + denominator), numerator / 2, denominator / 2);
}

export function fQuantile(p: number, numerator: number, denominator: number): number {
  // Through the smaller of x and 1 - x of the beta variable, so that neither end loses digits.
  const y = betaQuantile(1 - p, denominator / 2, numerator / 2);
  const x = betaQuantile(p, numerator / 2, denominator / 2);
  return x < 0.5 ? (denominator * x) / (numerator * (1 - x)) : (denominator * (1 - y)) / (numerator * y);
}

/** Student's t. */
export function tCdf(x: number, freedom: number): number {
  const tail = 0.5 * incompleteBeta(freedom / (freedom + x * x), freedom / 2, 0.5);
  return x < 0 ? tail : 1 - tail;
}

export function tQuantile(p: number, freedom: number): number {
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  const y = betaQuantile(2 * tail, freedom / 2, 0.5);
  const size = Math.sqrt((freedom * (1 - y)) / y);
  return p < 0.5 ? -size : size;
}
