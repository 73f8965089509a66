import assert from 'node:assert/strict';
import { zodTextFormat } from 'openai/helpers/zod';
import type OpenAI from 'openai';
import type { APIError } from 'openai';
import { z } from 'zod';
import type { Bench } from '../bench.ts';
import { casesOf, collect, thrownBy } from '../sdk-case.ts';
import type { Identified } from '../sdk-case.ts';

type Event = OpenAI.Responses.ResponseStreamEvent;
type Response = OpenAI.Responses.Response;

const input = 'How is the weather? ☂';

const tool = (name: string): OpenAI.Responses.FunctionTool => ({
  type: 'function',
  name,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: false,
});

const whole = (bench: Bench, scenario: string, extra: object = {}): Promise<Identified<Response>> =>
  bench.openai.responses.create({ model: bench.model(scenario), input, ...extra, stream: false });

const raw = async (bench: Bench, scenario: string, extra: object = {}): Promise<Event[]> =>
  collect(await bench.openai.responses.create({ model: bench.model(scenario), input, ...extra, stream: true }));

async function threeWays(
  bench: Bench,
  scenario: string,
  extra: object = {},
): Promise<{ answer: Response; events: Event[]; final: Response }> {
  const answer = await whole(bench, scenario, extra);
  const events = await raw(bench, scenario, extra);
  const final = await bench.openai.responses.stream({ model: bench.model(scenario), input, ...extra }).finalResponse();
  assert.equal(final.output_text, answer.output_text);
  assert.deepEqual(
    events.map((event) => event.sequence_number),
    events.map((_, index) => index),
  );
  return { answer, events, final };
}

export const OPENAI_RESPONSES = casesOf('openai', 'responses', {
  text: async (bench) => {
    const seen = await threeWays(bench, 'text');
    assert.match(seen.answer.output_text, /☕\.$/);
    return seen;
  },

  tools: async (bench) => {
    const seen = await threeWays(bench, 'tools', { tools: [tool('get_weather')] });
    assert.deepEqual(
      seen.answer.output.map(({ type }) => type),
      ['message', 'function_call'],
    );
    return seen;
  },

  'parallel tools': async (bench) => {
    const seen = await threeWays(bench, 'parallel-tools+quiet', { tools: [tool('get_weather'), tool('get_time')] });
    assert.deepEqual(
      seen.answer.output.map(({ type }) => type),
      ['function_call', 'function_call'],
    );
    return seen;
  },

  'tool loop': async (bench) => {
    const model = bench.model('tools+quiet');
    const tools = [tool('get_weather')];
    const first = await bench.openai.responses.create({ model, input, tools });
    const call = first.output[0];
    assert.ok(call?.type === 'function_call');
    const second = await bench.openai.responses.create({
      model,
      tools,
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: call.call_id, output: 'rain' }],
    });
    assert.equal(second.output_text, 'The tool answered: rain');
    return [first, second];
  },

  images: async (bench) => {
    const content: OpenAI.Responses.ResponseInputContent[] = [
      { type: 'input_text', text: 'What is this?' },
      { type: 'input_image', image_url: 'https://images.example/cat.png', detail: 'auto' },
    ];
    const answer = await whole(bench, 'text', { input: [{ role: 'user', content }] });
    assert.match(answer.output_text, /^Seen 1 image/);
    return answer;
  },

  'reasoning summaries': async (bench) => {
    const seen = await threeWays(bench, 'reasoning');
    assert.equal(seen.answer.output[0]?.type, 'reasoning');
    assert.ok(seen.events.some(({ type }) => type === 'response.reasoning_summary_text.delta'));
    return seen;
  },

  'reasoning text': async (bench) => {
    const events = await raw(bench, 'reasoning+raw-reasoning');
    assert.ok(events.some(({ type }) => type === 'response.reasoning_text.delta'));
    return events;
  },

  'structured output': async (bench) => {
    const format = zodTextFormat(z.object({ city: z.string(), days: z.number().int() }), 'city');
    const model = bench.model('text');
    const parsed = await bench.openai.responses.parse({ model, input, text: { format } });
    const streamed = await bench.openai.responses.stream({ model, input, text: { format } }).finalResponse();
    assert.deepEqual(parsed.output_parsed, { city: 'Lisbon', days: 7 });
    assert.deepEqual(streamed.output_parsed, { city: 'Lisbon', days: 7 });
    return [parsed, streamed];
  },

  refusal: async (bench) => {
    const seen = await threeWays(bench, 'refusal');
    assert.match(JSON.stringify(seen.answer.output), /"type":"refusal"/);
    return seen;
  },

  logprobs: (bench) => threeWays(bench, 'text', { include: ['message.output_text.logprobs'] }),

  'length stop': async (bench) => {
    const seen = await threeWays(bench, 'length');
    assert.deepEqual(seen.answer.incomplete_details, { reason: 'max_output_tokens' });
    assert.equal(seen.events.at(-1)?.type, 'response.incomplete');
    return seen;
  },

  'cached tokens': async (bench) => (await whole(bench, 'text+input=900+cached=640')).usage,

  'unknown fields and events': async (bench) => {
    const events = await raw(bench, 'text+unknown');
    assert.match(JSON.stringify(events), /"response.vendor_note".*"obfuscation"/);
    return [await whole(bench, 'text+unknown'), events];
  },

  'comments, CR LF, every byte a packet': (bench) => raw(bench, 'text+comments+crlf+split=1'),

  'request id': async (bench) => {
    const answer = await whole(bench, 'text');
    assert.match(answer._request_id ?? '', /^req_/);
    return answer._request_id;
  },

  retrieve: async (bench) => {
    const created = await whole(bench, 'text');
    const found = await bench.openai.responses.retrieve(created.id);
    assert.deepEqual(found.output, created.output);
    return found;
  },

  'retrieve as a stream': async (bench) => {
    const created = await whole(bench, 'text');
    const events = await collect(
      await bench.openai.responses.retrieve(created.id, { stream: true, starting_after: 2 }),
    );
    assert.equal(events[0]?.sequence_number, 3);
    return events;
  },

  'input items': async (bench) => {
    const created = await whole(bench, 'text');
    const items = await collect(bench.openai.responses.inputItems.list(created.id));
    assert.match(JSON.stringify(items), /How is the weather/);
    return items;
  },

  cancel: async (bench) => {
    const created = await whole(bench, 'text', { background: true });
    const cancelled = await bench.openai.responses.cancel(created.id);
    assert.equal(cancelled.status, 'cancelled');
    return [created, cancelled];
  },

  delete: async (bench) => {
    const created = await whole(bench, 'text');
    await bench.openai.responses.delete(created.id);
    const error = await thrownBy(() => bench.openai.responses.retrieve(created.id));
    return [(error as APIError).status, (error as APIError).constructor.name];
  },

  'error in the middle of a stream': async (bench) => {
    const got: unknown[] = [];
    const error = await thrownBy(async () => {
      const stream = await bench.openai.responses.create({
        model: bench.model('error-mid+at=6'),
        input,
        stream: true,
      });
      for await (const event of stream) got.push(event);
    });
    return [got, (error as APIError).message];
  },

  'cancel while streaming': async (bench) => {
    const model = bench.model('hang-mid+at=6');
    const stream = await bench.openai.responses.create({ model, input, stream: true });
    let seen = 0;
    for await (const _ of stream) if (++seen === 3) break;
    assert.equal(await bench.disconnected(model), true);
    return seen;
  },
});
