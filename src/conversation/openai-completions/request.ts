import type { Conversation } from '../conversation.ts';
import { invalid, isRecord, optionalCount, optionalFlag, requireBody, requireModel } from '../json-shape.ts';
import type { JsonPath, SegmentKind } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { SegmentCollector } from '../segment-collector.ts';

const SETTINGS = new Set(['model', 'stream', 'stream_options', 'user', 'stop', 'temperature', 'top_p', 'n', 'best_of', 'seed', 'echo',
  'max_tokens', 'logprobs', 'logit_bias', 'presence_penalty', 'frequency_penalty', 'metadata']); // prettier-ignore

/** Reads the body of `POST /v1/completions` (OpenAI API reference, create completion). */
export function parseCompletionsRequest(input: unknown): Conversation {
  const body = requireBody(input);
  const model = requireModel(body);
  const collector = new SegmentCollector();
  const who: Speaker = { role: 'user', origin: 'user', message: 0 };
  for (const [key, value] of Object.entries(body)) {
    if (key === 'prompt') readPrompts(value, [key], 'text', who, collector);
    else if (!SETTINGS.has(key)) collector.leaves([key], value, 'text', who);
  }
  const prompt = body['prompt'];
  const prompts = Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(1, prompt.length) : 1;
  const answers = optionalCount(body, 'n') ?? 1;
  const generated = Math.max(answers, optionalCount(body, 'best_of') ?? 1);
  const perAnswer = optionalCount(body, 'max_tokens', 0);
  const streamOptions = body['stream_options'];
  return {
    surface: 'openai-completions',
    model,
    stream: optionalFlag(body, 'stream'),
    segments: collector.segments,
    tools: [],
    answerSchema: null,
    maxOutputTokens: perAnswer === null ? null : perAnswer * generated * prompts,
    choices: answers * prompts,
    previous: null,
    usageRequested: isRecord(streamOptions) && streamOptions['include_usage'] === true,
  };
}

/**
 * A text, texts, token ids, or lists of token ids. Token ids are text that cannot be read without the model's own
 * vocabulary, so each list stands as `media` for rules about what cannot be inspected.
 */
export function readPrompts(
  value: unknown,
  path: JsonPath,
  kind: SegmentKind,
  who: Speaker,
  collector: SegmentCollector,
): void {
  if (value === undefined || value === null) return;
  if (typeof value === 'string') return collector.text(path, value, kind, who);
  if (!Array.isArray(value)) throw invalid(path, 'must be a string, an array of strings, or token ids');
  if (typeof value[0] === 'number') {
    if (!value.every((token) => typeof token === 'number')) throw invalid(path, 'mixes token ids with other values');
    return collector.media(path, { type: 'tokens', bytes: value.length }, who);
  }
  value.forEach((item: unknown, index) => {
    if (typeof item === 'number') throw invalid([...path, index], 'mixes token ids with other values');
    readPrompts(item, [...path, index], kind, { ...who, message: index }, collector);
  });
}
