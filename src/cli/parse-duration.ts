import { Fault } from '../core/fault.ts';

const MILLIS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * `30s`, `5m`, `24h`, `90d` → milliseconds.
 * @throws Fault `ERR_USAGE` that names the option.
 */
export function parseDuration(text: string, option: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new Fault('ERR_USAGE', `"${text}" is not a duration.`, {
      where: option,
      hint: 'Write a number and a unit: 30s, 5m, 24h or 90d.',
    });
  }
  return Number(count) * MILLIS[unit as keyof typeof MILLIS];
}
