import { systemClock, type Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { Counters, CounterAnswer, CounterAsk } from '../store/counters.ts';
import type { Store } from '../store/store.ts';
import { ApplicableLimits, counterKey, type BudgetSpec, type Limit } from './applicable-limits.ts';
import type { Amount, Budgets, BudgetState, Reserved } from './budget.ts';
import { windowAt, type BudgetWindow } from './budget-window.ts';
import { InFlight } from './in-flight.ts';
import { CountedReservation, UncountedReservation, type Counted } from './reservation.ts';
import { Settlements } from './settlements.ts';

export interface BudgetsOptions {
  readonly budgets: readonly BudgetSpec[];
  /** Requests in flight per principal. */
  readonly concurrent: number;
  readonly counters: Counters;
  readonly clock?: Clock;
  /** Told when settled usage could not be written; it is kept and written with the next settlement. */
  readonly onError?: (error: unknown) => void;
  /** The budgets that these replace on reload: what is in flight stays counted. */
  readonly previous?: BudgetKeeper;
}

/** Budgets that can also be brought back after a restart. */
export interface BudgetKeeper extends Budgets {
  /** True when a limit in money holds for the principal: then a model without a price must be refused. */
  limitsMoney(principal: Principal): boolean;
  /**
   * Raises the counters to what the store knows was used in the current windows. Call once at start, before serving.
   * @throws Fault `ERR_STORE`.
   */
  restore(store: Pick<Store, 'usageSince'>, now?: number): Promise<void>;
  /** What is in flight, shared with the budgets that replace these. */
  readonly inFlight: InFlight;
}

/**
 * Counters outlive their window by this much, so that a stream that began in it still extends and settles there.
 * Longer than any stream may last.
 */
const LINGER = 3_600_000;

/**
 * Budgets in fixed UTC windows. A reservation takes from every budget that applies, in one atomic step; the
 * window it was reserved in is the one it is settled in. With counters in memory everything is synchronous.
 *
 * `used` and `reserved` share one counter. This process knows its own reservations; what other gateways have
 * reserved on the same Redis shows as used until they settle.
 */
export function createBudgets(options: BudgetsOptions): BudgetKeeper {
  const { counters, concurrent, clock = systemClock, onError = () => {} } = options;
  const applicable = new ApplicableLimits(options.budgets);
  const settlements = new Settlements(counters, onError);
  const inFlight = options.previous?.inFlight ?? new InFlight();

  function count(limits: readonly Limit[], now: number): readonly Counted[] {
    return limits.map((limit) => {
      const { start, end } = windowAt(limit.window, now);
      return { limit, key: counterKey(limit, start), resetAt: end, expiresAt: end + LINGER };
    });
  }

  function stateOf(counted: Counted, total: number): BudgetState {
    const { limit, key, resetAt } = counted;
    const reserved = Math.min(inFlight.reserved(key), total);
    return {
      budget: limit.budget,
      subject: limit.subject,
      unit: limit.unit,
      limit: limit.limit,
      used: total - reserved,
      reserved,
      resetAt,
      window: limit.window,
    };
  }

  /** Of the limits that cannot cover the ask, the one that stays so longest: before it resets no retry helps. */
  function exhausted(counted: readonly Counted[], asks: readonly CounterAsk[], values: readonly number[]): BudgetState {
    let worst = -1;
    for (let i = 0; i < asks.length; i++) {
      const { by, limit } = asks[i]!;
      if (by === 0 || values[i]! + by <= limit) continue;
      if (worst === -1 || counted[i]!.resetAt > counted[worst]!.resetAt) worst = i;
    }
    return stateOf(counted[worst]!, values[worst]!);
  }

  function refuse(
    counted: readonly Counted[],
    asks: readonly CounterAsk[],
    answer: CounterAnswer & { ok: false },
  ): Reserved | Promise<Reserved> {
    const name = (values: readonly number[]): Reserved => {
      // Between the refusal and this reading another gateway may have given back: the refusing counter stands as it was.
      const seen = values.map((value, i) => (i === answer.failed ? answer.value : value));
      return { ok: false, exhausted: exhausted(counted, asks, seen) };
    };
    const values = counters.read(counted.map((one) => one.key));
    return values instanceof Promise ? values.then(name) : name(values);
  }

  return {
    inFlight,

    reserve(principal, amount) {
      const limits = applicable.for(principal);
      if (limits.length === 0) return { ok: true, reservation: new UncountedReservation(amount) };
      checkAmount(amount);
      const counted = count(limits, clock());
      const asks = counted.map(({ limit, key, expiresAt }) => ({
        key,
        limit: limit.limit,
        by: amount[limit.unit],
        expiresAt,
      }));
      const decide = (answer: CounterAnswer): Reserved | Promise<Reserved> => {
        if (!answer.ok) return refuse(counted, asks, answer);
        const reservation = new CountedReservation(counted, amount, answer.values, {
          counters,
          settlements,
          inFlight,
          stateOf,
          checkAmount,
        });
        return { ok: true, reservation };
      };
      const answer = counters.take(asks);
      return answer instanceof Promise ? answer.then(decide) : decide(answer);
    },

    enter: (principal) => inFlight.enter(principal.id, concurrent),

    limitsMoney: (principal) => applicable.for(principal).some((limit) => limit.unit === 'microUsd'),

    async states() {
      const counted = count(applicable.all(), clock());
      const values = await counters.read(counted.map((one) => one.key));
      return counted.map((one, i) => stateOf(one, values[i]!));
    },

    async restore(store, now = clock()) {
      const sums = new Map<string, { key: string; value: number; expiresAt: number }>();
      for (const window of applicable.windows) await sumWindow(store, window, now, sums);
      await counters.restore([...sums.values()]);
    },
  };

  async function sumWindow(
    store: Pick<Store, 'usageSince'>,
    window: BudgetWindow,
    now: number,
    sums: Map<string, { key: string; value: number; expiresAt: number }>,
  ): Promise<void> {
    for (const total of await store.usageSince(windowAt(window, now).start)) {
      const principal = total.team === null ? { id: total.principal } : { id: total.principal, team: total.team };
      const limits = applicable.for(principal).filter((limit) => limit.window === window);
      for (const { limit, key, expiresAt } of count(limits, now)) {
        const sum = sums.get(key);
        if (sum === undefined) sums.set(key, { key, value: total[limit.unit], expiresAt });
        else sum.value += total[limit.unit];
      }
    }
  }
}

/** Counters count whole things; an amount that is not one would pass every comparison. */
function checkAmount(amount: Amount): void {
  for (const unit of ['requests', 'tokens', 'microUsd'] as const) {
    if (!Number.isSafeInteger(amount[unit]) || amount[unit] < 0) {
      throw new Fault('ERR_INTERNAL', 'A budget was asked for an amount that is not a whole number.', {
        where: `amount.${unit}`,
      });
    }
  }
}
