import { contentText, row, rows, textOr, wordsOf } from './dialect-format.ts';
import type { DialectFormat, Reply } from './dialect-format.ts';
import type { Heard, Turn } from './turn.ts';

/** A user message may hold tool results and words: the results were heard first. */
function heardIn(messages: unknown): readonly Heard[] {
  return rows(messages).flatMap((message): Heard[] => {
    const text = contentText(message['content']);
    const parts = rows(message['content']);
    if (message['role'] === 'assistant') {
      const calls = parts
        .filter((part) => part['type'] === 'tool_use')
        .map((part) => ({ id: textOr(part['id'], ''), name: textOr(part['name'], ''), arguments: row(part['input']) }));
      return [{ from: 'model', text, calls }];
    }
    const results = parts
      .filter((part) => part['type'] === 'tool_result')
      .map((part): Heard => ({
        from: 'tool',
        call: textOr(part['tool_use_id'], ''),
        text: contentText(part['content']),
      }));
    return [...results, ...(text === '' ? [] : [{ from: 'user', text } as const])];
  });
}

function blocks(reply: Reply): readonly object[] {
  return [
    ...(reply.text === '' ? [] : [{ type: 'text', text: reply.text }]),
    ...reply.calls.map((call) => ({ type: 'tool_use', id: call.id, name: call.name, input: call.arguments })),
  ];
}

const stopReason = (reply: Reply): string => (reply.calls.length > 0 ? 'tool_use' : 'end_turn');

function message(reply: Reply, content: readonly object[], stop: string | null, outputTokens: number): object {
  return {
    id: `msg_${reply.id}`,
    type: 'message',
    role: 'assistant',
    model: reply.model,
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage: { input_tokens: reply.inputTokens, output_tokens: outputTokens },
  };
}

const event = (type: string, members: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;

const opened = (index: number, content_block: object): string => event('content_block_start', { index, content_block });
const grew = (index: number, delta: object): string => event('content_block_delta', { index, delta });
const closed = (index: number): string => event('content_block_stop', { index });

/** Anthropic Messages: https://docs.anthropic.com/en/api/messages. */
export const anthropicFormat: DialectFormat = {
  read(body): Turn | string {
    const request = row(body);
    if (typeof request['model'] !== 'string') return 'model: Field required';
    if (typeof request['max_tokens'] !== 'number') return 'max_tokens: Field required';
    if (!Array.isArray(request['messages'])) return 'messages: Field required';
    return {
      model: request['model'],
      stream: request['stream'] === true,
      system: contentText(request['system']),
      heard: heardIn(request['messages']),
      tools: rows(request['tools']).map((tool) => textOr(tool['name'], '')),
      includeUsage: true,
    };
  },

  whole: (reply) => message(reply, blocks(reply), stopReason(reply), reply.outputTokens),

  stream(reply) {
    const spoken = reply.text === '' ? 0 : 1;
    return [
      event('message_start', { message: message(reply, [], null, 1) }),
      ...(spoken === 0
        ? []
        : [
            opened(0, { type: 'text', text: '' }),
            ...wordsOf(reply.text).map((text) => grew(0, { type: 'text_delta', text })),
            closed(0),
          ]),
      ...reply.calls.flatMap((call, at) => [
        opened(spoken + at, { type: 'tool_use', id: call.id, name: call.name, input: {} }),
        grew(spoken + at, { type: 'input_json_delta', partial_json: JSON.stringify(call.arguments) }),
        closed(spoken + at),
      ]),
      event('message_delta', {
        delta: { stop_reason: stopReason(reply), stop_sequence: null },
        usage: { output_tokens: reply.outputTokens },
      }),
      event('message_stop'),
    ];
  },

  error: (status, text) => ({
    type: 'error',
    error: {
      type: status === 404 ? 'not_found_error' : status < 500 ? 'invalid_request_error' : 'api_error',
      message: text,
    },
  }),
};
