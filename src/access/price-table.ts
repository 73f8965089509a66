/**
 * What models cost, in US dollars per million tokens at the providers' standard tier, in the default region, as
 * from the page and as of the month named beside each family. Prices move: `prices` in the configuration comes
 * first, and a model that is not here has no price rather than a guessed one.
 *
 * Writes to a prompt cache are priced at the shortest retention that the provider sells (5 minutes, 30 minutes).
 */

/** Rates of one model for prompts of one length. */
export interface Rates {
  readonly input: number;
  /** Input read from the prompt cache. */
  readonly cachedInput: number;
  /** Input written to the prompt cache. */
  readonly cacheWrite: number;
  readonly output: number;
}

export interface Price extends Rates {
  /** Rates of a whole request whose input has more than `tokens` tokens. */
  readonly over?: Rates & { readonly tokens: number };
}

/** OpenAI: twice the input and one and a half times the output for the whole request beyond 272,000 input tokens. */
const LONG = 272_000;

function openai(input: number, cachedInput: number, output: number): Price {
  // Before GPT-5.6 writing to the cache cost what input costs.
  return { input, cachedInput, cacheWrite: input, output };
}

/** GPT-5.4 and GPT-5.5: long requests cost more. */
function openaiLong(input: number, cachedInput: number, output: number): Price {
  return {
    ...openai(input, cachedInput, output),
    over: { tokens: LONG, ...openai(2 * input, 2 * cachedInput, 1.5 * output) },
  };
}

/** GPT-5.6 and later: writing to the cache costs a quarter more than input. */
function openaiCacheWrite(input: number, cachedInput: number, output: number): Price {
  const rates = { input, cachedInput, cacheWrite: 1.25 * input, output };
  return {
    ...rates,
    over: {
      tokens: LONG,
      input: 2 * rates.input,
      cachedInput: 2 * rates.cachedInput,
      cacheWrite: 2 * rates.cacheWrite,
      output: 1.5 * rates.output,
    },
  };
}

/** Anthropic: a write for 5 minutes costs 1.25 × input. */
function anthropic(input: number, cachedInput: number, output: number): Price {
  return { input, cachedInput, cacheWrite: 1.25 * input, output };
}

/**
 * https://developers.openai.com/api/docs/pricing and the page of each model, as of November 2026. A promotion is not
 * a price: GPT-5.6 Sol stands at its list price, not at that of autumn 2026.
 */
const OPENAI: Readonly<Record<string, Price>> = {
  'gpt-6.2-sol': openaiCacheWrite(2, 0.1, 10),
  'gpt-6.1-sol': openaiCacheWrite(2, 0.1, 10),
  'gpt-6.1-terra': openaiCacheWrite(1, 0.05, 5),
  'gpt-6-astra': openaiCacheWrite(10, 1, 50),
  'gpt-6-sol': openaiCacheWrite(2, 0.2, 10),
  'gpt-6-luna': openaiCacheWrite(0.1, 0.01, 0.5),
  'gpt-5.6-sol': openaiCacheWrite(5, 0.5, 30),
  'gpt-5.6': openaiCacheWrite(5, 0.5, 30),
  'gpt-5.6-terra': openaiCacheWrite(2, 0.2, 12),
  'gpt-5.6-luna': openaiCacheWrite(0.2, 0.02, 1.2),
  'gpt-5.5': openaiLong(5, 0.5, 30),
  'gpt-5.5-pro': openaiLong(30, 30, 180),
  'gpt-5.4': openaiLong(2.5, 0.25, 15),
  'gpt-5.4-pro': openaiLong(30, 30, 180),
  'gpt-5.4-mini': openai(0.75, 0.075, 4.5),
  'gpt-5.4-nano': openai(0.2, 0.02, 1.25),
  'gpt-5.3-codex': openai(1.75, 0.175, 14),
  'gpt-5.2': openai(1.75, 0.175, 14),
  'gpt-5.2-codex': openai(1.75, 0.175, 14),
  'gpt-5.2-pro': openai(21, 21, 168),
  'gpt-5.1': openai(1.25, 0.125, 10),
  'gpt-5.1-codex': openai(1.25, 0.125, 10),
  'gpt-5.1-codex-max': openai(1.25, 0.125, 10),
  'gpt-5.1-codex-mini': openai(0.25, 0.025, 2),
  'gpt-5': openai(1.25, 0.125, 10),
  'gpt-5-codex': openai(1.25, 0.125, 10),
  'gpt-5-pro': openai(15, 15, 120),
  'gpt-5-mini': openai(0.25, 0.025, 2),
  'gpt-5-nano': openai(0.05, 0.005, 0.4),
  'gpt-4.1': openai(2, 0.5, 8),
  'gpt-4.1-mini': openai(0.4, 0.1, 1.6),
  'gpt-4.1-nano': openai(0.1, 0.025, 0.4),
  'gpt-4o': openai(2.5, 1.25, 10),
  'gpt-4o-2024-05-13': openai(5, 5, 15),
  'gpt-4o-mini': openai(0.15, 0.075, 0.6),
  'chatgpt-4o': openai(5, 5, 15),
  'gpt-4-turbo': openai(10, 10, 30),
  'gpt-4': openai(30, 30, 60),
  'gpt-4-0613': openai(30, 30, 60),
  'gpt-3.5-turbo': openai(0.5, 0.5, 1.5),
  'gpt-3.5-turbo-0125': openai(0.5, 0.5, 1.5),
  'gpt-3.5-turbo-1106': openai(1, 1, 2),
  'gpt-3.5-turbo-instruct': openai(1.5, 1.5, 2),
  'davinci-002': openai(2, 2, 2),
  'babbage-002': openai(0.4, 0.4, 0.4),
  o1: openai(15, 7.5, 60),
  'o1-pro': openai(150, 150, 600),
  o3: openai(2, 0.5, 8),
  'o3-pro': openai(20, 20, 80),
  'o3-deep-research': openai(10, 2.5, 40),
  'o3-mini': openai(1.1, 0.55, 4.4),
  'o4-mini': openai(1.1, 0.275, 4.4),
  'o4-mini-deep-research': openai(2, 0.5, 8),
  'computer-use-preview': openai(3, 3, 12),
  'text-embedding-3-large': openai(0.13, 0.13, 0),
  'text-embedding-3-small': openai(0.02, 0.02, 0),
  'text-embedding-ada-002': openai(0.1, 0.1, 0),
  'omni-moderation': openai(0, 0, 0),
  'omni-moderation-2024-09-26': openai(0, 0, 0),
};

/** Twice the input and one and a half times the output beyond 200,000 input tokens. */
const SONNET_4: Price = { ...anthropic(3, 0.3, 15), over: { tokens: 200_000, ...anthropic(6, 0.6, 22.5) } };
const HAIKU_5_5: Price = { ...anthropic(0.1, 0.01, 0.5), over: { tokens: 100_000, ...anthropic(0.5, 0.05, 2.5) } };

/** https://platform.claude.com/docs/en/about-claude/pricing and the page of each model, as of November 2026. */
const ANTHROPIC: Readonly<Record<string, Price>> = {
  'claude-fable-5-1': anthropic(10, 0.25, 50),
  'claude-mythos-5-1': anthropic(10, 0.25, 50),
  'claude-fable-5': anthropic(10, 1, 50),
  'claude-mythos-5': anthropic(10, 1, 50),
  'claude-opus-5-5': anthropic(4, 0.2, 20),
  'claude-opus-5': anthropic(5, 0.5, 25),
  'claude-opus-4-8': anthropic(5, 0.5, 25),
  'claude-opus-4-7': anthropic(5, 0.5, 25),
  'claude-opus-4-6': anthropic(5, 0.5, 25),
  'claude-opus-4-5': anthropic(5, 0.5, 25),
  'claude-opus-4-1': anthropic(15, 1.5, 75),
  'claude-opus-4-0': anthropic(15, 1.5, 75),
  'claude-opus-4': anthropic(15, 1.5, 75),
  'claude-sonnet-5-5': anthropic(2, 0.2, 10),
  'claude-sonnet-5': anthropic(2, 0.2, 10),
  'claude-sonnet-4-6': anthropic(3, 0.3, 15),
  'claude-sonnet-4-5': SONNET_4,
  'claude-sonnet-4-0': SONNET_4,
  'claude-sonnet-4': SONNET_4,
  'claude-3-5-sonnet': anthropic(3, 0.3, 15),
  'claude-3-7-sonnet': anthropic(3, 0.3, 15),
  'claude-haiku-5-5': HAIKU_5_5,
  'claude-haiku-4-5': anthropic(1, 0.1, 5),
  'claude-3-5-haiku': anthropic(0.8, 0.08, 4),
  'claude-3-haiku': { input: 0.25, cachedInput: 0.03, cacheWrite: 0.3, output: 1.25 },
  'claude-3-opus': anthropic(15, 1.5, 75),
};

export const PRICE_TABLE: ReadonlyMap<string, Price> = new Map([
  ...Object.entries(OPENAI),
  ...Object.entries(ANTHROPIC),
]);
