import { isRecord, stringOr } from '../json-shape.ts';
import type { JsonRecord } from '../json-shape.ts';
import type { JsonPath } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { SegmentCollector } from '../segment-collector.ts';
import type { ResponseView } from '../surface.ts';
import { itemSpeaker, readItem } from './items.ts';
import { responsesUsage } from './usage.ts';

/** Members that repeat the request, count, or name things; none is the model's. */
export const RESPONSE_ENVELOPE: ReadonlySet<string> = new Set(['id', 'object', 'created_at', 'completed_at', 'status', 'background',
  'conversation', 'incomplete_details', 'instructions', 'max_output_tokens', 'max_tool_calls', 'metadata', 'model', 'moderation',
  'parallel_tool_calls', 'previous_response_id', 'prompt', 'prompt_cache_key', 'prompt_cache_retention', 'prompt_cache_options',
  'prompt_cache_diagnostics', 'reasoning', 'safety_identifier', 'service_tier', 'store', 'temperature', 'text', 'tool_choice',
  'tool_usage', 'tools', 'top_logprobs', 'top_p', 'truncation', 'usage', 'user', 'access_programs', 'image',
  'input_transformations', 'frequency_penalty', 'presence_penalty']); // prettier-ignore

/** Reads a `response` object, or the list of a response's input items. */
export function parseResponsesResponse(body: unknown): ResponseView | null {
  if (!isRecord(body)) return null;
  const items = body['output'] ?? (body['object'] === 'list' ? body['data'] : undefined);
  if (!Array.isArray(items)) return null;
  const collector = new SegmentCollector();
  const shadows: { message: number; path: JsonPath }[] = [];
  const called = new Map<string, string>();
  for (const [key, value] of Object.entries(body)) {
    if (value === items) readOutput(items, [key], called, collector, shadows);
    else if (!RESPONSE_ENVELOPE.has(key))
      collector.leaves([key], value, 'text', { role: 'assistant', origin: 'model', message: -1 });
  }
  return {
    segments: collector.segments,
    usage: responsesUsage(body['usage']),
    id: stringOr(body['id'], null),
    model: stringOr(body['model'], null),
    shadows,
  };
}

function readOutput(
  items: readonly unknown[],
  path: JsonPath,
  called: Map<string, string>,
  collector: SegmentCollector,
  shadows: { message: number; path: JsonPath }[],
): void {
  items.forEach((item, index) => {
    const at = [...path, index];
    if (!isRecord(item))
      return collector.leaves(at, item, 'text', { role: 'assistant', origin: 'model', message: index });
    readItem(item, at, outputSpeaker(item, index, called), collector);
    for (const shadow of logprobsOf(item, at)) shadows.push({ message: index, path: shadow });
  });
}

/** In an answer everything is the model's role; what a tool found keeps its origin. */
export function outputSpeaker(item: JsonRecord, index: number, called: Map<string, string>): Speaker {
  const who = itemSpeaker(item, index, called);
  const origin = who === null || who.origin === 'document' ? 'model' : who.origin;
  return { ...(who ?? { message: index }), role: 'assistant', origin };
}

/** Paths of the log probabilities in an item: they spell the text once more. */
export function logprobsOf(item: JsonRecord, path: JsonPath): JsonPath[] {
  const content = item['content'];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part, index): JsonPath[] =>
    isRecord(part) && Array.isArray(part['logprobs']) && part['logprobs'].length > 0
      ? [[...path, 'content', index, 'logprobs']]
      : [],
  );
}
