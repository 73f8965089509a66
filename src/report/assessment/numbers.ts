import type { Share } from '../../lab/evasion/metrics.ts';

export function percent(value: number): string {
  return Number.isNaN(value) ? '-' : `${(value * 100).toFixed(1)} %`;
}

/** With its interval. */
export function percentOf({ value, low, high }: Share): string {
  return Number.isNaN(value) ? '-' : `${percent(value)} (${percent(low)} to ${percent(high)})`;
}

/** As people write it: 8/255 where it is a whole number of 255ths. */
export function epsText(eps: number): string {
  const of255 = eps * 255;
  if (eps < 0.25 && Math.abs(of255 - Math.round(of255)) < 1e-6) return `${Math.round(of255)}/255`;
  return String(Number(eps.toPrecision(4)));
}
