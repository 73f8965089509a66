import { contentText, row, rows, textOr, wordsOf } from './dialect-format.ts';
import type { DialectFormat, Reply } from './dialect-format.ts';
import type { Heard, Turn } from './turn.ts';

function parsedArguments(text: string): Readonly<Record<string, unknown>> {
  try {
    return row(JSON.parse(text));
  } catch {
    return {};
  }
}

function heardIn(messages: unknown): readonly Heard[] {
  return rows(messages).flatMap((message): Heard[] => {
    const text = contentText(message['content']);
    switch (message['role']) {
      case 'user':
        return [{ from: 'user', text }];
      case 'assistant': {
        const calls = rows(message['tool_calls']).map((call) => ({
          id: textOr(call['id'], ''),
          name: textOr(row(call['function'])['name'], ''),
          arguments: parsedArguments(textOr(row(call['function'])['arguments'], '')),
        }));
        return [{ from: 'model', text, calls }];
      }
      case 'tool':
        return [{ from: 'tool', call: textOr(message['tool_call_id'], ''), text }];
      default:
        return [];
    }
  });
}

const toolCalls = (reply: Reply): readonly object[] =>
  reply.calls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));

const usage = (reply: Reply): object => ({
  prompt_tokens: reply.inputTokens,
  completion_tokens: reply.outputTokens,
  total_tokens: reply.inputTokens + reply.outputTokens,
});

const finish = (reply: Reply): string => (reply.calls.length > 0 ? 'tool_calls' : 'stop');

/** OpenAI Chat Completions: https://platform.openai.com/docs/api-reference/chat. */
export const openaiFormat: DialectFormat = {
  read(body): Turn | string {
    const request = row(body);
    if (typeof request['model'] !== 'string') return "Missing required parameter: 'model'.";
    if (!Array.isArray(request['messages'])) return "Missing required parameter: 'messages'.";
    return {
      model: request['model'],
      stream: request['stream'] === true,
      system: rows(request['messages'])
        .filter((message) => message['role'] === 'system' || message['role'] === 'developer')
        .map((message) => contentText(message['content']))
        .join('\n'),
      heard: heardIn(request['messages']),
      tools: rows(request['tools']).map((tool) => textOr(row(tool['function'])['name'], '')),
      includeUsage: row(request['stream_options'])['include_usage'] === true,
    };
  },

  whole(reply) {
    return {
      id: `chatcmpl-${reply.id}`,
      object: 'chat.completion',
      created: 0,
      model: reply.model,
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: reply.text === '' ? null : reply.text,
            refusal: null,
            ...(reply.calls.length === 0 ? {} : { tool_calls: toolCalls(reply) }),
          },
          logprobs: null,
          finish_reason: finish(reply),
        },
      ],
      usage: usage(reply),
    };
  },

  stream(reply, turn) {
    const chunk = (choices: readonly object[], extra: object = {}): string =>
      `data: ${JSON.stringify({
        id: `chatcmpl-${reply.id}`,
        object: 'chat.completion.chunk',
        created: 0,
        model: reply.model,
        choices,
        ...extra,
      })}\n\n`;
    const delta = (value: object, reason: string | null = null): string =>
      chunk(
        [{ index: 0, delta: value, logprobs: null, finish_reason: reason }],
        turn.includeUsage ? { usage: null } : {},
      );
    return [
      delta({ role: 'assistant', content: reply.text === '' ? null : '' }),
      ...wordsOf(reply.text).map((content) => delta({ content })),
      ...toolCalls(reply).map((call, index) => delta({ tool_calls: [{ index, ...call }] })),
      delta({}, finish(reply)),
      ...(turn.includeUsage ? [chunk([], { usage: usage(reply) })] : []),
      'data: [DONE]\n\n',
    ];
  },

  error: (status, message) => ({
    error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param: null, code: null },
  }),
};
