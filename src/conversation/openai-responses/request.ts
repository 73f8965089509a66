import type { Conversation, ToolDefinition } from '../conversation.ts';
import { answerSchemaOf } from '../answer-schema.ts';
import type { JsonRecord } from '../json-shape.ts';
import {
  invalid,
  isRecord,
  optionalCount,
  optionalFlag,
  requireBody,
  requireModel,
  requireRecord,
  stringOr,
} from '../json-shape.ts';
import type { JsonPath } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { SegmentCollector } from '../segment-collector.ts';
import type { Called } from './items.ts';
import { itemSpeaker, readItem, readParts } from './items.ts';

/** Members that steer the call and that no model reads. Whatever else is not known below is read as text. */
const SETTINGS = new Set(['model', 'stream', 'stream_options', 'metadata', 'user', 'safety_identifier', 'prompt_cache_key',
  'prompt_cache_retention', 'prompt_cache_options', 'service_tier', 'store', 'background', 'include', 'truncation', 'moderation',
  'reasoning', 'temperature', 'top_p', 'top_logprobs', 'max_output_tokens', 'max_tool_calls', 'parallel_tool_calls',
  'previous_response_id', 'conversation', 'access_programs', 'context_management', 'image']); // prettier-ignore

const DEFINITION: Speaker = { role: 'system', origin: 'definition', message: -1 };
const OPERATOR: Speaker = { role: 'developer', origin: 'operator', message: -1 };
const OUTSIDE: Speaker = { role: 'user', origin: 'document', message: -1 };
const PROTOCOL = new Set(['type', 'id']);

/** Reads the body of `POST /v1/responses` (OpenAI API reference, create a model response). */
export function parseResponsesRequest(input: unknown): Conversation {
  const body = requireBody(input);
  const model = requireModel(body);
  const collector = new SegmentCollector();
  for (const [key, value] of Object.entries(body)) {
    if (key === 'input') readInput(value, collector);
    else if (key === 'instructions') readInstructions(value, collector);
    else if (key === 'prompt') readPrompt(value, collector);
    else if (key === 'tools') readTools(value, collector);
    else if (key === 'text') readTextConfig(value, collector);
    else if (key === 'tool_choice') readToolChoice(value, collector);
    else if (!SETTINGS.has(key)) collector.leaves([key], value, 'text', OUTSIDE);
  }
  return {
    surface: 'openai-responses',
    model,
    stream: optionalFlag(body, 'stream'),
    segments: collector.segments,
    tools: toolDefinitions(body),
    answerSchema: isRecord(body['text']) ? answerSchemaOf(body['text']['format']) : null,
    maxOutputTokens: optionalCount(body, 'max_output_tokens'),
    choices: 1,
    previous: previousOf(body),
    // Kept unless it says otherwise; a conversation keeps it in any case.
    ...(body['store'] === false && (body['conversation'] ?? null) === null ? {} : { kept: true }),
    usageRequested: false,
  };
}

function readInput(value: unknown, collector: SegmentCollector): void {
  if (value === undefined || value === null) return;
  if (typeof value === 'string') {
    collector.text(['input'], value, 'text', { role: 'user', origin: 'user', message: 0 });
    return;
  }
  if (!Array.isArray(value)) throw invalid(['input'], 'must be a string or an array of items');
  readItems(value, ['input'], collector);
}

function readItems(items: readonly unknown[], path: JsonPath, collector: SegmentCollector): void {
  const called: Called = new Map();
  items.forEach((value, index) => {
    const at = [...path, index];
    const item = requireRecord(value, at);
    const who = itemSpeaker(item, index, called);
    if (who === null) throw invalid([...at, 'role'], 'must be one of system, developer, user, assistant, tool');
    readItem(item, at, who, collector);
  });
}

function readInstructions(value: unknown, collector: SegmentCollector): void {
  if (Array.isArray(value)) readItems(value, ['instructions'], collector);
  else if (value !== null) collector.leaves(['instructions'], value, 'text', OPERATOR);
}

/** A prompt template that the provider keeps, and the values that are put into it. */
function readPrompt(value: unknown, collector: SegmentCollector): void {
  if (!isRecord(value)) return collector.leaves(['prompt'], value, 'text', OPERATOR);
  for (const [key, member] of Object.entries(value)) {
    const path: JsonPath = ['prompt', key];
    if (key === 'version' && typeof member === 'string') continue;
    if (key === 'id') collector.media(path, { type: 'prompt', url: stringOr(member, '') }, OPERATOR);
    else if (key === 'variables' && isRecord(member)) {
      const who: Speaker = { role: 'user', origin: 'user', message: -1 };
      for (const [name, part] of Object.entries(member)) readParts(part, [...path, name], 'text', who, collector);
    } else collector.leaves(path, member, 'text', OPERATOR);
  }
}

/** Members of hosted tools that go to other services and never to the model: credentials and ids. */
const TOOL_SETTINGS = new Set(['type', 'authorization', 'headers', 'vector_store_ids', 'cache_control', 'connector_id',
  'domain_secrets', 'file_ids', 'input_image_mask']); // prettier-ignore

function readTools(value: unknown, collector: SegmentCollector): void {
  if (value === null) return;
  if (!Array.isArray(value)) throw invalid(['tools'], 'must be an array');
  value.forEach((item, index) => {
    const tool = requireRecord(item, ['tools', index]);
    const name = stringOr(tool['name'] ?? tool['server_label'], undefined);
    const who = name === undefined ? DEFINITION : { ...DEFINITION, tool: name };
    for (const [key, member] of Object.entries(tool)) {
      if (!TOOL_SETTINGS.has(key)) collector.schema(['tools', index, key], member, who);
    }
  });
}

/** How the text is to look: the schema of structured output has descriptions that the model reads. */
function readTextConfig(value: unknown, collector: SegmentCollector): void {
  if (!isRecord(value)) return collector.leaves(['text'], value, 'tool-definition', DEFINITION);
  for (const [key, member] of Object.entries(value)) {
    if (key !== 'verbosity') collector.schema(['text', key], member, DEFINITION);
  }
}

const CHOICE_WORDS = new Set(['none', 'auto', 'required']);

function readToolChoice(value: unknown, collector: SegmentCollector): void {
  if (typeof value === 'string' && CHOICE_WORDS.has(value)) return;
  collector.leaves(['tool_choice'], value, 'tool-definition', DEFINITION, PROTOCOL);
}

function previousOf(body: JsonRecord): string | null {
  const response = body['previous_response_id'];
  if (typeof response === 'string') return response;
  if (response !== undefined && response !== null) throw invalid(['previous_response_id'], 'must be a string');
  const conversation = body['conversation'];
  if (conversation === undefined || conversation === null) return null;
  const id = isRecord(conversation) ? conversation['id'] : conversation;
  if (typeof id !== 'string') throw invalid(['conversation'], 'must be an id or an object with an id');
  return id;
}

function toolDefinitions(body: JsonRecord): ToolDefinition[] {
  const tools = Array.isArray(body['tools']) ? body['tools'] : [];
  return tools.flatMap((tool): ToolDefinition[] => {
    if (!isRecord(tool)) return [];
    // A namespace is a folder of tools.
    if (tool['type'] === 'namespace' && Array.isArray(tool['tools'])) return toolDefinitions(tool);
    const name = tool['name'] ?? tool['server_label'] ?? tool['type'];
    if (typeof name !== 'string') return [];
    const description = stringOr(tool['description'] ?? tool['server_description'], '');
    return [{ name, description, schema: tool['parameters'] ?? tool['format'] ?? null }];
  });
}
