import type { Conversation, ToolDefinition } from '../conversation.ts';
import { answerSchemaOf } from '../answer-schema.ts';
import type { JsonRecord } from '../json-shape.ts';
import {
  invalid,
  isRecord,
  optionalCount,
  optionalFlag,
  requireArray,
  requireBody,
  requireModel,
  requireRecord,
  stringOr,
} from '../json-shape.ts';
import type { JsonPath, Origin, Role } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { SegmentCollector } from '../segment-collector.ts';

/** Members that steer the call and that no model reads. Whatever else is not known below is read as text. */
const SETTINGS = new Set([
  'model', 'stream', 'stream_options', 'metadata', 'user', 'stop', 'safety_identifier', 'prompt_cache_key',
  'prompt_cache_retention', 'prompt_cache_options', 'service_tier', 'reasoning_effort', 'verbosity', 'modalities',
  'audio', 'moderation', 'store', 'temperature', 'top_p', 'n', 'seed', 'max_tokens', 'max_completion_tokens',
  'presence_penalty', 'frequency_penalty', 'logit_bias', 'logprobs', 'top_logprobs', 'parallel_tool_calls',
]); // prettier-ignore

const SPEAKERS: Readonly<Record<string, readonly [Role, Origin]>> = {
  system: ['system', 'operator'],
  developer: ['developer', 'operator'],
  user: ['user', 'user'],
  assistant: ['assistant', 'model'],
  tool: ['tool', 'tool'],
  function: ['tool', 'tool'],
};

const DEFINITION: Speaker = { role: 'system', origin: 'definition', message: -1 };
const OUTSIDE: Speaker = { role: 'user', origin: 'document', message: -1 };

/** Reads the body of `POST /v1/chat/completions` (OpenAI API reference, create chat completion). */
export function parseChatRequest(input: unknown): Conversation {
  const body = requireBody(input);
  const model = requireModel(body);
  const messages = requireArray(body['messages'], ['messages']);
  const collector = new SegmentCollector();
  for (const [key, value] of Object.entries(body)) {
    if (key === 'messages') readMessages(messages, collector);
    else if (key === 'tools') readTools(value, collector);
    else if (key === 'functions') readFunctions(value, collector);
    else if (key === 'response_format') collector.schema([key], value, DEFINITION);
    else if (key === 'tool_choice' || key === 'function_call') readToolChoice(key, value, collector);
    else if (key === 'prediction') readPrediction(value, collector);
    else if (!SETTINGS.has(key)) collector.leaves([key], value, 'text', OUTSIDE);
  }
  const choices = optionalCount(body, 'n') ?? 1;
  const perChoice = optionalCount(body, 'max_completion_tokens') ?? optionalCount(body, 'max_tokens');
  const streamOptions = body['stream_options'];
  return {
    surface: 'openai-chat',
    model,
    stream: optionalFlag(body, 'stream'),
    segments: collector.segments,
    tools: toolDefinitions(body),
    answerSchema: answerSchemaOf(body['response_format']),
    maxOutputTokens: perChoice === null ? null : perChoice * choices,
    choices,
    previous: null,
    usageRequested: isRecord(streamOptions) && streamOptions['include_usage'] === true,
  };
}

function readMessages(messages: readonly unknown[], collector: SegmentCollector): void {
  /** Names of called tools by call id: a tool's answer says only the id. */
  const called = new Map<string, string>();
  messages.forEach((value, index) => {
    const path: JsonPath = ['messages', index];
    const message = requireRecord(value, path);
    const role = message['role'];
    const speaker = typeof role === 'string' && Object.hasOwn(SPEAKERS, role) ? SPEAKERS[role] : undefined;
    if (speaker === undefined) {
      throw invalid([...path, 'role'], `must be one of ${Object.keys(SPEAKERS).join(', ')}`);
    }
    let who: Speaker = { role: speaker[0], origin: speaker[1], message: index };
    if (who.origin === 'tool') {
      const call = stringOr(message['tool_call_id'], undefined);
      const tool = role === 'function' ? stringOr(message['name'], undefined) : called.get(call ?? '');
      who = { ...who, ...(call === undefined ? {} : { call }), ...(tool === undefined ? {} : { tool }) };
    }
    for (const [key, member] of Object.entries(message)) {
      readMember(key, member, [...path, key], who, collector, called);
    }
  });
}

function readMember(
  key: string,
  value: unknown,
  path: JsonPath,
  who: Speaker,
  collector: SegmentCollector,
  called: Map<string, string>,
): void {
  switch (key) {
    case 'role':
    case 'tool_call_id':
      return;
    case 'content':
      if (value === null || value === undefined) return;
      if (typeof value === 'string') collector.text(path, value, who.origin === 'tool' ? 'tool-result' : 'text', who);
      else if (Array.isArray(value)) value.forEach((part, index) => readPart(part, [...path, index], who, collector));
      else throw invalid(path, 'must be a string or an array of parts');
      return;
    case 'refusal':
      if (value !== null) collector.text(path, value, 'refusal', who);
      return;
    case 'reasoning':
    case 'reasoning_content':
    case 'reasoning_details':
      collector.leaves(path, value, 'reasoning', who);
      return;
    case 'tool_calls':
      if (value === null || value === undefined) return;
      requireArray(value, path).forEach((call, index) => readCall(call, [...path, index], who, collector, called));
      return;
    case 'function_call':
      if (isRecord(value)) readCalled(value, path, who, collector);
      else collector.leaves(path, value, 'tool-arguments', who);
      return;
    case 'audio':
      readSpoken(value, path, who, collector);
      return;
    case 'annotations':
      collector.leaves(path, value, 'citation', who);
      return;
    default:
      collector.leaves(path, value, 'text', who);
  }
}

/** What the model said aloud in an earlier answer: kept by the provider and named by its id, or sent back whole. */
function readSpoken(value: unknown, path: JsonPath, who: Speaker, collector: SegmentCollector): void {
  if (!isRecord(value)) return collector.leaves(path, value, 'transcript', who);
  for (const [key, member] of Object.entries(value)) {
    const at = [...path, key];
    if (key === 'id') collector.media(at, { type: 'audio', url: stringOr(member, '') }, who);
    else if (key === 'data') collector.mediaData(at, member, 'audio', who);
    else if (key !== 'expires_at') collector.leaves(at, member, 'transcript', who);
  }
}

/** `video_url` and `audio_url` are what compatible servers (vLLM) added. */
const MEDIA_URLS = new Set(['image_url', 'video_url', 'audio_url']);

function readPart(value: unknown, path: JsonPath, who: Speaker, collector: SegmentCollector): void {
  const part = requireRecord(value, path);
  const type = stringOr(part['type'], '');
  const kind = who.origin === 'tool' ? 'tool-result' : 'text';
  for (const [key, member] of Object.entries(part)) {
    const at = [...path, key];
    if (key === 'type' || key === 'prompt_cache_breakpoint' || key === 'cache_control') continue;
    if (key === 'text') collector.text(at, member, kind, who);
    else if (key === 'refusal') collector.text(at, member, 'refusal', who);
    else if (MEDIA_URLS.has(key) && isRecord(member)) readMedia(member, at, type, who, collector);
    else if (MEDIA_URLS.has(key)) collector.mediaUrl(at, member, type, who);
    else if ((key === 'input_audio' || key === 'file') && isRecord(member)) readMedia(member, at, type, who, collector);
    else collector.leaves(at, member, kind, { ...who, origin: who.origin === 'user' ? 'document' : who.origin });
  }
}

/** `image_url`, `input_audio` and `file` objects. A file's name is put before the model as text. */
function readMedia(media: JsonRecord, path: JsonPath, type: string, who: Speaker, collector: SegmentCollector): void {
  const document: Speaker = { ...who, origin: who.origin === 'user' ? 'document' : who.origin };
  for (const [key, value] of Object.entries(media)) {
    const at = [...path, key];
    if (key === 'detail' || key === 'format') continue;
    if (key === 'url') collector.mediaUrl(at, value, type, who);
    else if (key === 'data') collector.mediaData(at, value, `audio/${stringOr(media['format'], 'unknown')}`, who);
    else if (key === 'file_data') collector.mediaData(at, value, type, document);
    else if (key === 'file_id') collector.media(at, { type, url: stringOr(value, '') }, document);
    else collector.leaves(at, value, 'text', document);
  }
}

function readCall(
  value: unknown,
  path: JsonPath,
  who: Speaker,
  collector: SegmentCollector,
  called: Map<string, string>,
): void {
  const call = requireRecord(value, path);
  const id = stringOr(call['id'], undefined);
  const speaker: Speaker = id === undefined ? who : { ...who, call: id };
  for (const [key, member] of Object.entries(call)) {
    if (key === 'id' || key === 'type' || key === 'index') continue;
    if ((key === 'function' || key === 'custom') && isRecord(member)) {
      readCalled(member, [...path, key], speaker, collector);
      const name = member['name'];
      if (id !== undefined && typeof name === 'string') called.set(id, name);
    } else {
      collector.leaves([...path, key], member, 'tool-arguments', speaker);
    }
  }
}

/** `{name, arguments}` of a function or `{name, input}` of a custom tool. */
export function readCalled(called: JsonRecord, path: JsonPath, who: Speaker, collector: SegmentCollector): void {
  const name = stringOr(called['name'], undefined);
  const speaker: Speaker = name === undefined ? who : { ...who, tool: name };
  for (const [key, value] of Object.entries(called)) {
    const at = [...path, key];
    if (key === 'name') collector.text(at, value, 'tool-name', speaker);
    else if (key === 'arguments') collector.json(at, value, 'tool-arguments', speaker);
    else collector.leaves(at, value, 'tool-arguments', speaker);
  }
}

function readTools(value: unknown, collector: SegmentCollector): void {
  if (value === null || value === undefined) return;
  requireArray(value, ['tools']).forEach((item, index) => {
    const path: JsonPath = ['tools', index];
    const tool = requireRecord(item, path);
    for (const [key, member] of Object.entries(tool)) {
      if (key === 'type') continue;
      const name = isRecord(member) ? stringOr(member['name'], undefined) : undefined;
      collector.schema([...path, key], member, name === undefined ? DEFINITION : { ...DEFINITION, tool: name });
    }
  });
}

function readFunctions(value: unknown, collector: SegmentCollector): void {
  if (value === null || value === undefined) return;
  requireArray(value, ['functions']).forEach((item, index) => {
    const name = isRecord(item) ? stringOr(item['name'], undefined) : undefined;
    collector.schema(['functions', index], item, name === undefined ? DEFINITION : { ...DEFINITION, tool: name });
  });
}

const CHOICE_WORDS = new Set(['none', 'auto', 'required', 'function', 'custom', 'allowed_tools']);

function readToolChoice(key: string, value: unknown, collector: SegmentCollector): void {
  const choice = new SegmentCollector();
  choice.leaves([key], value, 'tool-definition', DEFINITION);
  for (const segment of choice.segments) if (!CHOICE_WORDS.has(segment.text)) collector.segments.push(segment);
}

/** Text that the caller expects in the answer (predicted outputs); it steers what the model writes. */
function readPrediction(value: unknown, collector: SegmentCollector): void {
  const who: Speaker = { role: 'assistant', origin: 'user', message: -1 };
  if (!isRecord(value)) return collector.leaves(['prediction'], value, 'text', who);
  for (const [key, member] of Object.entries(value)) {
    if (key === 'type') continue;
    const path: JsonPath = ['prediction', key];
    if (Array.isArray(member)) member.forEach((part, index) => readPart(part, [...path, index], who, collector));
    else collector.leaves(path, member, 'text', who);
  }
}

function toolDefinitions(body: JsonRecord): ToolDefinition[] {
  const tools: ToolDefinition[] = [];
  const add = (definition: unknown) => {
    if (!isRecord(definition) || typeof definition['name'] !== 'string') return;
    tools.push({
      name: definition['name'],
      description: stringOr(definition['description'], ''),
      schema: definition['parameters'] ?? definition['format'] ?? null,
    });
  };
  for (const tool of Array.isArray(body['tools']) ? body['tools'] : []) {
    if (isRecord(tool)) add(tool['function'] ?? tool['custom']);
  }
  for (const definition of Array.isArray(body['functions']) ? body['functions'] : []) add(definition);
  return tools;
}
