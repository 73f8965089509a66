import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import { pieces, typedFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { tokenLogprobs } from './openai-chat.ts';
import { serialId } from './wire.ts';
import type { Saying, Wire } from './wire.ts';

/** Responses: https://platform.openai.com/docs/api-reference/responses (object, streaming events). */

interface Part {
  /** The item as it is announced, and as it is when done. */
  readonly opened: object;
  readonly done: object;
  /** Events between `output_item.added` and `output_item.done`, without `sequence_number`. */
  readonly events: readonly TypedEvent[];
}

interface TypedEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

const at = (item: string, output: number): object => ({ item_id: item, output_index: output });

function messagePart(saying: Saying, output: number, kind: 'output_text' | 'refusal', text: string): Part {
  const id = serialId('msg_', saying.serial * 10 + output);
  const chars = saying.scenario.number('chars', 4);
  const place = { ...at(id, output), content_index: 0 };
  const logprobs = saying.asked.logprobs ? tokenLogprobs(text, chars) : [];
  const part = (said: string, probs: readonly object[]): object =>
    kind === 'refusal'
      ? { type: 'refusal', refusal: said }
      : { type: 'output_text', annotations: [], logprobs: probs, text: said };
  const item = (status: string, content: readonly object[]): object => ({
    id,
    type: 'message',
    status,
    content,
    role: 'assistant',
  });
  const events: TypedEvent[] = [
    { type: 'response.content_part.added', ...place, part: part('', []) },
    ...pieces(text, chars).map((delta): TypedEvent =>
      kind === 'refusal'
        ? { type: 'response.refusal.delta', ...place, delta }
        : {
            type: 'response.output_text.delta',
            ...place,
            delta,
            logprobs: saying.asked.logprobs ? tokenLogprobs(delta, chars) : [],
            ...(saying.scenario.has('unknown') ? { obfuscation: 'Zq3x' } : {}),
          },
    ),
    kind === 'refusal'
      ? { type: 'response.refusal.done', ...place, refusal: text }
      : { type: 'response.output_text.done', ...place, text, logprobs },
    { type: 'response.content_part.done', ...place, part: part(text, logprobs) },
  ];
  const status = saying.answer.choices[0]?.stop === 'length' ? 'incomplete' : 'completed';
  return { opened: item('in_progress', []), done: item(status, [part(text, logprobs)]), events };
}

function reasoningPart(saying: Saying, output: number, text: string): Part {
  const id = serialId('rs_', saying.serial * 10 + output);
  const raw = saying.scenario.has('raw-reasoning');
  const place = { ...at(id, output), ...(raw ? { content_index: 0 } : { summary_index: 0 }) };
  const part = (said: string): object => ({ type: raw ? 'reasoning_text' : 'summary_text', text: said });
  const prefix = raw ? 'response.reasoning_text' : 'response.reasoning_summary_text';
  const opening = raw ? 'response.content_part' : 'response.reasoning_summary_part';
  const events: TypedEvent[] = [
    { type: `${opening}.added`, ...place, part: part('') },
    ...pieces(text, saying.scenario.number('chars', 4)).map(
      (delta) => ({ type: `${prefix}.delta`, ...place, delta }) as TypedEvent,
    ),
    { type: `${prefix}.done`, ...place, text },
    { type: `${opening}.done`, ...place, part: part(text) },
  ];
  const head = { id, type: 'reasoning', encrypted_content: null };
  return {
    opened: { ...head, summary: [] },
    done: raw ? { ...head, summary: [], content: [part(text)] } : { ...head, summary: [part(text)] },
    events,
  };
}

function callPart(saying: Saying, output: number, name: string, args: string): Part {
  const id = serialId('fc_', saying.serial * 10 + output);
  const item = (status: string, given: string): object => ({
    id,
    type: 'function_call',
    status,
    arguments: given,
    call_id: serialId('call_', saying.serial * 10 + output),
    name,
  });
  const events: TypedEvent[] = [
    ...pieces(args, saying.scenario.number('chars', 4)).map(
      (delta) => ({ type: 'response.function_call_arguments.delta', ...at(id, output), delta }) as TypedEvent,
    ),
    { type: 'response.function_call_arguments.done', ...at(id, output), name, arguments: args },
  ];
  return { opened: item('in_progress', ''), done: item('completed', args), events };
}

function partsOf(saying: Saying): readonly Part[] {
  const choice = saying.answer.choices[0];
  if (choice === undefined) return [];
  const parts: Part[] = [];
  if (choice.reasoning !== null) parts.push(reasoningPart(saying, parts.length, choice.reasoning));
  if (choice.text !== null) parts.push(messagePart(saying, parts.length, 'output_text', choice.text));
  if (choice.refusal !== null) parts.push(messagePart(saying, parts.length, 'refusal', choice.refusal));
  for (const tool of choice.tools) parts.push(callPart(saying, parts.length, tool.name, tool.arguments));
  return parts;
}

const member = (body: JsonObject, name: string, otherwise: unknown): unknown => body[name] ?? otherwise;

/** The Response object. `output` and `usage` are empty until it is done. */
function responseObject(
  saying: Saying,
  body: JsonObject,
  status: string,
  output: readonly object[],
  done: boolean,
): object {
  const { usage } = saying.answer;
  return {
    id: serialId('resp_', saying.serial),
    object: 'response',
    created_at: saying.created,
    status,
    background: member(body, 'background', false),
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: member(body, 'instructions', null),
    max_output_tokens: member(body, 'max_output_tokens', null),
    model: saying.asked.model,
    output,
    parallel_tool_calls: member(body, 'parallel_tool_calls', true),
    previous_response_id: member(body, 'previous_response_id', null),
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: member(body, 'store', true),
    temperature: 1,
    text: isObject(body['text']) ? body['text'] : { format: { type: 'text' } },
    tool_choice: member(body, 'tool_choice', 'auto'),
    tools: member(body, 'tools', []),
    top_p: 1,
    truncation: 'disabled',
    usage: done
      ? {
          input_tokens: usage.input,
          input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: usage.cacheWrite },
          output_tokens: usage.output,
          output_tokens_details: { reasoning_tokens: usage.reasoning },
          total_tokens: usage.input + usage.output,
        }
      : null,
    user: null,
    metadata: member(body, 'metadata', {}),
    ...(saying.scenario.has('unknown') ? { vendor: { region: 'test' } } : {}),
  };
}

export function openaiResponses(saying: Saying, body: JsonObject): Wire {
  const parts = partsOf(saying);
  const status = saying.answer.choices[0]?.stop === 'length' ? 'incomplete' : 'completed';
  const whole = responseObject(
    saying,
    body,
    status,
    parts.map((part) => part.done),
    true,
  );
  return {
    body: body['background'] === true ? responseObject(saying, body, 'queued', [], false) : whole,
    get frames(): readonly Frame[] {
      const started = responseObject(saying, body, 'in_progress', [], false);
      const events: TypedEvent[] = [
        { type: 'response.created', response: started },
        { type: 'response.in_progress', response: started },
        ...(saying.scenario.has('unknown') ? [{ type: 'response.vendor_note', note: 'kept' }] : []),
        ...parts.flatMap((part, index) => [
          { type: 'response.output_item.added', output_index: index, item: part.opened },
          ...part.events,
          { type: 'response.output_item.done', output_index: index, item: part.done },
        ]),
        { type: `response.${status}`, response: whole },
      ];
      return events.map((event, index) => typedFrame({ ...event, sequence_number: index }));
    },
    errorFrame: (sent) =>
      typedFrame({
        type: 'error',
        code: 'server_error',
        message: 'The server had an error while answering.',
        param: null,
        sequence_number: sent,
      }),
  };
}
