import type { Amount, BudgetState, Reservation, Reserved } from '../access/budget.ts';
import type { Principal } from '../core/principal.ts';
import { Fault } from '../core/fault.ts';
import type { Usage } from '../core/usage.ts';
import type { Generation } from './generation.ts';

/** Output tokens that have to fit at least for a request to be worth starting. */
const LEAST_OUTPUT = 16;

/** No answer is longer; a request that asks for more asks for everything, and sums stay whole numbers. */
const MOST_OUTPUT = 1_000_000_000;

/** What one exchange may spend: reserved before, grown while a stream runs, settled after. */
export class Spending {
  readonly #generation: Generation;
  readonly #model: string;
  readonly #reservation: Reservation;
  readonly #inputTokens: number;
  /** Output tokens that the reservation covers. */
  #outputTokens: number;
  /** The request's own maximum covers the whole answer, so the provider itself stops there. */
  readonly #whole: boolean;

  private constructor(
    generation: Generation,
    model: string,
    reservation: Reservation,
    inputTokens: number,
    outputTokens: number,
    whole: boolean,
  ) {
    this.#generation = generation;
    this.#model = model;
    this.#reservation = reservation;
    this.#inputTokens = inputTokens;
    this.#outputTokens = outputTokens;
    this.#whole = whole;
  }

  /**
   * Reserves one request with its input and the output it may make. Where the whole output does not fit any more,
   * what is left is reserved and the stream is cut when it is spent.
   * @throws Fault `ERR_RATE_LIMITED`, `ERR_BUDGET_EXHAUSTED`, `ERR_FORBIDDEN` (a money budget and no price).
   */
  static async reserve(
    generation: Generation,
    principal: Principal,
    model: string,
    inputTokens: number,
    ask: { readonly maxOutput: number | null; readonly stream: boolean; readonly generates: boolean },
  ): Promise<Spending> {
    const { budgets, prices, loaded } = generation;
    const wanted = ask.generates ? Math.min(ask.maxOutput ?? loaded.config.limits.defaultMaxTokens, MOST_OUTPUT) : 0;
    const amountFor = (output: number): Amount => ({
      requests: 1,
      tokens: inputTokens + output,
      microUsd: prices.reserve(model, inputTokens, output) ?? 0,
    });
    if (budgets.limitsMoney(principal) && prices.reserve(model, inputTokens, wanted) === null) {
      throw new Fault(
        'ERR_FORBIDDEN',
        `A budget in US dollars holds for "${principal.id}", and the price of this model is not known.`,
        {
          where: 'model',
          hint: 'Add the model to prices in the configuration.',
        },
      );
    }
    const answer = budgets.reserve(principal, amountFor(wanted));
    const first: Reserved = answer instanceof Promise ? await answer : answer;
    if (first.ok) {
      return new Spending(generation, model, first.reservation, inputTokens, wanted, ask.maxOutput !== null);
    }
    if (ask.stream && ask.generates) {
      const fits = outputThatFits(
        first.exhausted,
        inputTokens,
        (output) => prices.reserve(model, inputTokens, output) ?? 0,
      );
      if (fits >= LEAST_OUTPUT && fits < wanted) {
        const second = await budgets.reserve(principal, amountFor(fits));
        if (second.ok) return new Spending(generation, model, second.reservation, inputTokens, fits, false);
      }
    }
    throw exhaustedFault(first.exhausted, generation.now());
  }

  get states(): readonly BudgetState[] {
    return this.#reservation.states;
  }

  /** Output tokens that the reservation covers now; infinite where the provider itself stops at the request's maximum. */
  get reservedOutput(): number {
    return this.#whole ? Number.POSITIVE_INFINITY : this.#outputTokens;
  }

  /**
   * Called while a stream runs with the output tokens counted so far.
   * @returns false when the reservation is spent and cannot grow: the stream must be cut.
   */
  covers(outputTokens: number): boolean | Promise<boolean> {
    if (this.#whole || outputTokens <= this.#outputTokens) return true;
    const step = Math.max(256, Math.min(this.#generation.loaded.config.limits.defaultMaxTokens, this.#outputTokens));
    const { prices } = this.#generation;
    const before = prices.reserve(this.#model, this.#inputTokens, this.#outputTokens) ?? 0;
    const after = prices.reserve(this.#model, this.#inputTokens, this.#outputTokens + step) ?? 0;
    const grown = this.#reservation.extend({ requests: 0, tokens: step, microUsd: Math.max(0, after - before) });
    const note = (ok: boolean): boolean => {
      if (ok) this.#outputTokens += step;
      return ok;
    };
    return grown instanceof Promise ? grown.then(note) : note(grown);
  }

  /**
   * Replaces the reservation by what was used.
   * @param usage null: the upstream was never reached, nothing is charged.
   * @returns the cost in millionths of a US dollar, null when the model's price is not known.
   */
  settle(usage: Usage | null): number | null {
    if (usage === null) {
      void this.#reservation.settle({ requests: 0, tokens: 0, microUsd: 0 });
      return null;
    }
    const cost = this.#generation.prices.cost(this.#model, usage);
    void this.#reservation.settle({ requests: 1, tokens: usage.inputTokens + usage.outputTokens, microUsd: cost ?? 0 });
    return cost;
  }
}

/** The most output tokens that the exhausted budget still covers; 0 when requests ran out. */
function outputThatFits(state: BudgetState, inputTokens: number, priceOf: (output: number) => number): number {
  const left = state.limit - state.used - state.reserved;
  if (state.unit === 'requests') return 0;
  if (state.unit === 'tokens') return left - inputTokens;
  const base = priceOf(0);
  const perThousand = priceOf(1000) - base;
  return perThousand <= 0 ? 0 : Math.floor(((left - base) / perThousand) * 1000) - 1;
}

function exhaustedFault(state: BudgetState, now: number): Fault {
  const what = state.unit === 'microUsd' ? `${state.limit / 1e6} US dollars` : `${state.limit} ${state.unit}`;
  const message = `The budget "${state.budget}" of "${state.subject}" (${what} per ${state.window}) is spent.`;
  const seconds = Math.max(1, Math.ceil((state.resetAt - now) / 1000));
  return state.window === 'minute'
    ? new Fault('ERR_RATE_LIMITED', message, { retryAfter: seconds })
    : new Fault('ERR_BUDGET_EXHAUSTED', message, {
        hint: `It starts again at ${new Date(state.resetAt).toISOString()}.`,
      });
}
