import { errorIn, row, rows } from './talk.ts';
import type { Talk } from './talk.ts';

/** OpenAI Chat Completions: https://platform.openai.com/docs/api-reference/chat. */
export const openaiTalk: Talk = {
  path: '/chat/completions',
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  body: ({ model, messages, tools, user }) => ({
    model,
    messages,
    tools,
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 1000,
    user,
  }),

  gather(into, event) {
    if (event['error'] !== undefined) {
      into.error = errorIn(event, 'The model reported an error.');
      return '';
    }
    const choice = row(Array.isArray(event['choices']) ? event['choices'][0] : undefined);
    const delta = row(choice['delta']);
    for (const part of rows(delta['tool_calls'])) {
      const index = typeof part['index'] === 'number' ? part['index'] : 0;
      const called = row(part['function']);
      const call = (into.calls[index] ??= { id: '', name: '', arguments: '' });
      if (typeof part['id'] === 'string') call.id = part['id'];
      if (typeof called['name'] === 'string') call.name += called['name'];
      if (typeof called['arguments'] === 'string') call.arguments += called['arguments'];
    }
    if (typeof choice['finish_reason'] === 'string') into.finish = choice['finish_reason'];
    return [delta['content'], delta['refusal']].filter((said) => typeof said === 'string').join('');
  },
};
