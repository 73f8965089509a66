export const BUDGET_WINDOWS = ['minute', 'hour', 'day', 'month'] as const;
export type BudgetWindow = (typeof BUDGET_WINDOWS)[number];

const MILLIS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The fixed UTC window that holds `now`: `[start, end)`, milliseconds since the epoch. */
export function windowAt(window: BudgetWindow, now: number): { readonly start: number; readonly end: number } {
  if (window === 'month') {
    const date = new Date(now);
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth();
    return { start: Date.UTC(year, month, 1), end: Date.UTC(year, month + 1, 1) };
  }
  const length = MILLIS[window];
  const start = Math.floor(now / length) * length;
  return { start, end: start + length };
}
