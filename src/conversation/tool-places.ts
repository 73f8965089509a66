import { isRecord, type JsonRecord, stringOr } from './json-shape.ts';
import type { JsonPath } from './segment.ts';
import type { SurfaceId } from './surface.ts';

/** Where a request's tools, the calls in its history, and their results stand, for whoever edits them. */
export interface ToolPlaces {
  /** Schemas of the arguments of tools on offer. */
  readonly definitions: readonly { readonly tool: string; readonly path: JsonPath; readonly schema: unknown }[];
  /** `args`: JSON text or an object, as the surface has it. */
  readonly calls: readonly {
    readonly id: string;
    readonly tool: string;
    readonly path: JsonPath;
    readonly args: unknown;
  }[];
  /** `content`: a text, or a list of parts. `tool`: where the result itself says it; null otherwise. */
  readonly results: readonly {
    readonly id: string;
    readonly tool: string | null;
    readonly path: JsonPath;
    readonly content: unknown;
  }[];
}

const NONE: ToolPlaces = { definitions: [], calls: [], results: [] };

interface Gathered {
  readonly definitions: ToolPlaces['definitions'][number][];
  readonly calls: ToolPlaces['calls'][number][];
  readonly results: ToolPlaces['results'][number][];
}

/**
 * What the caller's own tools are to a request. What the provider carries out itself is left out: its results never pass by here
 * before the model has read them.
 * @param body a request that the surface has parsed.
 */
export function toolPlaces(surface: SurfaceId, body: unknown): ToolPlaces {
  if (!isRecord(body)) return NONE;
  const found: Gathered = { definitions: [], calls: [], results: [] };
  switch (surface) {
    case 'openai-chat':
      readChat(body, found);
      return found;
    case 'anthropic-messages':
    case 'anthropic-count-tokens':
      readMessages(body, found);
      return found;
    case 'openai-responses':
      readResponses(body, found);
      return found;
    default:
      return NONE;
  }
}

function readChat(body: JsonRecord, { definitions, calls, results }: Gathered): void {
  for (const [index, tool] of entries(body['tools'])) {
    const called = tool['function'];
    if (isRecord(called) && typeof called['name'] === 'string')
      definitions.push({
        tool: called['name'],
        path: ['tools', index, 'function', 'parameters'],
        schema: called['parameters'],
      });
  }
  for (const [index, tool] of entries(body['functions']))
    if (typeof tool['name'] === 'string')
      definitions.push({
        tool: tool['name'],
        path: ['functions', index, 'parameters'],
        schema: tool['parameters'],
      });
  for (const [index, message] of entries(body['messages'])) {
    const path: JsonPath = ['messages', index];
    for (const [at, call] of entries(message['tool_calls'])) {
      const called = call['function'];
      if (isRecord(called))
        calls.push({
          id: stringOr(call['id'], ''),
          tool: stringOr(called['name'], ''),
          path: [...path, 'tool_calls', at, 'function', 'arguments'],
          args: called['arguments'],
        });
      else if (isRecord(call['custom']))
        calls.push({
          id: stringOr(call['id'], ''),
          tool: stringOr(call['custom']['name'], ''),
          path: [...path, 'tool_calls', at, 'custom', 'input'],
          args: undefined,
        });
    }
    const legacy = message['function_call'];
    if (isRecord(legacy))
      calls.push({
        id: '',
        tool: stringOr(legacy['name'], ''),
        path: [...path, 'function_call', 'arguments'],
        args: legacy['arguments'],
      });
    const { role, content } = message;
    if (role === 'tool')
      results.push({
        id: stringOr(message['tool_call_id'], ''),
        tool: null,
        path: [...path, 'content'],
        content,
      });
    if (role === 'function')
      results.push({ id: '', tool: stringOr(message['name'], null), path: [...path, 'content'], content });
  }
}

function readMessages(body: JsonRecord, { definitions, calls, results }: Gathered): void {
  for (const [index, tool] of entries(body['tools']))
    if (typeof tool['name'] === 'string')
      definitions.push({
        tool: tool['name'],
        path: ['tools', index, 'input_schema'],
        schema: tool['input_schema'],
      });
  for (const [index, message] of entries(body['messages']))
    for (const [at, block] of entries(message['content'])) {
      const path: JsonPath = ['messages', index, 'content', at];
      if (block['type'] === 'tool_use')
        calls.push({
          id: stringOr(block['id'], ''),
          tool: stringOr(block['name'], ''),
          path: [...path, 'input'],
          args: block['input'],
        });
      if (block['type'] === 'tool_result')
        results.push({
          id: stringOr(block['tool_use_id'], ''),
          tool: null,
          path: [...path, 'content'],
          content: block['content'],
        });
    }
}

function readResponses(body: JsonRecord, found: Gathered): void {
  readDefinitions(body['tools'], ['tools'], found);
  for (const list of ['input', 'instructions'])
    for (const [index, item] of entries(body[list])) {
      const path: JsonPath = [list, index];
      const type = stringOr(item['type'], '');
      const id = stringOr(item['call_id'], '');
      // Items that list tools which were found or added on the way.
      if (type === 'additional_tools' || type === 'tool_search_output')
        readDefinitions(item['tools'], [...path, 'tools'], found);
      if (type === 'function_call')
        found.calls.push({
          id,
          tool: stringOr(item['name'], ''),
          path: [...path, 'arguments'],
          args: item['arguments'],
        });
      else if (type.endsWith('_call') && id !== '') {
        const tool = stringOr(item['name'], type.slice(0, -'_call'.length));
        found.calls.push({ id, tool, path: [...path, 'input'], args: undefined });
      }
      if (type.endsWith('_call_output'))
        found.results.push({
          id,
          tool:
            type === 'function_call_output' || type === 'custom_tool_call_output'
              ? stringOr(item['name'], null)
              : type.slice(0, -'_call_output'.length),
          path: [...path, 'output'],
          content: item['output'],
        });
    }
}

function readDefinitions(tools: unknown, at: JsonPath, found: Gathered): void {
  for (const [index, tool] of entries(tools)) {
    const path: JsonPath = [...at, index];
    if (tool['type'] === 'namespace') {
      for (const [inner, one] of entries(tool['tools'])) {
        if (typeof one['name'] === 'string')
          found.definitions.push({
            tool: one['name'],
            path: [...path, 'tools', inner, 'parameters'],
            schema: one['parameters'],
          });
      }
    } else if (typeof tool['name'] === 'string') {
      found.definitions.push({ tool: tool['name'], path: [...path, 'parameters'], schema: tool['parameters'] });
    }
  }
}

function entries(list: unknown): readonly (readonly [number, JsonRecord])[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item, index) => (isRecord(item) ? [[index, item] as const] : []));
}
