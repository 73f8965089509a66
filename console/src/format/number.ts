const whole = new Intl.NumberFormat('en-GB');
// American: `5.3M`, where British English writes `5.3m`, which reads as milli.
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** `1,204`; from 100,000 on `123.4K`. */
export function count(value: number): string {
  return Math.abs(value) >= 100_000 ? compact.format(value) : whole.format(Math.round(value));
}

/** `940`, `50K`, `1.2M`: for scales and narrow columns, where all values have one form. */
export function shortCount(value: number): string {
  return compact.format(value);
}

/** `1,204,331`, whatever its size. */
export function exactCount(value: number): string {
  return whole.format(Math.round(value));
}

/** Millionths of a US dollar: `$0.0042`, `$12.30`, `$1,204`. */
export function money(microUsd: number | null): string {
  if (microUsd === null) return '–';
  const usd = microUsd / 1_000_000;
  if (usd === 0) return '$0';
  const size = Math.abs(usd);
  if (size < 0.0001) return '<$0.0001';
  const digits = size < 0.01 ? 4 : size < 1 ? 3 : size < 1000 ? 2 : 0;
  return `$${usd.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** `0.4 ms`, `812 ms`, `1.24 s`, `2 m 03 s`. */
export function duration(millis: number | null): string {
  if (millis === null) return '–';
  if (millis === 0) return '0 ms';
  if (millis < 10) return `${millis.toFixed(1)} ms`;
  if (millis < 1000) return `${Math.round(millis)} ms`;
  if (millis < 60_000) return `${(millis / 1000).toFixed(millis < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(millis / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}

/** What a detector takes: `<0.01 ms`, `0.04 ms`; from 1 ms on as any duration. */
export function fineDuration(millis: number): string {
  if (millis >= 1) return duration(millis);
  return millis < 0.01 ? '<0.01 ms' : `${millis.toFixed(2)} ms`;
}

/** `812 B`, `1.5 KiB`, `3.0 MiB`. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

/** Money on a scale: as few digits as tell the steps apart. */
export function shortMoney(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  return `$${usd.toLocaleString('en-US', { maximumSignificantDigits: 3 })}`;
}

/** Share of a whole: `12 %`, `0.3 %`; a dash where there is no whole. */
export function percent(part: number, all: number): string {
  if (all === 0) return '–';
  const value = (part / all) * 100;
  if (value > 0 && value < 0.1) return '<0.1 %';
  return `${value !== 0 && value < 1 ? value.toFixed(1) : Math.round(value)} %`;
}
