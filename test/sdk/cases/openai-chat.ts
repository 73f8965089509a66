import assert from 'node:assert/strict';
import { zodResponseFormat } from 'openai/helpers/zod';
import type OpenAI from 'openai';
import type { APIError } from 'openai';
import { z } from 'zod';
import type { Bench } from '../bench.ts';
import { casesOf, collect, thrownBy } from '../sdk-case.ts';
import type { Identified } from '../sdk-case.ts';

type Message = OpenAI.ChatCompletionMessageParam;

const messages: Message[] = [
  { role: 'system', content: 'Be short.' },
  { role: 'user', content: 'How is the weather? ☂' },
];

const weather: OpenAI.ChatCompletionFunctionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
};
const clock: OpenAI.ChatCompletionFunctionTool = {
  type: 'function',
  function: { name: 'get_time', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

const City = z.object({ city: z.string(), days: z.number().int(), tags: z.array(z.enum(['a', 'b'])) });

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const raw = async (bench: Bench, scenario: string, extra: object = {}): Promise<OpenAI.ChatCompletionChunk[]> =>
  collect(
    await bench.openai.chat.completions.create({ model: bench.model(scenario), messages, stream: true, ...extra }),
  );

const whole = (bench: Bench, scenario: string, extra: object = {}): Promise<Identified<OpenAI.ChatCompletion>> =>
  bench.openai.chat.completions.create({ model: bench.model(scenario), messages, ...extra, stream: false });

const helper = (bench: Bench, scenario: string, extra: object = {}) =>
  bench.openai.chat.completions.stream({ model: bench.model(scenario), messages, ...extra }).finalChatCompletion();

const textIn = (chunks: readonly OpenAI.ChatCompletionChunk[], index = 0): string =>
  chunks
    .flatMap((chunk) => chunk.choices.filter((choice) => choice.index === index))
    .map((choice) => choice.delta.content ?? '')
    .join('');

/** The same question whole, with the raw iterator and with the helper; all three have to tell the same. */
async function threeWays(bench: Bench, scenario: string, extra: object = {}): Promise<unknown> {
  const answer = await whole(bench, scenario, extra);
  const chunks = await raw(bench, scenario, extra);
  const final = await helper(bench, scenario, extra);
  for (const choice of answer.choices) {
    assert.equal(textIn(chunks, choice.index), choice.message.content ?? '');
    assert.equal(final.choices[choice.index]?.message.content ?? '', choice.message.content ?? '');
    assert.equal(final.choices[choice.index]?.finish_reason, choice.finish_reason);
  }
  return { answer, chunks, final };
}

export const OPENAI_CHAT = casesOf('openai', 'chat completions', {
  text: (bench) => threeWays(bench, 'text'),

  'long text': async (bench) => {
    const chunks = await raw(bench, 'long+length=20000+chars=7');
    assert.equal(textIn(chunks).length, 20_000);
    return chunks;
  },

  tools: async (bench) => {
    const seen = (await threeWays(bench, 'tools', { tools: [weather] })) as { answer: OpenAI.ChatCompletion };
    assert.equal(seen.answer.choices[0]?.finish_reason, 'tool_calls');
    assert.equal(seen.answer.choices[0]?.message.tool_calls?.length, 1);
    return seen;
  },

  'parallel tools': async (bench) => {
    const seen = (await threeWays(bench, 'parallel-tools', { tools: [weather, clock] })) as {
      answer: OpenAI.ChatCompletion;
    };
    assert.equal(seen.answer.choices[0]?.message.tool_calls?.length, 2);
    return {
      ...seen,
      interleaved: await helper(bench, 'parallel-tools+interleave+quiet', { tools: [weather, clock] }),
    };
  },

  'tool loop': async (bench) => {
    const given: unknown[] = [];
    const runner = bench.openai.chat.completions.runTools({
      model: bench.model('tools'),
      messages,
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'The weather in a city.',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            parse: JSON.parse as (text: string) => object,
            function: (args: object) => {
              given.push(args);
              return 'rain';
            },
          },
        },
      ],
    });
    const final = await runner.finalContent();
    assert.equal(final, 'The tool answered: rain');
    assert.deepEqual(given, [{ city: 'Lisbon' }]);
    return [final, given];
  },

  'n = 2': async (bench) => {
    const seen = (await threeWays(bench, 'text', { n: 2 })) as { answer: OpenAI.ChatCompletion };
    assert.equal(seen.answer.choices.length, 2);
    return seen;
  },

  images: async (bench) => {
    const content: OpenAI.ChatCompletionContentPart[] = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: PIXEL } },
      { type: 'image_url', image_url: { url: 'https://images.example/cat.png', detail: 'low' } },
    ];
    const answer = await whole(bench, 'text', { messages: [{ role: 'user', content }] });
    assert.match(answer.choices[0]?.message.content ?? '', /^Seen 2 image\(s\): data:image\/png;base64, 1\d\d/);
    return answer;
  },

  reasoning: async (bench) => {
    const seen = (await threeWays(bench, 'reasoning')) as { chunks: OpenAI.ChatCompletionChunk[] };
    const thought = seen.chunks.map(
      (chunk) => (chunk.choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? '',
    );
    assert.match(thought.join(''), /^The question is short/);
    return seen;
  },

  'structured output': async (bench) => {
    const response_format = zodResponseFormat(City, 'city');
    const model = bench.model('text');
    const parsed = await bench.openai.chat.completions.parse({ model, messages, response_format });
    const streamed = await bench.openai.chat.completions
      .stream({ model, messages, response_format })
      .finalChatCompletion();
    const expected = { city: 'Lisbon', days: 7, tags: ['a'] };
    assert.deepEqual(parsed.choices[0]?.message.parsed, expected);
    assert.deepEqual(streamed.choices[0]?.message.parsed, expected);
    return [parsed, streamed];
  },

  refusal: async (bench) => {
    const seen = (await threeWays(bench, 'refusal')) as { answer: OpenAI.ChatCompletion };
    assert.match(seen.answer.choices[0]?.message.refusal ?? '', /not able to help/);
    return seen;
  },

  logprobs: async (bench) => {
    const seen = (await threeWays(bench, 'text', { logprobs: true })) as { answer: OpenAI.ChatCompletion };
    assert.ok((seen.answer.choices[0]?.logprobs?.content?.length ?? 0) > 5);
    return seen;
  },

  'length stop': async (bench) => {
    const seen = (await threeWays(bench, 'length')) as { answer: OpenAI.ChatCompletion };
    assert.equal(seen.answer.choices[0]?.finish_reason, 'length');
    return seen;
  },

  'usage chunk only when asked for': async (bench) => {
    const asked = await raw(bench, 'text', { stream_options: { include_usage: true } });
    const plain = await raw(bench, 'text');
    assert.ok((asked.at(-1)?.usage?.total_tokens ?? 0) > 0);
    assert.ok(plain.every((chunk) => (chunk.usage ?? null) === null && chunk.choices.length > 0));
    return [asked, plain];
  },

  'cached tokens': async (bench) => {
    const answer = await whole(bench, 'text+input=900+cached=640');
    assert.equal(answer.usage?.prompt_tokens_details?.cached_tokens, 640);
    return answer.usage;
  },

  'unknown fields': async (bench) => {
    const answer = await whole(bench, 'text+unknown');
    const chunks = await raw(bench, 'text+unknown');
    assert.match(JSON.stringify(answer), /"vendor":/);
    assert.match(JSON.stringify(chunks), /"vendor_note":"kept".*"obfuscation":/);
    return [answer, chunks];
  },

  'unknown request fields': async (bench) => {
    const model = bench.model('text');
    const vendor_options = { deep: [{ '\u00e9': 1.0 }], big: '12345678901234567890' };
    await whole(bench, 'text', { model, vendor_options });
    const body = JSON.parse(String(bench.arrived(model)[0]?.body)) as { vendor_options: unknown };
    assert.deepEqual(body.vendor_options, vendor_options);
    return body.vendor_options;
  },

  'comments, CR LF, every byte a packet': async (bench) => {
    const chunks = await raw(bench, 'text+comments+crlf+split=1');
    assert.match(textIn(chunks), /24\/7 ☕\.$/);
    return chunks;
  },

  'request id': async (bench) => {
    const answer = await whole(bench, 'text');
    assert.match(answer._request_id ?? '', /^req_/);
    const { request_id, response } = await bench.openai.chat.completions
      .create({ model: bench.model('text'), messages, stream: true })
      .withResponse();
    assert.match(request_id ?? '', /^req_/);
    await response.body?.cancel();
    return [answer._request_id, request_id, response.status, response.headers.get('content-type')];
  },

  'provider headers': async (bench) => {
    const { response } = await bench.openai.chat.completions
      .create({ model: bench.model('text'), messages })
      .withResponse();
    const names = ['openai-version', 'openai-processing-ms', 'x-ratelimit-remaining-tokens'];
    const values = names.map((name) => response.headers.get(name));
    assert.ok(values.every((value) => value !== null));
    return values;
  },

  'error in the middle of a stream': async (bench) => {
    const got: unknown[] = [];
    const error = await thrownBy(async () => {
      const stream = await bench.openai.chat.completions.create({
        model: bench.model('error-mid+at=5'),
        messages,
        stream: true,
      });
      for await (const chunk of stream) got.push(chunk);
    });
    assert.equal(got.length, 5);
    assert.match(String(error), /server had an error while answering/);
    return [got, (error as APIError).type];
  },

  'cancel while streaming': async (bench) => {
    const model = bench.model('hang-mid+at=3');
    const stream = await bench.openai.chat.completions.create({ model, messages, stream: true });
    let seen = 0;
    for await (const _ of stream) if (++seen === 2) break;
    assert.equal(await bench.disconnected(model), true);
    return seen;
  },

  'cancel before the first byte': async (bench) => {
    const model = bench.model('hang');
    const abort = new AbortController();
    const error = thrownBy(() =>
      bench.openai.chat.completions.create({ model, messages, stream: true }, { signal: abort.signal }),
    );
    await bench.target.upstream.request((request) => request.body.includes(model));
    abort.abort();
    assert.equal(await bench.disconnected(model), true);
    return ((await error) as Error).constructor.name;
  },
});
