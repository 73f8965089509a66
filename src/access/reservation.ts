import type { CounterAnswer, Counters } from '../store/counters.ts';
import type { Limit } from './applicable-limits.ts';
import type { Amount, BudgetState, Reservation } from './budget.ts';
import type { InFlight } from './in-flight.ts';
import type { Settlements } from './settlements.ts';

/** A limit with the counter of the window it is reserved in. */
export interface Counted {
  readonly limit: Limit;
  readonly key: string;
  readonly resetAt: number;
  readonly expiresAt: number;
}

/** What a reservation needs of the budgets that made it. */
export interface ReservationContext {
  readonly counters: Counters;
  readonly settlements: Settlements;
  readonly inFlight: InFlight;
  stateOf(counted: Counted, total: number): BudgetState;
  /** @throws Fault `ERR_INTERNAL`. */
  checkAmount(amount: Amount): void;
}

/** Where no budget applies: nothing is counted, everything fits. */
export class UncountedReservation implements Reservation {
  readonly states: readonly BudgetState[] = NO_STATES;
  amount: Amount;
  #settled = false;

  constructor(amount: Amount) {
    this.amount = amount;
  }

  extend(by: Amount): boolean {
    if (this.#settled) return false;
    this.amount = sum(this.amount, by);
    return true;
  }

  settle(): void {
    this.#settled = true;
  }
}

export class CountedReservation implements Reservation {
  readonly #counted: readonly Counted[];
  readonly #context: ReservationContext;
  #amount: Amount;
  /** The counters after the last successful step. */
  #values: readonly number[];
  #settled = false;
  /** The last extension under way: a settlement waits for it, so that nothing stays reserved. */
  #extending: Promise<unknown> | null = null;

  constructor(counted: readonly Counted[], amount: Amount, values: readonly number[], context: ReservationContext) {
    this.#counted = counted;
    this.#context = context;
    this.#amount = amount;
    this.#values = values;
    this.#note(amount, 1);
  }

  get amount(): Amount {
    return this.#amount;
  }

  /** Of each unit the limit with the smallest part left. */
  get states(): readonly BudgetState[] {
    const tightest = new Map<string, BudgetState>();
    for (let i = 0; i < this.#counted.length; i++) {
      const state = this.#context.stateOf(this.#counted[i]!, this.#values[i]!);
      const held = tightest.get(state.unit);
      if (held === undefined || partLeft(state) < partLeft(held)) tightest.set(state.unit, state);
    }
    return [...tightest.values()];
  }

  extend(by: Amount): boolean | Promise<boolean> {
    if (this.#settled) return false;
    this.#context.checkAmount(by);
    const asks = this.#counted.map(({ limit, key, expiresAt }) => ({
      key,
      limit: limit.limit,
      by: by[limit.unit],
      expiresAt,
    }));
    const grow = (answer: CounterAnswer): boolean => {
      if (!answer.ok) return false;
      this.#amount = sum(this.#amount, by);
      this.#values = answer.values;
      this.#note(by, 1);
      return true;
    };
    const answer = this.#context.counters.take(asks);
    if (!(answer instanceof Promise)) return grow(answer);
    const extending = answer.then(grow);
    const before = this.#extending;
    this.#extending = Promise.allSettled([before, extending]);
    return extending;
  }

  settle(actual: Amount): void | Promise<void> {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#extending === null) return this.#write(actual);
    return this.#extending.then(() => this.#write(actual));
  }

  #write(actual: Amount): void | Promise<void> {
    this.#note(this.#amount, -1);
    const changes = this.#counted.map(({ limit, key, expiresAt }) => ({
      key,
      by: wholeOrReserved(actual[limit.unit], this.#amount[limit.unit]) - this.#amount[limit.unit],
      expiresAt,
    }));
    return this.#context.settlements.write(changes);
  }

  #note(amount: Amount, sign: 1 | -1): void {
    for (const { limit, key } of this.#counted) this.#context.inFlight.addReserved(key, sign * amount[limit.unit]);
  }
}

const NO_STATES: readonly BudgetState[] = Object.freeze([]);

function sum(a: Amount, b: Amount): Amount {
  return { requests: a.requests + b.requests, tokens: a.tokens + b.tokens, microUsd: a.microUsd + b.microUsd };
}

function partLeft(state: BudgetState): number {
  return (state.limit - state.used - state.reserved) / state.limit;
}

/** A settlement never throws: usage that makes no sense is taken as all that was reserved. */
function wholeOrReserved(actual: number, reserved: number): number {
  return Number.isFinite(actual) && actual >= 0 ? Math.ceil(actual) : reserved;
}
