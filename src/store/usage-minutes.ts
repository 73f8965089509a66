import type { ExchangeRow } from './exchange-row.ts';

export const MINUTE = 60_000;

/** What some exchanges add to one row of `usage_minute`. */
export interface UsageMinute {
  readonly at: number;
  readonly principal: string;
  readonly team: string;
  readonly model: string;
  readonly outcome: string;
  requests: number;
  reached: number;
  tokens: number;
  micro_usd: number;
}

/** Sums exchanges by minute and by who asked what of which model with which outcome. */
export class UsageMinutes {
  readonly #rows = new Map<string, UsageMinute>();

  add(row: ExchangeRow, reached: boolean): void {
    const at = row.time - (row.time % MINUTE);
    const principal = row.principal ?? '';
    const team = row.team ?? '';
    const model = reached ? (row.model ?? '') : '';
    const key = `${at}\u0000${principal}\u0000${team}\u0000${model}\u0000${row.outcome}`;
    let sum = this.#rows.get(key);
    if (sum === undefined) {
      sum = { at, principal, team, model, outcome: row.outcome, requests: 0, reached: 0, tokens: 0, micro_usd: 0 };
      this.#rows.set(key, sum);
    }
    sum.requests += 1;
    if (reached) sum.reached += 1;
    sum.tokens += row.tokens;
    sum.micro_usd += row.micro_usd;
  }

  /** In the order of their keys: gateways that write at the same time lock rows in one order. */
  rows(): readonly UsageMinute[] {
    return [...this.#rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }
}
