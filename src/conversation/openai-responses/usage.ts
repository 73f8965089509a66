import type { Usage } from '../../core/usage.ts';
import { countOf, isRecord } from '../json-shape.ts';
import type { JsonRecord } from '../json-shape.ts';

/** `usage` of a response; null when it is not there. */
export function responsesUsage(value: unknown): Usage | null {
  if (!isRecord(value) || typeof value['input_tokens'] !== 'number') return null;
  const input = value['input_tokens_details'];
  const output = value['output_tokens_details'];
  return {
    inputTokens: countOf(value['input_tokens']),
    outputTokens: countOf(value['output_tokens']),
    ...(isRecord(input) && typeof input['cached_tokens'] === 'number'
      ? { cachedInputTokens: countOf(input['cached_tokens']) }
      : {}),
    ...(isRecord(output) && typeof output['reasoning_tokens'] === 'number'
      ? { reasoningTokens: countOf(output['reasoning_tokens']) }
      : {}),
    estimated: false,
  };
}

/** The same, as the provider writes it. */
export function usageBody(usage: Usage): JsonRecord {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0 },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}
