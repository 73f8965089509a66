/** What a stopped call must not do, however it comes: leave in pieces, leave later, or break the answer around it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import OpenAI from 'openai';
import { readable } from '../gateway/ask.ts';
import { startGateway, type TestGateway } from '../gateway/start-gateway.ts';
import { playModel } from '../upstream/play-model.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';
import { MAIL, PAYS, THEIRS, TOOLS, type ToolName } from './fooled-model.ts';

const names = Object.keys(TOOLS) as ToolName[];
const QUESTION = 'Read the mail mail-17, tell me what it says, and what my balance is.';
const BALANCE = { name: 'get_balance', arguments: '{}' };

/** Calls that an SDK's client takes out of an answer, and how the answer says that it ended. */
interface Taken {
  readonly calls: readonly string[];
  readonly ended: string;
  readonly said: string;
}

interface Client {
  readonly name: string;
  ask(at: TestGateway, model: string, stream: boolean): Promise<Taken>;
}

const CLIENTS: readonly Client[] = [
  {
    name: 'chat',
    async ask({ url, key }, model, stream) {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
      const ask = {
        model,
        messages: [
          { role: 'user' as const, content: QUESTION },
          {
            role: 'assistant' as const,
            content: null,
            tool_calls: [
              {
                id: `call_${model}`,
                type: 'function' as const,
                function: { name: 'read_mail', arguments: '{"id":"mail-17"}' },
              },
            ],
          },
          { role: 'tool' as const, tool_call_id: `call_${model}`, content: MAIL },
        ],
        tools: names.map((name) => ({
          type: 'function' as const,
          function: { name, description: '', parameters: { ...TOOLS[name] } },
        })),
      };
      const { choices } = stream
        ? await client.chat.completions.stream(ask).finalChatCompletion()
        : await client.chat.completions.create(ask);
      const { message, finish_reason } = choices[0]!;
      const calls = (message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function' ? [call.function.name] : [],
      );
      return { calls, ended: finish_reason, said: message.content ?? '' };
    },
  },
  {
    name: 'responses',
    async ask({ url, key }, model, stream) {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
      const ask = {
        model,
        store: false,
        input: [
          { role: 'user' as const, content: QUESTION },
          {
            type: 'function_call' as const,
            call_id: `call_${model}`,
            name: 'read_mail',
            arguments: '{"id":"mail-17"}',
          },
          { type: 'function_call_output' as const, call_id: `call_${model}`, output: MAIL },
        ],
        tools: names.map((name) => ({
          type: 'function' as const,
          name,
          description: '',
          parameters: { ...TOOLS[name] },
          strict: false,
        })),
      };
      const response = stream ? await client.responses.stream(ask).finalResponse() : await client.responses.create(ask);
      const calls = response.output.flatMap((item) => (item.type === 'function_call' ? [item.name] : []));
      return { calls, ended: response.status ?? '', said: response.output_text };
    },
  },
  {
    name: 'messages',
    async ask({ url, key }, model, stream) {
      const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
      const ask = {
        model,
        max_tokens: 64,
        messages: [
          { role: 'user' as const, content: QUESTION },
          {
            role: 'assistant' as const,
            content: [{ type: 'tool_use' as const, id: `call_${model}`, name: 'read_mail', input: { id: 'mail-17' } }],
          },
          {
            role: 'user' as const,
            content: [{ type: 'tool_result' as const, tool_use_id: `call_${model}`, content: MAIL }],
          },
        ],
        tools: names.map((name) => ({
          name,
          description: '',
          input_schema: { ...TOOLS[name] },
        })) as unknown as Anthropic.Tool[],
      };
      const answer = stream ? await client.messages.stream(ask).finalMessage() : await client.messages.create(ask);
      const calls = answer.content.flatMap((block) => (block.type === 'tool_use' ? [block.name] : []));
      const said = answer.content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
      return { calls, ended: String(answer.stop_reason), said: said.join('\n') };
    },
  },
];

const ENDS: Readonly<Record<string, readonly [called: string, ended: string]>> = {
  chat: ['tool_calls', 'stop'],
  responses: ['completed', 'completed'],
  messages: ['tool_use', 'end_turn'],
};

let runs = 0;

describe('a stopped call', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: { flow: { mode: 'enforce', onDeny: 'answer', budgets: { sideEffects: 100 } } },
    });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  for (const client of CLIENTS) {
    it(`${client.name}: any calls in any order, any pieces: exactly those that pass arrive, and the answer ends as it should`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.boolean(),
          fc.array(fc.constantFrom('pays', 'balance', 'broken'), { minLength: 1, maxLength: 5 }),
          fc.constantFrom(null, 'I see. ☕'),
          fc.integer({ min: 1, max: 40 }),
          fc.constantFrom('', '+split=1', '+split=29', '+split=all', '+crlf', '+comments', '+interleave'),
          async (stream, kinds, text, chars, shape) => {
            const tools = kinds.map((kind) =>
              kind === 'balance' ? BALANCE : kind === 'pays' ? PAYS : { ...PAYS, arguments: '{"recipient":7}' },
            );
            playModel(upstream, () => ({ text, tools }));
            const model = `h+id=${(runs += 1)}+chars=${chars}${shape}`;
            const { calls, ended, said } = await client.ask(gateway, model, stream);
            const stopped = kinds.filter((kind) => kind !== 'balance').length;
            const denials = new Map<string, number>();
            for (const kind of kinds) denials.set(kind, (denials.get(kind) ?? 0) + 1);
            const passing = tools.filter((tool) => tool === BALANCE).map(({ name }) => name);
            // The payment named three times ends the turn; arguments that cannot be read are no call to be named again.
            const expected = (denials.get('pays') ?? 0) >= 3 ? [] : passing;
            assert.deepEqual(calls, expected);
            assert.equal(said.split('was stopped').length - 1, kinds.length - expected.length);
            assert.equal(ended, ENDS[client.name]![expected.length > 0 ? 0 : 1]);
            assert.ok(!said.includes(THEIRS));
            assert.ok(stopped === 0 || said.includes('send_money'));
            if (text !== null) assert.ok(said.startsWith(text), said);
          },
        ),
        { numRuns: 60 },
      );
    });

    it(`${client.name}: nothing of it has left when the stream breaks off, or grows too long to wait for`, async () => {
      const way = {
        chat: '/v1/chat/completions',
        responses: '/v1/responses',
        messages: '/v1/messages',
      }[client.name]!;
      const tools = names.map((name) =>
        client.name === 'chat'
          ? { type: 'function', function: { name, parameters: TOOLS[name] } }
          : { type: 'function', name, parameters: TOOLS[name], input_schema: TOOLS[name] },
      );
      const ask = async (at: TestGateway, model: string): Promise<string> => {
        const turns = [{ role: 'user', content: QUESTION }];
        const body = {
          model,
          stream: true,
          tools,
          max_tokens: 9,
          ...(client.name === 'responses' ? { input: turns } : { messages: turns }),
        };
        const response = await fetch(at.url + way, {
          method: 'POST',
          headers: { authorization: `Bearer ${at.key}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        return response.text();
      };
      for (const name of ['truncate', 'error-mid', 'malformed']) {
        for (let at = 1; at < 24; at++) {
          playModel(upstream, () => ({ text: 'I see.', tools: [BALANCE, PAYS] }));
          const text = await ask(gateway, `${name}+at=${at}+id=${(runs += 1)}`);
          assert.ok(!/US133|get_balance"[^}]*\}\s*\]?\s*,?\s*"finish_reason": ?"tool_calls/.test(text), text);
        }
      }
      const small = await startGateway({
        upstreamUrl: upstream.url,
        config: { flow: { mode: 'enforce' }, guard: { maxHeld: '4KiB' } },
      });
      try {
        playModel(upstream, () => ({
          tools: [{ ...PAYS, arguments: JSON.stringify({ recipient: THEIRS.repeat(400), amount: 1 }) }],
        }));
        const text = await ask(small, `h+id=${(runs += 1)}`);
        assert.ok(!text.includes('US133') && /maxHeld|would have to wait/.test(text), text.slice(0, 400));
      } finally {
        await small.close();
      }
    });
  }

  it('the model cannot be asked again: the last answer counts', async () => {
    const continuing = await startGateway({ upstreamUrl: upstream.url, config: { flow: { mode: 'enforce' } } });
    try {
      for (const client of CLIENTS) {
        playModel(upstream, (_, request) => (request.includes('blocked by policy') ? null : { tools: [PAYS] }));
        for (const stream of [false, true]) {
          const { calls, ended, said } = await client.ask(continuing, `h+id=${(runs += 1)}`, stream);
          assert.deepEqual(calls, []);
          assert.match(said, /was stopped/);
          assert.equal(ended, ENDS[client.name]![1]);
        }
      }
    } finally {
      await continuing.close();
    }
  });

  it('a call that names what stands for a value of the user is decided on the value', async () => {
    const IBAN = 'DE89370400440532013000';
    const restoring = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        flow: { mode: 'enforce' },
        rules: [{ id: 'own', detector: 'personal-data', on: ['input'], action: 'redact', restore: true, options: {} }],
      },
    });
    try {
      for (const stream of [false, true]) {
        playModel(upstream, (asked) => {
          const [placeholder] = /\[[A-Z_]+_[B-Z]{8}\]/.exec(asked.lastText)!;
          return { tools: [{ name: 'send_money', arguments: JSON.stringify({ recipient: placeholder, amount: 40 }) }] };
        });
        const response = await fetch(`${restoring.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${restoring.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            model: `h+id=${(runs += 1)}`,
            stream,
            messages: [{ role: 'user', content: `Send 40 to ${IBAN}.` }],
            tools: [{ type: 'function', function: { name: 'send_money', parameters: TOOLS.send_money } }],
          }),
        });
        const text = readable(await response.text(), stream);
        assert.ok(text.includes(IBAN), text);
        assert.ok(!text.includes('was stopped'), text);
      }
    } finally {
      await restoring.close();
    }
  });

  it('a kept response is decided when it is read, also by who does not know what was asked', async () => {
    upstream.script(null);
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    const tools = [
      {
        type: 'function' as const,
        name: 'send_money',
        description: '',
        parameters: { ...TOOLS.send_money },
        strict: false,
      },
    ];
    const made = await client.responses.create({ model: 'tools', input: 'Hello.', tools });
    assert.ok(made.output.every(({ type }) => type !== 'function_call'));
    const read = await client.responses.retrieve(made.id);
    assert.ok(
      read.output.every(({ type }) => type !== 'function_call'),
      JSON.stringify(read.output),
    );
    const stream = await client.responses.retrieve(made.id, { stream: true });
    for await (const event of stream) {
      if (event.type === 'response.completed')
        assert.ok(event.response.output.every(({ type }) => type !== 'function_call'));
    }
  });
});
