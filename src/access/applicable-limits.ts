import type { Principal } from '../core/principal.ts';
import type { Amount } from './budget.ts';
import type { BudgetWindow } from './budget-window.ts';
import { wildcard, type Wildcard } from '../core/wildcard.ts';

/** One budget as the configuration states it. `usd` is in US dollars. */
export interface BudgetSpec {
  readonly id: string;
  readonly per: 'principal' | 'team';
  /** Principals or teams it applies to; `*` stands for any characters. */
  readonly match: string;
  readonly window: BudgetWindow;
  readonly requests?: number | undefined;
  readonly tokens?: number | undefined;
  readonly usd?: number | undefined;
}

/** One unit of one budget for one subject: what one counter counts. */
export interface Limit {
  readonly budget: string;
  readonly subject: string;
  readonly unit: keyof Amount;
  readonly limit: number;
  readonly window: BudgetWindow;
  /** The counter's key up to the window's start: budget and unit have no colon, the subject comes last. */
  readonly prefix: string;
}

interface Budget {
  readonly id: string;
  readonly per: 'principal' | 'team';
  readonly window: BudgetWindow;
  readonly matches: Wildcard;
  readonly units: readonly (readonly [keyof Amount, number])[];
}

const MICRO = 1_000_000;
/** Principals whose limits are remembered. Beyond it the oldest are worked out again. */
const REMEMBERED = 10_000;
const NONE: readonly Limit[] = Object.freeze([]);

/** Which limits hold for which principal, remembered by principal and team. */
export class ApplicableLimits {
  readonly #budgets: readonly Budget[];
  readonly #known = new Map<string, readonly Limit[]>();

  constructor(specs: readonly BudgetSpec[]) {
    this.#budgets = specs.map((spec) => ({
      id: spec.id,
      per: spec.per,
      window: spec.window,
      matches: wildcard(spec.match),
      units: unitsOf(spec),
    }));
  }

  /** Windows that some budget uses. */
  get windows(): ReadonlySet<BudgetWindow> {
    return new Set(this.#budgets.map((budget) => budget.window));
  }

  for(principal: Pick<Principal, 'id' | 'team'>): readonly Limit[] {
    if (this.#budgets.length === 0) return NONE;
    const name = principal.team === undefined ? principal.id : `${principal.team}\u0000${principal.id}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const limits = this.#work(principal);
    if (this.#known.size >= REMEMBERED) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    this.#known.set(name, limits);
    return limits;
  }

  /** The limits of everyone remembered, each once. */
  all(): readonly Limit[] {
    const limits = new Map<string, Limit>();
    for (const known of this.#known.values())
      for (const limit of known) limits.set(limit.prefix + limit.subject, limit);
    return [...limits.values()];
  }

  #work(principal: Pick<Principal, 'id' | 'team'>): readonly Limit[] {
    const limits: Limit[] = [];
    for (const budget of this.#budgets) {
      const subject = budget.per === 'team' ? principal.team : principal.id;
      if (subject === undefined || !budget.matches(subject)) continue;
      for (const [unit, limit] of budget.units) {
        const prefix = `${budget.per}:${budget.id}:${unit}:`;
        limits.push({ budget: budget.id, subject, unit, limit, window: budget.window, prefix });
      }
    }
    return limits.length === 0 ? NONE : limits;
  }
}

function unitsOf(spec: BudgetSpec): readonly (readonly [keyof Amount, number])[] {
  const units: [keyof Amount, number][] = [];
  if (spec.requests !== undefined) units.push(['requests', spec.requests]);
  if (spec.tokens !== undefined) units.push(['tokens', spec.tokens]);
  if (spec.usd !== undefined) units.push(['microUsd', Math.round(spec.usd * MICRO)]);
  return units;
}

/** The counter's key of a limit in the window that starts at `start`. */
export function counterKey(limit: Limit, start: number): string {
  return `${limit.prefix}${start}:${limit.subject}`;
}
