import type { Principal } from '../core/principal.ts';

/** What a request may cost, or did. Money in millionths of a US dollar. */
export interface Amount {
  readonly requests: number;
  readonly tokens: number;
  readonly microUsd: number;
}

/** State of one limit for one subject, as rate headers and the console show it. */
export interface BudgetState {
  /** The budget's id in the configuration. */
  readonly budget: string;
  readonly subject: string;
  readonly unit: keyof Amount;
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  /** When the window ends, milliseconds since the epoch. */
  readonly resetAt: number;
  /** `minute` windows are rate limits (retry helps); longer ones are quotas (retry does not). */
  readonly window: 'minute' | 'hour' | 'day' | 'month';
}

export interface Reservation {
  /** What is reserved now. */
  readonly amount: Amount;
  /** Grows the reservation; false when a budget cannot cover it (then nothing changes). */
  extend(by: Amount): boolean | Promise<boolean>;
  /** Replaces the reservation by what was really used. Idempotent: the first call counts. Never throws. */
  settle(actual: Amount): void | Promise<void>;
  /** The tightest limits after reserving, for rate headers. */
  readonly states: readonly BudgetState[];
}

export type Reserved =
  | { readonly ok: true; readonly reservation: Reservation }
  | { readonly ok: false; readonly exhausted: BudgetState };

export interface Budgets {
  /** All budgets that apply to the principal (its own and its team's) are reserved together or not at all. */
  reserve(principal: Principal, amount: Amount): Reserved | Promise<Reserved>;
  /** Takes one of the principal's concurrent places; null when all are taken. Call the function once to give it back. */
  enter(principal: Principal): (() => void) | null;
  /** For the console and `/metrics`. */
  states(): Promise<readonly BudgetState[]>;
}
