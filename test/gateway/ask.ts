import { createParser } from 'eventsource-parser';

/** One way of asking a model: the same question and tools in each surface's own form. */
export interface Way {
  readonly surface: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  body(model: string, text: string, options: { readonly stream: boolean; readonly n?: number }): object;
}

const NOTE = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };

export const WAYS: readonly Way[] = [
  {
    surface: 'openai-chat',
    path: '/v1/chat/completions',
    headers: {},
    body: (model, text, { stream, n }) => ({
      model,
      messages: [{ role: 'user', content: text }],
      tools: [{ type: 'function', function: { name: 'note', description: 'takes a note', parameters: NOTE } }],
      ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
      ...(n === undefined ? {} : { n }),
    }),
  },
  {
    surface: 'openai-responses',
    path: '/v1/responses',
    headers: {},
    body: (model, text, { stream }) => ({
      model,
      input: text,
      tools: [{ type: 'function', name: 'note', description: 'takes a note', parameters: NOTE, strict: true }],
      ...(stream ? { stream } : {}),
    }),
  },
  {
    surface: 'openai-completions',
    path: '/v1/completions',
    headers: {},
    body: (model, text, { stream }) => ({
      model,
      prompt: text,
      ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
    }),
  },
  {
    surface: 'anthropic-messages',
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: (model, text, { stream }) => ({
      model,
      max_tokens: 1024,
      messages: [{ role: 'user', content: text }],
      tools: [{ name: 'note', description: 'takes a note', input_schema: NOTE }],
      ...(stream ? { stream } : {}),
    }),
  },
];

/** Asks and returns status, headers and the whole body as text. */
export async function ask(
  gateway: { readonly url: string; readonly key: string },
  way: Way,
  model: string,
  text: string,
  options: { readonly stream: boolean; readonly n?: number },
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const response = await fetch(gateway.url + way.path, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', ...way.headers },
    body: JSON.stringify(way.body(model, text, options)),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/**
 * Everything a client could read in an answer: every string, and for a stream also the pieces of each place joined in
 * order, so that a text which is split over frames shows.
 */
export function readable(text: string, stream: boolean): string {
  const joined = new Map<string, string>();
  const walk = (value: unknown, place: string): void => {
    if (typeof value === 'string') joined.set(place, (joined.get(place) ?? '') + value);
    else if (Array.isArray(value)) value.forEach((item, index) => walk(item, `${place}/${index}`));
    else if (typeof value === 'object' && value !== null) {
      const { index, output_index: output } = value as { index?: number; output_index?: number };
      for (const [key, item] of Object.entries(value)) walk(item, `${place}/${index ?? ''}${output ?? ''}${key}`);
    }
  };
  if (!stream) {
    walk(JSON.parse(text), '');
  } else {
    const parser = createParser({
      onEvent: ({ data, event }) => {
        if (data !== '[DONE]') walk(JSON.parse(data), event ?? '');
      },
    });
    parser.feed(text);
  }
  return [...joined.values()].join('\n');
}
