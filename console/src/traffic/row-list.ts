import type { ExchangeRow } from '../../../src/gateway/admin/api.ts';

/** Rows kept in the table: more would make the browser slow, and can be filtered for. */
export const MOST_ROWS = 500;

/** Adds rows, newest first, each index once. */
export function addRows(rows: readonly ExchangeRow[], more: readonly ExchangeRow[]): readonly ExchangeRow[] {
  if (more.length === 0) return rows;
  const byIndex = new Map(rows.map((row) => [row.index, row]));
  for (const row of more) byIndex.set(row.index, row);
  return [...byIndex.values()].sort((a, b) => b.index - a.index);
}

/** Drops the oldest beyond `MOST_ROWS`. */
export function capRows(rows: readonly ExchangeRow[]): readonly ExchangeRow[] {
  return rows.length <= MOST_ROWS ? rows : rows.slice(0, MOST_ROWS);
}
