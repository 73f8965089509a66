import { isRecord, stringOr } from '../json-shape.ts';
import { chatUsage } from '../openai-chat/usage.ts';
import type { JsonPath } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { SegmentCollector } from '../segment-collector.ts';
import type { ResponseView } from '../surface.ts';

/** Members of an answer or a chunk that hold no text of the model's. */
export const ENVELOPE: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created',
  'model',
  'usage',
  'choices',
  'system_fingerprint',
  'service_tier',
]);
/** Members of a choice that hold no text of the model's. */
export const CHOICE_ENVELOPE: ReadonlySet<string> = new Set([
  'index',
  'text',
  'finish_reason',
  'stop_reason',
  'logprobs',
]);

/** Reads a `text_completion` object. */
export function parseCompletionsResponse(body: unknown): ResponseView | null {
  if (!isRecord(body) || !Array.isArray(body['choices']) || !body['choices'].every(isRecord)) return null;
  const collector = new SegmentCollector();
  const shadows: { message: number; path: JsonPath }[] = [];
  for (const [position, choice] of body['choices'].entries()) {
    const index = typeof choice['index'] === 'number' ? choice['index'] : position;
    const who: Speaker = { role: 'assistant', origin: 'model', message: index };
    for (const [key, value] of Object.entries(choice)) {
      const path: JsonPath = ['choices', position, key];
      if (key === 'text') collector.text(path, value, 'text', who);
      else if (key === 'logprobs' && value !== null) shadows.push({ message: index, path });
      else if (!CHOICE_ENVELOPE.has(key)) collector.leaves(path, value, 'text', who);
    }
  }
  for (const [key, value] of Object.entries(body)) {
    if (!ENVELOPE.has(key)) collector.leaves([key], value, 'text', { role: 'assistant', origin: 'model', message: -1 });
  }
  return {
    segments: collector.segments,
    usage: chatUsage(body['usage']),
    id: stringOr(body['id'], null),
    model: stringOr(body['model'], null),
    shadows,
  };
}
