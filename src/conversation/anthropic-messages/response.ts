import { isRecord, stringOr } from '../json-shape.ts';
import { SegmentCollector } from '../segment-collector.ts';
import type { Speaker } from '../segment-collector.ts';
import type { ResponseView } from '../surface.ts';
import { readContent } from './blocks.ts';
import { messagesUsage } from './usage.ts';

/** Members of the answer that hold no text of the model's. */
const ENVELOPE = new Set(['id', 'type', 'role', 'model', 'stop_reason', 'stop_sequence', 'usage', 'container', 'diagnostics',
  'context_management', 'service_tier']); // prettier-ignore

/** Reads a `message` object. All blocks belong to message 0. */
export function parseMessagesResponse(body: unknown): ResponseView | null {
  if (!isRecord(body) || !Array.isArray(body['content'])) return null;
  const collector = new SegmentCollector();
  const who: Speaker = { role: 'assistant', origin: 'model', message: 0 };
  const called = new Map<string, string>();
  for (const [key, value] of Object.entries(body)) {
    if (key === 'content') readContent(value, ['content'], 'text', who, collector, called);
    else if (!ENVELOPE.has(key)) collector.leaves([key], value, 'text', who, new Set(['type', 'category']));
  }
  return {
    // What a server-side tool found is part of the model's answer as well: rules for its role see it.
    segments: collector.segments.map((segment) => ({ ...segment, role: 'assistant' })),
    usage: messagesUsage(body['usage']),
    id: stringOr(body['id'], null),
    model: stringOr(body['model'], null),
    shadows: [],
  };
}
