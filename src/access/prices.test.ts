import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Usage } from '../core/usage.ts';
import { PRICE_TABLE } from './price-table.ts';
import { createPrices } from './prices.ts';

function usage(inputTokens: number, outputTokens: number, more: Partial<Usage> = {}): Usage {
  return { inputTokens, outputTokens, estimated: false, ...more };
}

describe('prices', () => {
  const prices = createPrices();

  it('follow the providers’ published rates', () => {
    // A million tokens in and out of GPT-4o: 2.50 + 10.00 dollars.
    assert.equal(prices.cost('gpt-4o', usage(1e6, 1e6)), 12_500_000);
    assert.equal(prices.cost('claude-opus-5', usage(1e6, 1e6)), 30_000_000);
    // The worked example of Anthropic's price page for prompt caching: 10 % to read, 125 % to write.
    assert.equal(
      prices.cost('claude-sonnet-4-6', usage(1e5, 0, { cachedInputTokens: 6e4, cacheWriteTokens: 3e4 })),
      1e4 * 3 + 6e4 * 0.3 + 3e4 * 3.75,
    );
  });

  it('know a dated version by its family, unless it has a price of its own', () => {
    assert.equal(prices.cost('gpt-4o-2024-08-06', usage(100, 0)), 250);
    assert.equal(prices.cost('gpt-4o-2024-05-13', usage(100, 0)), 500);
    assert.equal(prices.cost('claude-sonnet-4-20250514', usage(100, 0)), 300);
    assert.equal(prices.cost('chatgpt-4o-latest', usage(100, 0)), 500);
  });

  it('do not guess: a model that is not listed has no price', () => {
    for (const model of ['', 'gpt-4o-super', 'gpt-4', 'gpt-9', '__proto__', 'constructor', 'gpt-4o-2024-08-06-x']) {
      if (PRICE_TABLE.has(model)) continue;
      assert.equal(prices.cost(model, usage(1, 1)), null, model);
      assert.equal(prices.reserve(model, 1, 1), null, model);
    }
  });

  it('charge the long rate for the whole request beyond the threshold', () => {
    assert.equal(prices.cost('claude-haiku-5-5', usage(100_000, 1000)), 100_000 * 0.1 + 1000 * 0.5);
    assert.equal(prices.cost('claude-haiku-5-5', usage(100_001, 1000)), Math.ceil(100_001 * 0.5 + 1000 * 2.5));
    assert.equal(prices.cost('gpt-5.5', usage(272_001, 100)), 272_001 * 10 + 100 * 45);
  });

  it('take the configuration first, an exact name before patterns, the longer pattern before the shorter', () => {
    const own = createPrices({
      '*': { input: 1, output: 1 },
      'gpt-*': { input: 2, output: 2 },
      'gpt-4*': { input: 3, output: 3 },
      'gpt-4o': { input: 4, output: 4, cachedInput: 1 },
    });
    const input = (model: string) => own.cost(model, usage(1, 0));
    assert.deepEqual(['gpt-4o', 'gpt-4o-mini', 'gpt-5', 'llama'].map(input), [4, 3, 2, 1]);
    assert.equal(own.cost('gpt-4o', usage(100, 0, { cachedInputTokens: 100 })), 100);
    assert.equal(own.cost('gpt-5', usage(100, 0, { cachedInputTokens: 100 })), 200);
  });

  it('round up, but not what floating point adds', () => {
    const own = createPrices({ m: { input: 0.1, output: 0.2 } });
    assert.equal(own.cost('m', usage(1, 0)), 1);
    assert.equal(own.cost('m', usage(10, 10)), 3);
    assert.equal(own.cost('m', usage(0, 0)), 0);
  });

  it('reserve at least what any usage within the reservation costs', () => {
    const models = fc.constantFrom(...PRICE_TABLE.keys());
    fc.assert(
      fc.property(
        models,
        fc.nat(400_000),
        fc.nat(100_000),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        (model, input, most, a, b, c) => {
          const cachedInputTokens = a % (input + 1);
          const cacheWriteTokens = b % (input - cachedInputTokens + 1);
          const cost = prices.cost(model, usage(input, c % (most + 1), { cachedInputTokens, cacheWriteTokens }));
          const held = prices.reserve(model, input, most);
          assert.ok(cost !== null && held !== null && cost <= held && Number.isSafeInteger(held));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are sane in the shipped table', () => {
    for (const [model, price] of PRICE_TABLE) {
      for (const rates of price.over === undefined ? [price] : [price, price.over]) {
        for (const rate of [rates.input, rates.cachedInput, rates.cacheWrite, rates.output]) {
          assert.ok(rate >= 0 && rate <= 1000, model);
        }
        assert.ok(rates.cachedInput <= rates.input && rates.input <= rates.cacheWrite, model);
      }
      if (price.over !== undefined) assert.ok(price.over.input > price.input, model);
    }
  });
});
