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
import type { JsonPath } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { SegmentCollector } from '../segment-collector.ts';
import type { SurfaceId } from '../surface.ts';
import type { Called } from './blocks.ts';
import { readContent } from './blocks.ts';

/** Members that steer the call and that no model reads. Whatever else is not known below is read as text. */
const SETTINGS = new Set(['model', 'max_tokens', 'stream', 'metadata', 'stop_sequences', 'temperature', 'top_p', 'top_k', 'service_tier',
  'thinking', 'inference_geo', 'speed', 'user_profile_id', 'workspace_id', 'diagnostics', 'cache_control', 'betas',
  'anthropic_version', 'anthropic_beta']); // prettier-ignore

const DEFINITION: Speaker = { role: 'system', origin: 'definition', message: -1 };
const OUTSIDE: Speaker = { role: 'user', origin: 'document', message: -1 };

const SPEAKERS: Readonly<Record<string, Pick<Speaker, 'role' | 'origin'>>> = {
  user: { role: 'user', origin: 'user' },
  assistant: { role: 'assistant', origin: 'model' },
  system: { role: 'system', origin: 'operator' },
};

/** Reads the body of `POST /v1/messages` or `/v1/messages/count_tokens` (Anthropic API reference, create a message). */
export function parseMessagesRequest(input: unknown, surface: SurfaceId): Conversation {
  const body = requireBody(input);
  const model = requireModel(body);
  const messages = requireArray(body['messages'], ['messages']);
  const generates = surface === 'anthropic-messages';
  const collector = new SegmentCollector();
  for (const [key, value] of Object.entries(body)) {
    if (key === 'messages') readMessages(messages, collector);
    else if (key === 'system') readSystem(value, collector);
    else if (key === 'tools') readTools(value, collector);
    else if (key === 'output_config') readOutputConfig(value, collector);
    else if (key === 'output_format') collector.schema([key], value, DEFINITION);
    else if (key === 'tool_choice') readToolChoice(value, collector);
    else if (key === 'mcp_servers') readServers(value, collector);
    else if (!SETTINGS.has(key)) collector.leaves([key], value, 'text', OUTSIDE, PROTOCOL);
  }
  const maxOutputTokens = optionalCount(body, 'max_tokens', 0);
  if (generates && maxOutputTokens === null) throw invalid(['max_tokens'], 'is required');
  return {
    surface,
    model,
    stream: generates && optionalFlag(body, 'stream'),
    segments: collector.segments,
    tools: toolDefinitions(body),
    answerSchema: demandedSchema(body),
    maxOutputTokens: generates ? maxOutputTokens : null,
    choices: 1,
    previous: null,
    usageRequested: false,
  };
}

const PROTOCOL = new Set(['type', 'id']);

function readSystem(value: unknown, collector: SegmentCollector): void {
  if (value === null) return;
  if (typeof value !== 'string' && !Array.isArray(value))
    throw invalid(['system'], 'must be a string or an array of blocks');
  const who: Speaker = { role: 'system', origin: 'operator', message: -1 };
  readContent(value, ['system'], 'text', who, collector, new Map());
}

function readMessages(messages: readonly unknown[], collector: SegmentCollector): void {
  const called: Called = new Map();
  messages.forEach((value, index) => {
    const path: JsonPath = ['messages', index];
    const message = requireRecord(value, path);
    const role = message['role'];
    const speaker = typeof role === 'string' && Object.hasOwn(SPEAKERS, role) ? SPEAKERS[role] : undefined;
    if (speaker === undefined) {
      throw invalid([...path, 'role'], `must be one of ${Object.keys(SPEAKERS).join(', ')}`);
    }
    const content = message['content'];
    if (typeof content !== 'string' && !Array.isArray(content)) {
      throw invalid([...path, 'content'], 'must be a string or an array of blocks');
    }
    const who: Speaker = { ...speaker, message: index };
    for (const [key, member] of Object.entries(message)) {
      if (key === 'role') continue;
      if (key === 'content') readContent(member, [...path, key], 'text', who, collector, called);
      else collector.leaves([...path, key], member, 'text', who, PROTOCOL);
    }
  });
}

function readTools(value: unknown, collector: SegmentCollector): void {
  if (value === null) return;
  requireArray(value, ['tools']).forEach((item, index) => {
    const path: JsonPath = ['tools', index];
    const tool = requireRecord(item, path);
    const name = stringOr(tool['name'], undefined);
    const who = name === undefined ? DEFINITION : { ...DEFINITION, tool: name };
    for (const [key, member] of Object.entries(tool)) {
      if (key === 'cache_control' || key === 'allowed_callers' || (key === 'type' && typeof member === 'string'))
        continue;
      collector.schema([...path, key], member, who);
    }
  });
}

/** Structured output: the schema's descriptions are read by the model, the effort is a setting. */
function readOutputConfig(value: unknown, collector: SegmentCollector): void {
  if (!isRecord(value)) return collector.leaves(['output_config'], value, 'tool-definition', DEFINITION);
  for (const [key, member] of Object.entries(value)) {
    if (key !== 'effort') collector.schema(['output_config', key], member, DEFINITION);
  }
}

function readToolChoice(value: unknown, collector: SegmentCollector): void {
  collector.leaves(['tool_choice'], value, 'tool-definition', DEFINITION, PROTOCOL);
}

/** MCP servers that the provider connects to. Their credentials go to the provider, never to the model. */
function readServers(value: unknown, collector: SegmentCollector): void {
  if (!Array.isArray(value)) return collector.leaves(['mcp_servers'], value, 'tool-definition', DEFINITION);
  value.forEach((server, index) => {
    const path: JsonPath = ['mcp_servers', index];
    if (!isRecord(server)) return collector.leaves(path, server, 'tool-definition', DEFINITION);
    for (const [key, member] of Object.entries(server)) {
      if (key === 'type' || key === 'authorization_token') continue;
      collector.leaves([...path, key], member, 'tool-definition', DEFINITION);
    }
  });
}

/** `output_config.format`, and `output_format` as it was named before. */
function demandedSchema(body: JsonRecord): unknown {
  const config = body['output_config'];
  return answerSchemaOf((isRecord(config) ? config['format'] : null) ?? body['output_format']);
}

function toolDefinitions(body: JsonRecord): ToolDefinition[] {
  const tools = Array.isArray(body['tools']) ? body['tools'] : [];
  return tools.flatMap((tool): ToolDefinition[] => {
    if (!isRecord(tool)) return [];
    const name = tool['name'] ?? tool['mcp_server_name'] ?? tool['type'];
    if (typeof name !== 'string') return [];
    return [{ name, description: stringOr(tool['description'], ''), schema: tool['input_schema'] ?? null }];
  });
}
