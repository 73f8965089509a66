import type { Conversation } from '../conversation.ts';
import { isRecord, requireBody, requireModel, stringOr } from '../json-shape.ts';
import { chatUsage } from '../openai-chat/usage.ts';
import { readPrompts } from '../openai-completions/request.ts';
import type { Speaker } from '../segment-collector.ts';
import { SegmentCollector } from '../segment-collector.ts';
import type { ResponseView, Surface } from '../surface.ts';

const SETTINGS = new Set(['model', 'encoding_format', 'dimensions', 'user']);

/** `POST /v1/embeddings`: texts in, vectors out. */
export const openaiEmbeddings: Surface = {
  id: 'openai-embeddings',
  dialect: 'openai',
  path: '/embeddings',
  generates: false,
  parseRequest,
  parseResponse,
};

function parseRequest(input: unknown): Conversation {
  const body = requireBody(input);
  const model = requireModel(body);
  const collector = new SegmentCollector();
  const who: Speaker = { role: 'user', origin: 'user', message: 0 };
  for (const [key, value] of Object.entries(body)) {
    if (key === 'input') readPrompts(value, [key], 'embedding-input', who, collector);
    else if (!SETTINGS.has(key)) collector.leaves([key], value, 'embedding-input', who);
  }
  return {
    surface: 'openai-embeddings',
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

function parseResponse(body: unknown): ResponseView | null {
  if (!isRecord(body) || !Array.isArray(body['data'])) return null;
  return { segments: [], usage: chatUsage(body['usage']), id: null, model: stringOr(body['model'], null), shadows: [] };
}
