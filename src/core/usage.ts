/** Tokens of one exchange. `estimated` is true when the provider did not say and Parapet counted. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of `inputTokens` that was read from the provider's prompt cache. */
  readonly cachedInputTokens?: number;
  /** Anthropic: tokens written to the prompt cache; part of `inputTokens`. */
  readonly cacheWriteTokens?: number;
  /** Part of `outputTokens` spent on reasoning. */
  readonly reasoningTokens?: number;
  readonly estimated: boolean;
}
