import type { FlowEvent } from './history.ts';

/** What is wrong with a recorded history. */
export class UnreadableHistory extends Error {}

/**
 * Events of a history in the form of OpenAI chat messages. Of several calls in one message, each is decided on what had
 * been shown before the message.
 * @throws UnreadableHistory with the message's index.
 */
export function readChatMessages(messages: readonly unknown[]): readonly FlowEvent[] {
  const events: FlowEvent[] = [];
  const names = new Map<string, string>();
  for (const [index, value] of messages.entries()) {
    if (typeof value !== 'object' || value === null) throw new UnreadableHistory(`messages[${index}] is not an object`);
    const message = value as Readonly<Record<string, unknown>>;
    const text = textOf(message['content']);
    switch (message['role']) {
      case 'system':
      case 'developer':
        events.push({ kind: 'operator', text });
        break;
      case 'user':
        events.push({ kind: 'user', text });
        break;
      case 'assistant':
        if (text !== '') events.push({ kind: 'model', text });
        for (const call of readCalls(message['tool_calls'], index)) {
          names.set(call.id, call.tool);
          events.push(call);
        }
        break;
      case 'tool': {
        const id = typeof message['tool_call_id'] === 'string' ? message['tool_call_id'] : '';
        const name = typeof message['name'] === 'string' ? message['name'] : '';
        events.push({ kind: 'result', id, tool: names.get(id) ?? name, text });
        break;
      }
      default:
        throw new UnreadableHistory(`messages[${index}].role is not one that is known`);
    }
  }
  return events;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => (typeof part === 'string' ? part : ((part as { text?: unknown } | null)?.text ?? '')))
    .filter((text): text is string => typeof text === 'string')
    .join('\n');
}

function* readCalls(calls: unknown, index: number): Generator<Extract<FlowEvent, { kind: 'call' }>> {
  if (!Array.isArray(calls)) return;
  for (const [at, call] of calls.entries()) {
    const { id, function: called } = (call ?? {}) as {
      id?: unknown;
      function?: { name?: unknown; arguments?: unknown };
    };
    if (typeof called?.name !== 'string')
      throw new UnreadableHistory(`messages[${index}].tool_calls[${at}] has no name`);
    yield {
      kind: 'call',
      id: typeof id === 'string' ? id : `${index}.${at}`,
      tool: called.name,
      args: parseArguments(called.arguments),
    };
  }
}

/** Arguments as the tool will read them; undefined when they are no object, or hold a key twice. */
export function parseArguments(given: unknown): Readonly<Record<string, unknown>> | undefined {
  let value = given;
  if (typeof given === 'string') {
    if (given.trim() === '') return {};
    try {
      value = JSON.parse(given);
    } catch {
      return undefined;
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
