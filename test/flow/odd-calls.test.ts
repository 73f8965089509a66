/** Forms of tool calls that few clients use and every fooled model may: the old `function_call`, free-form and built-in tools. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startGateway, type TestGateway } from '../gateway/start-gateway.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';

const RULES = `
scope:
  - { tool: get_orders, bind: { user: sub }, rows: { owner: user, claim: sub } }
  - { tool: run_query, bind: { user: sub } }
rules:
  - { id: no-shell, tool: '*shell*', effect: deny }
  - { id: no-computer, tool: computer, effect: deny }
`;
type Json = Record<string, unknown>;

describe('odd forms of calls', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let answer: { body: Json; events: readonly Json[] };
  before(async () => {
    upstream = await startUpstream();
    upstream.script(async (request, response) => {
      if (request.method !== 'POST') return false;
      const { stream } = JSON.parse(request.body.toString('utf8')) as { stream?: boolean };
      response.writeHead(200, { 'content-type': stream === true ? 'text/event-stream' : 'application/json' });
      if (stream !== true) response.end(JSON.stringify(answer.body));
      else {
        for (const event of answer.events)
          response.write(
            `${typeof event['type'] === 'string' ? `event: ${event['type']}\n` : ''}data: ${JSON.stringify(event)}\n\n`,
          );
        response.end(answer.events[0]!['type'] === undefined ? 'data: [DONE]\n\n' : '');
      }
      return true;
    });
    gateway = await startGateway({ upstreamUrl: upstream.url });
    await writeFile(join(gateway.directory, 'flow.yaml'), RULES);
    await gateway.rewrite({ flow: { mode: 'enforce', onDeny: 'answer', rules: 'flow.yaml' } });
    assert.equal((await gateway.running.runtime.reload()).error, null);
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });
  const post = async (path: string, body: Json, key = gateway.key): Promise<{ status: number; text: string }> => {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
  const arrived = (): Json => JSON.parse(upstream.requests.at(-1)!.body.toString('utf8')) as Json;

  describe('function_call of Chat Completions', () => {
    const FUNCTIONS = [
      { name: 'get_orders', parameters: { type: 'object', properties: { user: { type: 'string' } } } },
    ];
    const chunk = (delta: Json, finish_reason: string | null = null): Json => ({
      id: 'c',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta, finish_reason }],
    });
    const made = (name: string, args: string): typeof answer => ({
      body: {
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: null, function_call: { name, arguments: args } },
            finish_reason: 'function_call',
          },
        ],
      },
      events: [
        chunk({ role: 'assistant', content: null, function_call: { name, arguments: '' } }),
        ...[...args].map((part) => chunk({ function_call: { arguments: part } })),
        chunk({}, 'function_call'),
      ],
    });
    /** What a client of that time makes of it. */
    const taken = (text: string, stream: boolean): { name: string; args: string; said: string; finish: unknown } => {
      const found = { name: '', args: '', said: '', finish: null as unknown };
      const parts = stream
        ? [...text.matchAll(/^data: (\{.*\})$/gm)].map((match) => JSON.parse(match[1]!) as Json)
        : [JSON.parse(text) as Json];
      for (const part of parts)
        for (const choice of part['choices'] as Json[]) {
          const said = (choice['delta'] ?? choice['message']) as { content?: string; function_call?: Json };
          found.name += String(said.function_call?.['name'] ?? '');
          found.args += String(said.function_call?.['arguments'] ?? '');
          found.said += said.content ?? '';
          found.finish = choice['finish_reason'] ?? found.finish;
        }
      return found;
    };
    const ask = (stream: boolean, messages: readonly Json[] = []): Promise<{ status: number; text: string }> =>
      post('/v1/chat/completions', {
        model: 'm',
        stream,
        messages: [{ role: 'user', content: 'Show my orders.' }, ...messages],
        functions: FUNCTIONS,
      });

    it('has the principal written into it', async () => {
      for (const stream of [false, true])
        for (const args of ['{"user":"bob"}', '', '{}']) {
          answer = made('get_orders', args);
          const { name, args: given, finish } = taken((await ask(stream)).text, stream);
          assert.deepEqual([name, JSON.parse(given), finish], ['get_orders', { user: 'alice' }, 'function_call']);
        }
    });

    it('is taken out when it is stopped', async () => {
      for (const stream of [false, true]) {
        answer = made('shell_run', '{"command":"rm"}');
        const { name, args, said, finish } = taken((await ask(stream)).text, stream);
        assert.deepEqual([name, args, finish], ['', '', 'stop']);
        assert.match(said, /"shell_run" was stopped/);
      }
    });

    it('has a result in which rows of others are gone', async () => {
      await ask(false, [
        { role: 'assistant', content: null, function_call: { name: 'get_orders', arguments: '{"user":"alice"}' } },
        { role: 'function', name: 'get_orders', content: '[{"user":"alice"},{"user":"bob"}]' },
      ]);
      assert.equal((arrived()['messages'] as Json[])[2]!['content'], '[{"user":"alice"}]');
    });
  });

  describe('free-form and built-in tools of Responses', () => {
    const ITEMS = {
      custom: { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'run_query', input: 'user=bob' },
      shell: {
        type: 'shell_call',
        id: 'sh_1',
        call_id: 'call_2',
        action: { commands: ['rm -r /'] },
        status: 'completed',
      },
      local: { type: 'local_shell_call', id: 'ls_1', call_id: 'call_3', action: { type: 'exec', command: ['rm'] } },
      computer: { type: 'computer_call', id: 'cu_1', call_id: 'call_4', action: { type: 'click', x: 1, y: 2 } },
    } as const;
    const TOOLS = [
      { type: 'custom', name: 'run_query' },
      { type: 'shell' },
      { type: 'local_shell' },
      { type: 'computer' },
      {
        type: 'function',
        name: 'get_orders',
        parameters: { type: 'object', properties: { user: { type: 'string' } } },
      },
    ];
    const made = (item: Json): typeof answer => {
      const response = { id: 'resp_1', object: 'response', status: 'completed', model: 'm', output: [item] };
      return {
        body: response,
        events: [
          {
            type: 'response.created',
            sequence_number: 0,
            response: { ...response, status: 'in_progress', output: [] },
          },
          { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item },
          { type: 'response.output_item.done', sequence_number: 2, output_index: 0, item },
          { type: 'response.completed', sequence_number: 3, response },
        ],
      };
    };
    for (const [name, item] of Object.entries(ITEMS))
      it(`${name}: gives way to a message that says so`, async () => {
        for (const stream of [false, true]) {
          answer = made(item);
          const { text, status } = await post('/v1/responses', {
            model: 'm',
            stream,
            store: false,
            input: 'Show my orders.',
            tools: TOOLS,
          });
          assert.equal(status, 200, text);
          assert.match(text, /was stopped \((?:scope|no-shell|no-computer)\)/);
          assert.doesNotMatch(text, new RegExp(`"type": ?"${item.type}"`));
          assert.ok(!text.includes('rm') || !text.includes('"rm'), text);
        }
      });

    it('a reference to such a message is written out, because the provider does not have it', async () => {
      answer = made(ITEMS.shell);
      const first = await post('/v1/responses', { model: 'm', input: 'Show my orders.', tools: TOOLS });
      const id = /"id":"(msg_parapet_[^"]*)"/.exec(first.text)![1]!;
      answer = made({ type: 'message', id: 'msg_1', role: 'assistant', content: [] });
      await post('/v1/responses', {
        model: 'm',
        input: [
          { role: 'user', content: 'Show my orders.' },
          { type: 'item_reference', id },
          { id },
          { role: 'user', content: 'Go on.' },
        ],
        tools: TOOLS,
      });
      const input = arrived()['input'] as Json[];
      assert.deepEqual(
        input.map(({ role }) => role),
        ['user', 'assistant', 'assistant', 'user'],
      );
      assert.ok(!JSON.stringify(input).includes('msg_parapet_'));
    });

    it('results of a conversation that the provider keeps: rows of others are gone, and what nobody knows is withheld', async () => {
      const call = {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_9',
        name: 'get_orders',
        arguments: '{}',
        status: 'completed',
      };
      answer = made(call);
      const { text } = await post('/v1/responses', { model: 'm', input: 'Show my orders.', tools: TOOLS });
      assert.match(text, /\\"user\\":\\"alice\\"/);
      answer = made({ type: 'message', id: 'msg_2', role: 'assistant', content: [] });
      await post('/v1/responses', {
        model: 'm',
        previous_response_id: 'resp_1',
        input: [
          { type: 'function_call_output', call_id: 'call_9', output: 'user,n\nalice,1\nbob,2' },
          { type: 'function_call_output', call_id: 'call_unknown', output: 'Bob ordered two chairs.' },
        ],
        tools: TOOLS,
      });
      const input = arrived()['input'] as Json[];
      assert.equal(input[0]!['output'], 'user,n\nalice,1');
      assert.match(String(input[1]!['output']), /^Withheld by policy scope-rows/);
    });
  });
});
