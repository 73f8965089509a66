import type { Usage } from '../core/usage.ts';
import { PRICE_TABLE, type Price } from './price-table.ts';
import { wildcard } from '../core/wildcard.ts';

/** A price from the configuration: US dollars per million tokens. */
export interface PriceOverride {
  readonly input: number;
  readonly output: number;
  /** Default: the input price. */
  readonly cachedInput?: number | undefined;
  /** Default: the input price. */
  readonly cacheWrite?: number | undefined;
}

/** What models cost, in millionths of a US dollar. */
export interface Prices {
  /** What this usage costs, rounded up; null when the model's price is not known. */
  cost(model: string, usage: Usage): number | null;
  /**
   * The most that a request can cost: all input at the dearest input price, all output that may come. Null when the
   * model's price is not known; where a budget in money applies such a request must be refused, not let through.
   */
  reserve(model: string, inputTokens: number, maxOutput: number): number | null;
}

/** Models whose price is remembered; names come from requests. */
const REMEMBERED = 1_000;

/** What providers append to a model's name for one dated version, or the newest. */
const VERSION = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/;

/**
 * Prices by model name: first those of the configuration, then the shipped table. Of the patterns that match, an
 * exact name wins, then the one with the most characters that are not `*`. A name in the shipped table also stands
 * for its dated versions (`gpt-4o` for `gpt-4o-2024-08-06`), unless one is listed itself; it never stands for
 * another model whose name merely begins alike.
 */
export function createPrices(overrides: Readonly<Record<string, PriceOverride>> = {}): Prices {
  const own = Object.entries(overrides)
    .map(([pattern, override]) => ({
      matches: wildcard(pattern),
      exact: !pattern.includes('*'),
      literal: pattern.replaceAll('*', '').length,
      price: fromOverride(override),
    }))
    .toSorted((a, b) => Number(b.exact) - Number(a.exact) || b.literal - a.literal);
  const known = new Map<string, Price | null>();

  function find(model: string): Price | null {
    const remembered = known.get(model);
    if (remembered !== undefined) return remembered;
    const price =
      own.find(({ matches }) => matches(model))?.price ??
      PRICE_TABLE.get(model) ??
      PRICE_TABLE.get(model.replace(VERSION, '')) ??
      null;
    if (known.size >= REMEMBERED) known.clear();
    known.set(model, price);
    return price;
  }

  return {
    cost(model, usage) {
      const price = find(model);
      if (price === null) return null;
      const rates = ratesFor(price, usage.inputTokens);
      const cached = usage.cachedInputTokens ?? 0;
      const written = usage.cacheWriteTokens ?? 0;
      const plain = Math.max(0, usage.inputTokens - cached - written);
      return roundedUp(
        plain * rates.input +
          cached * rates.cachedInput +
          written * rates.cacheWrite +
          usage.outputTokens * rates.output,
      );
    },
    reserve(model, inputTokens, maxOutput) {
      const price = find(model);
      if (price === null) return null;
      const rates = ratesFor(price, inputTokens);
      const dearest = Math.max(rates.input, rates.cachedInput, rates.cacheWrite);
      return roundedUp(inputTokens * dearest + maxOutput * rates.output);
    },
  };
}

function fromOverride(override: PriceOverride): Price {
  const { input, output } = override;
  return { input, output, cachedInput: override.cachedInput ?? input, cacheWrite: override.cacheWrite ?? input };
}

function ratesFor(price: Price, inputTokens: number): Price {
  return price.over !== undefined && inputTokens > price.over.tokens ? price.over : price;
}

/** Dollars per million tokens are millionths of a dollar per token. What floating point adds is not rounded up. */
function roundedUp(microUsd: number): number {
  return Math.ceil(Number(microUsd.toFixed(6)));
}
