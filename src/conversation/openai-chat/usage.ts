import type { Usage } from '../../core/usage.ts';
import { countOf, isRecord } from '../json-shape.ts';

/** `usage` of chat and text completions and embeddings; null when it is not there. */
export function chatUsage(value: unknown): Usage | null {
  if (!isRecord(value) || typeof value['prompt_tokens'] !== 'number') return null;
  const input = value['prompt_tokens_details'];
  const output = value['completion_tokens_details'];
  return {
    inputTokens: countOf(value['prompt_tokens']),
    outputTokens: countOf(value['completion_tokens']),
    ...(isRecord(input) && typeof input['cached_tokens'] === 'number'
      ? { cachedInputTokens: countOf(input['cached_tokens']) }
      : {}),
    ...(isRecord(output) && typeof output['reasoning_tokens'] === 'number'
      ? { reasoningTokens: countOf(output['reasoning_tokens']) }
      : {}),
    estimated: false,
  };
}
