import type { Share } from '../../lab/evasion/metrics.ts';

export function percent(value: number): string {
  return Number.isNaN(value) ? '-' : `${(value * 100).toFixed(1)} %`;
}

/** With its interval. */
export function percentOf({ value, low, high }: Share): string {
  return Number.isNaN(value) ? '-' : `${percent(value)} (${percent(low)} to ${percent(high)})`;
}
