import type { Conversation } from '../conversation.ts';
import { invalid, isRecord, requireBody, requireModel, stringOr } from '../json-shape.ts';
import type { JsonPath } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { SegmentCollector } from '../segment-collector.ts';
import type { ResponseView, Surface } from '../surface.ts';

/** What the provider uses when the request names no model (OpenAI API reference, create moderation). */
const DEFAULT_MODEL = 'omni-moderation-latest';

/** `POST /v1/moderations`: texts and images in, categories out. */
export const openaiModerations: Surface = {
  id: 'openai-moderations',
  dialect: 'openai',
  path: '/moderations',
  generates: false,
  parseRequest,
  parseResponse,
};

function parseRequest(input: unknown): Conversation {
  const body = requireBody(input);
  const model = body['model'] === undefined || body['model'] === null ? DEFAULT_MODEL : requireModel(body);
  const collector = new SegmentCollector();
  const who: Speaker = { role: 'user', origin: 'user', message: 0 };
  for (const [key, value] of Object.entries(body)) {
    if (key === 'input') readInput(value, who, collector);
    else if (key !== 'model') collector.leaves([key], value, 'text', who);
  }
  return {
    surface: 'openai-moderations',
    model,
    stream: false,
    segments: collector.segments,
    tools: [],
    answerSchema: null,
    maxOutputTokens: null,
    choices: 1,
    previous: null,
    usageRequested: false,
  };
}

function readInput(value: unknown, who: Speaker, collector: SegmentCollector): void {
  if (typeof value === 'string') return collector.text(['input'], value, 'text', who);
  if (!Array.isArray(value)) throw invalid(['input'], 'must be a string or an array');
  value.forEach((part: unknown, index) => {
    const path: JsonPath = ['input', index];
    const speaker: Speaker = { ...who, message: index };
    if (!isRecord(part)) return collector.leaves(path, part, 'text', speaker);
    for (const [key, member] of Object.entries(part)) {
      const at = [...path, key];
      if (key === 'type') continue;
      if (key === 'image_url' && isRecord(member))
        collector.mediaUrl([...at, 'url'], member['url'], 'image_url', speaker);
      else collector.leaves(at, member, 'text', speaker);
    }
  });
}

function parseResponse(body: unknown): ResponseView | null {
  if (!isRecord(body) || !Array.isArray(body['results'])) return null;
  return {
    segments: [],
    usage: null,
    id: stringOr(body['id'], null),
    model: stringOr(body['model'], null),
    shadows: [],
  };
}
