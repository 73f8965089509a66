import { isObject, objectsIn, stringOr } from './json.ts';
import type { JsonObject } from './json.ts';

export interface OfferedTool {
  readonly name: string;
  readonly schema: unknown;
}

/** What a scenario needs to know of a request, whichever provider's shape it came in. */
export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly choices: number;
  /** The last user text: all text parts of the last user message. */
  readonly lastText: string;
  /** Set when the last message is a tool's result. */
  readonly toolResults: readonly string[];
  readonly images: readonly string[];
  readonly tools: readonly OfferedTool[];
  /** `tool_choice` leaves the model no choice: it has to call this tool. */
  readonly forcedTool: OfferedTool | null;
  /** JSON Schema of the structured output that was asked for. */
  readonly schema: unknown;
  readonly logprobs: boolean;
  /** Chat and Completions: `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  readonly thinking: boolean;
  /** Characters of the request's messages, for token counts. */
  readonly characters: number;
}

interface Message {
  readonly role: string;
  readonly texts: readonly string[];
  readonly images: readonly string[];
  readonly results: readonly string[];
}

/** Text parts of a content that is a string or a list of parts. */
function textsOf(content: unknown): readonly string[] {
  if (typeof content === 'string') return [content];
  return objectsIn(content).flatMap((part) => (typeof part['text'] === 'string' ? [part['text']] : []));
}

function imagesOf(content: unknown): readonly string[] {
  return objectsIn(content).flatMap((part) => {
    if (part['type'] === 'image_url' && isObject(part['image_url'])) return [stringOr(part['image_url']['url'], '')];
    if (part['type'] === 'input_image') return [stringOr(part['image_url'], '')];
    if (part['type'] === 'image' && isObject(part['source'])) {
      const { media_type, data, url } = part['source'];
      return [stringOr(url, `data:${String(media_type)};base64,${String(data)}`)];
    }
    return [];
  });
}

function chatMessages(body: JsonObject): readonly Message[] {
  return objectsIn(body['messages']).map((message) => ({
    role: stringOr(message['role'], ''),
    texts: textsOf(message['content']),
    images: imagesOf(message['content']),
    results: message['role'] === 'tool' ? [textsOf(message['content']).join('')] : [],
  }));
}

function responsesMessages(body: JsonObject): readonly Message[] {
  if (typeof body['input'] === 'string') return [{ role: 'user', texts: [body['input']], images: [], results: [] }];
  return objectsIn(body['input']).map((item) => ({
    role: stringOr(item['role'], item['type'] === 'function_call_output' ? 'tool' : 'assistant'),
    texts: textsOf(item['content']),
    images: imagesOf(item['content']),
    results: item['type'] === 'function_call_output' ? [textsOf(item['output']).join('')] : [],
  }));
}

function anthropicMessages(body: JsonObject): readonly Message[] {
  return objectsIn(body['messages']).map((message) => ({
    role: stringOr(message['role'], ''),
    texts: textsOf(message['content']),
    images: imagesOf(message['content']),
    results: objectsIn(message['content'])
      .filter((part) => part['type'] === 'tool_result')
      .map((part) => textsOf(part['content']).join('')),
  }));
}

function offeredTools(body: JsonObject): readonly OfferedTool[] {
  return objectsIn(body['tools']).flatMap((tool) => {
    if (isObject(tool['function'])) {
      return [{ name: stringOr(tool['function']['name'], ''), schema: tool['function']['parameters'] }];
    }
    if (typeof tool['name'] !== 'string') return [];
    return [{ name: tool['name'], schema: tool['parameters'] ?? tool['input_schema'] }];
  });
}

/** Chat: `response_format.json_schema.schema`; Responses: `text.format.schema`; Messages: `output_config.format.schema`. */
function askedSchema(body: JsonObject): unknown {
  const { response_format: chat, text, output_config: config } = body;
  if (isObject(chat) && isObject(chat['json_schema'])) return chat['json_schema']['schema'];
  if (isObject(text) && isObject(text['format'])) return text['format']['schema'];
  if (isObject(config) && isObject(config['format'])) return config['format']['schema'];
  return undefined;
}

/** Chat: `required` or a named function; Responses: `required` or a named tool; Messages: `any` or `tool`. */
function forcedTool(body: JsonObject, tools: readonly OfferedTool[]): OfferedTool | null {
  const choice = body['tool_choice'];
  if (choice === 'required') return tools[0] ?? null;
  if (!isObject(choice)) return null;
  if (choice['type'] === 'any') return tools[0] ?? null;
  const name = isObject(choice['function']) ? choice['function']['name'] : choice['name'];
  return tools.find((tool) => tool.name === name) ?? null;
}

function read(body: JsonObject, messages: readonly Message[]): Asked {
  const tools = offeredTools(body);
  const last = messages.at(-1);
  const lastUser = messages.findLast((message) => message.role === 'user' && message.texts.length > 0);
  const options = body['stream_options'];
  return {
    model: stringOr(body['model'], ''),
    stream: body['stream'] === true,
    choices: typeof body['n'] === 'number' ? body['n'] : 1,
    lastText: lastUser?.texts.join('') ?? '',
    toolResults: last?.results ?? [],
    images: messages.flatMap((message) => message.images),
    tools,
    forcedTool: forcedTool(body, tools),
    schema: askedSchema(body),
    logprobs:
      body['logprobs'] === true ||
      (Array.isArray(body['include']) && body['include'].includes('message.output_text.logprobs')),
    includeUsage: isObject(options) && options['include_usage'] === true,
    thinking: isObject(body['thinking']) && body['thinking']['type'] !== 'disabled',
    characters: messages.reduce((sum, message) => sum + [...message.texts, ...message.results].join('').length, 0),
  };
}

export const askedOfChat = (body: JsonObject): Asked => read(body, chatMessages(body));
export const askedOfResponses = (body: JsonObject): Asked => read(body, responsesMessages(body));
export const askedOfMessages = (body: JsonObject): Asked => read(body, anthropicMessages(body));

export function askedOfCompletions(body: JsonObject): Asked {
  const prompts = typeof body['prompt'] === 'string' ? [body['prompt']] : (body['prompt'] as unknown);
  const texts = Array.isArray(prompts) ? prompts.filter((prompt) => typeof prompt === 'string') : [];
  return read(body, [{ role: 'user', texts, images: [], results: [] }]);
}
