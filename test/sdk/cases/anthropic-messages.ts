import assert from 'node:assert/strict';
import type Anthropic from '@anthropic-ai/sdk';
import type { APIError } from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import type { Bench } from '../bench.ts';
import { casesOf, collect, thrownBy } from '../sdk-case.ts';
import type { Identified } from '../sdk-case.ts';

const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'How is the weather? ☂' }];

const tool = (name: string): Anthropic.Tool => ({
  name,
  input_schema: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
});

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const request = (bench: Bench, scenario: string, extra: object = {}) => ({
  model: bench.model(scenario),
  max_tokens: 512,
  system: 'Be short.',
  messages,
  ...extra,
});

const whole = (bench: Bench, scenario: string, extra: object = {}): Promise<Identified<Anthropic.Message>> =>
  bench.anthropic.messages.create({ ...request(bench, scenario, extra), stream: false });

const raw = async (bench: Bench, scenario: string, extra: object = {}): Promise<Anthropic.RawMessageStreamEvent[]> =>
  collect(await bench.anthropic.messages.create({ ...request(bench, scenario, extra), stream: true }));

async function threeWays(
  bench: Bench,
  scenario: string,
  extra: object = {},
): Promise<{ answer: Anthropic.Message; events: Anthropic.RawMessageStreamEvent[]; final: Anthropic.Message }> {
  const answer = await whole(bench, scenario, extra);
  const events = await raw(bench, scenario, extra);
  const final = await bench.anthropic.messages.stream(request(bench, scenario, extra)).finalMessage();
  const shown = (message: Anthropic.Message): unknown =>
    message.content.map((block) => (block.type === 'tool_use' ? [block.name, block.input] : block));
  assert.deepEqual(shown(final), shown(answer));
  assert.equal(final.stop_reason, answer.stop_reason);
  return { answer, events, final };
}

export const ANTHROPIC_MESSAGES = [
  ...casesOf('@anthropic-ai/sdk', 'messages', {
    text: async (bench) => {
      const seen = await threeWays(bench, 'text');
      assert.match(JSON.stringify(seen.answer.content), /☕\./);
      return seen;
    },

    'long text': (bench) => raw(bench, 'long+length=20000+chars=7'),

    tools: async (bench) => {
      const seen = await threeWays(bench, 'tools', { tools: [tool('get_weather')] });
      assert.equal(seen.answer.stop_reason, 'tool_use');
      return seen;
    },

    'parallel tools': async (bench) => {
      const seen = await threeWays(bench, 'parallel-tools', { tools: [tool('get_weather'), tool('get_time')] });
      assert.deepEqual(
        seen.answer.content.map(({ type }) => type),
        ['text', 'tool_use', 'tool_use'],
      );
      return seen;
    },

    'tool loop': async (bench) => {
      const model = bench.model('tools+quiet');
      const tools = [tool('get_weather')];
      const first = await bench.anthropic.messages.create({ model, max_tokens: 99, messages, tools });
      const call = first.content[0];
      assert.ok(call?.type === 'tool_use');
      const second = await bench.anthropic.messages.create({
        model,
        max_tokens: 99,
        tools,
        messages: [
          ...messages,
          { role: 'assistant', content: first.content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'rain' }] },
        ],
      });
      assert.deepEqual(second.content, [{ type: 'text', text: 'The tool answered: rain' }]);
      return [first, second];
    },

    images: async (bench) => {
      const content: Anthropic.ContentBlockParam[] = [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
        { type: 'image', source: { type: 'url', url: 'https://images.example/cat.png' } },
        { type: 'text', text: 'What is this?' },
      ];
      const answer = await whole(bench, 'text', { messages: [{ role: 'user', content }] });
      assert.match(JSON.stringify(answer.content), /Seen 2 image/);
      return answer;
    },

    thinking: async (bench) => {
      const seen = await threeWays(bench, 'reasoning', { thinking: { type: 'enabled', budget_tokens: 1024 } });
      const [thought] = seen.answer.content;
      assert.ok(thought?.type === 'thinking' && thought.signature !== '');
      return seen;
    },

    'structured output': async (bench) => {
      const format = zodOutputFormat(z.object({ city: z.string(), days: z.number().int() }));
      const extra = { output_config: { format } };
      const parsed = await bench.anthropic.messages.parse(request(bench, 'text', extra) as never);
      assert.deepEqual((parsed as { parsed_output: unknown }).parsed_output, { city: 'Lisbon', days: 7 });
      return parsed;
    },

    refusal: async (bench) => {
      const seen = await threeWays(bench, 'refusal');
      assert.equal(seen.answer.stop_reason, 'refusal');
      return seen;
    },

    'length stop': async (bench) => {
      const seen = await threeWays(bench, 'length');
      assert.equal(seen.answer.stop_reason, 'max_tokens');
      return seen;
    },

    'cached tokens': async (bench) => {
      const { usage } = await whole(bench, 'text+input=900+cached=600+cache-write=200');
      assert.deepEqual(
        [usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens],
        [100, 600, 200],
      );
      return usage;
    },

    'unknown fields and events': async (bench) => {
      const events = await raw(bench, 'text+unknown');
      assert.match(JSON.stringify(events), /"vendor_note"/);
      return [await whole(bench, 'text+unknown'), events];
    },

    'pings, comments, CR LF, every byte a packet': (bench) => raw(bench, 'text+pings+comments+crlf+split=1'),

    'beta and version headers': async (bench) => {
      const model = bench.model('text');
      await bench.anthropic.beta.messages.create({
        model,
        max_tokens: 99,
        messages,
        betas: ['context-1m-2025-08-07', 'some-future-beta'],
      });
      const headers = bench.arrived(model)[0]?.headers ?? {};
      const seen = [headers['anthropic-beta'], headers['anthropic-version']];
      assert.equal(seen[0], 'context-1m-2025-08-07,some-future-beta');
      assert.match(String(seen[1]), /^\d{4}-\d\d-\d\d$/);
      return seen;
    },

    'request id': async (bench) => {
      const answer = await whole(bench, 'text');
      assert.match(answer._request_id ?? '', /^req_/);
      const { request_id, response } = await bench.anthropic.messages.create(request(bench, 'text')).withResponse();
      assert.match(request_id ?? '', /^req_/);
      const stream = bench.anthropic.messages.stream(request(bench, 'text'));
      await stream.done();
      assert.match(stream.request_id ?? '', /^req_/);
      return [response.status, response.headers.get('anthropic-ratelimit-requests-limit')];
    },

    'error in the middle of a stream': async (bench) => {
      const got: unknown[] = [];
      const error = await thrownBy(async () => {
        const stream = await bench.anthropic.messages.create({
          ...request(bench, 'error-mid+at=5'),
          stream: true,
        });
        for await (const event of stream) got.push(event);
      });
      assert.equal((error as APIError).type, 'overloaded_error');
      return [got, (error as Error).constructor.name];
    },

    'cancel while streaming': async (bench) => {
      const model = bench.model('hang-mid+at=5');
      const stream = await bench.anthropic.messages.create({ model, max_tokens: 99, messages, stream: true });
      let seen = 0;
      for await (const _ of stream) if (++seen === 2) break;
      assert.equal(await bench.disconnected(model), true);
      return seen;
    },

    'cancel before the first byte': async (bench) => {
      const model = bench.model('hang');
      const stream = bench.anthropic.messages.stream({ model, max_tokens: 99, messages });
      const error = thrownBy(() => stream.done());
      await bench.target.upstream.request((candidate) => candidate.body.includes(model));
      stream.abort();
      assert.equal(await bench.disconnected(model), true);
      return ((await error) as Error).constructor.name;
    },
  }),

  ...casesOf('@anthropic-ai/sdk', 'count_tokens', {
    count: async ({ anthropic, model }) => {
      const count = await anthropic.messages.countTokens({ model: model('text'), messages });
      assert.ok(count.input_tokens > 8);
      return count.input_tokens;
    },
  }),

  ...casesOf('@anthropic-ai/sdk', 'models', {
    list: async ({ anthropic }) => {
      const ids = (await collect(anthropic.models.list())).map(({ id, type }) => `${type} ${id}`);
      assert.ok(ids.includes('model text'));
      return ids.toSorted();
    },
    retrieve: async ({ anthropic }) => {
      const { id, type } = await anthropic.models.retrieve('text');
      return { id, type };
    },
  }),
];
