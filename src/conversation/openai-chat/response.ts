import { isRecord, stringOr } from '../json-shape.ts';
import type { JsonRecord } from '../json-shape.ts';
import type { JsonPath } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { SegmentCollector } from '../segment-collector.ts';
import type { ResponseView } from '../surface.ts';
import { readCalled } from './request.ts';
import { chatUsage } from './usage.ts';

/** Members of the answer that hold no text of the model's: ids, settings, counters, and the caller's own metadata. */
const ENVELOPE = new Set([
  'id',
  'object',
  'created',
  'model',
  'usage',
  'service_tier',
  'system_fingerprint',
  'metadata',
  'request_id',
]);

const CITATION_WORDS = new Set(['type', 'file_id']);

/** Reads a `chat.completion` object. */
export function parseChatResponse(body: unknown): ResponseView | null {
  if (!isRecord(body) || !Array.isArray(body['choices'])) return null;
  const collector = new SegmentCollector();
  const shadows: { message: number; path: JsonPath }[] = [];
  for (const [key, value] of Object.entries(body)) {
    if (key === 'choices') {
      for (const [position, choice] of body['choices'].entries()) {
        if (!isRecord(choice)) return null;
        readChoice(choice, ['choices', position], position, collector, shadows);
      }
    } else if (!ENVELOPE.has(key)) {
      collector.leaves([key], value, 'text', { role: 'assistant', origin: 'model', message: -1 });
    }
  }
  return {
    segments: collector.segments,
    usage: chatUsage(body['usage']),
    id: stringOr(body['id'], null),
    model: stringOr(body['model'], null),
    shadows,
  };
}

function readChoice(
  choice: JsonRecord,
  path: JsonPath,
  position: number,
  collector: SegmentCollector,
  shadows: { message: number; path: JsonPath }[],
): void {
  const index = typeof choice['index'] === 'number' ? choice['index'] : position;
  const who: Speaker = { role: 'assistant', origin: 'model', message: index };
  for (const [key, value] of Object.entries(choice)) {
    const at = [...path, key];
    if (key === 'index' || key === 'finish_reason') continue;
    if (key === 'logprobs') {
      if (value !== null) shadows.push({ message: index, path: at });
    } else if (key === 'message' && isRecord(value)) {
      for (const [name, member] of Object.entries(value)) readMember(name, member, [...at, name], who, collector);
    } else {
      collector.leaves(at, value, 'text', who);
    }
  }
}

function readMember(key: string, value: unknown, path: JsonPath, who: Speaker, collector: SegmentCollector): void {
  switch (key) {
    case 'role':
      return;
    case 'refusal':
      return collector.leaves(path, value, 'refusal', who);
    case 'reasoning':
    case 'reasoning_content':
    case 'reasoning_details':
      return collector.leaves(path, value, 'reasoning', who);
    case 'annotations':
    case 'citations':
      return collector.leaves(path, value, 'citation', who, CITATION_WORDS);
    case 'function_call':
      if (!isRecord(value)) return collector.leaves(path, value, 'tool-arguments', who);
      return readCalled(value, path, who, collector);
    case 'tool_calls':
      if (!Array.isArray(value)) return collector.leaves(path, value, 'tool-arguments', who);
      for (const [index, call] of value.entries()) readCall(call, [...path, index], who, collector);
      return;
    case 'audio':
      if (!isRecord(value)) return collector.leaves(path, value, 'transcript', who);
      for (const [name, member] of Object.entries(value)) {
        if (name === 'id' || name === 'expires_at') continue;
        if (name === 'data') collector.mediaData([...path, name], member, 'audio', who);
        else collector.leaves([...path, name], member, 'transcript', who);
      }
      return;
    default:
      return collector.leaves(path, value, 'text', who);
  }
}

function readCall(call: unknown, path: JsonPath, who: Speaker, collector: SegmentCollector): void {
  if (!isRecord(call)) return collector.leaves(path, call, 'tool-arguments', who);
  const id = stringOr(call['id'], undefined);
  const speaker: Speaker = id === undefined ? who : { ...who, call: id };
  for (const [key, member] of Object.entries(call)) {
    if (key === 'id' || key === 'type' || key === 'index') continue;
    if (isRecord(member)) readCalled(member, [...path, key], speaker, collector);
    else collector.leaves([...path, key], member, 'tool-arguments', speaker);
  }
}
