import type { Usage } from '../../core/usage.ts';
import { countOf, isRecord } from '../json-shape.ts';

/**
 * Anthropic's `usage`. Its `input_tokens` are only those that the prompt cache neither gave nor took; ours are all of
 * them. Null when it is not there.
 *
 * @param start usage of `message_start`, for what a stream's later counts leave out.
 */
export function messagesUsage(value: unknown, start: Usage | null = null): Usage | null {
  if (!isRecord(value)) return null;
  const read = value['cache_read_input_tokens'];
  const written = value['cache_creation_input_tokens'];
  const details = value['output_tokens_details'];
  const hasInput = typeof value['input_tokens'] === 'number';
  if (!hasInput && start === null) return null;
  const cachedInputTokens = typeof read === 'number' ? countOf(read) : (start?.cachedInputTokens ?? 0);
  const cacheWriteTokens = typeof written === 'number' ? countOf(written) : (start?.cacheWriteTokens ?? 0);
  const plain = hasInput
    ? countOf(value['input_tokens'])
    : (start?.inputTokens ?? 0) - (start?.cachedInputTokens ?? 0) - (start?.cacheWriteTokens ?? 0);
  const reasoning =
    isRecord(details) && typeof details['thinking_tokens'] === 'number'
      ? countOf(details['thinking_tokens'])
      : start?.reasoningTokens;
  return {
    inputTokens: plain + cachedInputTokens + cacheWriteTokens,
    outputTokens:
      typeof value['output_tokens'] === 'number' ? countOf(value['output_tokens']) : (start?.outputTokens ?? 0),
    cachedInputTokens,
    cacheWriteTokens,
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
    estimated: false,
  };
}
