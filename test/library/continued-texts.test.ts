import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuard } from '../../src/library/create-guard.ts';

const TOKEN = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
const [FIRST, REST] = [TOKEN.slice(0, 12), TOKEN.slice(12)];

const guard = createGuard({ rules: [{ id: 'secrets', detector: 'secret-leak', on: ['output'], action: 'redact' }] });

async function stream(surface: 'openai-chat' | 'anthropic-messages', frames: readonly object[]): Promise<string> {
  const request = { model: 'm', max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'hi' }] };
  const answer = guard.exchange(surface, JSON.stringify(request)).stream();
  const writer = answer.writable.getWriter();
  const writing = (async () => {
    for (const frame of frames) {
      const name = 'type' in frame ? `event: ${String(frame.type)}\n` : '';
      await writer.write(Buffer.from(`${name}data: ${JSON.stringify(frame)}\n\n`));
    }
    if (surface === 'openai-chat') await writer.write(Buffer.from('data: [DONE]\n\n'));
    await writer.close();
  })();
  let out = '';
  for await (const bytes of answer.readable) out += Buffer.from(bytes).toString();
  await writing;
  return out;
}

const says = (delta: object, more: object = {}): object => ({ choices: [{ index: 0, delta, ...more }] });
const call = (index: number, part: object): object => says({ tool_calls: [{ index, function: part }] });

const begun = (index: number, block: object): object => ({
  type: 'content_block_start',
  index,
  content_block: block,
});
const ended = (index: number): object => ({ type: 'content_block_stop', index });

/** What a provider sends, each with a text that ends and then goes on. */
const CHAT: Readonly<Record<string, readonly object[]>> = {
  'reasoning that goes on after the answer began': [
    says({ reasoning_content: FIRST }),
    says({ content: 'x' }),
    says({ reasoning_content: REST }),
  ],
  'a text that goes on after its end': [says({ content: FIRST }, { finish_reason: 'stop' }), says({ content: REST })],
  'a tool that goes on after another': [
    call(0, { name: 'f', arguments: `{"a":"${FIRST}` }),
    call(1, { name: 'g', arguments: '{}' }),
    call(0, { arguments: `${REST}"}` }),
  ],
  'a name that goes on after the arguments began': [
    call(0, { name: FIRST }),
    call(0, { arguments: '{}' }),
    call(0, { name: REST }),
  ],
};

for (const [name, frames] of Object.entries(CHAT)) {
  test(`a token over the end of ${name} loses its rest`, async () => {
    const out = await stream('openai-chat', [...frames, says({}, { finish_reason: 'stop' })]);
    assert.ok(out.includes(FIRST) && !out.includes(REST), out);
    assert.ok(out.includes('[GITHUB_TOKEN]'), out);
  });
}

test('a token over two texts with a thought between them loses its rest', async () => {
  const out = await stream('anthropic-messages', [
    begun(0, { type: 'text', text: FIRST }),
    ended(0),
    begun(1, { type: 'thinking', thinking: 'hm' }),
    ended(1),
    begun(2, { type: 'text', text: REST }),
    ended(2),
    { type: 'message_stop' },
  ]);
  assert.ok(!out.includes(REST) && out.includes('[GITHUB_TOKEN]'), out);
});

test('two choices do not go on with each other', async () => {
  const frames = [FIRST, REST].map((content, index) => ({
    choices: [{ index, delta: { content }, finish_reason: 'stop' }],
  }));
  const out = await stream('openai-chat', frames);
  assert.ok(out.includes(FIRST) && out.includes(REST), out);
});

test('the tokens that a server gives of reasoning and of arguments go with the text', async () => {
  for (const frames of [
    [FIRST, REST].map((piece) => call(0, { arguments: piece })),
    [FIRST, REST].map((piece) => says({ reasoning_content: piece })),
  ]) {
    const spelt = frames.map((frame, index) => {
      const content = [{ token: index === 0 ? FIRST : REST, logprob: -1, top_logprobs: [] }];
      const [choice] = (frame as { choices: object[] }).choices;
      return { choices: [{ ...choice, logprobs: { content } }] };
    });
    const out = await stream('openai-chat', spelt);
    assert.ok(!out.includes(FIRST) && !out.includes(REST), out);
  }
});
