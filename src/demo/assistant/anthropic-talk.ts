import type { ChatMessage } from './chat-message.ts';
import { errorIn, parseRow, row } from './talk.ts';
import type { Talk } from './talk.ts';

interface AnthropicMessage {
  readonly role: 'user' | 'assistant';
  readonly content: object[];
}

/** Results of several tools belong into one user message: roles take turns. */
function messagesOf(messages: readonly ChatMessage[]): readonly AnthropicMessage[] {
  const out: AnthropicMessage[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const content: object[] = [];
    if (message.role === 'tool') {
      content.push({ type: 'tool_result', tool_use_id: message.tool_call_id, content: message.content });
    } else {
      if (message.content !== null && message.content !== '') content.push({ type: 'text', text: message.content });
      for (const call of message.role === 'assistant' ? (message.tool_calls ?? []) : []) {
        const { name, arguments: given } = call.function;
        content.push({ type: 'tool_use', id: call.id, name, input: parseRow(given) });
      }
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const last = out.at(-1);
    if (last?.role === role) last.content.push(...content);
    else out.push({ role, content });
  }
  return out;
}

/** Anthropic Messages: https://docs.anthropic.com/en/api/messages. */
export const anthropicTalk: Talk = {
  path: '/messages',
  headers: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  body: ({ model, messages, tools, user }) => ({
    model,
    max_tokens: 1000,
    system: messages.find((message) => message.role === 'system')?.content ?? '',
    messages: messagesOf(messages),
    tools: tools.map(({ function: { name, description, parameters } }) => ({
      name,
      description,
      input_schema: parameters,
    })),
    stream: true,
    metadata: { user_id: user },
  }),

  gather(into, event) {
    const delta = row(event['delta']);
    const block = row(event['content_block']);
    switch (event['type']) {
      case 'error':
        into.error = errorIn(event, 'The model reported an error.');
        return '';
      case 'content_block_start':
        if (block['type'] === 'tool_use') {
          into.calls.push({ id: String(block['id']), name: String(block['name']), arguments: '' });
        }
        return typeof block['text'] === 'string' ? block['text'] : '';
      case 'content_block_delta': {
        const call = into.calls.at(-1);
        if (typeof delta['partial_json'] === 'string' && call !== undefined) call.arguments += delta['partial_json'];
        return typeof delta['text'] === 'string' ? delta['text'] : '';
      }
      case 'message_delta':
        if (typeof delta['stop_reason'] === 'string') into.finish = delta['stop_reason'];
        return '';
      default:
        return '';
    }
  },
};
