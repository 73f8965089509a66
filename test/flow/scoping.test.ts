/** Whose data it is, in the gateway: the verified principal decides, on every surface, whole and streamed, with a model that is fooled. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import OpenAI from 'openai';
import { startGateway, type TestGateway } from '../gateway/start-gateway.ts';
import { playModel } from '../upstream/play-model.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';

/** The key of the tests is alice's, and `sub` is therefore `alice`. */
const RULES = `
scope:
  - { tool: get_orders, bind: { user_id: sub }, rows: { owner: user_id, claim: sub } }
  - { tool: list_notes, inject: { tenant: sub, 'filter.owner': sub }, rows: { owner: owner, claim: sub } }
  - { tool: get_account, require: { account: sub } }
`;

const text = { type: 'string' };
const TOOLS = {
  get_orders: {
    type: 'object',
    properties: { user_id: text, year: { type: 'number' } },
    required: ['user_id', 'year'],
    additionalProperties: false,
  },
  list_notes: {
    type: 'object',
    properties: {
      tenant: text,
      about: text,
      filter: { type: 'object', properties: { owner: text, kind: text }, required: ['owner'] },
    },
    required: ['tenant', 'filter'],
    additionalProperties: false,
  },
  get_account: { type: 'object', properties: { account: text }, required: ['account'] },
  get_weather: { type: 'object', properties: { place: text } },
} as const;
type Name = keyof typeof TOOLS;
const names = Object.keys(TOOLS) as Name[];
const ASKED = 'Show me my orders of 2026 and my notes.';

interface Made {
  readonly tool: string;
  readonly args: unknown;
}

/** A call that was made before, with its result. */
interface Past {
  readonly tool: Name;
  readonly args: object;
  readonly result: string | readonly object[];
}

interface Client {
  readonly name: string;
  /** Answers the calls that an official client takes out of the answer. */
  ask(at: TestGateway, model: string, stream: boolean, past?: Past): Promise<readonly Made[]>;
  /** What the request that arrived at the model says of it. */
  seen(body: string): {
    readonly schemas: Readonly<Record<string, unknown>>;
    readonly result: unknown;
    readonly args: unknown;
  };
}

const CLIENTS: readonly Client[] = [
  {
    name: 'chat',
    async ask({ url, key }, model, stream, past) {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
      const before: OpenAI.ChatCompletionMessageParam[] =
        past === undefined
          ? []
          : [
              {
                role: 'assistant',
                content: null,
                tool_calls: [
                  {
                    id: 'call_p',
                    type: 'function',
                    function: { name: past.tool, arguments: JSON.stringify(past.args) },
                  },
                ],
              },
              { role: 'tool', tool_call_id: 'call_p', content: past.result as string },
            ];
      const ask = {
        model,
        messages: [{ role: 'user' as const, content: ASKED }, ...before],
        tools: names.map((name) => ({
          type: 'function' as const,
          function: { name, description: '', parameters: { ...TOOLS[name] } },
        })),
      };
      const { choices } = stream
        ? await client.chat.completions.stream(ask).finalChatCompletion()
        : await client.chat.completions.create(ask);
      return (choices[0]!.message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function'
          ? [{ tool: call.function.name, args: JSON.parse(call.function.arguments) as unknown }]
          : [],
      );
    },
    seen(body) {
      const { tools, messages } = JSON.parse(body) as {
        tools: { function: { name: string; parameters: unknown } }[];
        messages: { role: string; content: unknown; tool_calls?: { function: { arguments: string } }[] }[];
      };
      return {
        schemas: Object.fromEntries(tools.map((tool) => [tool.function.name, tool.function.parameters])),
        result: messages.find(({ role }) => role === 'tool')?.content,
        args: JSON.parse(messages.find((one) => one.tool_calls)?.tool_calls?.[0]?.function.arguments ?? 'null'),
      };
    },
  },
  {
    name: 'responses',
    async ask({ url, key }, model, stream, past) {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
      const before: OpenAI.Responses.ResponseInputItem[] =
        past === undefined
          ? []
          : [
              { type: 'function_call', call_id: 'call_p', name: past.tool, arguments: JSON.stringify(past.args) },
              {
                type: 'function_call_output',
                call_id: 'call_p',
                output: (typeof past.result === 'string'
                  ? past.result
                  : past.result.map((part) => ({ ...part, type: 'input_text' }))) as string,
              },
            ];
      const ask = {
        model,
        store: false,
        input: [{ role: 'user' as const, content: ASKED }, ...before],
        tools: names.map((name) => ({
          type: 'function' as const,
          name,
          description: '',
          parameters: { ...TOOLS[name] },
          strict: false,
        })),
      };
      const { output } = stream
        ? await client.responses.stream(ask).finalResponse()
        : await client.responses.create(ask);
      return output.flatMap((item) =>
        item.type === 'function_call' ? [{ tool: item.name, args: JSON.parse(item.arguments) as unknown }] : [],
      );
    },
    seen(body) {
      const { tools, input } = JSON.parse(body) as {
        tools: { name: string; parameters: unknown }[];
        input: { type?: string; output?: unknown; arguments?: string }[];
      };
      return {
        schemas: Object.fromEntries(tools.map((tool) => [tool.name, tool.parameters])),
        result: input.find(({ type }) => type === 'function_call_output')?.output,
        args: JSON.parse(input.find(({ type }) => type === 'function_call')?.arguments ?? 'null'),
      };
    },
  },
  {
    name: 'messages',
    async ask({ url, key }, model, stream, past) {
      const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
      const before: Anthropic.MessageParam[] =
        past === undefined
          ? []
          : [
              { role: 'assistant', content: [{ type: 'tool_use', id: 'call_p', name: past.tool, input: past.args }] },
              {
                role: 'user',
                content: [{ type: 'tool_result', tool_use_id: 'call_p', content: past.result as string }],
              },
            ];
      const ask = {
        model,
        max_tokens: 512,
        messages: [{ role: 'user' as const, content: ASKED }, ...before],
        tools: names.map((name) => ({
          name,
          description: '',
          input_schema: { ...TOOLS[name] },
        })) as unknown as Anthropic.Tool[],
      };
      const { content } = stream ? await client.messages.stream(ask).finalMessage() : await client.messages.create(ask);
      return content.flatMap((block) => (block.type === 'tool_use' ? [{ tool: block.name, args: block.input }] : []));
    },
    seen(body) {
      const { tools, messages } = JSON.parse(body) as {
        tools: { name: string; input_schema: unknown }[];
        messages: { content: string | { type: string; content?: unknown; input?: unknown }[] }[];
      };
      const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
      return {
        schemas: Object.fromEntries(tools.map((tool) => [tool.name, tool.input_schema])),
        result: blocks.find(({ type }) => type === 'tool_result')?.content,
        args: blocks.find(({ type }) => type === 'tool_use')?.input,
      };
    },
  },
];

const SHAPES = ['', '+chars=3+split=7', '+split=1', '+crlf+comments'];
const call = (name: string, args: object): { name: string; arguments: string } => ({
  name,
  arguments: JSON.stringify(args),
});
let runs = 0;
const fresh = (shape = ''): string => `scoped+id=${(runs += 1)}${shape}`;

describe('whose data it is', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let shadow: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    const start = async (mode: 'enforce' | 'shadow'): Promise<TestGateway> => {
      const started = await startGateway({ upstreamUrl: upstream.url });
      await writeFile(join(started.directory, 'flow.yaml'), RULES);
      await started.rewrite({ flow: { mode, onDeny: 'answer', rules: 'flow.yaml' } });
      assert.equal((await started.running.runtime.reload()).error, null);
      return started;
    };
    [gateway, shadow] = [await start('enforce'), await start('shadow')];
  });
  after(async () => {
    await Promise.all([gateway.close(), shadow.close()]);
    await upstream.close();
  });
  const arrived = (): string => upstream.requests.at(-1)!.body.toString('utf8');

  for (const client of CLIENTS) {
    it(`${client.name}: an argument that is bound is the principal's, whatever the model says`, async () => {
      for (const stream of [false, true])
        for (const shape of SHAPES)
          for (const given of [{ user_id: 'bob', year: 2026 }, { user_id: 'alice', year: 2026 }, { year: 2026 }]) {
            playModel(upstream, () => ({
              text: 'I look.',
              tools: [call('get_weather', {}), call('get_orders', given)],
            }));
            assert.deepEqual(await client.ask(gateway, fresh(shape), stream), [
              { tool: 'get_weather', args: {} },
              { tool: 'get_orders', args: { year: 2026, user_id: 'alice' } },
            ]);
          }
    });

    it(`${client.name}: in shadow mode nothing is written and nothing is left out`, async () => {
      playModel(upstream, () => ({ tools: [call('get_orders', { user_id: 'bob', year: 2026 })] }));
      const past: Past = { tool: 'get_orders', args: { user_id: 'bob', year: 1 }, result: '[{"user_id":"bob"}]' };
      for (const stream of [false, true]) {
        assert.deepEqual(await client.ask(shadow, fresh(), stream, past), [
          { tool: 'get_orders', args: { user_id: 'bob', year: 2026 } },
        ]);
        assert.equal(client.seen(arrived()).result, past.result);
      }
    });

    it(`${client.name}: what is injected is not shown to the model, and is in the call that leaves`, async () => {
      const past: Past = {
        tool: 'list_notes',
        args: { about: 'tax', tenant: 'alice', filter: { owner: 'alice', kind: 'x' } },
        result: '[]',
      };
      for (const stream of [false, true])
        for (const shape of SHAPES)
          for (const [given, args] of [
            [{}, { tenant: 'alice', filter: { owner: 'alice' } }],
            [{ about: 'tax' }, { about: 'tax', tenant: 'alice', filter: { owner: 'alice' } }],
            [
              { filter: { kind: 'x' }, about: '"é\n' },
              { filter: { kind: 'x', owner: 'alice' }, about: '"é\n', tenant: 'alice' },
            ],
            [{ tenant: 'alice' }, { tenant: 'alice', filter: { owner: 'alice' } }],
          ] as const) {
            playModel(upstream, () => ({ tools: [call('list_notes', given)] }));
            assert.deepEqual(await client.ask(gateway, fresh(shape), stream, past), [{ tool: 'list_notes', args }]);
            const seen = client.seen(arrived());
            assert.deepEqual(seen.schemas['list_notes'], {
              type: 'object',
              properties: {
                about: text,
                filter: { type: 'object', properties: { kind: text }, required: [] },
              },
              required: ['filter'],
              additionalProperties: false,
            });
            assert.deepEqual(seen.schemas['get_orders'], TOOLS.get_orders);
            assert.deepEqual(seen.args, { about: 'tax', filter: { kind: 'x' } });
          }
    });

    it(`${client.name}: somebody else's value never leaves, where it may not be replaced`, async () => {
      for (const stream of [false, true])
        for (const bad of [
          call('get_account', { account: 'bob' }),
          call('get_account', {}),
          call('get_account', { account: ['alice', 'bob'] }),
          call('list_notes', { tenant: 'bob' }),
          call('list_notes', { filter: { owner: 'bob' } }),
          call('list_notes', { filter: 'x' }),
        ]) {
          playModel(upstream, () => ({ tools: [bad, call('get_account', { account: 'alice' })] }));
          assert.deepEqual(
            await client.ask(gateway, fresh(), stream),
            [{ tool: 'get_account', args: { account: 'alice' } }],
            bad.arguments,
          );
        }
    });

    it(`${client.name}: rows of others are gone before the model reads a result, in any form that can be read`, async () => {
      playModel(upstream, () => ({ text: 'Good.' }));
      for (const [result, rest] of [
        ['[{"user_id":"alice","n":1},{"user_id":"bob","n":2}]', '[{"user_id":"alice","n":1}]'],
        ['{"orders":[{"user_id":"bob"}],"total":1}', '{"orders":[],"total":1}'],
        ['- user_id: alice\n  n: 1\n- user_id: bob\n  n: 2\n', '[{"user_id":"alice","n":"1"}]'],
        ['user_id,n\nalice,1\nbob,2\nalice,3\n', 'user_id,n\nalice,1\nalice,3\n'],
        ['| n | user_id |\n|---|---|\n| 1 | bob |\n| 2 | alice |', '| n | user_id |\n|---|---|\n| 2 | alice |'],
        ['[{"user_id":"alice", "n": 1.0}]', '[{"user_id":"alice", "n": 1.0}]'],
        ['', ''],
      ] as const) {
        await client.ask(gateway, fresh(), false, { tool: 'get_orders', args: { year: 2026 }, result });
        assert.equal(client.seen(arrived()).result, rest);
      }
    });

    it(`${client.name}: a result that cannot be read is withheld, where its rows belong to somebody`, async () => {
      playModel(upstream, () => ({ text: 'Good.' }));
      const parts = [{ type: 'text', text: '[{"user_id":"alice"}]' }];
      const withheld = async (past: Past): Promise<string> => {
        await client.ask(gateway, fresh(), true, past);
        return JSON.stringify(client.seen(arrived()).result);
      };
      const of = (result: Past['result']): Past => ({ tool: 'get_orders', args: { year: 2026 }, result });
      for (const result of [
        'Bob ordered two chairs.',
        '[{"user_id":"alice"},{"user_id":"bob"}',
        '[{"user_id":"bob","user_id":"alice"}]',
        '{"user_id":"bob"}',
        'user_id,n\nalice,1\nbob,2,chairs',
        'user_id,n\nalice,1\n\nBob: 2 chairs',
        [...parts, { type: 'text', text: 'Bob ordered two chairs.' }],
        [...parts, { type: 'text', text: '[]', more: 'Bob' }],
      ])
        assert.match(await withheld(of(result)), /^"Withheld by policy scope-rows: [^B]*"$/, JSON.stringify(result));
      assert.match(await withheld(of(parts)), /alice/);
      assert.equal(await withheld({ tool: 'get_weather', args: {}, result: 'Bob says: rain.' }), '"Bob says: rain."');
    });
  }

  it('streams of any cut say the same calls as whole answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...CLIENTS),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.shuffledSubarray([
          call('get_orders', { user_id: 'bob', year: 2026 }),
          call('list_notes', { about: 'tax' }),
          call('get_account', { account: 'bob' }),
          call('get_weather', { place: 'Rome' }),
        ]),
        async (client, split, chars, tools) => {
          playModel(upstream, () => ({ text: 'I look.', tools }));
          const whole = await client.ask(gateway, fresh(), false);
          const cut = await client.ask(gateway, fresh(`+chars=${chars}+split=${split}`), true);
          assert.deepEqual(cut, whole);
          assert.ok(!JSON.stringify(whole).includes('bob'));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a number is written as a number where the tool takes nothing else, and digits of the others stay', async () => {
    const key = await gateway.createKey('1001');
    await writeFile(join(gateway.directory, 'flow.yaml'), 'scope: [{ tool: count, bind: { id: sub } }]');
    assert.equal((await gateway.running.runtime.reload()).error, null);
    playModel(upstream, () => ({
      tools: [{ name: 'count', arguments: '{"id": 7, "n": 1.50, "big": 12345678901234567890}' }],
    }));
    for (const stream of [false, true]) {
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: fresh(),
          stream,
          messages: [{ role: 'user', content: 'Count my things: 1.5, 12345678901234567890.' }],
          tools: [
            {
              type: 'function',
              function: { name: 'count', parameters: { type: 'object', properties: { id: { type: 'integer' } } } },
            },
          ],
        }),
      });
      assert.ok((await response.text()).includes('{\\"id\\": 1001, \\"n\\": 1.50, \\"big\\": 12345678901234567890}'));
    }
    await writeFile(join(gateway.directory, 'flow.yaml'), RULES);
    await gateway.running.runtime.reload();
  });
});
