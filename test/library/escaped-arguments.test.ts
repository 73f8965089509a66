import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuard } from '../../src/library/create-guard.ts';

const TOKEN = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
const ESCAPED = TOKEN.replace('ghp', '\\u0067\\u0068\\u0070');

/** Arguments in which a reader of JSON, strict or forgiving, finds the token. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  'plain and escaped': `{"a":"${TOKEN}","b":"${ESCAPED}"}`,
  'escaped inside what also stands plainly': `{"a":"x ${TOKEN} y","b":"${ESCAPED}"}`,
  'in a key, plain and escaped': `{"${TOKEN}":1,"b":{"${ESCAPED}":1}}`,
  'in a key that stands twice': `{"a":"${ESCAPED}","a":"x"}`,
  'in an object that is not closed': `{"a":"${ESCAPED}"`,
  'in a string that is not closed': `{"a":"${ESCAPED}`,
  'before a trailing comma': `{"a":"${ESCAPED}",}`,
  'behind a byte order mark': `\ufeff{"a":"${ESCAPED}"}`,
  'before a second value': `{"a":"${ESCAPED}"}{"b":1}`,
  'in JSON in a string': JSON.stringify({ a: `{"b":"${ESCAPED}"}` }),
};

const guard = createGuard({
  rules: [{ id: 'secrets', detector: 'secret-leak', on: ['input', 'output'], action: 'redact' }],
});

function unescaped(text: string): string {
  const read = text.replace(/\\+u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return read.replaceAll('\\', '');
}

async function streamed(surface: 'openai-chat' | 'anthropic-messages' | 'openai-responses', frames: readonly string[]) {
  const request = surface === 'openai-responses' ? { input: 'hi' } : { messages: [{ role: 'user', content: 'hi' }] };
  const exchange = guard.exchange(surface, JSON.stringify({ model: 'm', max_tokens: 9, stream: true, ...request }));
  const stream = exchange.stream();
  const writer = stream.writable.getWriter();
  const writing = (async () => {
    for (const frame of frames) await writer.write(Buffer.from(frame));
    await writer.close();
  })();
  let texts = '';
  for await (const bytes of stream.readable) {
    for (const [, data] of Buffer.from(bytes)
      .toString()
      .matchAll(/^data: (\{.*)$/gm)) {
      JSON.stringify(JSON.parse(data!), (key, value: unknown) => {
        if (['arguments', 'partial_json', 'delta'].includes(key) && typeof value === 'string') texts += value;
        return value;
      });
      texts += '\n'.repeat(data!.includes('"done"') ? 1 : 0);
    }
  }
  await writing;
  return unescaped(texts);
}

const split = (text: string, size: number): string[] => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];

const event = (data: { type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

for (const [name, text] of Object.entries(ARGUMENTS)) {
  test(`a token ${name} does not leave in a tool call's arguments`, async () => {
    for (const size of [1, 7, 1000]) {
      const pieces = split(text, size);
      const chunk = (call: object): string =>
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: call }] } }] })}\n\n`;
      const chat = [chunk({ name: 'f' }), ...pieces.map((piece) => chunk({ arguments: piece })), 'data: [DONE]\n\n'];
      assert.ok(!(await streamed('openai-chat', chat)).includes(TOKEN), `chat, in pieces of ${size}`);

      const block = { type: 'tool_use', id: 't', name: 'f', input: {} };
      const messages = [
        { type: 'content_block_start', index: 0, content_block: block },
        ...pieces.map((piece) => {
          const delta = { type: 'input_json_delta', partial_json: piece };
          return { type: 'content_block_delta', index: 0, delta };
        }),
        { type: 'content_block_stop', index: 0 },
        { type: 'message_stop' },
      ];
      assert.ok(!(await streamed('anthropic-messages', messages.map(event))).includes(TOKEN), `messages, ${size}`);

      const item = { type: 'function_call', id: 'f', call_id: 'c', name: 'f', arguments: text };
      const responses = [
        { type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } },
        ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', output_index: 0, delta })),
        { type: 'response.function_call_arguments.done', output_index: 0, arguments: text },
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'response.completed', response: { id: 'r', object: 'response', status: 'completed', output: [item] } },
      ];
      assert.ok(!(await streamed('openai-responses', responses.map(event))).includes(TOKEN), `responses, ${size}`);
    }
  });

  test(`a token ${name} does not leave in a whole answer or a request`, async () => {
    const call = { id: 'x', type: 'function', function: { name: 'f', arguments: text } };
    const message = { role: 'assistant', content: null, tool_calls: [call] };
    const exchange = guard.exchange('openai-chat', JSON.stringify({ model: 'm', messages: [message] }));
    assert.ok(!unescaped((await exchange.request()).body).includes(TOKEN), 'request');
    const answer = await exchange.answer(JSON.stringify({ choices: [{ index: 0, message }] }));
    assert.ok(!unescaped(answer.body).includes(TOKEN), 'answer');
  });
}

test('what stands in the arguments without escapes is one finding, and the rest of them stays', async () => {
  const text = `{"note":"two\\nlines","key":"${TOKEN}"}`;
  const message = { role: 'assistant', tool_calls: [{ id: 'x', function: { name: 'f', arguments: text } }] };
  const exchange = guard.exchange('openai-chat', JSON.stringify({ model: 'm', messages: [] }));
  const { body, decisions } = await exchange.answer(JSON.stringify({ choices: [{ index: 0, message }] }));
  const choices = (JSON.parse(body) as { choices: { message: typeof message }[] }).choices;
  assert.equal(choices[0]?.message.tool_calls[0]?.function.arguments, text.replace(TOKEN, '[GITHUB_TOKEN]'));
  assert.equal(decisions.flatMap(({ evidence }) => evidence).length, 1);
});
